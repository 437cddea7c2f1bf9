"""
The estimate as component input: whole dollars, unknown as nothing.
"""

from __future__ import annotations

from decimal import Decimal

from servewright.ranges import Range
from servewright.resources.estimates import Estimates


def test_amounts_are_whole_dollars() -> None:
    """
    Cents would show a change in every preview; the budget's amount is rounded up.
    """
    made = Estimates.of(Range(Decimal("397.40"), Decimal("640.20"), Decimal("1600.50")), complete=True, prices_as_of="2026-07-20")

    assert (made.min, made.expected, made.max, made.budget) == (397, 640, 1600, 641)


def test_unknown_stays_unknown() -> None:
    """
    An unknown maximum is no amount, and a bill with gaps says that it is a lower bound.
    """
    made = Estimates.of(Range(Decimal(1), None, None), complete=False, prices_as_of="2026-07-20")

    assert made.as_inputs() == {"min": 1, "expected": None, "max": None, "atLeast": True, "pricesAsOf": "2026-07-20"}
    assert made.budget is None
