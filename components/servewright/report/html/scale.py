"""
From amounts to places on a chart: a linear scale with round ticks.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MOST_TICKS: Final = 5
"""
Intervals between ticks at most: six labels like "$12.5k" have room side by side on 340 pixels; judgement.
"""

_MOST_RATIO_TICKS: Final = 9
_PLACES: Final = Decimal("0.01")
_THOUSANDS: Final = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """
    From *low* to *high* in steps of *step*, drawn from *left* to *right* percent of the width.
    """

    low: Decimal
    high: Decimal
    step: Decimal
    left: Decimal = Decimal(0)
    right: Decimal = Decimal(100)

    @classmethod
    def over(cls, amounts: Iterable[Decimal], *, left: int = 0, right: int = 100) -> Self:
        """
        Return the scale with round ends that holds zero and all *amounts*.
        """
        found = [Decimal(0), *amounts]
        low, high = min(found), max(found)
        step = _step((high - low) / _MOST_TICKS)
        ends = (low / step).to_integral_value(ROUND_FLOOR) * step, (high / step).to_integral_value(ROUND_CEILING) * step
        return cls(low=ends[0], high=max(ends[1], ends[0] + step), step=step, left=Decimal(left), right=Decimal(right))

    def place(self, amount: Decimal) -> Decimal:
        """
        Return where *amount* lies, in percent of the width.
        """
        share = (amount - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> tuple[Decimal, ...]:
        """
        Return the amounts that are labelled.
        """
        count = int((self.high - self.low) / self.step)
        return tuple(self.low + self.step * place for place in range(count + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioScale:
    """
    A scale on which equal steps multiply, from *low* to *high*, both above zero, drawn from *left* to *right*.
    """

    low: Decimal
    high: Decimal
    left: Decimal
    right: Decimal

    @classmethod
    def over(cls, amounts: Iterable[Decimal], *, left: int, right: int) -> Self:
        """
        Return the scale that holds all *amounts* above zero between two of its ticks.
        """
        found = [amount for amount in amounts if amount > 0] or [Decimal(1)]
        ladder = _ladder(min(found), max(found))
        low = max(tick for tick in ladder if tick <= min(found))
        high = min(tick for tick in ladder if tick >= max(found) and tick > low)
        return cls(low=low, high=high, left=Decimal(left), right=Decimal(right))

    def place(self, amount: Decimal) -> Decimal:
        """
        Return where *amount* lies; what is not above zero lies at the low end.
        """
        share = (max(amount, self.low) / self.low).ln() / (self.high / self.low).ln()
        return (self.left + share * (self.right - self.left)).quantize(_PLACES)

    def ticks(self) -> tuple[Decimal, ...]:
        """
        Return the amounts that are labelled: 1, 2 and 5 of each power of ten, the powers alone where these are too many.
        """
        every = [tick for tick in _ladder(self.low, self.high) if self.low <= tick <= self.high]
        powers = [tick for tick in every if tick == Decimal(1).scaleb(tick.adjusted())]
        return tuple(every if len(every) <= _MOST_RATIO_TICKS else powers)


def _ladder(low: Decimal, high: Decimal) -> list[Decimal]:
    powers = range(low.adjusted() - 1, high.adjusted() + 2)
    return [Decimal(digit).scaleb(power) for power in powers for digit in (1, 2, 5)]


def percent_text(place: Decimal) -> str:
    """
    Return a place as SVG takes it: "12.5%".
    """
    return f"{place.quantize(_PLACES).normalize():f}%"


def short(amount: Decimal, sign: str = "$") -> str:
    """
    Return a tick in few letters: "$40k", "$2.5M", "-$500".
    """
    size, minus = abs(amount), "−" if amount < 0 else ""
    for factor, letter in _THOUSANDS:
        if size >= factor:
            return f"{minus}{sign}{(size / factor).normalize():f}{letter}"
    return f"{minus}{sign}{size.normalize():f}"


def cut(text: str, columns: int) -> str:
    """
    Return *text* in at most *columns* columns, a sign of East Asia being two; an ellipsis stands for what is left out.
    """
    if sum(map(_columns, text)) <= columns:
        return text
    kept, used = "", 1
    for character in text:
        used += _columns(character)
        if used > columns:
            break
        kept += character
    return kept.rstrip() + "…"


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _step(rough: Decimal) -> Decimal:
    if rough <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * step for step in _STEPS if power * step >= rough)
