"""
What a bill says to its gates.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, Self

from servewright.cost.model import Bill
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.model import Line

_COUNTED: Final = Decimal("0.99")
"""
The part of the expected amount whose prices must be fresh; judgement: the date of a line of cents says nothing about a bill of thousands.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """
    The figures that gates judge.

    *after* is the bill's total a month; where it is not *complete*, each member of it is a lower bound. *before* is the same of what it is
    compared with, None where it is compared with nothing; *same_unknown* says that what is not known is the same before and after, so that
    the known parts can be compared. *queries* and *tokens* are those of a month, None where not known.
    *unknown* and *unsupported* name what has no price. *oldest_price* is the earliest date among the prices that matter, None where
    none has a date. *lock* is the state of the plan's lock, None for a program that has no plan of ours.
    """

    after: Range
    complete: bool
    before: Range | None = None
    before_complete: bool = True
    same_unknown: bool = False
    queries: Decimal | None = None
    tokens: Decimal | None = None
    unknown: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    oldest_price: date | None = None
    lock: Literal["none", "locked", "stale"] | None = None

    @classmethod
    def of(
        cls,
        bill: Bill,
        *,
        before: Bill | None = None,
        queries: Decimal | None = None,
        tokens: Decimal | None = None,
        lock: Literal["none", "locked", "stale"] | None = None,
    ) -> Self:
        """
        Return what *bill* says, compared with the bill *before* where there is one.
        """
        return cls(
            after=bill.monthly,
            complete=bill.complete,
            before=None if before is None else before.monthly,
            before_complete=before is None or before.complete,
            same_unknown=before is not None and _without_price(before) == _without_price(bill),
            queries=queries,
            tokens=tokens,
            unknown=tuple(each.what for each in bill.unknown),
            unsupported=tuple(each.type for each in bill.unsupported),
            oldest_price=oldest_price(bill),
            lock=lock,
        )


def _without_price(bill: Bill) -> Counter[tuple[str, ...]]:
    """
    Return what has no price, by its id and why, and with its line where it has one: more hours at no known price are not the same hours.
    """
    unknown: Counter[tuple[str, ...]] = Counter((each.id, each.why) for each in bill.unknown)
    unknown.update((each.resource, each.type) for each in bill.unsupported)
    lines = (line for line in bill.lines if None in (line.monthly.min, line.monthly.expected, line.monthly.max))
    unknown.update((line.id, line.name, line.purchase or "", repr(line.quantity), repr(line.unit_price)) for line in lines)
    return unknown


def oldest_price(bill: Bill) -> date | None:
    """
    Return the earliest date among the prices of the dearest lines, which together make up 99 % of what is expected (of the most that is
    allowed, where nothing is expected); None where none of them has a date.
    """
    return _oldest(bill.lines, expected=any(line.monthly.expected for line in bill.lines))


def _oldest(lines: tuple[Line, ...], *, expected: bool) -> date | None:
    amounts = [(line, (line.monthly.expected if expected else line.monthly.max) or Decimal(0)) for line in lines]
    whole = sum((amount for _, amount in amounts), Decimal(0))
    dates: list[date] = []
    counted = Decimal(0)
    for line, amount in sorted(amounts, key=lambda pair: (-pair[1], pair[0].id)):
        if counted >= whole * _COUNTED:
            break
        counted += amount
        dates += [] if line.as_of_from is None else [line.as_of_from]
    return min(dates, default=None)
