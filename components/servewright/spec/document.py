"""
Bytes to a plain tree with the place of every value.

Aliases are expanded within the budget; duplicate keys, merge keys and tags are refused, all of them at once. What the parser itself
stumbles over ends the reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from servewright.diagnostics import Diagnostic, Position, SourceMap
from servewright.errors import InvalidInputError
from servewright.spec.codes import EMPTY, NOT_FIELDS
from servewright.spec.node_builder import build
from servewright.spec.nodes import MappingNode, Node, ScalarNode, SequenceNode
from servewright.spec.paths import ROOT, child, item
from servewright.spec.secret_text import masked
from servewright.spec.syntax import SyntaxFault, decode, explain, foreign_format, refuse_foreign_json

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """

    tree: Tree
    source: SourceMap
    keys: Mapping[str, Position]
    texts: Mapping[str, str]


def read_document(file: str, raw: bytes) -> Document:
    """
    Return the document in *raw*; raises InvalidInputError with the faults of syntax.
    """
    try:
        root, faults = _read_root(raw)
    except SyntaxFault as fault:
        raise InvalidInputError((_diagnostic(file, fault, {}),)) from None
    if faults:
        paths = _paths(root)
        faults.sort(key=lambda fault: fault.position)
        raise InvalidInputError(tuple(_diagnostic(file, fault, paths) for fault in faults[:MAX_FAULTS]))
    return _expand(file, root)


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


def _expand(file: str, root: MappingNode) -> Document:
    values: dict[str, Position] = {ROOT: root.position}
    keys: dict[str, Position] = {}
    texts: dict[str, str] = {}

    def plain(node: Node, path: str) -> object:
        values[path] = node.position
        if isinstance(node, ScalarNode):
            if node.written is not None:
                texts[path] = node.written
            return node.value
        if isinstance(node, SequenceNode):
            return [plain(entry, item(path, index)) for index, entry in enumerate(node.items)]
        return fields(node, path)

    def fields(node: MappingNode, path: str) -> Tree:
        result: Tree = {}
        for key, (where, value) in node.entries.items():
            keys[child(path, key)] = where
            result[key] = plain(value, child(path, key))
        return result

    tree = fields(root, ROOT)
    return Document(tree=tree, source=SourceMap(file=file, positions=values), keys=keys, texts=texts)
