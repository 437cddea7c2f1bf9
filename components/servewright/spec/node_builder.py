"""
Events of the YAML parser to a graph of nodes, counted as they come.

Nesting and the number of values, aliases expanded, are bounded while reading, so that deep nesting and alias bombs end in a
diagnostic before anything large exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from servewright.diagnostics import Position
from servewright.spec.codes import BAD_ALIAS, BAD_TAG, NOT_TEXT, OVER_BUDGET, SECOND_DOCUMENT
from servewright.spec.nodes import MAX_DEPTH, MAX_NODES, MappingNode, Node, ScalarNode, SequenceNode
from servewright.spec.scalars import resolve
from servewright.spec.secret_text import shown_name
from servewright.spec.syntax import SyntaxFault

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_KNOWN_TAGS: Final = (None, *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")))


def build(text: str) -> tuple[Node | None, list[SyntaxFault]]:
    """
    Return the root node of *text* and the faults that did not end the reading; raises SyntaxFault for one that does.
    """
    builder = _Builder(text)
    for event in _events(text):
        builder.take(event)
    return builder.root, builder.faults


def _events(text: str) -> Iterator[yaml.Event]:
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise SyntaxFault(
                    SECOND_DOCUMENT, _position(event), "a second document begins here", hint="one spec per file: remove the line `---`"
                )
        yield event


def _position(event: yaml.Event) -> Position:
    mark = event.start_mark
    return Position(1, 1) if mark is None else Position(mark.line + 1, mark.column + 1)


def _refuse_half_characters(event: yaml.ScalarEvent) -> None:
    """
    Raise where an escape made half of a character, which no output can hold; the C parser refuses it itself.
    """
    try:
        event.value.encode()
    except UnicodeEncodeError:
        raise SyntaxFault(NOT_TEXT, _position(event), "this escape is half a character", hint="write the character itself") from None


@dataclass(slots=True)
class _Builder:
    """
    The tree under construction: open containers on a stack, anchors by name, faults so far.
    """

    text: str
    root: Node | None = None
    faults: list[SyntaxFault] = field(default_factory=list)
    open: list[MappingNode | SequenceNode] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    nodes: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._place(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        if not event.value.isascii():
            _refuse_half_characters(event)
        plain = event.implicit[0] and event.style in (None, "")
        written = self._written(event)
        value = resolve(event.value) if plain else event.value
        node = ScalarNode(position=_position(event), value=value, written=written if written.strip() else None, plain=plain)
        self._check_tag(event, node)
        return node

    def _written(self, event: yaml.ScalarEvent) -> str:
        begin, end = event.start_mark, event.end_mark
        return "" if begin is None or end is None else self.text[begin.index : end.index]

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        kind = MappingNode if isinstance(event, yaml.MappingStartEvent) else SequenceNode
        node: MappingNode | SequenceNode = kind(position=_position(event))
        self._check_tag(event, node)
        if len(self.open) >= MAX_DEPTH:
            raise SyntaxFault(OVER_BUDGET, node.position, f"nested deeper than {MAX_DEPTH} levels")
        self._place(node, event.anchor)
        self.open.append(node)

    def _end(self) -> None:
        node = self.open.pop()
        if isinstance(node, MappingNode):
            self.faults += node.close()
        if self.open:
            self.open[-1].grow(node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        target = self.anchors.get(name)
        where = _position(event)
        if target is None:
            raise SyntaxFault(BAD_ALIAS, where, f"no anchor &{shown_name(name)} before this alias")
        if any(target is node for node in self.open):
            raise SyntaxFault(BAD_ALIAS, where, f"the alias *{shown_name(name)} contains itself")
        if len(self.open) + target.height > MAX_DEPTH:
            raise SyntaxFault(OVER_BUDGET, where, f"nested deeper than {MAX_DEPTH} levels once *{shown_name(name)} is expanded")
        self._count(where, target.size)
        self.open[-1].add(target)
        self.open[-1].grow(target)

    def _place(self, node: Node, anchor: str | None) -> None:
        self._count(node.position, 1)
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        self.open[-1].add(node)
        if isinstance(node, ScalarNode):
            self.open[-1].grow(node)

    def _count(self, where: Position, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise SyntaxFault(OVER_BUDGET, where, f"more than {MAX_NODES:,} values, aliases expanded")

    def _check_tag(self, event: yaml.ScalarEvent | yaml.MappingStartEvent | yaml.SequenceStartEvent, node: Node) -> None:
        if event.tag not in _KNOWN_TAGS:
            tag = (event.tag or "").replace("tag:yaml.org,2002:", "!!", 1)
            fault = SyntaxFault(
                BAD_TAG,
                node.position,
                f"the tag {shown_name(tag)} has no meaning here",
                hint="remove it: values are plain text, numbers, lists and fields",
            )
            fault.node = node
            self.faults.append(fault)
