"""
The estimate as a component input: `pulumi preview` then shows the old and the new amount, and the state keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from servewright.ranges import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """
    Whole USD a month, so that a tenth of a cent does not show up as a change; None is unknown.

    *at_least* is True where something has no known price: the amounts are then lower bounds. *budget* is the expected amount rounded
    up, None where the bill is incomplete: a lower bound is no budget. *prices_as_of* is the range of the prices' dates in words.
    *gates* are the rules of the stack with the figures they judge, for the policy pack.
    """

    min: int | None
    expected: int | None
    max: int | None
    budget: int | None
    at_least: bool
    prices_as_of: str
    gates: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, monthly: Range, *, complete: bool, prices_as_of: str, gates: Mapping[str, Any] | None = None) -> Self:
        """
        Return the estimate of a bill whose total is *monthly*.
        """
        return cls(
            min=_whole(monthly.min),
            expected=_whole(monthly.expected),
            max=_whole(monthly.max),
            budget=None if monthly.expected is None or not complete else int(monthly.expected.to_integral_value(ROUND_UP)),
            at_least=not complete,
            prices_as_of=prices_as_of,
            gates=gates,
        )

    def as_inputs(self) -> dict[str, int | bool | str | None]:
        """
        Return what goes into `estimatedMonthlyUsd`.
        """
        return {"min": self.min, "expected": self.expected, "max": self.max, "atLeast": self.at_least, "pricesAsOf": self.prices_as_of}


def _whole(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.to_integral_value(ROUND_HALF_EVEN))
