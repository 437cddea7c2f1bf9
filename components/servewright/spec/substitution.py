"""
A file's values with its parameters filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from servewright.spec.parameters import spelled
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar
from servewright.spec.references import MARK, Reference, pieces

if TYPE_CHECKING:
    from servewright.diagnostics import Position

Values = Mapping[str, Placed | None]
"""
Values of parameters by name; None for one that is at fault.
"""

MAX_TEXT: Final = 1024
"""
Characters of a text that parameters stand in, before and after they are filled in; the
longest field of the spec, an s3:// address, has 512 (judgement).
"""


class TooManyValuesError(Exception):
    """
    Parameters bring in more than the budget.
    """


@dataclass(slots=True)
class Substitution:
    """
    Fills in *values*; *left* values may still be made. *too_long* collects where a text became too long.
    """

    values: Values
    left: int
    too_long: list[Position] = field(default_factory=list)

    def fields(self, value: PlacedFields) -> PlacedFields:
        """
        Return *value* with every reference below it replaced.
        """
        self._count()
        return PlacedFields(place=value.place, entries={name: (key, self.fill(entry)) for name, (key, entry) in value.entries.items()})

    def fill(self, value: Placed) -> Placed:
        """
        Return *value*, of any kind, with every reference in it replaced.
        """
        if isinstance(value, PlacedFields):
            return self.fields(value)
        if isinstance(value, PlacedList):
            self._count()
            return PlacedList(place=value.place, items=tuple(self.fill(entry) for entry in value.items))
        if isinstance(value.value, str) and MARK in value.value:
            return self._text(value, value.value)
        self._count()
        return value

    def _text(self, scalar: PlacedScalar, text: str) -> Placed:
        if len(text) > MAX_TEXT:
            return replace(scalar, unknown=True)
        parts = pieces(text)
        if len(parts) == 1 and isinstance(parts[0], Reference):
            found = self._value(parts[0])
            self._count(_size(found))
            return replace(scalar, unknown=True) if found is None else found
        self._count()
        made: list[str] = []
        for part in parts:
            spelling = part if isinstance(part, str) else self._spelling(part)
            if spelling is None:
                return replace(scalar, unknown=True)
            made.append(spelling)
        if sum(map(len, made)) > MAX_TEXT and len(parts) > 1:
            self.too_long.append(scalar.place)
            return replace(scalar, unknown=True)
        return replace(scalar, value="".join(made), written="".join(made))

    def _spelling(self, reference: Reference) -> str | None:
        found = self._value(reference)
        return spelled(found.value) if isinstance(found, PlacedScalar) else None

    def _value(self, reference: Reference) -> Placed | None:
        found = self.values.get(reference.name) if reference.sound else None
        return None if isinstance(found, PlacedScalar) and found.unknown else found

    def _count(self, values: int = 1) -> None:
        self.left -= values
        if self.left < 0:
            raise TooManyValuesError


def _size(value: Placed | None) -> int:
    if isinstance(value, PlacedList):
        return 1 + sum(map(_size, value.items))
    if isinstance(value, PlacedFields):
        return 1 + sum(_size(entry) for _, entry in value.entries.values())
    return 1
