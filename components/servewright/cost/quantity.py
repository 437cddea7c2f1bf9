"""
Kubernetes quantities ("500m", "64Gi") as the numbers that packing and storage need.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from servewright.units import GIB, MIB

_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|[kMGTP]i?|Ki)?")
_FACTORS: Final = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
}


def amount(text: str | int | float) -> Decimal:  # noqa: PYI041 - a manifest may hold either, and bool is neither
    """
    Return the number that the Kubernetes quantity *text* means; raise ValueError where it is none.

    >>> amount("500m"), amount("2Ki"), amount(8)
    (Decimal('0.500'), Decimal('2048'), Decimal('8'))
    """
    match = None if isinstance(text, bool) else _QUANTITY.fullmatch(str(text))
    if match is None or match[2] not in _FACTORS:
        msg = f"not a Kubernetes quantity: {text!r}"
        raise ValueError(msg)
    return Decimal(match[1]) * _FACTORS[match[2]]


def whole(text: str | float) -> int:
    """
    Return the count of a resource that is given in whole units only.
    """
    number = amount(text)
    if number != int(number):
        msg = f"not a whole number: {text!r}"
        raise ValueError(msg)
    return int(number)


def millicores(text: str | float) -> int:
    """
    Return the millicores of a CPU quantity, rounded up.
    """
    return math.ceil(amount(text) * 1000)


def mebibytes(text: str | float) -> int:
    """
    Return the MiB of a memory quantity, rounded up.
    """
    return math.ceil(amount(text) / MIB)


def gibibytes(text: str | float) -> int:
    """
    Return the GiB of a volume size, rounded up: volumes are made in whole GiB.
    """
    return math.ceil(amount(text) / GIB)
