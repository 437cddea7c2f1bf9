"""
What is told of all that is wrong with a spec: each fault once, in the order of the files, and no secret.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import MORE_FAULTS
from servewright.spec.document import MAX_FAULTS
from servewright.spec.secret_scan import scan
from servewright.spec.secret_text import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.spec.compose import Composed
    from servewright.spec.document import Document

_MAX_VALUE: Final = 80
"""
Characters of a value that are shown (judgement).
"""


def answer(composed: Composed, errors: list[Diagnostic], untold: int) -> tuple[Diagnostic, ...]:
    """
    Return the diagnostics of a spec with *errors* and *untold* further ones; none where nothing is wrong with it.
    """
    secrets, hidden = _secrets(composed)
    told = [*secrets, *_once(composed.document, errors, secrets)]
    order = {document.source.file: number for number, document in enumerate(composed.written)}
    told.sort(key=lambda one: (order[one.file], one.line, one.column, one.code, one.path))
    return tuple(_presented(told, untold, hidden))


def _once(document: Document, errors: list[Diagnostic], secrets: list[Diagnostic]) -> Iterator[Diagnostic]:
    """
    Yield *errors* without those that stand where *secrets* are, or where the making of *document* already found a fault.
    """
    first = set(document.faults)
    told = {(fault.file, fault.line, fault.column) for fault in first}
    hidden = {(fault.file, fault.line, fault.column) for fault in secrets}
    paths = {fault.path for fault in secrets}
    for error in dict.fromkeys(errors):
        place = (error.file, error.line, error.column)
        if error.path not in paths and place not in hidden and (error in first or place not in told):
            yield error


def _secrets(composed: Composed) -> tuple[list[Diagnostic], frozenset[str]]:
    """
    Return the secrets in all files, and in what parameters make of them, each place once; and the texts to hide.
    """
    found: dict[tuple[str, int, int], Diagnostic] = {}
    hidden: set[str] = set()
    alone = len(composed.written) == 1 and composed.written[0].tree == composed.document.tree
    for document in composed.written if alone else (*composed.written, composed.document):
        faults, texts = scan(document)
        hidden |= texts
        for fault in faults:
            found.setdefault((fault.file, fault.line, fault.column), fault)
    return list(found.values()), frozenset(hidden)


def _presented(errors: list[Diagnostic], untold: int, hidden: frozenset[str]) -> Iterator[Diagnostic]:
    """
    Yield the first of *errors*, masked before anything is cut, and how many there are more.
    """
    for diagnostic in errors[:MAX_FAULTS]:
        safe = masked(diagnostic, hidden)
        value = safe.value if safe.value is None or len(safe.value) <= _MAX_VALUE else safe.value[:_MAX_VALUE] + "…"
        yield replace(safe, value=value)
    untold += max(0, len(errors) - MAX_FAULTS)
    if untold:
        more = f"{untold} more faults are not shown"
        yield replace(errors[0], code=MORE_FAULTS, line=0, column=0, path="", value=None, message=more, hint=None)
