"""
docs/readiness.md lists every item and every rule, as the code has them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from checked_stacks import case_of, ready
from servewright.readiness.checklist import ITEMS, judge
from servewright.readiness.engine import ENGINE_RULE, ENGINE_WHAT
from servewright.readiness.rules import RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "readiness.md"


def items_table() -> str:
    """
    Return a row for each item.
    """
    rows = ["| item | holds where | otherwise | field | rules |", "|---|---|---|---|---|"]
    for item in ITEMS:
        field = "" if item.fix is None else f"`{item.fix[0]}`"
        rows.append(f"| `{item.id}` | {item.what} | {item.why} | {field} | {', '.join(item.rules)} |")
    return "\n".join(rows) + "\n"


def rules_table() -> str:
    """
    Return a row for each rule, with the item of the list that it stands behind.
    """
    behind = {rule: item.id for item in ITEMS for rule in item.rules}
    rows = ["| rule | says | item |", "|---|---|---|"]
    rows += [f"| {rule.id} | {rule.what} | `{behind[rule.id]}` |" for rule in RULES]
    return "\n".join([*rows, f"| {ENGINE_RULE} | {ENGINE_WHAT} | |"]) + "\n"


def test_the_tables_are_current(*, update_goldens: bool) -> None:
    """
    Items and rules stand on the page with the texts they have in the code.
    """
    page = PAGE.read_text(encoding="utf-8")
    for name, table in (("items", items_table()), ("rules", rules_table())):
        marked = re.compile(rf"(<!-- {name}: begin -->\n)(.*)(<!-- {name}: end -->)", re.DOTALL)
        if update_goldens:
            page = marked.sub(rf"\g<1>{table}\g<3>", page)
            PAGE.write_text(page, encoding="utf-8")
        match = marked.search(page)
        assert match is not None
        assert match[2] == table


def test_the_worked_numbers_are_those_of_the_arithmetic() -> None:
    """
    The example of a lost zone and of head-room is what the items reckon for the ready stack's shape.
    """
    page = PAGE.read_text(encoding="utf-8")
    base = next(w for w in case_of(ready()).workloads["chat"] if w.spread == "rule" and len(w.zones) == 2)
    kept, each, rate = replace(base, busiest=5).without_a_zone, 8.4, 24

    assert f"{kept * each:.1f} of {rate}, or {kept * each / rate:.0%}".replace("%", " %") in page
    assert f"can do {5 * each:.1f}, for {rate} that is {5 * each / rate - 1:.0%}".replace("%", " %") in page


def test_every_state_is_explained() -> None:
    """
    The page has each state that an item of a real stack can be in.
    """
    page = PAGE.read_text(encoding="utf-8")

    assert {item.state for item in judge(case_of(ready())).items} <= set(re.findall(r"^- \*\*([a-z-]+)\*\*", page, re.MULTILINE))
