"""
A file to a request: the one place of this stage that reads something.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.spec.codes import MORE_FAULTS, UNREADABLE
from servewright.spec.defaults import complete
from servewright.spec.document import MAX_FAULTS, read_document
from servewright.spec.fields import read_fields, written_value
from servewright.spec.finding import Scope
from servewright.spec.rules import findings
from servewright.spec.secret_scan import scan
from servewright.spec.secret_text import masked
from servewright.spec.syntax import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servewright.spec.document import Document
    from servewright.spec.fields import Fields
    from servewright.spec.finding import Finding, Names
    from servewright.spec.request import Request


_MAX_VALUE: Final = 80
"""
Characters of a value that are shown (judgement).
"""


def load_request(path: Path, zones_of: Callable[[str], tuple[str, ...]], *, names: Names | None = None) -> Request:
    """
    Return the request in the spec at *path*; raises InvalidInputError with all faults of the phase.

    *zones_of* gives the zone names of a region, none where it is unknown. *names* (a catalogue) lets names of hardware and regions be
    checked with the fields, with the nearest ones in the answer.
    """
    return parse_request(_shown(path), _read(path), zones_of, names=names)


def parse_request(file: str, raw: bytes, zones_of: Callable[[str], tuple[str, ...]], *, names: Names | None = None) -> Request:
    """
    Return the request in the bytes *raw* of *file*.
    """
    document = read_document(file, raw)
    fields = read_fields(document)
    said = tuple(_said(document, fields, zones_of, names))
    errors = [*fields.faults, *(diagnostic for diagnostic in said if diagnostic.severity == "error")]
    secrets, hidden = scan(document)
    places = {diagnostic.path for diagnostic in secrets}
    errors = [*secrets, *(diagnostic for diagnostic in errors if diagnostic.path not in places)]
    if errors or fields.spec is None:
        raise InvalidInputError(tuple(_presented(errors, fields.untold, hidden)))
    warnings = tuple(diagnostic for diagnostic in said if diagnostic.severity == "warning")
    return complete(fields.spec, document.source, warnings, zones_of)


def _presented(errors: list[Diagnostic], untold: int, hidden: frozenset[str]) -> Iterator[Diagnostic]:
    """
    Yield the first of *errors* in the order of the file, masked before anything is cut.
    """
    errors.sort(key=lambda diagnostic: (diagnostic.line, diagnostic.column, diagnostic.code, diagnostic.path))
    for diagnostic in errors[:MAX_FAULTS]:
        safe = masked(diagnostic, hidden)
        value = safe.value if safe.value is None or len(safe.value) <= _MAX_VALUE else safe.value[:_MAX_VALUE] + "…"
        yield replace(safe, value=value)
    untold += max(0, len(errors) - MAX_FAULTS)
    if untold:
        more = f"{untold} more faults are not shown"
        yield replace(errors[0], code=MORE_FAULTS, line=0, column=0, path="", value=None, message=more, hint=None)


def _said(document: Document, fields: Fields, zones_of: Callable[[str], tuple[str, ...]], names: Names | None) -> Iterator[Diagnostic]:
    """
    Yield what the rules say about everything that is as the user wrote it.
    """
    if fields.spec is None:
        return
    for finding in findings(Scope(spec=fields.spec, zones_of=zones_of, names=names, timezones=timezones())):
        if fields.judges(finding.path, finding.reads):
            yield _diagnostic(document, finding)


def _diagnostic(document: Document, finding: Finding) -> Diagnostic:
    made = document.source.diagnostic(
        finding.code,
        finding.path,
        finding.message,
        phase="fields",
        severity=finding.severity,
        value=None if finding.at_key else written_value(document, finding.path),
        hint=finding.hint,
    )
    where = document.keys.get(finding.path) if finding.at_key else None
    return made if where is None else replace(made, line=where.line, column=where.column)


@cache
def timezones() -> tuple[str, ...]:
    """
    Return the names of all time zones.
    """
    text = resources.files("servewright.spec").joinpath("timezones.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise _unreadable(path, "is not a file", "give the path of a spec in YAML")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(path, "the file does not exist", None) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise _unreadable(path, f"the file cannot be read: {reason.lower()}", None) from None


def _unreadable(path: Path, message: str, hint: str | None) -> InvalidInputError:
    fault = Diagnostic(
        code=UNREADABLE,
        severity="error",
        phase="syntax",
        file=_shown(path),
        line=0,
        column=0,
        path="",
        value=None,
        message=message,
        hint=hint,
    )
    return InvalidInputError((fault,))
