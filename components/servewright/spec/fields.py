"""
The tree against the fields: every fault in our own words, and as much of the spec as is clean for the rules that follow.

A faulty field is taken out (a required one replaced by a sample), so that the rules can still judge everything else; what a rule says
about such a field is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from servewright.spec.codes import MISSING, OUT_OF_BOUNDS, SECRET_IN_SPEC, UNKNOWN_FIELD, WRONG_TYPE
from servewright.spec.document import MAX_FAULTS
from servewright.spec.faults import kind, nearest
from servewright.spec.field_examples import EXAMPLES
from servewright.spec.field_synonyms import MEANT, MEANT_IN_RECEIVER
from servewright.spec.model import Spec
from servewright.spec.paths import join, within
from servewright.spec.repair import Loc, existing, repaired, value_at
from servewright.spec.secret_text import MASK, hides_value, printable
from servewright.spec.structure import field_homes, field_names, part_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from servewright.diagnostics import Diagnostic, Position
    from servewright.spec.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """
    The outcome: *spec* is what could be read (None where too much is broken), *untold* how many faults were too many, *tainted* the
    paths that are not as the user wrote them.
    """

    spec: Spec | None
    faults: tuple[Diagnostic, ...]
    untold: int
    tainted: tuple[str, ...]

    def judges(self, path: str, reads: tuple[str, ...]) -> bool:
        """
        Return True where *path* and all it *reads* are as the user wrote them.
        """
        about = (within(path, bad) for bad in self.tainted)
        from_ = (within(read, bad) or within(bad, read) for bad in self.tainted for read in reads)
        return not any(about) and not any(from_)


def read_fields(document: Document) -> Fields:
    """
    Return the spec in *document* with the faults of its fields, those of putting the document together included.
    """
    if len(document.tainted) > MAX_FAULTS:
        return Fields(spec=None, faults=document.faults, untold=0, tainted=())
    try:
        return Fields(spec=Spec.model_validate(document.tree), faults=document.faults, untold=0, tainted=document.tainted)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    details.sort(key=lambda detail: _position(document, detail))
    spec = repaired(document.tree, details) if len(details) <= MAX_FAULTS else None
    told = [detail for detail in details if not _follows(document, detail)]
    faults = (_diagnostic(document, detail) for detail in told[:MAX_FAULTS])
    tainted = (join(existing(document.tree, detail)) for detail in details)
    return Fields(
        spec=spec,
        faults=(*document.faults, *faults),
        untold=max(0, len(told) - MAX_FAULTS),
        tainted=(*document.tainted, *tainted),
    )


def faults_of(document: Document, part: type[BaseModel], tree: dict[str, object]) -> Iterator[Diagnostic]:
    """
    Yield the faults of *tree*, some fields at the top of *document*, as the fields of *part*.
    """
    try:
        part.model_validate(tree)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            yield _diagnostic(document, detail)


def fault_at(document: Document, code: str, path: str, message: str, hint: str | None, *, at_key: bool = False) -> Diagnostic:
    """
    Return a fault of the value at *path*, or *at_key* of the name in front of it.
    """
    where = document.keys.get(path) if at_key else None
    value = None if at_key else written_value(document, path)
    said = document.source.diagnostic(code, path, message, phase="fields", value=value, hint=hint)
    return said if where is None else replace(said, file=where.file or said.file, line=where.line, column=where.column)


def _follows(document: Document, detail: ErrorDetails) -> bool:
    """
    Return True where a fault only follows from another: of a parameter, or of a file that could not be read.
    """
    if detail["type"] == "missing" and document.incomplete:
        return True
    path = join(existing(document.tree, detail))
    return any(within(path, bad) for bad in document.tainted)


def written_value(document: Document, path: str) -> str | None:
    """
    Return the value at *path* as it is written, without line breaks and control characters; what a secret's field holds is masked.
    """
    written = document.texts.get(path)
    if written is None:
        return None
    return MASK if hides_value(path) else printable(" ".join(written.split()))


def _position(document: Document, detail: ErrorDetails) -> Position:
    path = join(existing(document.tree, detail))
    if detail["type"] == "extra_forbidden" and path in document.keys:
        return document.keys[path]
    return document.source.at(path)


def _diagnostic(document: Document, detail: ErrorDetails) -> Diagnostic:
    loc = existing(document.tree, detail)
    code, message, hint = _words(document, detail, loc)
    where, written = _position(document, detail), written_value(document, join(loc))
    value = MASK if code == SECRET_IN_SPEC and written is not None else written
    return replace(
        document.source.diagnostic(code, join(loc), message, phase="fields", value=value, hint=hint),
        file=where.file or document.source.file,
        line=where.line,
        column=where.column,
    )


def _words(document: Document, detail: ErrorDetails, loc: Loc) -> tuple[str, str, str | None]:
    context = detail.get("ctx", {})
    name = str(loc[-1]) if loc else ""
    match detail["type"]:
        case "missing":
            return MISSING, f"{name} is missing", _example(loc)
        case "extra_forbidden":
            return _unknown(loc)
        case "model_type" | "dict_type":
            return WRONG_TYPE, f"must be fields (name: value), this is {kind(value_at(document.tree, loc))}", _example(loc)
        case "too_long":
            return OUT_OF_BOUNDS, f"has more than {context['max_length']} entries", None
    return detail["type"], str(context.get("message", detail["msg"])), context.get("hint")


def _example(loc: Loc) -> str | None:
    """
    Return how the field at *loc* is written: an example of it below its parent, else one of its name.
    """
    names = [str(part) for part in loc if isinstance(part, str)]
    return EXAMPLES.get(".".join(names[-2:])) or EXAMPLES.get(names[-1] if names else "")


def _unknown(loc: Loc) -> tuple[str, str, str | None]:
    name = str(loc[-1])
    part = part_at(Spec, loc[:-1])
    names = () if part is None else field_names(part)
    near = nearest(name, names)
    homes = [home for home in field_homes(Spec).get(name, ()) if home]
    receiver = "receivers" in loc
    parent = next((str(above) for above in reversed(loc[:-1]) if isinstance(above, str)), "")
    meant = MEANT_IN_RECEIVER.get(parent, {}).get(name, "") if receiver else MEANT.get(name, "")
    if meant.split(":", 1)[0] in names:
        hint = f"write {meant}"
    elif near is not None:
        hint = f"Nearest: {near}"
    elif meant:
        hint = f"write {meant}, which stands below {' or '.join(field_homes(Spec)[meant.split(':', 1)[0]][:3])}"
    elif homes and not receiver:
        hint = f"{name} stands below {' or '.join(homes[:3])}"
    else:
        hint = f"Fields here: {', '.join(names)}" if names else "there are no fields here yet"
    return UNKNOWN_FIELD, "not a field we know", hint
