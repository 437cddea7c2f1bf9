"""
Bytes to values with their places, and those to the plain tree that the fields are read from.

Aliases are expanded within the budget; duplicate keys, merge keys and tags are refused, all of them at once. What the parser itself
stumbles over ends the reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from servewright.diagnostics import Diagnostic, Position, SourceMap
from servewright.errors import InvalidInputError
from servewright.spec.codes import EMPTY, NOT_FIELDS
from servewright.spec.node_builder import build
from servewright.spec.nodes import MappingNode, Node, ScalarNode, SequenceNode
from servewright.spec.paths import ROOT, child, item
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar, placed
from servewright.spec.secret_text import masked
from servewright.spec.syntax import SyntaxFault, decode, explain, foreign_format, refuse_foreign_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.spec.trace import SetBy

Tree = dict[str, object]

MAX_FAULTS: Final = 100
"""
Faults shown of one file; nobody reads more, and a file with more is no spec (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A spec as written: its *tree* of plain values, where each value stands (*source*), where each key stands (*keys*) and how each
    scalar is spelled (*texts*), all by spec path.

    A spec made of several files also has the *faults* of putting them together, the paths that they touch (*tainted*), and *trace*, the
    file and line that set each value. *incomplete* means that something it builds upon could not be read: nothing is called missing.
    """

    tree: Tree
    source: SourceMap
    keys: Mapping[str, Position]
    texts: Mapping[str, str]
    faults: tuple[Diagnostic, ...] = ()
    tainted: tuple[str, ...] = ()
    incomplete: bool = False
    trace: tuple[SetBy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    A file as the parser left it: *root* is None where a fault ended the reading, *values* counts what it holds, aliases expanded.
    """

    root: PlacedFields | None
    values: int
    faults: tuple[Diagnostic, ...]


def read_document(file: str, raw: bytes) -> Document:
    """
    Return the document in *raw*; raises InvalidInputError with the faults of syntax.
    """
    found = read_values(file, raw)
    if found.root is None or found.faults:
        raise InvalidInputError(found.faults)
    return document_of(found.root, file)


def read_values(file: str, raw: bytes, *, beside: bool = False) -> Reading:
    """
    Return what stands in *raw* with the faults of its syntax; *beside* says that *file* is not the one that was asked for, so that every
    place carries its name.
    """
    try:
        root, faults = _read_root(raw)
    except SyntaxFault as fault:
        return Reading(root=None, values=0, faults=(_diagnostic(file, fault, {}),))
    paths = _paths(root) if faults else {}
    faults.sort(key=lambda fault: fault.position)
    said = tuple(_diagnostic(file, fault, paths) for fault in faults[:MAX_FAULTS])
    return Reading(root=placed(root, file if beside else ""), values=root.size, faults=said)


def _read_root(raw: bytes) -> tuple[MappingNode, list[SyntaxFault]]:
    text = decode(raw)
    refuse_foreign_json(text)
    try:
        root, faults = build(text)
    except yaml.MarkedYAMLError as error:
        raise foreign_format(text) or explain(error, text) from None
    if not isinstance(root, MappingNode):
        raise foreign_format(text) or _not_a_mapping(root)
    return root, faults


def _diagnostic(file: str, fault: SyntaxFault, paths: Mapping[int, str]) -> Diagnostic:
    path = paths.get(id(fault.node), ROOT)
    said = Diagnostic(
        code=fault.code,
        severity="error",
        phase="syntax",
        file=file,
        line=fault.position.line,
        column=fault.position.column,
        path=path if fault.key is None else child(path, fault.key),
        value=None,
        message=fault.message,
        hint=fault.hint,
    )
    return masked(said, frozenset())


def _paths(root: MappingNode) -> dict[int, str]:
    """
    Return the path of each node, by identity; a node behind an alias has its first one.
    """
    paths: dict[int, str] = {}

    def walk(node: Node, path: str) -> None:
        if id(node) in paths:
            return
        paths[id(node)] = path
        if isinstance(node, SequenceNode):
            for index, entry in enumerate(node.items):
                walk(entry, item(path, index))
        elif isinstance(node, MappingNode):
            for key, (_, value) in node.entries.items():
                walk(value, child(path, key))

    walk(root, ROOT)
    return paths


def _not_a_mapping(root: Node | None) -> SyntaxFault:
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        return SyntaxFault(EMPTY, Position(1, 1), "the file is empty", hint="the shortest spec: models: [{source, traffic, slo}]")
    kind = "a list" if isinstance(root, SequenceNode) else "text"
    return SyntaxFault(
        NOT_FIELDS, root.position, f"the top level is {kind}, it must be fields", hint="begin with `models:` and put the list below it"
    )


def document_of(root: PlacedFields, file: str) -> Document:
    """
    Return the document made of *root*, with one path for each value. What was removed keeps its place: there, a field can be missing.
    """
    made = _Flat()
    tree = made.fields(root, ROOT)
    source = SourceMap(file=file, positions=made.places)
    return Document(tree=tree, source=source, keys=made.keys, texts=made.texts, tainted=tuple(made.unknown))


@dataclass(slots=True)
class _Flat:
    """
    What is known of each path while the tree is made.
    """

    places: dict[str, Position] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def fields(self, value: PlacedFields, path: str) -> Tree:
        self.places[path] = value.place
        result: Tree = {}
        for name, (where, entry) in value.entries.items():
            below = child(path, name)
            self.keys[below] = where
            found = self.plain(entry, below)
            if not (isinstance(entry, PlacedScalar) and entry.removes):
                result[name] = found
        return result

    def plain(self, value: Placed, path: str) -> object:
        if isinstance(value, PlacedFields):
            return self.fields(value, path)
        self.places[path] = value.place
        if isinstance(value, PlacedList):
            return [self.plain(entry, item(path, index)) for index, entry in enumerate(value.items)]
        if value.written is not None:
            self.texts[path] = value.written
        if value.unknown:
            self.unknown.append(path)
        return value.value
