"""
A file to a request: the one place of this stage that reads something.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import Diagnostic, of_file
from servewright.errors import InvalidInputError
from servewright.spec.answer import answer
from servewright.spec.codes import EXTENDS_PATH, MISSING, UNREADABLE
from servewright.spec.compose import compose
from servewright.spec.defaults import complete
from servewright.spec.extends_path import is_blueprint
from servewright.spec.faults import nearest
from servewright.spec.fields import read_fields, written_value
from servewright.spec.finding import Scope
from servewright.spec.prices import read_books
from servewright.spec.rules import findings
from servewright.spec.secret_text import find_secrets, hide, shown_name
from servewright.spec.source_file import CannotReadError, SourceFile, nothing_beside
from servewright.spec.syntax import MAX_BYTES
from servewright.spec.time_zones import timezones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.document import Document
    from servewright.spec.fields import Fields
    from servewright.spec.finding import Finding, Names
    from servewright.spec.request import Request
    from servewright.spec.source_file import Reader


def load_request(
    path: Path,
    zones_of: Callable[[str], tuple[str, ...]],
    *,
    names: Names | None = None,
    read: Reader | None = None,
) -> Request:
    """
    Return the request in the spec at *path* and the files it extends; raises InvalidInputError with all faults of the phase.

    *zones_of* gives the zone names of a region, none where it is unknown. *names* (a catalogue) lets names of hardware and regions be
    checked with the fields, with the nearest ones in the answer. *read* opens the files that it extends, by default those with a path.
    """
    try:
        top = SourceFile(key=os.path.realpath(path), shown=_shown(path), raw=read_file(path))
    except CannotReadError as error:
        raise _unreadable(path, error.message, error.hint) from None
    except ValueError:
        raise _unreadable(path, "cannot be read: not a path", None) from None
    return _request(top, zones_of, names, read or read_beside)


def parse_request(
    file: str,
    raw: bytes,
    zones_of: Callable[[str], tuple[str, ...]],
    *,
    names: Names | None = None,
    read: Reader = nothing_beside,
    key: str | None = None,
) -> Request:
    """
    Return the request in the bytes *raw* of *file*; *read* opens the files that it extends, *key* is what it finds them by.
    """
    return _request(SourceFile(key=key or file, shown=file, raw=raw), zones_of, names, read)


def _request(top: SourceFile, zones_of: Callable[[str], tuple[str, ...]], names: Names | None, read: Reader) -> Request:
    composed = compose(top, read)
    document = composed.document
    fields = read_fields(document)
    said = tuple(_said(document, fields, zones_of, names))
    books, unread = read_books(document, composed.files, read) if fields.judges("prices", ("prices",)) else ((), ())
    found = [*fields.faults, *(diagnostic for diagnostic in said if diagnostic.severity == "error"), *unread]
    faults = answer(composed, found, fields.untold)
    if faults or fields.spec is None:
        raise InvalidInputError(faults)
    warnings = (*composed.warnings, *(diagnostic for diagnostic in said if diagnostic.severity == "warning"))
    request = complete(fields.spec, document.source, warnings, zones_of)
    return replace(request, trace=document.trace, books=books)


def _said(document: Document, fields: Fields, zones_of: Callable[[str], tuple[str, ...]], names: Names | None) -> Iterator[Diagnostic]:
    """
    Yield what the rules say about everything that is as the user wrote it.
    """
    if fields.spec is None:
        return
    for finding in findings(Scope(spec=fields.spec, zones_of=zones_of, names=names, timezones=timezones())):
        if fields.judges(finding.path, finding.reads) and not (document.incomplete and finding.code == MISSING):
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
    return made if where is None else replace(made, file=where.file or made.file, line=where.line, column=where.column)


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def read_file(path: Path) -> bytes:
    """
    Return the first bytes of a file, one more than a spec may have.
    """
    hint = None
    try:
        if not path.exists() or path.is_file():
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        message, hint = _NO_FILE, "give the path of a spec in YAML"
    except FileNotFoundError:
        message = _ABSENT
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        message = f"cannot be read: {reason.lower()}"
    raise CannotReadError(message, hint)


_ABSENT: Final = "does not exist"
_NO_FILE: Final = "is not a file"


def read_beside(by: SourceFile, written: str) -> SourceFile:
    """
    Return the file at the path *written*, which starts from the folder of the file *by*; raises CannotReadError.

    `..` may lead anywhere, it stands in the spec for everyone to see. A symbolic link may not lead out of the folder that the path
    reaches by its `..` alone.
    """
    if is_blueprint(written):
        message = "blueprints are not read here"
        raise CannotReadError(message, "give the path of a file: base.yaml, or ../shared/base.yaml")
    folder, path = Path(by.key).parent, Path(os.path.normpath(written))
    reached = os.path.normpath(folder.joinpath(*(step for step in path.parts if step == os.pardir)))
    real = Path(os.path.realpath(folder / path))
    named = os.path.normpath(Path(by.shown).parent / path)
    shown = hide(_shown(Path(named) if os.path.realpath(named) == str(real) else real), find_secrets(written))
    if not real.is_relative_to(reached):
        message = f"a symbolic link leads {written} out of its folder"
        raise CannotReadError(message, "copy the file, or name the place where it is: ../shared/base.yaml", code=EXTENDS_PATH)
    try:
        return SourceFile(key=str(real), shown=shown, raw=read_file(real))
    except CannotReadError as error:
        hint = _nearest(real) if error.message == _ABSENT else error.hint
        message = f"{shown_name(shown)} {error.message}"
        raise CannotReadError(message, hint) from None


def _nearest(missing: Path) -> str:
    """
    Return a hint for a file that is not there: the one in its folder with the nearest name.
    """
    try:
        found = sorted(islice(missing.parent.iterdir(), _MAX_LISTED))
    except OSError:
        found = []
    names = {path.stem: path.name for path in found if path.suffix in (".yaml", ".yml")}
    near = nearest(missing.stem, names)
    return "a path starts from the folder of the file that names it" if near is None else f"Nearest: {shown_name(names[near])}"


_MAX_LISTED: Final = 1000
"""
Names in a folder that are looked at; a folder of specs has some tens (judgement).
"""


def _unreadable(path: Path, reason: str, hint: str | None) -> InvalidInputError:
    message = reason if reason == _NO_FILE else f"the file {reason}"
    return InvalidInputError((of_file(_shown(path), UNREADABLE, message, hint=hint),))
