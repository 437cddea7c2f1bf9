"""
Numbers with their bounds, and quantities with their units, as field types.

Nothing is converted: text is no number, true is no 1, 2.0 is no whole number, and a bare number is no duration.
Canonical values: milliseconds, USD and shares of 1 as Decimal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic_core import core_schema

from servewright.spec.codes import NEEDS_UNIT, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.units import parse_duration_ms, parse_percent, parse_usd

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

_BARE: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")
_MAX_DIGITS: Final = 18


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """
    A field type made of one function: *parse* takes the plain value and returns the canonical one; *schema* is its JSON Schema.
    """

    parse: Callable[[Any], object]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def parse_number(value: object, low: str, high: str) -> Decimal:
    """
    Return *value* as Decimal where it is a finite number from *low* to *high*.
    """
    number = _number(value, "a number")
    if not _between(number, low, high):
        raise fault(OUT_OF_BOUNDS, f"must be a finite number from {low} to {high}")
    if len(number.as_tuple().digits) > _MAX_DIGITS:
        raise fault(OUT_OF_BOUNDS, f"has more than {_MAX_DIGITS} digits")
    return number


def parse_whole(value: object, low: int, high: int) -> int:
    """
    Return *value* where it is a whole number from *low* to *high*, written without a point.
    """
    if isinstance(value, Decimal) and value.is_finite() and _between(value, str(low), str(high)):
        raise fault(WRONG_TYPE, "must be a whole number", f"write {int(value)}" if value == int(value) else None)
    number = _number(value, "a whole number")
    if not _between(number, str(low), str(high)):
        raise fault(OUT_OF_BOUNDS, f"must be a whole number from {low} to {high}")
    return int(number)


def _number(value: object, wanted: str) -> Decimal:
    if isinstance(value, str) and _BARE.fullmatch(value):
        raise fault(WRONG_TYPE, f"must be {wanted}, this is text", "remove the quotes")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise fault(WRONG_TYPE, f"must be {wanted}, this is {kind(value)}")
    return Decimal(value)


def _between(number: Decimal, low: str, high: str) -> bool:
    return number.is_finite() and Decimal(low) <= number <= Decimal(high)


def quantity(value: object, parse: Callable[[str], Decimal], needs: str, bounds: str | None = None) -> Decimal:
    """
    Return the quantity in the text *value*; *needs* is the message where the unit is missing, *bounds* that beyond what *parse* takes.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise fault(WRONG_TYPE, f"{needs}; this is {kind(value)}")
    if not isinstance(value, str) or _BARE.fullmatch(value):
        raise fault(NEEDS_UNIT, needs)
    text = value.strip()
    if text.startswith("-"):
        raise fault(OUT_OF_BOUNDS, "must not be negative")
    try:
        return parse(text)
    except ValueError as error:
        if str(error).startswith("must be"):
            raise fault(OUT_OF_BOUNDS, bounds or str(error)) from None
        raise fault(NEEDS_UNIT, needs, _respelled(text, parse)) from None


_WORDS: Final = (
    (re.compile(r"(?i)\s*(milliseconds?|millis|msec)$"), "ms"),
    (re.compile(r"(?i)\s*(seconds?|secs?)$"), "s"),
    (re.compile(r"(?i)\s*(minutes?|mins?)$"), "m"),
    (re.compile(r"(?i)\s*(hours?|hrs?)$"), "h"),
    (re.compile(r"(?i)\s*(percent|pct)$"), "%"),
    (re.compile(r"(?i)\s*(\$|dollars?|us\$|usd)$"), " USD"),
)


def _respelled(text: str, parse: Callable[[str], Decimal]) -> str | None:
    """
    Return the hint with the accepted spelling of *text* ("10 minutes" is 10m), None where there is none.
    """
    text = text.removeprefix("$").replace(",", "") + " USD" if text.startswith("$") else text
    for pattern, unit in _WORDS:
        text = pattern.sub(unit, text)
    for candidate in (text, text.replace(" ", ""), text.replace(" ", "").lower()):
        try:
            parse(candidate)
        except ValueError:
            continue
        return f"write {candidate}"
    return None


def parse_latency(value: object) -> Decimal:
    """
    Return the milliseconds of a latency target, 0.1ms to 10m.
    """
    milliseconds = quantity(value, parse_duration_ms, "needs a unit: 800ms or 0.8s")
    if not _between(milliseconds, "0.1", "600000"):
        raise fault(OUT_OF_BOUNDS, "must be from 0.1ms to 10m")
    return milliseconds


