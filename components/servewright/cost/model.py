"""
The bill: lines, unknowns, what is free and why, what is not supported, and the assumptions under the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.ranges import Range, total, total_of_known

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One position of the bill, in USD a month.

    *resource* is the URN that causes it. *component* groups lines for people ("GPU nodes", "CPU nodes", "storage", "network", "budget").
    *name* is stable with variable parts in one pair of brackets ("instance hours (g6.xlarge, spot)"); *unit* is plural where it counts.
    *monthly* = *quantity* x *unit_price* member by member; *unit_price* has three members because a spot price is a band.
    *source* and *as_of* are the price's, *as_of_from* is the earliest day that *as_of* can mean (None: undated).
    """

    resource: str
    component: str
    model: str | None
    region: str
    purchase: str | None
    name: str
    unit: str
    quantity: Range
    unit_price: Range
    source: str | None
    as_of: str | None
    as_of_from: date | None = None

    @property
    def id(self) -> str:
        """
        The key of the line across bills: owner and name without brackets.
        """
        return f"{self.resource}#{self.name.split(' (', 1)[0]}"

    @property
    def monthly(self) -> Range:
        """
        The amount of the line; unknown where quantity or price is.
        """
        return self.quantity.times(self.unit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """
    Something whose amount is not known: *id* is the line's or the resource's, *what* names it, *why* says the reason.
    """

    id: str
    resource: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """
    A resource of a type that no pricer knows.
    """

    resource: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """
    A type that costs nothing by itself, and why; *count* resources of it are in the stack.
    """

    type: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPriced:
    """
    What runs or flows because of this stack and is paid elsewhere: *what* and how much (*requests*).
    """

    what: str
    requests: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """
    What the registered resources cost in a month.
    """

    lines: tuple[Line, ...]
    unknown: tuple[Unknown, ...]
    unsupported: tuple[Unsupported, ...]
    free: tuple[Free, ...]
    not_priced: tuple[NotPriced, ...]
    assumptions: tuple[str, ...]
    currency: str = "USD"

    @property
    def complete(self) -> bool:
        """
        True when every line is known and every resource is supported.
        """
        return not self.unknown and not self.unsupported

    @property
    def monthly(self) -> Range:
        """
        The total: the exact sum of the lines when complete, else of the known ones (read it as "at least").
        """
        amounts = [line.monthly for line in self.lines]
        return total(amounts) if self.complete else total_of_known(amounts)
