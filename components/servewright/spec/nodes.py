"""
The node graph of a document: scalars, lists and fields with their places, before aliases are expanded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from servewright.diagnostics import Position
from servewright.spec.codes import BAD_FIELD_NAME, DUPLICATE_FIELD, MERGE_KEY
from servewright.spec.scalars import Scalar
from servewright.spec.secret_text import shown_name
from servewright.spec.syntax import SyntaxFault

MAX_DEPTH: Final = 32
"""
Levels of nesting; the deepest field of the spec has 7 (judgement).
"""

MAX_NODES: Final = 30_000
"""
Values after expansion of aliases; a model takes about 60, its own traffic profile 168 more (judgement).
"""

MAX_KEY: Final = 256
"""
Characters of a field name; the longest legal one, the name of a label, has 63 (judgement).
"""


@dataclass(slots=True, kw_only=True)
class ScalarNode:
    """
    A text, number, boolean or null; *written* is its spelling in the file (None where nothing is written).
    """

    position: Position
    value: Scalar
    written: str | None
    plain: bool
    size: int = 1
    height: int = 0


@dataclass(slots=True, kw_only=True)
class SequenceNode:
    """
    A list; *size* counts the nodes below and itself, *height* the levels.
    """

    position: Position
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1

    def add(self, node: Node) -> None:
        """
        Append *node*.
        """
        self.items.append(node)

    def grow(self, node: Node) -> None:
        """
        Count the finished *node* in.
        """
        self.size += node.size
        self.height = max(self.height, node.height + 1)


@dataclass(slots=True, kw_only=True)
class MappingNode:
    """
    Fields by name; until it is closed its nodes wait in *pending*: key, value, key, value.
    """

    position: Position
    entries: dict[str, tuple[Position, Node]] = field(default_factory=dict)
    pending: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1

    def add(self, node: Node) -> None:
        """
        Append the next key or value.
        """
        self.pending.append(node)

    def grow(self, node: Node) -> None:
        """
        Count the finished *node* in.
        """
        self.size += node.size
        self.height = max(self.height, node.height + 1)

    def close(self) -> list[SyntaxFault]:
        """
        Pair keys with values and return the faults of the keys.
        """
        faults = []
        for key, value in zip(self.pending[::2], self.pending[1::2], strict=True):
            fault = self._pair(key, value)
            if fault is not None:
                fault.node = self
                fault.key = key.value if isinstance(key, ScalarNode) and isinstance(key.value, str) and len(key.value) <= MAX_KEY else None
                faults.append(fault)
        self.pending.clear()
        return faults

    def _pair(self, key: Node, value: Node) -> SyntaxFault | None:
        if not isinstance(key, ScalarNode) or not isinstance(key.value, str):
            shown = shown_name(key.written) if isinstance(key, ScalarNode) and key.written else "this"
            return SyntaxFault(BAD_FIELD_NAME, key.position, f"a field name must be text, {shown} is not", hint=_name_hint(key))
        if len(key.value) > MAX_KEY:
            return SyntaxFault(BAD_FIELD_NAME, key.position, f"a field name has {len(key.value)} characters, {MAX_KEY} are allowed")
        if key.plain and key.value == "<<":
            return SyntaxFault(
                MERGE_KEY, key.position, "merge keys are not supported", hint="write the fields out, or use an alias for a whole value"
            )
        if key.value in self.entries:
            first = self.entries[key.value][0]
            return SyntaxFault(
                DUPLICATE_FIELD,
                key.position,
                f"the field {shown_name(key.value)} stands twice: in line {first.line} and in line {key.position.line}",
                hint="keep one of them; nothing is merged and the last does not win",
            )
        self.entries[key.value] = (key.position, value)
        return None


Node = ScalarNode | SequenceNode | MappingNode


def _name_hint(key: Node) -> str:
    """
    Return what the writer of *key* may have meant: within braces the comma of 6,5 or 1,200 begins a new field.
    """
    quotes = "put it in quotes if it is meant as a name"
    number = isinstance(key, ScalarNode) and isinstance(key.value, (int, float, Decimal)) and not isinstance(key.value, bool)
    return f"{quotes}; a number has a decimal point and no other separator: 6.5, 1200" if number else quotes