def parse_share(value: object, *, most: int = 100, bounds: str | None = None) -> Decimal:
    """
    Return the share of "60%", 0.6; *bounds* is the message above *most* percent, where the field has closer ones.
    """
    return quantity(value, lambda text: parse_percent(text, most), "needs a percent sign: 60%", bounds)


def parse_part(value: object) -> Decimal:
    """
    Return the share of "60%", above 0.
    """
    share = parse_share(value)
    if share == 0:
        raise fault(OUT_OF_BOUNDS, "must be above 0%")
    return share


def parse_below_one(value: object) -> Decimal:
    """
    Return the share of "99.9%", above 0 and below 100%.
    """
    share = quantity(value, parse_percent, "needs a percent sign: 99.9%")
    if not 0 < share < 1:
        raise fault(OUT_OF_BOUNDS, "must be above 0% and below 100%", "nothing is always available: 99.9% allows 44 minutes a month")
    return share


def parse_money(value: object) -> Decimal:
    """
    Return the amount of "60000 USD": above 0, at most a billion.
    """
    amount = quantity(value, parse_usd, needs_currency(value, "60000"))
    if not _between(amount, "0.01", "1000000000"):
        raise fault(OUT_OF_BOUNDS, "must be from 0.01 USD to 1000000000 USD")
    return amount


def needs_currency(value: object, example: str) -> str:
    """
    Return the message for an amount without its currency, with the number in *value* where it is one, else with *example*.
    """
    number = value if isinstance(value, str) else f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
    fits = len(number) <= _MAX_DIGITS and re.fullmatch(r"[0-9]+(\.[0-9]+)?", number) is not None and Decimal(number) > 0
    return f"needs its currency, which is USD: {number if fits else example} USD"


def parse_hourly(value: object) -> Decimal:
    """
    Return the amount of "35.10 USD/h".
    """
    needs = "needs a unit: 35.10 USD/h"
    if isinstance(value, str) and value.endswith("/h"):
        return quantity(value.removesuffix("/h"), parse_usd, needs)
    raise fault(NEEDS_UNIT, needs)


def parse_flag(value: object) -> bool:
    """
    Return *value* where it is true or false.
    """
    if not isinstance(value, bool):
        hint = f"write {'true' if value in _YES else 'false'}" if value in (*_YES, *_NO) else None
        raise fault(WRONG_TYPE, f"must be true or false, this is {kind(value)}", hint)
    return value


_YES: Final = ("yes", "on", "Yes", "On", "YES", "ON", "true", 1)
_NO: Final = ("no", "off", "No", "Off", "NO", "OFF", "false", 0)


def whole(low: int, high: int) -> Parsed:
    """
    Return the type of whole numbers from *low* to *high*.
    """
    return Parsed(lambda value: parse_whole(value, low, high), {"type": "integer", "minimum": low, "maximum": high})


def number(low: str, high: str) -> Parsed:
    """
    Return the type of numbers from *low* to *high*.
    """
    return Parsed(lambda value: parse_number(value, low, high), {"type": "number", "minimum": float(low), "maximum": float(high)})


_SHARE_PATTERN: Final = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,9})?)%$"

Flag = Annotated[bool, Parsed(parse_flag, {"type": "boolean"})]
Latency = Annotated[
    Decimal, Parsed(parse_latency, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?(ms|s|m)$", "examples": ["800ms"]})
]
ShareOf = Annotated[Decimal, Parsed(parse_share, {"type": "string", "pattern": _SHARE_PATTERN, "examples": ["60%"]})]
PartOf = Annotated[Decimal, Parsed(parse_part, {"type": "string", "pattern": _SHARE_PATTERN, "examples": ["60%"]})]
Availability = Annotated[
    Decimal, Parsed(parse_below_one, {"type": "string", "pattern": r"^[0-9]{1,2}(\.[0-9]{1,9})?%$", "examples": ["99.9%"]})
]
Money = Annotated[
    Decimal, Parsed(parse_money, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})? ?USD$", "examples": ["60000 USD"]})
]
HourlyRate = Annotated[
    Decimal, Parsed(parse_hourly, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})? ?USD/h$", "examples": ["35.10 USD/h"]})
]
