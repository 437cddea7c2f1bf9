"""
The book of defaults: each value that the spec did not give, as a user would write it, with the reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from servewright.spec.request import AppliedDefault
from servewright.spec.scalars import resolve

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Applied:
    """
    Takes what is given, else the default, and writes that down.
    """

    entries: list[AppliedDefault] = field(default_factory=list)

    def take(self, path: str, given: T | None, default: T, why: str, *, shown: str | None = None) -> T:
        """
        Return *given*, or *default* where it is None; *shown* is how a user would write a default that is neither text nor number.
        """
        if given is not None:
            return given
        self.note(path, written(default) if shown is None else shown, why)
        return default

    def note(self, path: str, value: str, why: str) -> None:
        """
        Write down the default *value* at *path*; a spec that has it there says the same. `null` stands for what only the plan, the bill
        or the user can know.
        """
        self.entries.append(AppliedDefault(path=path, value=value, why=why))


def written(value: object) -> str:
    """
    Return text or a number as a spec has it: text that YAML would read as something else is in quotes.

    >>> written("pool"), written("1.35"), written(Decimal("1E+3"))
    ('pool', '"1.35"', '1000')
    """
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str) and resolve(value) != value:
        return json.dumps(value)
    return str(value)


def percent(share: Decimal) -> str:
    """
    Return a share as users write it: "99.5%".
    """
    return f"{(share * 100).normalize():f}%"
