"""
Units as users write them, and the constants of time and size.

A bare number where a unit belongs is refused. Each parser takes the text and returns one canonical value,
or raises ValueError with the accepted forms; the callers add position and path.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

HOURS_PER_MONTH: Final = Decimal(730)
"""
The month that AWS price pages and calculators use (365 x 24 / 12); printed as an assumption on every bill.
"""

HOURS_PER_WEEK: Final = 168
SECONDS_PER_HOUR: Final = 3600
MIB: Final = 2**20
GIB: Final = 2**30
MIB_PER_GIB: Final = 1024
MILLICORES: Final = 1000

_MILLISECONDS = {"ms": Decimal(1), "s": Decimal(1000), "m": Decimal(60_000), "h": Decimal(3_600_000)}
_BYTES = {"KiB": Decimal(2**10), "MiB": Decimal(MIB), "GiB": Decimal(GIB), "TiB": Decimal(2**40)}
_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)"


def parse_duration_ms(text: str) -> Decimal:
    """
    Return the milliseconds of "800ms", "0.8s", "10m" or "2h".
    """
    return _scaled(text, _MILLISECONDS, "800ms, 0.8s, 10m or 2h")


def parse_size_bytes(text: str) -> Decimal:
    """
    Return the bytes of "64KiB", "1MiB", "2GiB" or "1.5TiB".
    """
    return _scaled(text, _BYTES, "64KiB, 1MiB, 2GiB or 1TiB")


def parse_usd(text: str) -> Decimal:
    """
    Return the amount of "60000 USD" (a space between is allowed, not required).
    """
    match = re.fullmatch(_NUMBER + r" ?USD", text)
    if match is None:
        msg = "needs its currency, which is USD: 60000 USD"
        raise ValueError(msg)
    return Decimal(match[1])


def parse_percent(text: str, most: int = 100) -> Decimal:
    """
    Return the share of "60%", 0.6; a percentage above *most* or without its sign is refused.
    """
    match = re.fullmatch(_NUMBER + "%", text)
    if match is None:
        msg = "needs a percent sign: 60%"
        raise ValueError(msg)
    if Decimal(match[1]) > most:
        msg = f"must be between 0% and {most}%"
        raise ValueError(msg)
    return Decimal(match[1]) / 100


def _scaled(text: str, factors: dict[str, Decimal], forms: str) -> Decimal:
    match = re.fullmatch(_NUMBER + "(" + "|".join(factors) + ")", text)
    if match is None:
        msg = f"needs a unit: {forms}"
        raise ValueError(msg)
    return Decimal(match[1]) * factors[match[2]]
