"""
What resources cannot tell about their own use: gigabytes, requests, hours. The user says it in a usage file, else a documented default
of ours stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

from servewright.errors import InternalError
from servewright.ranges import Range

_WILDCARDS: Final = re.compile(r"[\[?]")
"""
What fnmatch takes for more than itself, beside the star.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDefault:
    """
    One key of one type: *quantity* in *unit* a month where nobody says more; unknown members are asked for, never taken as 0.

    *kind* is "judgement", "convention" or "read", *remark* says what the figure rests on.
    """

    type: str
    key: str
    unit: str
    quantity: Range
    kind: str
    remark: str


@dataclass(frozen=True, kw_only=True, eq=False)
class UsageDefaults:
    """
    The keys that each type knows. Without slots: the index is cached on the instance.
    """

    rows: tuple[UsageDefault, ...] = ()

    def default(self, type_token: str, key: str) -> UsageDefault:
        """
        Return the default of *key* for *type_token*; that there is one is our own invariant.
        """
        found = self._by_key.get((type_token, key))
        if found is None:
            msg = f"no usage default for {key} of {type_token}"
            raise InternalError(msg)
        return found

    def keys(self, type_token: str) -> tuple[str, ...]:
        """
        Return the keys that *type_token* knows, sorted; empty where usage changes nothing.
        """
        return tuple(sorted(row.key for row in self.rows if row.type == type_token))

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], UsageDefault]:
        return {(row.type, row.key): row for row in self.rows}


NO_DEFAULTS = UsageDefaults()
"""
The defaults of a catalogue that knows no usage.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRule:
    """
    One entry of a usage file: the *values* by key of every resource whose URN, type or name *pattern* fits (`*` stands for any text).
    """

    pattern: str
    values: Mapping[str, Range]

    def fits(self, urn: str, type_token: str, name: str) -> bool:
        """
        Tell whether the resource is meant.
        """
        # Only the star is a wildcard here: names such as db[0] are ordinary ones.
        pattern = _WILDCARDS.sub(r"[\g<0>]", self.pattern)
        return any(fnmatchcase(text, pattern) for text in (urn, type_token, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """
    A usage file. As in a .gitignore the last entry that fits decides, for each key on its own.
    """

    rules: tuple[UsageRule, ...] = ()

    def given(self, urn: str, type_token: str, name: str, key: str) -> Range | None:
        """
        Return what the file says of *key* of this resource, None where it says nothing.
        """
        said = (rule.values[key] for rule in reversed(self.rules) if key in rule.values and rule.fits(urn, type_token, name))
        return next(said, None)


NO_USAGE = Usage()
"""
The usage of whoever gives no file: every key takes its default.
"""
