"""
The days that an export covers: its first and last, the days in between that it lacks, and the amounts day by day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.spend.model import Entry

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """
    The days from *first* to *last*, both within; *missing* lie between them and have no entry.
    """

    first: date
    last: date
    missing: tuple[date, ...]
    daily: bool

    @property
    def days(self) -> int:
        """
        The days that have an entry.
        """
        return (self.last - self.first).days + 1 - len(self.missing)


def covered(entries: Iterable[Entry]) -> Covered:
    """
    Return the days that *entries*, of which there is one at least, cover.
    """
    spans = {(entry.start, entry.days) for entry in entries}
    known = {start + number * ONE_DAY for start, days in spans for number in range(days)}
    first, last = min(known), max(known)
    between = (first + number * ONE_DAY for number in range((last - first).days + 1))
    return Covered(
        first=first, last=last, missing=tuple(day for day in between if day not in known), daily=all(days == 1 for _, days in spans)
    )


def by_day(entries: Iterable[Entry]) -> dict[date, Decimal]:
    """
    Return the amount of each day, in order; an entry of several days counts on its first.
    """
    amounts: defaultdict[date, Decimal] = defaultdict(Decimal)
    for entry in entries:
        amounts[entry.start] += entry.amount
    return dict(sorted(amounts.items()))
