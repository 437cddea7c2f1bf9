"""
From the rows that answer a question to one price, or to the fault that keeps it from being one.

Exactly one SKU: "the cheapest that fits" under-prices and "the first" is chance. USD only. A price of 0 means that there is none: no unit
that is asked for is free. What is paid upfront is spread over the hours of the term, so that "all upfront" is never 0 an hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.errors import InvalidInputError
from servewright.offers.codes import AMBIGUOUS, ODD_VALUE, OTHER_CURRENCY
from servewright.offers.faults import fault, refused
from servewright.offers.query import HOURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from servewright.diagnostics import Diagnostic
    from servewright.offers.query import Asked, Key
    from servewright.offers.quotes import Gathered, Quote

_NUMBER: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_OPEN: Final = "Inf"
_PLACES: Final = Decimal("1E-12")
"""
Digits of a price after conversion: those of the published prices and two more (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """
    The price of the units from *start* up to *end* (None: open).
    """

    start: Decimal
    end: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    What an offer file says that *key* costs, in our *unit*; *line* is where the first tier stands.
    """

    key: Key
    unit: str
    tiers: tuple[Tier, ...]
    sku: str
    file: str
    line: int

    @property
    def amount(self) -> Decimal:
        """
        The price of the first tier.
        """
        return self.tiers[0].amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """
    What came of one offer file: prices, keys without any row, and the faults of the others by key.
    """

    found: tuple[Found, ...]
    absent: tuple[Key, ...]
    faults: tuple[tuple[Key, Diagnostic], ...]


def judged(gathered: Gathered) -> Judged:
    """
    Return the price of each question, or its fault.
    """
    found, absent, faults = [], [], []
    for asked, quotes in gathered.quotes:
        if not quotes:
            absent.append(asked.key)
            continue
        try:
            found.append(_found(asked, quotes, gathered.file))
        except InvalidInputError as error:
            faults += [(asked.key, each) for each in error.diagnostics]
    return Judged(found=(*found, *_extended_support(found)), absent=tuple(absent), faults=tuple(faults))


def _found(asked: Asked, quotes: Sequence[Quote], file: str) -> Found:
    first = quotes[0]
    other = next((quote for quote in quotes if quote.sku != first.sku), None)
    if other is not None:
        text = f"two SKUs fit: {first.sku} (line {first.line}) and {other.sku} (line {other.line})"
        hint = "The query no longer tells them apart. --accept takes the other prices and leaves this one as it is."
        raise _refusal(asked, other, file, AMBIGUOUS, text, hint=hint)
    for quote in quotes:
        if quote.currency != "USD":
            raise _refusal(asked, quote, file, OTHER_CURRENCY, "only USD is read; no rate of exchange is assumed", value=quote.currency)
    tiers = _tiers(asked, quotes, file) if asked.term is None else (_committed(asked, quotes, file),)
    return Found(key=asked.key, unit=asked.query.unit, tiers=tiers, sku=first.sku, file=file, line=first.line)


def _tiers(asked: Asked, quotes: Sequence[Quote], file: str) -> tuple[Tier, ...]:
    tiers = sorted(((_tier(asked, quote, file), quote) for quote in quotes), key=lambda pair: pair[0].start)
    end: Decimal | None = Decimal(0)
    for tier, quote in tiers:
        if tier.start != end:
            raise _refusal(asked, quote, file, ODD_VALUE, "this tier does not begin where the one before it ends", value=quote.start)
        end = tier.end
    if end is not None:
        raise _refusal(asked, tiers[-1][1], file, ODD_VALUE, "the last tier has an end: a row is missing", value=tiers[-1][1].end)
    if asked.query.tiers == "only" and len(tiers) > 1:
        raise _refusal(asked, tiers[1][1], file, ODD_VALUE, "has tiers, and one price for any quantity was expected")
    paid = [tier for tier, _ in tiers if tier.amount]
    if not paid or (asked.query.tiers != "first" and len(paid) != len(tiers)):
        raise _refusal(asked, quotes[0], file, ODD_VALUE, "has a price of 0, which says that there is none", value=quotes[0].usd)
    # A free allowance belongs to the account and not to one stack: "first" is the first tier that is paid, for any quantity.
    return tuple(paid) if asked.query.tiers == "all" else (Tier(start=Decimal(0), end=None, amount=paid[0].amount),)


def _tier(asked: Asked, quote: Quote, file: str) -> Tier:
    end = None if quote.end == _OPEN else _number(asked, quote, quote.end, file)
    start = _number(asked, quote, quote.start, file)
    if end is not None and end <= start:
        raise _refusal(asked, quote, file, ODD_VALUE, "a tier that ends before it starts", value=quote.end)
    return Tier(start=start, end=end, amount=_converted(asked, quote, file))


def _committed(asked: Asked, quotes: Sequence[Quote], file: str) -> Tier:
    """
    Return what a committed hour costs: its hourly price, and its part of what is paid upfront.
    """
    hourly = [quote for quote in quotes if not quote.upfront]
    fees = [quote for quote in quotes if quote.upfront]
    length, payment = asked.term or ("", "")
    for rows, what in ((hourly, "hourly price"), (fees, "upfront fee")):
        if len(rows) > 1:
            raise _refusal(asked, rows[1], file, AMBIGUOUS, f"has a second {what} (line {rows[0].line} has the first)")
    if not hourly:
        raise _refusal(asked, quotes[0], file, ODD_VALUE, "has no hourly price beside its upfront fee")
    fee = _number(asked, fees[0], fees[0].usd, file) if fees else Decimal(0)
    if bool(fee) != (payment != "no upfront"):
        raise _refusal(asked, quotes[0], file, ODD_VALUE, f"is {payment}, and {f'{fee} USD are' if fee else 'nothing is'} paid upfront")
    total = _converted(asked, hourly[0], file) + fee / HOURS[length]
    if not total:
        raise _refusal(asked, hourly[0], file, ODD_VALUE, "has a price of 0, which says that there is none", value=hourly[0].usd)
    return Tier(start=Decimal(0), end=None, amount=_plain(total))


def _converted(asked: Asked, quote: Quote, file: str) -> Decimal:
    factor = asked.query.units.get(quote.unit.lower())
    if factor is None:
        text = f"has another unit than {' or '.join(asked.query.units)}: nothing is guessed"
        raise _refusal(asked, quote, file, ODD_VALUE, text, value=quote.unit)
    exact = Fraction(_number(asked, quote, quote.usd, file)) * factor
    return _plain(Decimal(exact.numerator) / Decimal(exact.denominator))


def _number(asked: Asked, quote: Quote, text: str, file: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise _refusal(asked, quote, file, ODD_VALUE, "is no number as AWS writes it", value=text)
    return Decimal(text)


def _plain(amount: Decimal) -> Decimal:
    return Decimal(f"{amount.quantize(_PLACES, ROUND_HALF_EVEN).normalize():f}")


def _refusal(
    asked: Asked, quote: Quote, file: str, code: str, message: str, *, value: str | None = None, hint: str | None = None
) -> InvalidInputError:
    return refused(fault(file, code, message, line=quote.line, path=str(asked.key), value=value, hint=hint, phase="planning"))


_STANDARD: Final = "standard support"
_SURCHARGE: Final = "extended support surcharge"
_TOTAL: Final = "extended support"


def _extended_support(found: Iterable[Found]) -> list[Found]:
    """
    Return what a control plane in extended support costs in all: AWS publishes the surcharge, the catalogue holds the sum too.
    """
    parts = {each.key.variant: each for each in found if (each.key.service, each.key.component) == ("EKS", "control plane")}
    if not {_STANDARD, _SURCHARGE} <= parts.keys():
        return []
    standard, surcharge = parts[_STANDARD], parts[_SURCHARGE]
    total = Tier(start=Decimal(0), end=None, amount=standard.amount + surcharge.amount)
    key = type(standard.key)(standard.key.service, standard.key.component, _TOTAL, standard.key.region)
    return [
        Found(key=key, unit=standard.unit, tiers=(total,), sku=f"{standard.sku} + {surcharge.sku}", file=standard.file, line=surcharge.line)
    ]
