"""
Values with the place each was written at: what merging and parameters work on, before there is one spec with one path for each value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.diagnostics import Position
from servewright.spec.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.spec.scalars import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedScalar:
    """
    A text, number, boolean or null; *written* is its spelling, None where nothing is written.

    *removes* marks a null that took something away; *unknown* stands for a parameter whose value is at fault.
    """

    place: Position
    value: Scalar
    written: str | None
    removes: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedList:
    """
    A list.
    """

    place: Position
    items: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFields:
    """
    Fields by name, each with the place of its name.
    """

    place: Position
    entries: Mapping[str, tuple[Position, Placed]]

    def get(self, name: str) -> Placed | None:
        """
        Return the value of the field *name*, None where it is absent.
        """
        found = self.entries.get(name)
        return None if found is None else found[1]

    def without(self, *names: str) -> PlacedFields:
        """
        Return the same fields but for those called *names*.
        """
        return PlacedFields(place=self.place, entries={name: entry for name, entry in self.entries.items() if name not in names})


Placed = PlacedScalar | PlacedList | PlacedFields


def placed(root: MappingNode, file: str) -> PlacedFields:
    """
    Return the values below *root*, each with its place in *file*. What stands behind an alias is shared, not copied.
    """
    made: dict[int, Placed] = {}

    def value(node: Node) -> Placed:
        if id(node) not in made:
            made[id(node)] = convert(node)
        return made[id(node)]

    def convert(node: Node) -> Placed:
        if isinstance(node, ScalarNode):
            return PlacedScalar(place=at(node.position), value=node.value, written=node.written)
        if isinstance(node, SequenceNode):
            return PlacedList(place=at(node.position), items=tuple(value(entry) for entry in node.items))
        return fields(node)

    def fields(node: MappingNode) -> PlacedFields:
        return PlacedFields(place=at(node.position), entries={name: (at(key), value(entry)) for name, (key, entry) in node.entries.items()})

    def at(where: Position) -> Position:
        return Position(where.line, where.column, file) if file else where

    return fields(root)


def plain(value: Placed) -> object:
    """
    Return *value* as plain scalars, lists and dictionaries.
    """
    if isinstance(value, PlacedScalar):
        return value.value
    if isinstance(value, PlacedList):
        return [plain(entry) for entry in value.items]
    return {name: plain(entry) for name, (_, entry) in value.entries.items()}


def same(first: Placed, second: Placed) -> bool:
    """
    Return True where both say the same: 1 is not true, 2 is 2.0, the order of fields means nothing.
    """
    if isinstance(first, PlacedScalar) and isinstance(second, PlacedScalar):
        return isinstance(first.value, bool) is isinstance(second.value, bool) and first.value == second.value
    if isinstance(first, PlacedList) and isinstance(second, PlacedList):
        return len(first.items) == len(second.items) and all(same(a, b) for a, b in zip(first.items, second.items, strict=True))
    if isinstance(first, PlacedFields) and isinstance(second, PlacedFields):
        return first.entries.keys() == second.entries.keys() and all(
            same(entry, second.entries[name][1]) for name, (_, entry) in first.entries.items()
        )
    return False
