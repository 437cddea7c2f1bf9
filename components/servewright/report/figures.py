"""
Figures as people read them. Rounding happens here and nowhere before.

Money is in whole dollars, amounts under 10 USD with cents, both rounded half to even; None is "unknown" and never 0.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN_AMOUNT: Final = "unknown"

_CENTS_BELOW: Final = Decimal(10)
_CENT: Final = Decimal("0.01")
_CENT_PLACES: Final = 3
_COUNT_PLACES: Final = ((Decimal("0.01"), 4), (Decimal(10), 2), (Decimal(10_000), 1))
_WHOLE_PERCENT: Final = 100
_HOURS_IN_DAY: Final = 24
_LEAST_COUNT: Final = Decimal("0.0001")
_TIMES: Final = re.compile(r"(?<=[A-Za-z0-9]) x (?=[A-Za-z0-9])")
_THOUSANDS: Final = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def usd(amount: Decimal | None) -> str:
    """
    Return *amount* without its currency sign: "12,345", "9.50", "<0.01", "0" or "unknown".
    """
    if amount is None:
        return UNKNOWN_AMOUNT
    if amount == 0:
        return "0"
    if 0 < amount < _CENT:
        return "<0.01"
    cents = amount.quantize(_CENT, ROUND_HALF_EVEN)
    if abs(cents) < _CENTS_BELOW:
        return f"{cents:,}"
    return f"{amount.quantize(Decimal(1), ROUND_HALF_EVEN):,}"


def dollars(amount: Decimal | None) -> str:
    """
    Return *amount* with its currency sign: "$12,345", "<$0.01" or "unknown".
    """
    text = usd(amount)
    if amount is None:
        return text
    return f"<${text[1:]}" if text.startswith("<") else f"${text}".replace("$-", "-$")


def exact_dollars(amount: Decimal) -> str:
    """
    Return every digit of an *amount* that somebody wrote: a limit of $0.0006 a request is none of "<$0.01".

    >>> exact_dollars(Decimal("0.0006")), exact_dollars(Decimal(70)), exact_dollars(Decimal("1500.5"))
    ('$0.0006', '$70', '$1,500.50')
    """
    text = _trimmed(f"{amount:,f}")
    return f"${text}0" if text[-2:-1] == "." else f"${text}"


def change(before: Decimal, after: Decimal) -> str:
    """
    Return from *before* to *after* in percent with its sign: "+13.6 %", "−4.0 %", "−<0.1 %", "±0 %"; "new" where there was nothing.
    """
    if before == after:
        return "±0 %"
    if not before:
        return "new"
    share = (after / before - 1) * 100
    places = 0 if abs(share) >= _WHOLE_PERCENT else 1
    size = f"{abs(share):,.{places}f}"
    return f"{'+' if share > 0 else '−'}{'<0.1' if size == '0.0' else size} %"


def unit_price(amount: Decimal | None) -> str:
    """
    Return a price per unit with its sign and at most four significant digits, cents at least: "$0.8048", "$63.30", "$0.000004".
    """
    if amount is None:
        return UNKNOWN_AMOUNT
    if amount == 0:
        return "$0"
    return f"${_significant(amount, 4)}"


def hourly(amount: Decimal | None) -> str:
    """
    Return a price per hour without its sign, always with cents: "0.98", "63.30"; "-" where there is none.
    """
    return "–" if amount is None else f"{amount.quantize(_CENT, ROUND_HALF_EVEN):,}"


def per_million(amount: Decimal | None) -> str:
    """
    Return a price per million tokens with two significant digits, cents at least: "$1.16", "$0.064" or "unknown".
    """
    return UNKNOWN_AMOUNT if amount is None else f"${_significant(amount, 2)}"


def aligned(cells: Iterable[str]) -> list[str]:
    """
    Return money *cells* padded so that whole dollars end above each other where some of them have cents.
    """
    texts = list(cells)
    if not any(_has_cents(t) for t in texts):
        return texts
    return [t if _has_cents(t) or not t[-1:].isdigit() else t + " " * _CENT_PLACES for t in texts]


def count(value: Decimal | float | None) -> str:
    """
    Return a count or quantity: whole where it is whole, else with as many digits as help: "3", "2.4", "0.38", "1,036.6".
    """
    if value is None:
        return UNKNOWN_AMOUNT
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if number == number.to_integral_value():
        return f"{int(number):,}"
    for limit, places in _COUNT_PLACES:
        if abs(number) < limit:
            return _trimmed(f"{number:,.{places}f}") if abs(number) >= _LEAST_COUNT else f"<{_LEAST_COUNT}"
    return f"{number:,.0f}"


def rate(value: float | Decimal) -> str:
    """
    Return a rate with three significant digits: "3.29", "24", "0.07".
    """
    number = float(value)
    if number == 0:
        return "0"
    text = f"{number:.3g}"
    return f"{number:,.0f}" if "e" in text or number >= 100 else text  # noqa: PLR2004 - three digits and more are whole


def milliseconds(value: float | Decimal) -> str:
    """
    Return milliseconds without their unit: whole from 10 on, one decimal below.
    """
    number = float(value)
    return f"{number:,.0f}" if number >= 10 else _trimmed(f"{number:.1f}")  # noqa: PLR2004 - below two digits a decimal helps


def gib(value: float) -> str:
    """
    Return GiB without their unit, one decimal.
    """
    return f"{value:,.1f}"


def percent(share: float | Decimal) -> str:
    """
    Return a share 0..1 in percent: "58 %", under one percent with a decimal.
    """
    value = float(share) * 100
    return f"{value:.1f} %" if 0 < value < 1 else f"{value:,.0f} %"


def exact_percent(share: Decimal) -> str:
    """
    Return every digit of a *share* of 0..1 in percent: an objective of 99.95 % is not one of 100 %.

    >>> exact_percent(Decimal("0.9995")), exact_percent(Decimal("0.95"))
    ('99.95 %', '95 %')
    """
    return f"{_trimmed(f'{share * 100:f}')} %"


def compact(value: int) -> str:
    """
    Return a large count with three significant digits: "47.7B", "3.2M", "950".
    """
    for factor, letter in _THOUSANDS:
        if value >= factor:
            scaled = value / factor
            return f"{scaled:.0f}{letter}" if scaled >= 100 else _trimmed(f"{scaled:.1f}") + letter  # noqa: PLR2004 - three digits
    return str(value)


def duration(seconds: int) -> str:
    """
    Return seconds as people say them: "45 s", "4 min", "4 min 30 s".
    """
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def period(seconds: int) -> str:
    """
    Return a long time as people say it: "30 s", "45 min", "1 h", "19 h 12 min", "7 days".
    """
    hours, rest = divmod(seconds, 3600)
    if not hours:
        return duration(seconds)
    if not rest and hours > _HOURS_IN_DAY and not hours % _HOURS_IN_DAY:
        return f"{hours // _HOURS_IN_DAY} days"
    return f"{hours} h {duration(rest)}" if rest else f"{hours} h"


def span(low: Decimal | None, high: Decimal | None) -> str:
    """
    Return two counts as one: "2" where they are equal, else "1-3" with a dash.
    """
    if low == high:
        return count(low)
    return f"{count(low)}–{count(high)}"


def plural(number: int, noun: str) -> str:
    """
    Return "1 node", "2 nodes", "2 replicas".
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def times(text: str) -> str:
    """
    Return a sentence of the planner with the sign of multiplication in place of its letter: "2 x H200" becomes "2 × H200".
    """
    return _TIMES.sub(" × ", text)


def _significant(amount: Decimal, digits: int) -> str:
    places = max(2, digits - 1 - amount.adjusted()) if amount else 2
    text = f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction[:2]}{fraction[2:].rstrip('0')}"


def _has_cents(text: str) -> bool:
    return text[-3:-2] == "."


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
