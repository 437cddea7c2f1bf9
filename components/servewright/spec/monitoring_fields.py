"""
Fields that only monitoring has, as types: days, amounts of a fraction of a cent, thresholds that may be off, and addresses of receivers.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal

from servewright.spec.codes import MALFORMED, NEEDS_UNIT, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.names import parse_text, text
from servewright.spec.quantities import Parsed, needs_currency, quantity
from servewright.spec.spans import share, size
from servewright.units import GIB, parse_usd

if TYPE_CHECKING:
    from collections.abc import Callable

_DAYS: Final = re.compile(r"([0-9]{1,6})d")
_OTHER: Final = re.compile(r"([0-9]{1,6}) ?(|h|w|days?)")
_HOURS_PER_DAY: Final = 24
_HOURS: Final = {"h": 1, "": _HOURS_PER_DAY, "day": _HOURS_PER_DAY, "days": _HOURS_PER_DAY, "w": 7 * _HOURS_PER_DAY}
_LAST_PORT: Final = 65_535
_MOST_LOAD: Final = 5
_HOST: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"


def days(low: int, high: int) -> Parsed:
    """
    Return the type of whole days from *low* to *high*: "30d".
    """

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise fault(WRONG_TYPE, f"must be days, as 30d; this is {kind(value)}")
        given = str(value).strip()
        found = _DAYS.fullmatch(given)
        if found is None:
            raise fault(NEEDS_UNIT, f"must be whole days, as 30d, from {low}d to {high}d", _in_days(given))
        if not low <= int(found[1]) <= high:
            raise fault(OUT_OF_BOUNDS, f"must be from {low}d to {high}d")
        return int(found[1])

    return Parsed(parse, {"type": "string", "pattern": r"^[0-9]{1,6}d$", "examples": ["30d"]})


def _in_days(given: str) -> str | None:
    """
    Return the hint with *given* in days, None where it is no time that a day divides.
    """
    found = _OTHER.fullmatch(given)
    hours = 0 if found is None else int(found[1]) * _HOURS[found[2]]
    return f"write {hours // _HOURS_PER_DAY}d" if hours and hours % _HOURS_PER_DAY == 0 else None


def disk(low: int, high: int) -> Parsed:
    """
    Return the type of volumes from *low* to *high* GiB, whole GiB as volumes are made.
    """
    whole = size(low * GIB, high * GIB)

    def parse(value: object) -> int:
        given = whole.parse(value)
        assert isinstance(given, int)  # noqa: S101 - what size() returns
        if given % GIB:
            raise fault(OUT_OF_BOUNDS, "must be whole GiB", f"write {-(-given // GIB)}GiB")
        return given // GIB

    return Parsed(parse, whole.schema)


def parse_price(value: object) -> Decimal:
    """
    Return the amount of "0.002 USD": above nothing, however small.
    """
    amount = quantity(value, parse_usd, needs_currency(value, "0.02"))
    if not Decimal("0.000001") <= amount <= Decimal(1_000_000):
        raise fault(OUT_OF_BOUNDS, "must be from 0.000001 USD to 1000000 USD")
    return amount


def _times(text: str) -> Decimal:
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)%", text)
    if found is None:
        raise ValueError(text)
    return Decimal(found[1]) / 100


def parse_load(value: object) -> Decimal:
    """
    Return the load of "120%", as many times the planned one.
    """
    load = quantity(value, _times, "needs a percent sign: 120%")
    if not Decimal("0.01") <= load <= _MOST_LOAD:
        raise fault(OUT_OF_BOUNDS, "must be from 1% to 500%")
    return load


def or_off(of: Parsed) -> Parsed:
    """
    Return the type *of*, which may also be off.
    """
    inner: Callable[[object], object] = of.parse
    return Parsed(lambda value: "off" if value == "off" else inner(value), {"anyOf": [{"const": "off"}, of.schema]})


def parse_smarthost(value: object) -> str:
    """
    Return the address of a mail server with its port, "smtp.example.com:587".
    """
    wanted = "a mail server with its port, as smtp.example.com:587"
    given = parse_text(value, wanted)
    host, _, port = given.rpartition(":")
    if len(host) > _LONGEST_HOST or re.fullmatch(_HOST, host) is None or not _is_port(port):
        raise fault(MALFORMED, f"must be {wanted}", f"write {given}:587" if re.fullmatch(_HOST, given) and "." in given else None)
    return given


def parse_endpoint(value: object) -> str:
    """
    Return the address of a collector that takes OTLP over gRPC, with its port and without a path.
    """
    wanted = "an address with its port and without a path, as http://otel-collector.observability:4317"
    given = parse_text(value, wanted)
    found = re.fullmatch(rf"https?://({_HOST}):([0-9]+)", given)
    if found is None or len(found[1]) > _LONGEST_HOST or not _is_port(given.rpartition(":")[2]):
        raise fault(MALFORMED, f"must be {wanted}")
    return given


_LONGEST_HOST: Final = 253


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[1-9][0-9]{0,4}", text) is not None and int(text) <= _LAST_PORT


Share = Annotated[Decimal, share("1", "100")]
ShareOrOff = Annotated[Decimal | Literal["off"], or_off(share("1", "100"))]
Load = Annotated[
    Decimal, Parsed(parse_load, {"type": "string", "pattern": r"^([1-4]?[0-9]{1,2}(\.[0-9]{1,9})?|500(\.0+)?)%$", "examples": ["120%"]})
]
Price = Annotated[
    Decimal, Parsed(parse_price, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})? ?USD$", "examples": ["0.02 USD"]})
]
Channel = Annotated[
    str, text(r"#[a-z0-9][a-z0-9_-]{0,79}|[CG][A-Z0-9]{8,12}", 81, "a Slack channel in quotes, as '#llm-alerts', or its id, as C0123ABCD")
]
"""
Slack's rules for names: https://slack.com/help/articles/201402297-Create-a-channel (lower case, at most 80 characters).
"""

MailServer = Annotated[str, Parsed(parse_smarthost, {"type": "string", "maxLength": 259, "examples": ["smtp.example.com:587"]})]
Endpoint = Annotated[
    str, Parsed(parse_endpoint, {"type": "string", "maxLength": 270, "examples": ["http://otel-collector.observability:4317"]})
]
SecureAddress = Annotated[
    str,
    text(
        rf"https://{_HOST}(:[0-9]{{1,5}})?(/[A-Za-z0-9._~/-]*)?",
        512,
        "an https:// address without credentials and query, as https://wiki.example.com/runbooks",
    ),
]
