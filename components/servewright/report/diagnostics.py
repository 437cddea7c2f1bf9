"""
What is wrong with an input, as people and as programs read it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from servewright.diagnostics import PHASES
from servewright.report.figures import plural
from servewright.report.screen import BAD, QUIET, STRONG, WARN, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servewright.diagnostics import Diagnostic, Phase

_STOPPED: Final[dict[Phase, str]] = {
    "syntax": ", fields were not read",
    "fields": ", planning did not start",
    "planning": "",
}
_LONGEST_VALUE: Final = 60


def show_diagnostics(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    """
    Write *diagnostics* by phase: where, code, path and value on one line, then what is wrong and what would be right.
    """
    screen = Screen(console)
    for phase, found in groupby(sorted(diagnostics, key=lambda d: PHASES.index(d.phase)), key=lambda d: d.phase):
        members = list(found)
        screen.paragraph((f"phase {phase}: {_faults(members)}{_STOPPED[phase] if _errors(members) else ''}", STRONG), indent=0)
        screen.blank()
        widest = max(len(_place(diagnostic)) for diagnostic in members)
        for diagnostic in members:
            _show(screen, diagnostic, widest)
        screen.blank()
    screen.paragraph(f"{_faults(diagnostics)}, nothing written", indent=0)


def diagnostics_value(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """
    Return *diagnostics* as the value of diagnostics-v1.json.
    """
    return {
        "diagnostics": [
            {
                "code": d.code,
                "severity": d.severity,
                "phase": d.phase,
                "file": d.file,
                "line": d.line,
                "column": d.column,
                "path": d.path,
                "value": d.value,
                "message": d.message,
                "hint": d.hint,
            }
            for d in diagnostics
        ]
    }


def _show(screen: Screen, diagnostic: Diagnostic, widest: int) -> None:
    value = "" if diagnostic.value is None else f" = {_short(diagnostic.value)}"
    style = BAD if diagnostic.severity == "error" else WARN
    screen.verbatim(_place(diagnostic).ljust(widest), "  ", (diagnostic.code, style), f"  {diagnostic.path}{value}".rstrip())
    screen.paragraph(diagnostic.message, indent=4)
    for line in (diagnostic.hint or "").splitlines():
        margin = len(line) - len(line.lstrip())
        screen.paragraph((" " * margin + line.lstrip(), QUIET), indent=4, hang=4 + margin)


def _place(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}" if diagnostic.line else diagnostic.file


def _short(value: str) -> str:
    one_line = value.replace("\n", "\\n")
    return one_line if len(one_line) <= _LONGEST_VALUE else f"{one_line[: _LONGEST_VALUE - 1]}…"


def _errors(diagnostics: Sequence[Diagnostic]) -> int:
    return sum(d.severity == "error" for d in diagnostics)


def _faults(diagnostics: Sequence[Diagnostic]) -> str:
    errors = _errors(diagnostics)
    warnings = len(diagnostics) - errors
    words = [plural(errors, "fault")] if errors or not warnings else []
    return ", ".join([*words, plural(warnings, "warning")] if warnings else words)
