"""
Waterfalls made by hand.
"""

from __future__ import annotations

from decimal import Decimal

from servewright.ranges import Range
from servewright.report.waterfall import Bar, Waterfall


def saving() -> Waterfall:
    """
    Return one that saves, with a step that costs more and one that is not known.
    """
    return Waterfall(
        title="From today to the proposal",
        start=Bar(label="today", monthly=Range.of(150_000, 180_000, 220_000)),
        steps=(
            Bar(label="half of the base on spot", monthly=Range.of(-60_000, -70_000, -80_000)),
            Bar(label="fp8 in place of bf16, on the same nodes", monthly=Range.exactly(-45_000), note="quality is not measured here"),
            Bar(label="monitoring", monthly=Range.exactly(Decimal("420.5"))),
            Bar(label="private network", monthly=None),
        ),
        end=Bar(label="after", monthly=Range.of(45_000, Decimal("65420.5"), 95_000)),
    )
