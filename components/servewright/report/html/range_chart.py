"""
Ranges under each other: a bar to the expected amount, a line from the least to the most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.html.bar_rows import Placed, bars_chart
from servewright.report.waterfall import Bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.ranges import Range
    from servewright.report.html.parts import Chart


def range_chart(amounts: Sequence[tuple[str, Range]], name: str, title: str) -> Chart:
    """
    Return one bar for each of *amounts*, a label and a range, as a drawing whose id is *name*.
    """
    placed = tuple(Placed(bar=Bar(label=label, monthly=amount)) for label, amount in amounts)
    return bars_chart(name, title, placed, {"part": "expected"}, None, joined=False)
