"""
The fields of a price book as written; what they mean together stands in price_book_file.py.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, get_args

from servewright.catalog.instance_prices import Offer
from servewright.spec.codes import NEEDS_UNIT, NOT_A_CHOICE, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.gates import parse_day
from servewright.spec.names import choice, parse_text, text
from servewright.spec.quantities import Parsed, parse_share
from servewright.spec.structure import Listed, Part

BOOK_VERSION: Final = "servewright.dev/prices/v1"
PURCHASES: Final[tuple[str, ...]] = get_args(Offer)

MOST_USD: Final = Decimal(1_000_000)
"""
The highest unit price; the dearest instance hour of 2026 is some hundred USD (judgement).
"""

_MOST_ROWS: Final = 5000
_MAX_DIGITS: Final = 18
_MAX_DECIMALS: Final = 12
_AMOUNT: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_OTHER_MONEY: Final = re.compile(r"(?i)([-+]?[0-9.,]+ ?[a-z]{3}|[€£¥$].*|[a-z]{3} ?[0-9.,]+)")


def parse_usd_amount(value: object) -> Decimal:
    """
    Return the amount of 32.77 or "32.77", 0 to MOST_USD, exactly.
    """
    if isinstance(value, str):
        if _OTHER_MONEY.fullmatch(value.strip()):
            raise fault(NEEDS_UNIT, "the number alone: the field's name has the currency, USD", 'usd_per_hour: "32.77"')
        if _AMOUNT.fullmatch(value) is None:
            raise fault(WRONG_TYPE, "must be a number, in quotes or not, this is text", 'usd_per_hour: "32.77"')
        number = Decimal(value)
    elif isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise fault(WRONG_TYPE, f"must be a number, this is {kind(value)}")
    else:
        number = Decimal(value)
    if not number.is_finite() or number.is_signed():
        raise fault(OUT_OF_BOUNDS, "must not be negative, and must be finite")
    _, digits, exponent = number.as_tuple()
    if number > MOST_USD or len(digits) > _MAX_DIGITS or int(exponent) < -_MAX_DECIMALS:
        raise fault(OUT_OF_BOUNDS, f"must be at most {MOST_USD:,}, with {_MAX_DIGITS} digits or fewer, {_MAX_DECIMALS} after the point")
    return number


def _bound(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise fault(WRONG_TYPE, f"must be a number, this is {kind(value)}")
    if not Decimal(value).is_finite() or not 0 <= value <= Decimal(10**15):
        raise fault(OUT_OF_BOUNDS, "must be from 0 to 1000000000000000")
    return Decimal(value)


def _share(value: object) -> Decimal:
    share = parse_share(value)
    if share == 0:
        raise fault(OUT_OF_BOUNDS, "must be above 0%", "a discount of 0% changes nothing; a surcharge is an absolute price")
    return share


def _currency(value: object) -> str:
    given = parse_text(value, "USD")
    if given != "USD":
        hint = "prices are in USD, and no rate of exchange is assumed: convert them yourself"
        raise fault(NOT_A_CHOICE, "only USD is read", hint)
    return given


_AMOUNT_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"type": "number", "minimum": 0, "maximum": int(MOST_USD)}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}]
}
_SHARE_SCHEMA: Final = {"type": "string", "pattern": r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,9})?)%$", "examples": ["12%"]}
_DAY_SCHEMA: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-10-01"]}

Words = Annotated[str, text(r"[^\x00-\x1f\x7f]{1,200}", 200, "text on one line of at most 200 characters")]
Name = Annotated[str, text(r"[^\x00-\x1f\x7f]{1,120}", 120, "text on one line of at most 120 characters")]
Usd = Annotated[Decimal, Parsed(parse_usd_amount, _AMOUNT_SCHEMA)]
Tier = Annotated[Decimal, Parsed(_bound, {"type": "number", "minimum": 0})]
Purchase = Annotated[Offer, choice(*PURCHASES)]


class DiscountFields(Part):
    """
    Percent off the prices that fit.
    """

    percent: Annotated[Decimal, Parsed(_share, _SHARE_SCHEMA)]
    """
    What is taken off, as 12%: above 0%, at most 100%.
    """

    service: Name | None = None
    """
    The service, as EC2. Default: all.
    """

    purchase: Purchase | None = None
    """
    on-demand, spot, reserved-1yr or capacity-block. Only fits instance hours. Default: all.
    """

    regions: Annotated[tuple[Name, ...], Listed(1, 100)] | None = None
    """
    Regions. Default: all.
    """

    instance_types: Annotated[tuple[Name, ...], Listed(1, 100)] | None = None
    """
    Instance types, * for any text, as "p5.*". Only fits instance hours. Default: all.
    """

    free: Words | None = None
    """
    Why nothing is paid; needed with 100%.
    """


class InstanceFields(Part):
    """
    The price of an instance hour.
    """

    type: Name
    """
    The instance type.
    """

    region: Name
    """
    The region.
    """

    purchase: Purchase
    """
    on-demand, spot, reserved-1yr (one year, nothing upfront) or capacity-block.
    """

    usd_per_hour: Usd
    """
    USD for an hour of the whole instance, 0 to 1,000,000, in quotes or not.
    """

    free: Words | None = None
    """
    Why it costs nothing; needed with 0.
    """


class ServiceFields(Part):
    """
    A unit price of a service, under the catalogue's keys (`servewright prices show` has them).
    """

    service: Name
    """
    The service, as VPC.
    """

    component: Name
    """
    What of it, as NAT gateway hour.
    """

    variant: Annotated[str, text(r"[^\x00-\x1f\x7f]{0,120}", 120, "text on one line of at most 120 characters")] | None = None
    """
    Which of several, as gp3. Default: none.
    """

    region: Name
    """
    The region, or global.
    """

    unit: Name
    """
    The catalogue's unit of this price, as GB-month.
    """

    usd: Usd
    """
    USD for a unit, 0 to 1,000,000, in quotes or not.
    """

    start: Tier | None = None
    """
    Units of a month from which it holds, where there are several. Default 0.
    """

    end: Tier | None = None
    """
    Units of a month up to which it holds. Default: open.
    """

    free: Words | None = None
    """
    Why it costs nothing; needed with 0.
    """


class BookFields(Part):
    """
    A price book, its apiVersion left out.
    """

    name: Name
    """
    What it is called on bills.
    """

    currency: Annotated[str, Parsed(_currency, {"const": "USD"})]
    """
    USD.
    """

    as_of: Annotated[date, Parsed(parse_day, _DAY_SCHEMA)]
    """
    The day its prices are of, as 2026-10-01.
    """

    source: Words
    """
    What they rest on, as "private agreement 4711"; printed with each price that the book sets.
    """

    discounts: Annotated[tuple[DiscountFields, ...], Listed(0, 500)] | None = None
    """
    Percent off the price that holds without this book. Of several that fit, the last one holds.
    """

    instances: Annotated[tuple[InstanceFields, ...], Listed(0, _MOST_ROWS)] | None = None
    """
    Prices of instance hours; they hold whatever the discounts say.
    """

    services: Annotated[tuple[ServiceFields, ...], Listed(0, _MOST_ROWS)] | None = None
    """
    Other unit prices; they hold whatever the discounts say.
    """
