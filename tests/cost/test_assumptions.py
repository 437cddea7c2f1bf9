"""
The sentences under the bill.
"""

from __future__ import annotations

from datetime import date

import tiny_catalog
from cluster_records import on_demand_stack, spot_stack
from servewright.catalog.load import load_catalog
from servewright.cost.assumptions import assumption_texts
from servewright.cost.bill import price_records
from servewright.cost.registry import Priced

CATALOG = tiny_catalog.tiny_catalog()


def test_the_month_and_the_max_come_first() -> None:
    """
    Every bill says how long its month is; one with pools says what its max is not, before anything else is assumed.
    """
    assert price_records([], CATALOG).assumptions[0] == "a month has 730 hours (365 x 24 / 12)"
    assert price_records(on_demand_stack(), CATALOG).assumptions[1].startswith("max is the autoscaler's maximum, not a spending cap: ")


def test_the_dates_are_those_of_the_lines() -> None:
    """
    What else the price table holds for the region does not make a bill older or newer; a bill without prices has no dates.
    """
    older = tiny_catalog.with_date(CATALOG, "g6.xlarge", date(2025, 6, 30))
    dates = [text for text in price_records(on_demand_stack(), older).assumptions if text.startswith("prices on this bill")]

    assert dates == [
        f"prices on this bill are of 2025-06-30 to 2026-01-01, catalogue built {CATALOG.build_date}; each line names its own date"
    ]
    other = tiny_catalog.with_date(CATALOG, "g6.12xlarge", date(2025, 6, 30))
    assert price_records(on_demand_stack(), other).assumptions == price_records(on_demand_stack(), CATALOG).assumptions
    assert not [text for text in price_records([], older).assumptions if text.startswith("prices on")]


def test_a_constant_is_printed_with_its_range_and_origin() -> None:
    """
    Name, value, unit, range, kind and remark of the table.
    """
    assert assumption_texts(load_catalog(), Priced(assumed=frozenset({"spot_recovery"})), ())[-1] == (
        "spot_recovery = 540 s (240 to 1200), judgement: notice to a serving replacement"
    )


def test_only_what_the_bill_uses_is_printed() -> None:
    """
    A bill without spot says nothing about spot; one with spot names its band.
    """
    plain = price_records(on_demand_stack(), CATALOG).assumptions
    spot = price_records(spot_stack(), CATALOG).assumptions

    assert not [text for text in plain if "spot" in text]
    assert [text for text in spot if text.startswith("spot_recovery = 540")]
    assert "burst: interruption band of g6.xlarge <5%: 5% interrupted a month, 0.0011% more node-hours until replacements serve" in spot
    assert "fallback: 1 replica per g6.xlarge, 8% of the expected hours" in spot
