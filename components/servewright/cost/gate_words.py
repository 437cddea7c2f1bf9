"""
Figures of gates as people read them.

A gate's outcome goes into consoles of Pulumi, comments and JSON alike, so its words are made here; no figure is computed from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.spec.gate_rules import LimitUnit

_CENT: Final = Decimal("0.01")
_WHOLE_FROM: Final = Decimal(10)
_DIGITS: Final = 4
_TENTH: Final = Decimal("0.1")
_MOST_PLACES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    What a rule compares with its limit: *amount* in the limit's unit, None where it is not known. *per* follows it (" a month").
    Where it is *at_least* that much, or not known, *why* says the reason; *unbounded* where everything has a price and there is still no
    figure.
    """

    amount: Decimal | None
    per: str
    at_least: bool = False
    why: str = ""
    unbounded: bool = False


def shown(amount: Decimal, unit: LimitUnit) -> str:
    """
    Return *amount* in few digits: "$12,345", "$9.50", "$0.002134", "12.5 %", "120 days".

    >>> shown(Decimal("0.0021342"), "USD"), shown(Decimal("12.54"), "%"), shown(Decimal(1), "days"), shown(Decimal("-1200"), "USD")
    ('$0.002134', '12.5 %', '1 day', '-$1,200')
    """
    if not amount.is_finite():
        return f"∞ {unit}"
    if unit == "days":
        return f"{amount:,.0f} day{'' if amount == 1 else 's'}"
    if unit == "%":
        tenths = amount.quantize(_TENTH, ROUND_HALF_EVEN)
        return f"{tenths:,.0f} %" if tenths == tenths.to_integral_value() else f"{tenths:,} %"
    return _dollars(amount)


def as_given(amount: Decimal, unit: LimitUnit) -> str:
    """
    Return a limit with every digit that it was given: "$61.66", "$95,000", "12.5 %".

    >>> as_given(Decimal("61.66"), "USD"), as_given(Decimal("95000.00"), "USD"), as_given(Decimal(10), "%")
    ('$61.66', '$95,000', '10 %')
    """
    if unit != "USD" or not amount.is_finite() or amount == amount.to_integral_value():
        return shown(amount, unit)
    text = f"{amount.normalize():,f}"
    return f"${text}0" if len(text.partition(".")[2]) == 1 else f"${text}"


def beside(amount: Decimal, limit: Decimal, unit: LimitUnit) -> str:
    """
    Return *amount* in as many digits as show on which side of its *limit* it is.

    >>> beside(Decimal("95000.004"), Decimal(95000), "USD"), beside(Decimal(95001), Decimal(95000), "USD")
    ('$95,000.004', '$95,001')
    """
    text = shown(amount, unit)
    if amount == limit or text != shown(limit, unit):
        return text
    digits = next((q for places in range(2, _MOST_PLACES) if (q := round(amount, places)) != limit), amount)
    return f"${digits:,f}" if unit == "USD" else f"{digits:,f} {unit}"


def _dollars(amount: Decimal) -> str:
    size = abs(amount)
    sign = "-" if amount < 0 else ""
    if size == 0 or size >= _WHOLE_FROM:
        return f"{sign}${size.quantize(Decimal(1), ROUND_HALF_EVEN):,}"
    places = _CENT if size >= 1 else Decimal(1).scaleb(size.adjusted() - _DIGITS + 1)
    text = f"{size.quantize(places, ROUND_HALF_EVEN):f}"
    whole, _, cents = text.partition(".")
    return f"{sign}${whole}.{cents[:2]}{cents[2:].rstrip('0')}"
