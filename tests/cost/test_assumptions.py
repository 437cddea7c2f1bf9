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

CATALOG = tiny_catalog.tiny_catalog()


def test_the_month_and_the_dates_come_first() -> None:
    """
    Every bill says how long its month is and how old its prices are; global prices name no region.
    """
    texts = assumption_texts(CATALOG, ["us-east-1", "global", "us-east-1"], [], [])

    assert texts[0] == "a month has 730 hours (365 x 24 / 12)"
    assert texts[1] == (
        f"prices in us-east-1 are of {date(2026, 1, 1)} to {date(2026, 1, 1)}, catalogue built {CATALOG.build_date}; "
        "each line names its own date"
    )
    assert not [text for text in texts if "global" in text]


def test_a_constant_is_printed_with_its_range_and_origin() -> None:
    """
    Name, value, unit, range, kind and remark of the table.
    """
    assert assumption_texts(load_catalog(), [], ["spot_recovery", "spot_recovery"], [])[3:] == (
        "spot_recovery = 540 s (240 to 1200), judgement: notice to a serving replacement",
    )


def test_only_what_the_bill_uses_is_printed() -> None:
    """
    A bill without spot says nothing about spot; one with spot names its band.
    """
    plain = price_records(on_demand_stack(), CATALOG).assumptions
    spot = price_records(spot_stack(), CATALOG).assumptions

    assert not [text for text in plain if "spot" in text]
    assert [text for text in spot if text.startswith("spot_recovery = 540")]
    assert "burst: interruption band of g6.xlarge <5%: 5% interrupted a month, 0.0010540% more node-hours until replacements serve" in spot
    assert "fallback: 1 replica per g6.xlarge, 8% of the expected hours" in spot
