"""
A fault of one offer file or feed, with its line where it has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.spec.secret_text import printable

if TYPE_CHECKING:
    from servewright.diagnostics import Phase

_MAX_VALUE = 80


def fault(
    file: str,
    code: str,
    message: str,
    *,
    line: int = 0,
    path: str = "",
    value: str | None = None,
    hint: str | None = None,
    phase: Phase = "syntax",
) -> Diagnostic:
    """
    Return the fault of *file* at *line* (0: of the file as a whole); *path* is the key or the column that it is about.
    """
    return Diagnostic(
        code=code,
        severity="error",
        phase=phase,
        file=file,
        line=line,
        column=1 if line else 0,
        path=printable(path),
        value=None if value is None else printable(value[:_MAX_VALUE]),
        message=message,
        hint=hint,
    )


def refused(*faults: Diagnostic) -> InvalidInputError:
    """
    Return the error to raise for *faults*.
    """
    return InvalidInputError(faults)
