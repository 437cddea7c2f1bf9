"""
One level of a config.json: its fields with their kinds and bounds, and the faults that were met while reading them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.json_text import JsonValue

LARGEST: Final = 10**9
"""
The largest count in a config.json: no width, vocabulary or context of today has a hundredth of it (judgement).
"""

_MAX_VALUE: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    The fields at *path* of the file; *defaults* are what the class fills in for absent ones. Faults gather in *faults*.
    """

    values: Mapping[str, JsonValue]
    source: SourceMap
    path: str = ""
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)
    faults: list[Diagnostic] = field(default_factory=list)

    def count(self, *names: str, least: int = 1) -> int | None:
        """
        Return the whole number under the first of *names* that is there; None where none is, or where it is null or wrong.
        """
        name = self.first(*names)
        value = None if name is None else self.get(name)
        if name is None or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(WRONG_TYPE, name, "must be a whole number", value=value)
            return None
        if not least <= value <= LARGEST:
            self.fault(OUT_OF_BOUNDS, name, f"must be a whole number from {least} to {LARGEST:,}", value=value)
            return None
        return value

    def number(self, name: str) -> float | None:
        """
        Return the positive number under *name*, None where there is none or where it is wrong.
        """
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(WRONG_TYPE, name, "must be a number", value=value)
            return None
        if not 0 < value <= LARGEST:
            self.fault(OUT_OF_BOUNDS, name, "must be a number above 0", value=value)
            return None
        return float(value)

    def flag(self, name: str) -> bool | None:
        """
        Return whether *name* is true, None where it is absent or null.
        """
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.fault(WRONG_TYPE, name, "must be true or false", value=value)
        return None

    def text(self, *names: str) -> str | None:
        """
        Return the text under the first of *names* that is there.
        """
        name = self.first(*names)
        value = None if name is None else self.get(name)
        if name is None or value is None:
            return None
        if isinstance(value, str):
            return value
        self.fault(WRONG_TYPE, name, "must be text", value=value)
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """
        Return the texts of the list *name*; none where it is absent.
        """
        value = self.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(WRONG_TYPE, name, "must be a list of texts")
            return ()
        return tuple(str(item) for item in value)

    def counts(self, name: str) -> tuple[int, ...]:
        """
        Return the whole numbers of the list *name*; none where it is absent.
        """
        value = self.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            self.fault(WRONG_TYPE, name, "must be a list of whole numbers")
            return ()
        return tuple(item for item in value if isinstance(item, int))

    def below(self, name: str) -> Section | None:
        """
        Return the fields under *name*, None where there are none.
        """
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(WRONG_TYPE, name, f"must be fields in braces, this is {kind(value)}")
            return None
        return Section(values=value, source=self.source, path=self.at(name), faults=self.faults)

    def get(self, name: str) -> JsonValue:
        """
        Return the value of *name* as it is: what the file says, null included, else the class's default.
        """
        return self.values[name] if name in self.values else self.defaults.get(name)

    def first(self, *names: str) -> str | None:
        """
        Return the first of *names* that the file has with a value, else the first that the class fills in.
        """
        there = (name for name in names if self.values.get(name) is not None)
        return next(there, next((name for name in names if name not in self.values and name in self.defaults), None))

    def at(self, name: str) -> str:
        """
        Return the path of *name*.
        """
        return f"{self.path}.{name}" if self.path else name

    def fault(self, code: str, name: str, message: str, *, value: JsonValue = None, hint: str | None = None) -> None:
        """
        Note a fault of *name*.
        """
        text = None if value is None else json.dumps(value, ensure_ascii=False)
        shown = text if text is None or len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "…"
        self.faults.append(self.source.diagnostic(code, self.at(name), message, phase="fields", value=shown, hint=hint))
