"""
Scenario 08 before and after: the document's prices and today's, and what their pages say.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

import pytest

from shipped_figures import (
    BEGIN,
    END,
    PARAMETERS_BEGIN,
    PARAMETERS_END,
    SHIPPED,
    Shipped,
    block,
    figures_of,
    golden,
    parameters_of,
    with_block,
)

SCENARIO: Final = {one.name.rpartition("-")[2]: one for one in SHIPPED if one.name.startswith("scenario-08-")}
MONTH: Final = 730

each = pytest.mark.parametrize("blueprint", SCENARIO.values(), ids=lambda blueprint: blueprint.name)


@each
def test_its_tables_are_those_of_the_tool(blueprint: Shipped, update_goldens: bool) -> None:  # noqa: FBT001 - a fixture
    """
    Figures and parameters on the page are made; SERVEWRIGHT_UPDATE_GOLDENS=1 writes them.
    """
    page = blueprint.folder / "README.md"
    for made, begin, end in ((figures_of(blueprint), BEGIN, END), (parameters_of(blueprint), PARAMETERS_BEGIN, PARAMETERS_END)):
        text = page.read_text(encoding="utf-8")
        if update_goldens:
            page.write_text(with_block(text, made, begin, end), encoding="utf-8")
        assert block(page.read_text(encoding="utf-8"), begin, end) == made


def _hours(blueprint: Shipped, example: str) -> list[dict[str, Any]]:
    bill = json.dumps(golden(blueprint.folder / "examples" / f"{example}.yaml"))
    return [line for line in json.loads(bill)["lines"] if line["name"].startswith("instance hours (p4d")]


def test_the_start_is_the_documents_to_the_cent() -> None:
    """
    Six p4d on demand around the clock at its price: 6 x 32.77 x 730.
    """
    (line,) = _hours(SCENARIO["before"], "minimal")
    assert (line["purchase"], Decimal(line["monthly"])) == ("on-demand", 6 * Decimal("32.77") * MONTH)


def test_six_nodes_stand_after_it_too() -> None:
    """
    Two reserved and four whose hours are on spot or on demand: no lost capacity is counted as a saving.
    """
    lines = _hours(SCENARIO["after"], "minimal")
    hours = {line["purchase"]: _expected(line["quantity"]) for line in lines}
    assert hours["reserved"] == 2 * MONTH
    assert hours["spot"] + hours["on-demand"] == 4 * MONTH
    assert {line["purchase"]: line["unit_price"] for line in lines} == {"reserved": "21.18", "spot": "9.83", "on-demand": "32.77"}


@each
def test_todays_prices_are_the_shipped_ones(blueprint: Shipped) -> None:
    """
    One line takes the document's price book away; hardware and hours stay.
    """
    then, now = (_hours(blueprint, example) for example in ("minimal", "todays-prices"))
    assert [line["quantity"] for line in then] == [line["quantity"] for line in now]
    assert all(line["unit_price"] not in ("32.77", "21.18", "9.83") for line in now)


def _expected(quantity: str | dict[str, str]) -> Decimal:
    return Decimal(quantity if isinstance(quantity, str) else quantity["expected"])
