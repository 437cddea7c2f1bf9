"""
Versions of blueprints, major.minor.patch, and what a reference or a blueprint asks of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from servewright.spec.blueprint_fields import VERSION_PATTERN

_FULL: Final = re.compile(VERSION_PATTERN)
_BEGINNING: Final = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){0,2}")
_BOUND: Final = re.compile(r"\s*(>=|<=|==|>|<)\s*([0-9]{1,6}(?:\.[0-9]{1,6}){0,2})\s*")
_PARTS: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """
    A version; later ones are greater.
    """

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def begins(self, wanted: tuple[int, ...]) -> bool:
        """
        Return True where the version begins with the numbers *wanted*.
        """
        return (self.major, self.minor, self.patch)[: len(wanted)] == wanted


def version_of(text: str) -> Version | None:
    """
    Return the version that *text* writes, None where it is none.

    >>> str(version_of("1.4.0")), version_of("1.4"), version_of("1.4.0-rc.1")
    ('1.4.0', None, None)
    """
    return Version(*map(int, text.split("."))) if _FULL.fullmatch(text) else None


def beginning(text: str) -> tuple[int, ...] | None:
    """
    Return the one to three numbers that a wanted version begins with, None where *text* is something else.

    >>> beginning("1.4"), beginning("v1"), beginning("1.0.0-rc.1")
    ((1, 4), None, None)
    """
    return tuple(map(int, text.split("."))) if _BEGINNING.fullmatch(text) else None


def allows(bounds: str, version: Version) -> bool:
    """
    Return True where *version* lies within *bounds*, as ">=0.1, <2"; what is no bound allows nothing.

    >>> allows(">=0.1, <2", Version(0, 1, 0)), allows(">=2", Version(1, 9, 9))
    (True, False)
    """
    found = [_BOUND.fullmatch(one) for one in bounds.split(",")]
    return all(one is not None and _holds(version, one[1], one[2]) for one in found)


def _holds(version: Version, sign: str, written: str) -> bool:
    numbers = [int(part) for part in written.split(".")]
    other = Version(*[*numbers, 0, 0][:_PARTS])
    if sign == "==":
        return version.begins(tuple(numbers))
    return {">=": version >= other, "<=": version <= other, ">": version > other, "<": version < other}[sign]
