"""
The frame that both files share: an apiVersion, lists of rows, fields by name; every fault of a file is gathered before anything is said.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from servewright.additions.codes import UNKNOWN_VERSION
from servewright.spec.codes import MISSING, NOT_FIELDS, SECRET_IN_SPEC, UNKNOWN_FIELD, WRONG_TYPE
from servewright.spec.faults import kind, nearest
from servewright.spec.paths import ROOT, child, item
from servewright.spec.secret_text import MASK, find_secrets, masked, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from servewright.additions.model_fields import Refusal
    from servewright.diagnostics import Diagnostic
    from servewright.json_text import JsonText, JsonValue

MAX_FAULTS: Final = 100
_MAX_VALUE: Final = 80

Spec = TypeVar("Spec")


class Document:
    """
    A file while it is read: its value and places, and the faults so far.
    """

    def __init__(self, text: JsonText) -> None:
        self.source = text.source
        self.faults: list[Diagnostic] = []
        self._value = text.value
        for path in secrets_in(text.value):
            self.fault(SECRET_IN_SPEC, path, "this looks like a secret; a secret never stands beside a spec", value=MASK)

    def fault(self, code: str, path: str, message: str, *, value: JsonValue = None, hint: str | None = None) -> None:
        """
        Note a fault at *path*.
        """
        shown = None if value is None else _shown(value)
        self.faults.append(self.source.diagnostic(code, path, message, phase="fields", value=shown, hint=hint))

    def rows(self, name: str, version: str, *, optional: tuple[str, ...] = ()) -> list[tuple[str, dict[str, JsonValue]]]:
        """
        Return the rows of the list *name* with their paths, where the document is of *version*; *optional* names other lists.
        """
        top = self._value
        if not isinstance(top, dict):
            self.fault(NOT_FIELDS, "", f"must be fields in braces, this is {kind(top)}")
            return []
        if top.get("apiVersion") != version:
            self.fault(UNKNOWN_VERSION, "apiVersion", f"must be {version}", value=top.get("apiVersion"))
            return []
        for other in top:
            if other not in ("apiVersion", name, *optional):
                self._unknown(other, other, ("apiVersion", name, *optional))
        return self.list_of(name)

    def list_of(self, name: str) -> list[tuple[str, dict[str, JsonValue]]]:
        """
        Return the rows of the list *name* with their paths; none where it is absent.
        """
        found = self._value.get(name) if isinstance(self._value, dict) else None
        if found is None:
            return []
        if not isinstance(found, list):
            self.fault(WRONG_TYPE, name, f"must be a list, this is {kind(found)}")
            return []
        rows = []
        for number, row in enumerate(found):
            path = f"{name}[{number}]"
            if isinstance(row, dict):
                rows.append((path, row))
            else:
                self.fault(WRONG_TYPE, path, f"must be fields in braces, this is {kind(row)}")
        return rows

    def fields(
        self,
        path: str,
        row: dict[str, JsonValue],
        known: Mapping[str, Spec],
        *,
        required: Iterable[str],
        check: Callable[[Spec, JsonValue], Refusal | None],
    ) -> dict[str, Any] | None:
        """
        Return the fields of *row* where all of them are known and right and the *required* ones are there, else note what is not.
        """
        before = len(self.faults)
        for name, value in row.items():
            if name not in known:
                self._unknown(f"{path}.{name}", name, known)
                continue
            wrong = check(known[name], value)
            if wrong is not None:
                self.fault(wrong.code, f"{path}.{name}", wrong.message, value=value, hint=wrong.hint)
        for name in required:
            if name not in row:
                self.fault(MISSING, f"{path}.{name}", f"the field {name} is missing")
        return dict(row) if len(self.faults) == before else None

    def _unknown(self, path: str, name: str, known: Iterable[str]) -> None:
        near = nearest(name, known)
        self.fault(UNKNOWN_FIELD, path, "there is no such field", hint=None if near is None else f"nearest: {near}")


def faults_of(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """
    Return the first of *found*, in the order of the file, so that they can be shown.
    """
    first = sorted(found, key=lambda fault: (fault.line, fault.column, fault.code, fault.path))[:MAX_FAULTS]
    return tuple(shown_fault(fault) for fault in first)


def shown_fault(fault: Diagnostic) -> Diagnostic:
    """
    Return *fault* without secrets, and without signs that a terminal acts upon.
    """
    safe = masked(fault, frozenset())
    return replace(safe, path=printable(safe.path), value=None if safe.value is None else printable(safe.value))


_DIGESTS: Final = ("revision", "source", "digest", "arguments[0]")
_REVISIONS: Final = ("--revision=", "--tokenizer-revision=")
"""
Fields that may hold a commit id or a path with one, and the engine's arguments that do; the first argument is the model.
"""


def secrets_in(value: JsonValue, path: str = ROOT) -> Iterator[str]:
    """
    Yield the path of each text in *value*, and of each field, that looks like a secret; commit ids and digests are none where they belong.
    """
    if isinstance(value, str) and find_secrets(value, digests=path.endswith(_DIGESTS) or value.startswith(_REVISIONS)):
        yield path
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from secrets_in(each, item(path, number))
    elif isinstance(value, dict):
        for name, each in value.items():
            if find_secrets(name):
                yield child(path, name)
            yield from secrets_in(each, child(path, name))


def _shown(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "…"
