"""
A waterfall: how one monthly amount becomes another, step by step. The data alone; `report.html` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.ranges import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """
    One bar in USD a month: an amount (start and end), or what a step adds; *monthly* None is unknown and never 0. *note* is a short remark.
    """

    label: str
    monthly: Range | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """
    From *start* over *steps* to *end*; a step that saves is negative. A *start* without a label is nothing, and is not drawn.

    With *parts* the steps are what *end* is made of, each with a range of its own; else they are changes, of which the expected figure
    is drawn alone. *limit* is a budget to compare with.
    """

    title: str
    start: Bar
    steps: tuple[Bar, ...]
    end: Bar
    parts: bool = False
    limit: Decimal | None = None

    @property
    def unexplained(self) -> Decimal | None:
        """
        What the known expected figures of the steps leave between start and end; None where start or end is unknown.
        """
        first, last = expected(self.start), expected(self.end)
        if first is None or last is None:
            return None
        return last - first - sum((expected(step) or Decimal(0) for step in self.steps), Decimal(0))


def expected(bar: Bar) -> Decimal | None:
    """
    Return the expected figure of *bar*, None where it is unknown.
    """
    return None if bar.monthly is None else bar.monthly.expected
