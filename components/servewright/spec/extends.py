"""
The files that a spec is made of: each is read once, along `extends`, within fixed budgets.

All faults of reading and syntax in all files are told at once. Nothing is put together here.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from servewright.errors import InvalidInputError
from servewright.spec.codes import EXTENDS_CYCLE, EXTENDS_LIMIT, EXTENDS_PATH
from servewright.spec.document import MAX_FAULTS, Document, document_of, read_values
from servewright.spec.extends_fields import MAX_ENTRIES
from servewright.spec.extends_path import is_blueprint, refusal
from servewright.spec.paths import item
from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar
from servewright.spec.secret_text import masked, shown_name
from servewright.spec.source_file import CannotReadError, Reader, SourceFile
from servewright.spec.syntax import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.spec.placed import Placed

MAX_DEPTH: Final = 8
"""
Files that build upon each other, the spec included; people lose track of values after four (judgement).
"""

MAX_FILES: Final = 32
"""
Files of one spec (judgement).
"""

MAX_BYTES_TOGETHER: Final = 2 * MAX_BYTES
MAX_VALUES_TOGETHER: Final = 40_000
"""
Values in all files of one spec, and in what parameters make of them: a third more than one file may have (MAX_NODES), so that a refusal
still comes within two seconds (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One entry of `extends`: *path* is the spec path of the file's name, *written* the name, *target* the key of the file, None where it
    cannot be read. *values* are those for its parameters.
    """

    path: str
    written: str
    target: str | None
    values: PlacedFields | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFile:
    """
    One file of a spec, read: *label* is its path relative to the folder of the spec that was asked for.
    """

    source: SourceFile
    label: str
    root: PlacedFields
    document: Document
    entries: tuple[Entry, ...]


def read_files(top: SourceFile, read: Reader) -> dict[str, SpecFile]:
    """
    Return *top*, first, and all files that it builds upon, by key; raises InvalidInputError with the faults of reading and syntax.
    """
    graph = _Graph(read=read)
    graph.visit(top, posixpath.basename(top.shown), ())
    if graph.faults:
        order = {file: number for number, file in enumerate(graph.order)}
        graph.faults.sort(key=lambda said: (order.get(said.file, len(order)), said.line, said.column))
        raise InvalidInputError(tuple(masked(said, frozenset()) for said in graph.faults[:MAX_FAULTS]))
    return {key: graph.files[key] for key in graph.order_of_keys}


@dataclass(slots=True)
class _Graph:
    """
    The files found so far, in the order they were found; *heights* are the levels at and below each, *names* the keys by what messages
    call them.
    """

    read: Reader
    files: dict[str, SpecFile] = field(default_factory=dict)
    heights: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    order_of_keys: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    size: int = 0
    values: int = 0
    full: bool = False

    def visit(self, source: SourceFile, label: str, trail: tuple[SourceFile, ...]) -> None:
        """
        Read *source* and what it builds upon; *trail* are the files that lead to it. Raises where it is too much.
        """
        reading = read_values(source.shown, source.raw, beside=bool(trail))
        self.order_of_keys.append(source.key)
        self.order.append(source.shown)
        self.faults += reading.faults
        self.size += len(source.raw)
        self.values += reading.values
        self.heights[source.key] = 1
        if trail and self.values > MAX_VALUES_TOGETHER:
            self._stop(f"the files of this spec hold more than {MAX_VALUES_TOGETHER:,} values together")
        if reading.root is None:
            return
        document = document_of(reading.root, source.shown)
        entries = tuple(self._entry(document, label, found, (*trail, source)) for found in _written(reading.root))
        below = [self.heights.get(entry.target, 0) for entry in entries if entry.target is not None]
        self.heights[source.key] = 1 + max(below, default=0)
        self.files[source.key] = SpecFile(source=source, label=label, root=reading.root, document=document, entries=entries)

    def _entry(self, document: Document, label: str, found: Written, trail: tuple[SourceFile, ...]) -> Entry:
        target = self._follow(document, label, found, trail)
        return Entry(path=found.path, written=found.name, target=target, values=found.values)

    def _follow(self, document: Document, label: str, found: Written, trail: tuple[SourceFile, ...]) -> str | None:
        """
        Return the key of the file that is named, after reading it and all below it; None where that is a fault.
        """
        if self.full:
            return None
        try:
            source = self._open(found.name, trail[-1])
            self._check(source, trail)
            if source.key not in self.heights:
                source = self._named(source)
                self.visit(source, _label(source, label, found.name), trail)
        except CannotReadError as fault:
            value = shown_name(" ".join(found.name.split()))
            said = document.source.diagnostic(fault.code, found.path, fault.message, phase="syntax", value=value, hint=fault.hint)
            self.faults.append(said)
            return None
        return source.key

    def _named(self, source: SourceFile) -> SourceFile:
        """
        Return *source* with a name that no other file has: blueprints of the same name and version can lie in two places.
        """
        taken, number = source.shown, 1
        while self.names.setdefault(taken, source.key) != source.key:
            number += 1
            taken = f"{source.shown} ({number})"
        return replace(source, shown=taken)

    def _open(self, name: str, by: SourceFile) -> SourceFile:
        refused = None if is_blueprint(name) else refusal(name)
        if refused is not None:
            raise CannotReadError(*refused, code=EXTENDS_PATH)
        return self.read(by, name)

    def _check(self, source: SourceFile, trail: tuple[SourceFile, ...]) -> None:
        """
        Raise where *source* closes a circle, lies too deep or is one file too many; the last is said once.
        """
        circle = next((number for number, above in enumerate(trail) if above.key == source.key), None)
        if circle is not None:
            names = " → ".join([*(above.shown for above in trail[circle:]), source.shown])
            what = "the file extends itself" if circle == len(trail) - 1 else f"these files extend each other in a circle: {names}"
            raise CannotReadError(what, "take out one `extends` of the circle", code=EXTENDS_CYCLE)
        if len(trail) + self.heights.get(source.key, 1) > MAX_DEPTH:
            message = f"more than {MAX_DEPTH} files build upon each other here"
            raise CannotReadError(message, "let a file extend several others instead of a long chain", code=EXTENDS_LIMIT)
        if source.key in self.heights:
            return
        if len(self.heights) >= MAX_FILES:
            self._stop(f"more than {MAX_FILES} files make this spec")
        if self.size + len(source.raw) > MAX_BYTES_TOGETHER:
            self._stop(f"the files of this spec are larger than {MAX_BYTES_TOGETHER >> 20} MiB together")

    def _stop(self, message: str) -> None:
        """
        Raise the first time that a limit is met; nothing is read after that.
        """
        if not self.full:
            self.full = True
            raise CannotReadError(message, "write some of them into one", code=EXTENDS_LIMIT)


def _label(source: SourceFile, above: str, name: str) -> str:
    """
    Return the label of *source*, which a file with the label *above* calls *name*: the files of a blueprint are called after it.
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(above), name)) if source.home is None else source.shown


@dataclass(frozen=True, slots=True)
class Written:
    """
    One entry of `extends` as it stands in a file.
    """

    path: str
    name: str
    values: PlacedFields | None


def _written(root: PlacedFields) -> Iterator[Written]:
    """
    Yield each entry of `extends` that has a name; other forms are refused with the fields.
    """
    given = root.get("extends")
    if isinstance(given, PlacedList):
        for index, entry in enumerate(given.items[:MAX_ENTRIES]):
            yield from _one(item("extends", index), entry)
    elif given is not None:
        yield from _one("extends", given if isinstance(given, PlacedScalar) else None)


def _one(path: str, entry: Placed | None) -> Iterator[Written]:
    name, values = entry, None
    if isinstance(entry, PlacedFields):
        path, name, values = f"{path}.from", entry.get("from"), entry.get("with")
    if isinstance(name, PlacedScalar) and isinstance(name.value, str):
        yield Written(path, name.value, values if isinstance(values, PlacedFields) else None)
