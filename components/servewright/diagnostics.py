"""
What is said about bad input: one record per fault, in phases.

A phase runs to its end and reports all of its faults at once; the next phase starts only when the one before is clean
(planning: per model, only where its fields are clean).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Severity = Literal["error", "warning"]
Phase = Literal["syntax", "fields", "planning"]

PHASES: tuple[Phase, ...] = ("syntax", "fields", "planning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """
    One fault: where it stands, what is wrong, what would be right.

    *code* is stable ("SW204"): SW1xx syntax and types, SW2xx names and values, SW3xx planning, SW4xx warnings.
    *line* and *column* count from 1; 0 means the fault has no place in the file (a missing field points at its parent).
    *path* is the spec path ("models[0].slo.ttft_p95"). *value* is the text as written, secrets masked, None where there is none.
    *hint* says what would be right: the nearest name, the legal values, the arithmetic; it may hold several lines.
    """

    code: str
    severity: Severity
    phase: Phase
    file: str
    line: int
    column: int
    path: str
    value: str | None
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """
    A place in a file; *line* and *column* count from 1. *file* is empty where it is the file that was asked for.
    """

    line: int
    column: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """
    Where each spec path stands: in *file*, or in the file that its position names (one that *file* extends). A path that is absent
    answers with its nearest parent.
    """

    file: str
    positions: Mapping[str, Position]

    def at(self, path: str) -> Position:
        """
        Return the position of *path* or of its nearest parent that is written somewhere.
        """
        while path:
            if path in self.positions:
                return self.positions[path]
            cut = max(path.rfind("."), path.rfind("["))
            path = path[: max(cut, 0)]
        return self.positions.get("", Position(1, 1))

    def diagnostic(
        self,
        code: str,
        path: str,
        message: str,
        *,
        phase: Phase = "planning",
        severity: Severity = "error",
        value: str | None = None,
        hint: str | None = None,
    ) -> Diagnostic:
        """
        Return the diagnostic for *path* with its position filled in.
        """
        where = self.at(path)
        return Diagnostic(
            code=code,
            severity=severity,
            phase=phase,
            file=where.file or self.file,
            line=where.line,
            column=where.column,
            path=path,
            value=value,
            message=message,
            hint=hint,
        )


def of_file(file: str, code: str, message: str, *, hint: str | None = None, phase: Phase = "syntax") -> Diagnostic:
    """
    Return the error that *file* has as a whole, without a place in it.
    """
    return Diagnostic(
        code=code, severity="error", phase=phase, file=file, line=0, column=0, path="", value=None, message=message, hint=hint
    )
