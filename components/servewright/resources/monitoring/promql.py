"""
Pieces of PromQL: strings, selectors and durations, each encoded so that no value can change the structure of an expression.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_S_PER_MINUTE: Final = 60
_S_PER_DAY: Final = 24 * SECONDS_PER_HOUR
_UNITS: Final = ((_S_PER_DAY, "d"), (SECONDS_PER_HOUR, "h"), (_S_PER_MINUTE, "m"), (1, "s"))

_SPECIAL: Final = re.compile(r"[\\.+*?()|\[\]{}^$]")
"""
What means something in RE2 outside of a class of characters.
"""


def string(text: str) -> str:
    r"""
    Return *text* as a PromQL string.

    >>> string('a"b')
    '"a\\"b"'
    """
    encoded = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{encoded}"'


def one_of(values: Iterable[str]) -> str:
    r"""
    Return a PromQL string for `=~` that matches exactly each of *values*.

    >>> one_of(["a.b", "c"])
    '"a\\\\.b|c"'
    """
    return string("|".join(_SPECIAL.sub(lambda found: "\\" + found.group(), value) for value in values))


def selector(metric: str, equal: Mapping[str, str], *more: str) -> str:
    """
    Return *metric* with labels that are *equal* to values, and *more* matchers as they stand.

    >>> selector("up", {"namespace": "a"}, 'job!=""')
    'up{namespace="a",job!=""}'
    """
    matchers = [*(f"{label}={string(value)}" for label, value in equal.items()), *more]
    return f"{metric}{{{','.join(matchers)}}}"


def duration(seconds: int) -> str:
    """
    Return a time as PromQL writes it, in the largest unit that divides it.

    >>> duration(300), duration(5400), duration(259200)
    ('5m', '90m', '3d')
    """
    for unit, name in _UNITS:
        if seconds % unit == 0:
            return f"{seconds // unit}{name}"
    raise AssertionError(seconds)


def number(value: Decimal | float) -> str:
    """
    Return *value* as PromQL writes it, without exponent and without zeros at its end.

    >>> number(Decimal("0.950")), number(1200), number(Decimal("1E+3"))
    ('0.95', '1200', '1000')
    """
    return f"{Decimal(str(value)).normalize():f}"
