"""
What came of testing a blueprint, check by check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One check: its *name*, whether it *holds*, and what is to be said of it.
    """

    name: str
    holds: bool
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """
    One version of a blueprint, as people call it (*label*), with all its checks.
    """

    label: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """
        True where every check does.
        """
        return all(check.holds for check in self.checks)


def passed(name: str, *lines: str) -> Check:
    """
    Return a check that holds.
    """
    return Check(name=name, holds=True, lines=lines)


def failed(name: str, *lines: str) -> Check:
    """
    Return a check that does not hold.
    """
    return Check(name=name, holds=False, lines=lines)


def said(fault: InvalidInputError, folder: str = "") -> tuple[str, ...]:
    """
    Return each diagnostic of *fault* on a line; files in *folder* are named as seen from there.
    """
    return tuple(
        f"{each.file.removeprefix(folder).lstrip('/')}:{each.line}:{each.column} {each.code} {each.path}: {each.message}"
        for each in fault.diagnostics
    )
