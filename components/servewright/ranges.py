"""
A quantity or an amount as min, expected and max, where unknown is a state and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Range:
    """
    *min* is what stays when nothing happens, *expected* follows the traffic, *max* is what the limits allow.

    A member that is None is unknown; None added to or multiplied by anything stays None.
    """

    min: Decimal | None
    expected: Decimal | None
    max: Decimal | None

    @classmethod
    def exactly(cls, value: Decimal | int | None) -> Self:
        """
        Return the range whose three members are *value*.
        """
        amount = None if value is None else Decimal(value)
        return cls(amount, amount, amount)

    @classmethod
    def of(cls, low: Decimal | int, expected: Decimal | int, high: Decimal | int) -> Self:
        """
        Return the range of three known numbers.
        """
        return cls(Decimal(low), Decimal(expected), Decimal(high))

    @classmethod
    def unknown(cls) -> Self:
        """
        Return the range of which nothing is known.
        """
        return cls(None, None, None)

    @property
    def known(self) -> bool:
        """
        True when all three members are known.
        """
        return None not in (self.min, self.expected, self.max)

    def __add__(self, other: Range) -> Range:
        return Range(_add(self.min, other.min), _add(self.expected, other.expected), _add(self.max, other.max))

    def times(self, other: Range) -> Range:
        """
        Return the product member by member (quantity x price).
        """
        return Range(_mul(self.min, other.min), _mul(self.expected, other.expected), _mul(self.max, other.max))


ZERO = Range.exactly(0)


def total(ranges: Iterable[Range]) -> Range:
    """
    Return the sum of *ranges*; one unknown member makes that member of the sum unknown.
    """
    result = ZERO
    for item in ranges:
        result += item
    return result


def total_of_known(ranges: Iterable[Range]) -> Range:
    """
    Return the sum of the known members: the "at least" of a bill with unknowns. Where only the max is unknown (nothing bounds it), the
    expected member bounds it from below.
    """
    result = ZERO
    for item in ranges:
        most = item.expected if item.max is None else item.max
        result += Range(item.min or Decimal(0), item.expected or Decimal(0), most or Decimal(0))
    return result


def known_part(ranges: Iterable[Range]) -> Range:
    """
    Return the sum of the known members; a member is unknown where one of *ranges* is and the others come to nothing: no price is no 0.
    """
    amounts = list(ranges)
    known = total_of_known(amounts)
    return Range(
        None if not known.min and any(each.min is None for each in amounts) else known.min,
        None if not known.expected and any(each.expected is None for each in amounts) else known.expected,
        None if not known.max and any(each.max is None for each in amounts) else known.max,
    )


def _add(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a + b


def _mul(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else a * b
