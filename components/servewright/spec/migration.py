"""
Older forms of a spec, and the steps from each to the next.

`servewright.dev/v1` is the first form that was released, and since then no field has changed its name or place: the table is empty. A
later form adds a row for the one before it, and `servewright migrate` takes its steps.

    rename   a field has another name at the same place
    move     a field goes into a group of fields that did not stand beside it before
    set      a value is said otherwise
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.errors import InvalidInputError
from servewright.spec.codes import NOT_A_CHOICE
from servewright.spec.document import document_of, read_values
from servewright.spec.extends_fields import API_VERSION
from servewright.spec.faults import nearest_hint
from servewright.spec.paths import ROOT, child, item
from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar, plain
from servewright.spec.yaml_edit import CannotEditError, Edit, edited, renamed, respelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from servewright.diagnostics import Position
    from servewright.spec.placed import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """
    The field at *path* ("models[].slo.ttft") is called *to*.
    """

    path: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """
    The field at *path* ("models[].gpu") stands at *to* ("models[].hardware.gpu"), in a group of fields beside which it stood.
    """

    path: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTo:
    """
    The text *before* at *path* is said as *after*.
    """

    path: str
    before: str
    after: str


Step = Rename | Move | SetTo


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderForm:
    """
    A form of the spec before the present one: *steps* lead from *version* to *next*.
    """

    version: str
    next: str
    steps: tuple[Step, ...]


OLDER_FORMS: Final[tuple[OlderForm, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """
    A spec's *text* in the present form; *left* says what people have to change.
    """

    text: str
    left: tuple[str, ...] = ()


def migrated(file: str, raw: bytes, forms: Sequence[OlderForm] = OLDER_FORMS) -> Migrated:
    """
    Return the spec in *raw* in the present form; one without `apiVersion` is of the present form.

    Raises InvalidInputError for a version that nobody knows, and for a text that cannot be read.
    """
    steps = {form.version: form for form in forms}
    left: list[str] = []
    while True:
        root = spec_root(file, raw)
        text = raw.decode("utf-8")
        written = root.get("apiVersion")
        version = None if written is None else plain(written)
        if version in (None, API_VERSION):
            return Migrated(text=text, left=tuple(left))
        form = steps.get(version) if isinstance(version, str) else None
        if form is None or not isinstance(written, PlacedScalar):
            raise _unknown(file, root, [*steps, API_VERSION])
        edits = [respelled(written, form.next)]
        for step in form.steps:
            for found in _found(root, step.path.split("."), ROOT):
                try:
                    edits += _edits(text, step, found)
                except CannotEditError as fault:
                    left.append(f"{found.path}: {fault}")
        raw = edited(text, edits).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """
    A field that a step speaks of: the fields *beside* it, the place of its name, its value.
    """

    path: str
    name: str
    key: Position
    value: Placed
    beside: PlacedFields


def spec_root(file: str, raw: bytes) -> PlacedFields:
    """
    Return the fields in *raw*; raises InvalidInputError with the faults of its syntax.
    """
    reading = read_values(file, raw)
    if reading.root is None or reading.faults:
        raise InvalidInputError(reading.faults)
    return reading.root


def _unknown(file: str, root: PlacedFields, known: list[str]) -> InvalidInputError:
    source = document_of(root, file).source
    written = root.get("apiVersion")
    value = written.written if isinstance(written, PlacedScalar) else None
    message = "no form of the spec that this release knows"
    hint = nearest_hint(value or "", known)
    return InvalidInputError((source.diagnostic(NOT_A_CHOICE, "apiVersion", message, phase="fields", value=value, hint=hint),))


def _found(root: PlacedFields, names: list[str], path: str) -> Iterator[_Found]:
    name, rest = names[0], names[1:]
    entry = root.entries.get(name.removesuffix("[]"))
    if entry is None:
        return
    where = child(path, name.removesuffix("[]"))
    if not rest:
        yield _Found(path=where, name=name, key=entry[0], value=entry[1], beside=root)
        return
    values: list[tuple[str, Placed]] = [(where, entry[1])]
    if name.endswith("[]"):
        listed = entry[1].items if isinstance(entry[1], PlacedList) else ()
        values = [(item(where, number), each) for number, each in enumerate(listed)]
    for below, value in values:
        if isinstance(value, PlacedFields):
            yield from _found(value, rest, below)


def _edits(text: str, step: Step, found: _Found) -> list[Edit]:
    if isinstance(step, Rename):
        return [renamed(found.key, text, found.name, step.to)]
    if isinstance(step, SetTo):
        fits = isinstance(found.value, PlacedScalar) and found.value.value == step.before
        return [respelled(found.value, step.after)] if fits and isinstance(found.value, PlacedScalar) else []
    return [_moved(text, step, found)]


def _moved(text: str, step: Move, found: _Found) -> Edit:
    """
    Return the change of `gpu: H100` to `hardware: {gpu: H100}`: what is more than that is left to people.
    """
    parent = step.path.rpartition(".")[0]
    group, _, name = step.to.removeprefix(f"{parent}." if parent else "").partition(".")
    written = found.value.written if isinstance(found.value, PlacedScalar) else None
    if written is None or not name or "." in name or group in found.beside.entries:
        msg = f"move it to {step.to} (line {found.key.line})"
        raise CannotEditError(msg)
    key = renamed(found.key, text, found.name, found.name)
    pair = _pair(text, found.key, key.before, written)
    return Edit(place=found.key, before=pair, after=f"{group}: {{{name}{pair.removeprefix(key.before)}}}")


def _pair(text: str, key: Position, name: str, written: str) -> str:
    """
    Return what is written from the name to the end of its value, on one line.
    """
    line = text.removeprefix("\ufeff").splitlines()[key.line - 1][key.column - 1 :]
    end = line.find(written, len(name))
    if end < 0 or written.startswith(("|", ">")):
        msg = f"line {key.line} does not hold the whole value"
        raise CannotEditError(msg)
    return line[: end + len(written)]
