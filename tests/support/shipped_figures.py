"""
The figures on the pages of the shipped blueprints, made from their expected bills and their plans.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from servewright.pipeline import priced_file
from servewright.report.figures import dollars, unit_price
from servewright.report.unit_costs import unit_costs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.report.model import Preview

SHELF: Final = Path(__file__).resolve().parents[2] / "blueprints"
BEGIN: Final = "<!-- figures: begin (made from the expected bills by tests/blueprints_shipped) -->"
END: Final = "<!-- figures: end -->"
ELSEWHERE: Final = "scenario-08"
"""
Blueprints called so have pages of another form, with tests of their own.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """
    One blueprint of the shelf.
    """

    folder: Path

    @property
    def name(self) -> str:
        """
        Its name.
        """
        return self.folder.name

    @property
    def tree(self) -> dict[str, Any]:
        """
        What stands in its file.
        """
        value = yaml.safe_load((self.folder / "blueprint.yaml").read_text(encoding="utf-8"))
        assert isinstance(value, dict)
        return value

    @property
    def page(self) -> str:
        """
        Its README.
        """
        return (self.folder / "README.md").read_text(encoding="utf-8")

    @property
    def examples(self) -> tuple[Path, ...]:
        """
        Its examples, the minimal one first.
        """
        return tuple(sorted((self.folder / "examples").glob("*.yaml"), key=lambda path: (path.stem != "minimal", path.stem)))


SHIPPED: Final = tuple(Shipped(folder=path.parent) for path in sorted(SHELF.glob("*/blueprint.yaml")))
FIGURED: Final = tuple(each for each in SHIPPED if not each.name.startswith(ELSEWHERE))


def golden(example: Path) -> dict[str, Any]:
    """
    Return the expected bill of *example*.
    """
    value = json.loads(example.with_name(f"{example.stem}.bill.json").read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


@cache
def preview(example: Path) -> Preview:
    """
    Return the priced preview of *example*.
    """
    return priced_file(example)


def block(page: str, begin: str, end: str) -> str:
    """
    Return what stands between the marks *begin* and *end* on *page*.
    """
    return page.partition(begin)[2].partition(end)[0]


def with_block(page: str, text: str, begin: str, end: str) -> str:
    """
    Return *page* with *text* between its marks.
    """
    return f"{page.partition(begin)[0]}{begin}{text}{end}{page.partition(end)[2]}"


def figures_of(blueprint: Shipped) -> str:
    """
    Return the tables on the page of *blueprint*.
    """
    rows = [_row(example) for example in blueprint.examples]
    head = "| example | $ a month: min | expected | max | $ for 1M tokens | $ for 1,000 answers | hardware in the busiest hour |\n"
    lines = "".join(_pool_rows(blueprint.examples[0]))
    pools = "What the expected GPU nodes of `minimal.yaml` are:\n\n| pool | hours a month | $ an hour | $ a month |\n|---|---:|---:|---:|\n"
    return f"\n{head}|---|---:|---:|---:|---:|---:|---|\n{''.join(rows)}\n{pools}{lines}"


def _row(example: Path) -> str:
    total, shown = golden(example)["total"], preview(example)
    amounts = " | ".join(dollars(Decimal(total[member])) for member in ("min", "expected", "max"))
    several = len(shown.plan.models) > 1
    tokens = "<br>".join(f"{f'{one.name} ' if several else ''}{unit_price(one.token_price.blended)}" for one in shown.plan.models)
    hardware = "<br>".join(
        f"{f'{one.name}: ' if several else ''}{one.replicas.busiest:,} replicas of {one.gpus_per_replica} × {one.gpu_name}, "
        f"{one.precision.weights}, {one.instance_type}"
        for one in shown.plan.models
    )
    answers = _per_thousand(shown, Decimal(total["expected"]))
    return f"| [{example.stem}](examples/{example.name}) | {amounts} | {tokens} | {answers} | {hardware} |\n"


def _per_thousand(shown: Preview, month: Decimal) -> str:
    """
    Return the whole month over the answers of the one model that generates.
    """
    generating = {model.name for model in shown.plan.models if model.task == "generate"}
    requests = [model.requests for model in unit_costs(shown).models if model.name in generating]
    return unit_price(1000 * month / requests[0]) if len(requests) == 1 else "–"


def _pool_rows(example: Path) -> Iterator[str]:
    bill = golden(example)
    stack = preview(example).plan.stack.name
    for line in bill["lines"]:
        hours = Decimal(_expected(line["quantity"]))
        if line["component"] == "GPU nodes" and hours:
            pool = line["resource"].rpartition("::")[2].removeprefix(f"{stack}-")
            price, month = (Decimal(_expected(line[name])) for name in ("unit_price", "monthly"))
            yield f"| {pool}, {line['purchase']} | {hours:,.0f} | {unit_price(price)} | {dollars(month)} |\n"


def _expected(amount: str | dict[str, str]) -> str:
    return amount if isinstance(amount, str) else amount["expected"]


def shelf_table() -> str:
    """
    Return the table on the shelf's own page.
    """
    rows = []
    for blueprint in SHIPPED:
        total = golden(blueprint.examples[0])["total"]
        amounts = " | ".join(dollars(Decimal(total[member])) for member in ("min", "expected", "max"))
        rows.append(f"| [{blueprint.name}]({blueprint.name}/README.md) | {blueprint.tree['blueprint']['question']} | {amounts} |\n")
    return f"\n| blueprint | question | $ a month: min | expected | max |\n|---|---|---:|---:|---:|\n{''.join(rows)}"


PARAMETERS_BEGIN: Final = "<!-- parameters: begin (made from blueprint.yaml by tests/blueprints_shipped) -->"
PARAMETERS_END: Final = "<!-- parameters: end -->"


def parameters_of(blueprint: Shipped) -> str:
    """
    Return the table of the parameters on the page of *blueprint*.
    """
    rows = [
        f"| `{name}` | {_plain(each['default'])} | {_bounds(each)} | {each['description']} |\n"
        for name, each in blueprint.tree["parameters"].items()
    ]
    return f"\n| name | default | values | what it decides |\n|---|---|---|---|\n{''.join(rows)}"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:,}" if isinstance(value, int) else str(value)


def _bounds(declared: dict[str, Any]) -> str:
    if "enum" in declared:
        return ", ".join(declared["enum"])
    if "minimum" in declared:
        return f"{_plain(declared['minimum'])} to {_plain(declared['maximum'])}"
    return "list" if declared["type"] == "list" else "text"
