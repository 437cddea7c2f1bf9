"""
docs/scenario-08.md: its screens and tables are what the commands print, and its sums are right.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from servewright.catalog.load import load_catalog
from servewright.cli.application import app

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "scenario-08.md"
STEPS: Final = ROOT / "docs" / "examples" / "scenario-08"
SETS: Final = {"document": "Scenario 08 at the document's prices", "today": "Scenario 08 at today's prices"}
ON_DEMAND, RESERVED, SPOT = Decimal("32.77"), Decimal("21.18"), Decimal("9.83")
MONTH: Final = 730
MADE: Final = "made by tests/blueprints_shipped/test_scenario_page.py"


def steps(name: str) -> list[str]:
    """
    Return the specs of the set *name*, in order.
    """
    return sorted(str(path) for path in (STEPS / name).glob("*.yaml"))


@cache
def said(name: str, *options: str) -> str:
    """
    Return what the command on the page prints for the set *name*.
    """
    arguments = ["waterfall", *steps(name), "--title", SETS[name], *options]
    done = CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "100", "NO_COLOR": "1"})
    assert done.exit_code == 0, done.stderr
    return done.stdout


def value(name: str) -> list[dict[str, Any]]:
    """
    Return the steps of the set *name* as data.
    """
    found = json.loads(said(name, "--json"))["steps"]
    assert isinstance(found, list)
    return found


def screen(name: str) -> str:
    """
    Return the screen of the set *name* as it stands on the page.
    """
    return f"```text\n{said(name)}```\n"


def units(_name: str) -> str:
    """
    Return what a request and a million tokens cost and what part of the month is whose, under both price sets.
    """
    rows = ["| step | prices | $ a month | $ for 1,000 requests | $ for 1M tokens | GPU nodes | disks | traffic | the rest |"]
    rows.append("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, words in (("document", "the document's"), ("today", "today's")):
        for step in value(name):
            month = Decimal(step["monthly"]["expected"])
            parts = {part: Decimal(amount["expected"]) / month for part, amount in step["components"].items()}
            known = [parts.pop(part) for part in ("GPU nodes", "storage", "network")]
            shares = " | ".join(f"{share * 100:.3f} %" for share in (*known, sum(parts.values())))
            prices = f"${Decimal(step['usd_per_request']) * 1000:.3f} | ${Decimal(step['usd_per_1m_tokens']):.3f}"
            rows.append(f"| {step['label']} | {words} | ${month:,.0f} | {prices} | {shares} |")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(("name", "made"), [("document", screen), ("today", screen), ("units", units)])
def test_what_the_page_shows_is_what_the_commands_print(name: str, made: Any, update_goldens: bool) -> None:  # noqa: FBT001 - a function, a fixture
    """
    Between the marks stands what is made now; SERVEWRIGHT_UPDATE_GOLDENS=1 writes it.
    """
    begin, end = f"<!-- {name}: begin ({MADE}) -->\n", f"<!-- {name}: end -->"
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(begin) == text.count(end) == 1
    if update_goldens:
        head, _, rest = text.partition(begin)
        text = head + begin + made(name) + end + rest.partition(end)[2]
        PAGE.write_text(text, encoding="utf-8")
    assert text.partition(begin)[2].partition(end)[0] == made(name)


def test_the_commands_on_the_page_are_those_of_this_test() -> None:
    """
    Whoever copies them gets the same.
    """
    text = PAGE.read_text(encoding="utf-8")
    for name, title in SETS.items():
        assert f'servewright waterfall docs/examples/scenario-08/{name}/*.yaml --title "{title}"' in text


def prose() -> str:
    """
    Return the page without what is made.
    """
    return re.sub(r"(?s)<!-- (\w+): begin .*?<!-- \1: end -->", "", PAGE.read_text(encoding="utf-8"))


def arithmetic() -> dict[str, str]:
    """
    Return every figure that is worked out in the prose, by what it is.
    """
    nodes = 6 * ON_DEMAND * MONTH
    before = nodes + 2000 + 1000
    reserved, at_60, whole = 2 * RESERVED * MONTH, 4 * SPOT * MONTH * Decimal("0.6"), 4 * SPOT * MONTH
    after, standing = reserved + at_60 + 1500, reserved + whole + 1500
    filled = 4 * ON_DEMAND * MONTH * Decimal("0.4")
    bought = after + filled
    left = Decimal(1)
    for saved in (70, 75, 50, 30, 40):
        left *= 1 - Decimal(saved) / 100
    return {
        "six nodes": f"${nodes:,.2f}",
        "lines before": f"${before:,.2f}",
        "reserved": f"${reserved:,.2f}",
        "spot at 60 %": f"${at_60:,.2f}",
        "lines after": f"${after:,.2f}",
        "spot all month": f"${whole:,.2f}",
        "with spot all month": f"${standing:,.2f}",
        "the gap on demand": f"${filled:,.2f}",
        "with the gap on demand": f"${bought:,.2f}",
        "saved of what is printed": f"{(1 - Decimal(50) / 144) * 100:.1f} %",
        "saved of the lines": f"{(1 - after / before) * 100:.1f} %",
        "saved with spot all month": f"{(1 - standing / before) * 100:.1f} % saved",
        "saved with the gap on demand": f"{(1 - bought / before) * 100:.1f} % saved",
        "left after all trade-offs": f"{left * 100:.1f} % of the cost",
        "GPU share of its bill": f"says {nodes / before * 100:.0f} %",
        "tokens of the month": f"{nodes / Decimal('0.0005') / 10**6:.0f} million tokens",
        "tokens a second": f"{nodes / Decimal('0.0005') / (MONTH * 3600):.0f} a second on 48 GPUs",
        "a million at its low price": f"${Decimal('0.00001') * 10**6:.0f} for a million",
        "a million at its high price": f"${Decimal('0.0005') * 10**6:.0f} for a million",
    }


STATED: Final = {"$32.77", "$21.18", "$9.83", "$144,000", "$50,000", "$2,000", "$1,000", "$500", "$50", "$0.00001", "$0.01", "$0.0005"}
"""
What the document states itself.
"""


def test_every_sum_in_the_prose_is_right() -> None:
    """
    Each is worked out here from the document's figures and stands on the page.
    """
    text = " ".join(prose().split())
    assert {what: figure for what, figure in arithmetic().items() if figure not in text} == {}


def test_no_amount_in_the_prose_is_anybody_elses() -> None:
    """
    An amount outside the tables is the document's own or worked out from its own; ours stand between the marks, where they are made.
    """
    worked_out = {found for figure in arithmetic().values() for found in re.findall(r"\$[\d.,]*\d", figure)}
    assert set(re.findall(r"\$[\d.,]*\d", prose())) - STATED - worked_out == set()


def test_the_words_about_today_hold() -> None:
    """
    What the prose says in words of the two price sets is true of the figures: the mix is worth half of the month, and a third today.
    """
    for name, low, high in (("document", "0.45", "0.55"), ("today", "0.28", "0.38")):
        start, _, mixed, *_ = (Decimal(step["monthly"]["expected"]) for step in value(name))
        assert Decimal(low) < 1 - mixed / start < Decimal(high), name
    then, now = (Decimal(value(name)[0]["monthly"]["expected"]) for name in SETS)
    assert Decimal("0.28") < 1 - now / then < Decimal("0.38")
    assert [step["replicas"] for step in value("document")] == [6, 6, 6, 5, 4]
    reserved, spot = (load_catalog().instance_prices.price("p4d.24xlarge", "us-east-1", kind) for kind in ("reserved-1yr", "spot"))
    assert reserved is not None
    assert spot is not None
    assert reserved.amount < spot.amount
    assert 6 * reserved.amount * MONTH < Decimal(value("today")[2]["components"]["GPU nodes"]["expected"])
    assert all(node["instance_type"].startswith(("p4d.", "m")) for step in value("today") for node in step["nodes"])


def test_every_picture_is_there() -> None:
    """
    The page shows the pictures that it names, in light and in dark.
    """
    named = re.findall(r'(?:srcset|src)="([^"]+)"', PAGE.read_text(encoding="utf-8"))
    assert len(named) == 4
    assert [name for name in named if not (PAGE.parent / name).read_bytes().startswith(b"\x89PNG")] == []
