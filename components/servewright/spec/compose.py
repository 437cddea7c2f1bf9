"""
A spec and the files it builds upon, as one document: read, give the parameters, lay over each other, and say all that is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Final

from servewright.spec.blueprint_heading import deprecations, lock_path_faults, said_by
from servewright.spec.codes import DUPLICATE, EXTENDS_CONFLICT, MISSING, WRONG_TYPE
from servewright.spec.conflict import Conflict, Layer, conflicts
from servewright.spec.document import Document, document_of
from servewright.spec.extends import SpecFile, read_files
from servewright.spec.extends_fields import HEADING, Heading
from servewright.spec.faults import kind
from servewright.spec.fields import fault_at, faults_of
from servewright.spec.layers import layers_of
from servewright.spec.locks import lock_faults
from servewright.spec.merge import NAMED_LISTS, list_at, merge, name_of, without_list
from servewright.spec.parameters import Declarations, declarations_of
from servewright.spec.paths import item, within
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar, plain
from servewright.spec.reference_check import reference_faults
from servewright.spec.spelling import shown_value
from servewright.spec.trace import trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from servewright.diagnostics import Diagnostic
    from servewright.spec.source_file import Reader, SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """
    The *document* that the fields are read from, and all documents in which something of it is written, the one asked for first. *files*
    are the same by the name that a position has for them. *warnings* are about what it builds upon.
    """

    document: Document
    written: tuple[Document, ...]
    files: Mapping[str, SourceFile]
    warnings: tuple[Diagnostic, ...]


def compose(top: SourceFile, read: Reader) -> Composed:
    """
    Return the spec in *top* with all that it extends; *read* opens the files it names.

    Raises InvalidInputError with the faults of syntax in all files. What is wrong with parameters and between files is left to be told
    with the faults of the fields.
    """
    files = read_files(top, read)
    declarations = {key: declarations_of(file.document) for key, file in files.items()}
    declared = {key: one.parameters for key, one in declarations.items()}
    said = {key: said_by(file.document) for key, file in files.items()}
    headings = [fault for file in files.values() for fault in _heading_faults(file)]
    faults = [*headings, *(fault for key, file in files.items() for fault in _file_faults(file, declarations[key]))]
    faults += [fault for file in files.values() for fault in lock_path_faults(file)]
    made = layers_of(files, declared)
    layers, unnamed = _with_names(made.layers, files)
    merged = reduce(merge, (layer.root for layer in layers))
    locked = tuple(lock_faults(layers, made.built_upon, files, said))
    held = {(fault.file, fault.line, fault.column) for fault in locked}
    contested = tuple(one for one in conflicts(layers, _ancestors(files), merged) if not held & set(_places(one, top.shown)))
    document = document_of(merged, top.shown)
    faults += [*made.faults, *unnamed, *locked, *(_contested(document, one) for one in contested)]
    labels = {file.source.shown if number else "": file.label for number, file in enumerate(files.values())}
    return Composed(
        document=replace(
            document,
            faults=tuple(faults),
            tainted=(*document.tainted, *(one.path for one in contested)),
            incomplete=any(within(fault.path, "extends") for fault in headings),
            trace=trace_of(merged, labels) if len(files) > 1 else (),
        ),
        written=tuple(file.document for file in files.values()),
        files={file.source.shown if number else "": file.source for number, file in enumerate(files.values())},
        warnings=tuple(deprecations(files, said)),
    )


def _heading_faults(file: SpecFile) -> Iterator[Diagnostic]:
    """
    Yield what is wrong with the fields that say what a file builds upon, and with which parameters.
    """
    heading = {name: file.document.tree[name] for name in ("apiVersion", *HEADING) if name in file.document.tree}
    yield from faults_of(file.document, Heading, heading)


def _file_faults(file: SpecFile, declarations: Declarations) -> Iterator[Diagnostic]:
    """
    Yield what contradicts itself in the parameters of one file, and in how it refers to them.
    """
    for found in declarations.problems:
        yield fault_at(file.document, found.code, found.path, found.message, found.hint, at_key=found.at_key)
    if declarations.parameters is not None:
        yield from reference_faults(file.document, file.root, declarations.parameters)


def _ancestors(files: Mapping[str, SpecFile]) -> dict[str, frozenset[str]]:
    """
    Return the keys of all files that each file builds upon.
    """
    known: dict[str, frozenset[str]] = {}

    def of(key: str) -> frozenset[str]:
        if key not in known:
            parents = [entry.target for entry in files[key].entries if entry.target is not None]
            known[key] = frozenset(parents).union(*(of(parent) for parent in parents))
        return known[key]

    return {key: of(key) for key in files}


def _with_names(layers: Sequence[Layer], files: Mapping[str, SpecFile]) -> tuple[tuple[Layer, ...], list[Diagnostic]]:
    """
    Return *layers* such that the lists of named things can merge, and a fault for each entry whose name is in the way.

    Where there is one, only the lowest list is kept: the others would say of new models what is meant of known ones.
    """
    kept = list(layers)
    faults: list[Diagnostic] = []
    for listed in sorted(NAMED_LISTS):
        lists = [(number, list_at(layer.root, listed)) for number, layer in enumerate(layers)]
        givers = [(number, value) for number, value in lists if value is not None and value.items]
        found = [fault for number, value in givers for fault in _unfit(files[layers[number].file], listed, value)]
        if found and len(givers) > 1:
            faults += found
            for number, _ in givers[1:]:
                kept[number] = replace(kept[number], root=without_list(kept[number].root, listed))
    return tuple(kept), list(dict.fromkeys(faults))


def _unfit(file: SpecFile, listed: str, value: PlacedList) -> Iterator[Diagnostic]:
    """
    Yield the entries of a list that cannot merge by name: without one, or with that of another.
    """
    seen: set[str] = set()
    key = NAMED_LISTS[listed]
    for index, entry in enumerate(value.items):
        path, name = f"{item(listed, index)}.{key}", name_of(entry, key)
        if name is not None and name in seen:
            yield fault_at(file.document, DUPLICATE, path, f"this file has the {key} twice", "keep one of them")
        elif isinstance(entry, PlacedFields) and name is None:
            yield from _nameless(file, path, entry.get(key), listed)
        seen.update([] if name is None else [name])


def _nameless(file: SpecFile, path: str, name: Placed | None, listed: str) -> Iterator[Diagnostic]:
    if isinstance(name, PlacedScalar) and name.unknown:
        return
    key = NAMED_LISTS[listed]
    what, hint = f"several files have {listed}, which merge by their {key}s", f"{_EXAMPLES[key]}, in each file that means this one"
    if name is None or (isinstance(name, PlacedScalar) and name.value is None):
        yield fault_at(file.document, MISSING, path, f"{key} is missing: {what}", hint)
    else:
        yield fault_at(file.document, WRONG_TYPE, path, f"must be text, this is {kind(plain(name))}: {what}", hint)


_EXAMPLES: Final = {"model": "model: chat", "name": "name: chat", "rule": "rule: monthly-maximum"}


def _places(found: Conflict, top: str) -> Iterator[tuple[str, int, int]]:
    for value in (found.first, found.second):
        yield value.place.file or top, value.place.line, value.place.column


def _contested(document: Document, found: Conflict) -> Diagnostic:
    top = document.source.file
    place, other = found.second.place, found.first.place
    there = f"{other.file or top}:{other.line}:{other.column}"
    said_there = f"{'' if found.below == found.path else f'{found.below}: '}{shown_value(found.below, found.first)}"
    message = f"{there} has {said_there}, and neither file extends the other"
    hint = f"say in {top} which one holds, or let one of the two files extend the other"
    value = shown_value(found.path, found.second)
    said = document.source.diagnostic(EXTENDS_CONFLICT, found.path, message, phase="fields", value=value, hint=hint)
    return replace(said, file=place.file or top, line=place.line, column=place.column)
