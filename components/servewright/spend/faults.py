"""
Faults of an export, collected while it is read: all at once, up to a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.spec.document import MAX_FAULTS
from servewright.spec.secret_text import shown_name

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic


@dataclass(slots=True)
class Faults:
    """
    What is wrong with *file* so far.
    """

    file: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(
        self, code: str, message: str, *, line: int = 0, column: int = 0, path: str = "", value: str | None = None, hint: str | None = None
    ) -> None:
        """
        Note a fault; *value* is shown cut and without secrets.
        """
        said = of_file(self.file, code, message, hint=hint, phase="fields")
        self.found.append(replace(said, line=line, column=column, path=path, value=None if value is None else shown_name(value[:80])))

    def end(self) -> None:
        """
        Raise InvalidInputError where anything was noted.
        """
        if self.found:
            raise InvalidInputError(tuple(self.found[:MAX_FAULTS]))
