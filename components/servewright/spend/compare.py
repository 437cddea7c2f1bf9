"""
The bill against what was paid, key by key, over the same days.

    estimate of the days   = monthly amount x days x 24 / 730
    difference             = paid - expected
    of it by price         = (paid per unit - expected per unit) x units paid for
    of it by quantity      = the rest

A key that only one side has is shown: what nobody estimated, and what was never paid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from servewright.ranges import Range, total
from servewright.spend.match import NODES, key_of_entry, key_of_line, level_of
from servewright.spend.periods import covered
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from servewright.cost.model import Bill, Line
    from servewright.spend.match import Level
    from servewright.spend.model import Entry, Spend
    from servewright.spend.periods import Covered

Verdict = Literal["within", "above", "below", "not estimated", "not paid", "unknown"]

HOURS_PER_DAY: Final = 24
_HOURS: Final = "hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One *key*: the *estimate* of the days and what was *paid*, USD. *by_price* is the part of the difference that comes from another price
    per unit; None where the export has no quantities, or the estimate no unit price. *at_least*: some of the estimate is not known.
    """

    key: str
    lines: int
    estimate: Range
    paid: Decimal
    by_price: Decimal | None = None
    at_least: bool = False

    @property
    def difference(self) -> Decimal | None:
        """
        What was paid more than expected; None where the estimate is unknown, in part too.
        """
        return None if self.at_least or self.estimate.expected is None else self.paid - self.estimate.expected

    @property
    def by_quantity(self) -> Decimal | None:
        """
        The part of the difference that comes from another quantity.
        """
        return None if self.by_price is None or self.difference is None else self.difference - self.by_price

    @property
    def verdict(self) -> Verdict:
        """
        Where the amount lies: within min and max, or beyond.
        """
        if not self.lines:
            return "not estimated"
        if self.at_least or self.estimate.expected is None:
            return "unknown"
        if not self.paid and self.estimate.expected:
            return "not paid"
        # Of one line the maximum may be the smallest: where the whole stack runs on its fallback, its spot pool is empty.
        bounds = [each for each in (self.estimate.min, self.estimate.expected, self.estimate.max) if each is not None]
        if self.estimate.max is not None and self.paid > max(bounds):
            return "above"
        return "below" if self.estimate.min is not None and self.paid < min(bounds) else "within"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    All *rows*, the largest difference first, over the days that are *covered*; *level* is how finely the export let them be told apart.
    """

    level: Level
    covered: Covered
    rows: tuple[Row, ...]
    total: Row


def compare(bill: Bill, spend: Spend) -> Comparison:
    """
    Return *bill* against *spend*, which has one entry at least.
    """
    level, days = level_of(spend.entries), covered(spend.entries)
    coarse = any((entry.component or "").lower() == NODES for entry in spend.entries)
    share = Range.exactly(Decimal(days.days * HOURS_PER_DAY) / HOURS_PER_MONTH)
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    paid: defaultdict[str, list[Entry]] = defaultdict(list)
    for line in bill.lines:
        lines[key_of_line(line, level, coarse=coarse)].append(line)
    for entry in spend.entries:
        paid[key_of_entry(entry, level, coarse=coarse)].append(entry)
    rows = [_row(key, lines.get(key, []), paid.get(key, []), share) for key in {**lines, **paid}]
    told = [row for row in rows if row.paid or row.estimate != _NOTHING]
    whole = Row(key="total", lines=len(bill.lines), estimate=bill.monthly.times(share), paid=spend.total, at_least=not bill.complete)
    return Comparison(level=level, covered=days, rows=tuple(sorted(told, key=_size)), total=whole)


def _row(key: str, lines: Sequence[Line], entries: Sequence[Entry], share: Range) -> Row:
    estimate = total(line.monthly for line in lines).times(share)
    paid = sum((entry.amount for entry in entries), Decimal(0))
    return Row(key=key, lines=len(lines), estimate=estimate, paid=paid, by_price=_by_price(lines, entries, paid))


def _by_price(lines: Sequence[Line], entries: Sequence[Entry], paid: Decimal) -> Decimal | None:
    """
    Return how much of the difference comes from the price of an hour; other units differ between export and bill (GB and GiB, tiers), and
    several usage types of one row count the same hours (those of a reservation, and those that it covers).
    """
    if len({entry.usage_type for entry in entries}) > 1:
        return None
    if not lines or not entries or any(line.unit != _HOURS for line in lines) or any(entry.quantity is None for entry in entries):
        return None
    hours = _known(line.quantity.expected for line in lines)
    amount = _known(line.monthly.expected for line in lines)
    used = sum((entry.quantity for entry in entries if entry.quantity is not None), Decimal(0))
    if not hours or amount is None:
        return None
    return paid - amount / hours * used


def _known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = list(amounts)
    return None if None in found else sum((each for each in found if each is not None), Decimal(0))


def _size(row: Row) -> tuple[bool, Decimal, str]:
    return (row.difference is None, -abs(row.difference or Decimal(0)), row.key)


_NOTHING: Final = Range.exactly(0)
