"""
Times in whole seconds, sizes in bytes and shares with an end of their own, as field types.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from servewright.spec.codes import OUT_OF_BOUNDS
from servewright.spec.faults import fault
from servewright.spec.quantities import Parsed, parse_share, quantity
from servewright.units import GIB, MIB, SECONDS_PER_HOUR, parse_duration_ms, parse_size_bytes

_MS_PER_S: Final = 1000
_S_PER_MINUTE: Final = 60
_KIB: Final = 2**10
_WHOLE: Final = 100
_PERCENT: Final = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,9})?)%$"
_PERCENTS: Final = r"^[0-9]{1,15}(\.[0-9]{1,9})?%$"


def span(low: int, high: int) -> Parsed:
    """
    Return the type of times from *low* to *high* seconds: "30s", "5m" or "4h", whole seconds.
    """

    def parse(value: object) -> int:
        seconds = quantity(value, parse_duration_ms, f"needs a unit: 30s, 5m or 4h, from {span_text(low)} to {span_text(high)}") / _MS_PER_S
        if not low <= seconds <= high:
            raise fault(OUT_OF_BOUNDS, f"must be from {span_text(low)} to {span_text(high)}")
        if seconds != int(seconds):
            raise fault(OUT_OF_BOUNDS, "must be whole seconds", f"write {span_text(int(seconds))}")
        return int(seconds)

    return Parsed(parse, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?(ms|s|m|h)$", "examples": [span_text(low)]})


def size(low: int, high: int) -> Parsed:
    """
    Return the type of sizes from *low* to *high* bytes: "64KiB", "1MiB" or "2GiB", whole bytes.
    """

    def parse(value: object) -> int:
        amount = quantity(value, parse_size_bytes, f"needs a unit: 64KiB, 1MiB or 2GiB, from {size_text(low)} to {size_text(high)}")
        if not low <= amount <= high or amount != int(amount):
            raise fault(OUT_OF_BOUNDS, f"must be from {size_text(low)} to {size_text(high)}, in whole bytes")
        return int(amount)

    return Parsed(parse, {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?(KiB|MiB|GiB|TiB)$", "examples": [size_text(low)]})


def share(low: str, high: str, *, below: bool = False) -> Parsed:
    """
    Return the type of shares from *low* to *high* percent, with *below* without *high* itself.
    """

    def parse(value: object) -> Decimal:
        bounds = f"must be from {low}% to {'below ' if below else ''}{high}%"
        given = parse_share(value, most=max(_WHOLE, int(high)), bounds=bounds)
        top = Decimal(high) / 100
        if given < Decimal(low) / 100 or given > top or (below and given == top):
            raise fault(OUT_OF_BOUNDS, bounds)
        return given

    return Parsed(parse, {"type": "string", "pattern": _PERCENT if int(high) <= _WHOLE else _PERCENTS, "examples": [f"{low}%"]})


def span_text(seconds: int) -> str:
    """
    Return a time as a user would write it, in the largest unit that divides it.

    >>> span_text(30), span_text(300), span_text(14400)
    ('30s', '5m', '4h')
    """
    for unit, name in ((SECONDS_PER_HOUR, "h"), (_S_PER_MINUTE, "m")):
        if seconds % unit == 0:
            return f"{seconds // unit}{name}"
    return f"{seconds}s"


def size_text(amount: int) -> str:
    """
    Return bytes as a user would write them, in the largest unit that divides them.

    >>> size_text(2**20), size_text(3 * 2**29)
    ('1MiB', '1536MiB')
    """
    for unit, name in ((GIB, "GiB"), (MIB, "MiB")):
        if amount % unit == 0:
            return f"{amount // unit}{name}"
    return f"{amount // _KIB}KiB"
