"""
The book of defaults: each value that the spec did not give, as a user would write it, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from servewright.spec.request import AppliedDefault

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Applied:
    """
    Takes what is given, else the default, and writes that down.
    """

    entries: list[AppliedDefault] = field(default_factory=list)

    def take(self, path: str, given: T | None, default: T, why: str, *, shown: str | None = None) -> T:
        """
        Return *given*, or *default* where it is None; *shown* is how a user would write it.
        """
        if given is not None:
            return given
        self.note(path, str(default) if shown is None else shown, why)
        return default

    def note(self, path: str, value: str, why: str) -> None:
        """
        Write down the default *value* at *path*.
        """
        self.entries.append(AppliedDefault(path=path, value=value, why=why))


def percent(share: Decimal) -> str:
    """
    Return a share as users write it: "99.5%".
    """
    return f"{(share * 100).normalize():f}%"
