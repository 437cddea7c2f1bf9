"""
Where each value of a spec came from, when it is made of several files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.spec.merge import NAMED_LISTS
from servewright.spec.paths import ROOT, child, item
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBy:
    """
    The value at *path* stands in *line* of *file*, whose path is relative to the folder of the spec.
    """

    path: str
    file: str
    line: int


def trace_of(root: PlacedFields, labels: Mapping[str, str]) -> tuple[SetBy, ...]:
    """
    Return who set each value below *root*: texts and numbers, whole lists, empty fields. *labels* are the names of the files.
    """
    return tuple(SetBy(path=path, file=labels[value.place.file], line=value.place.line) for path, value in _leaves(root, ROOT))


def _leaves(value: Placed, path: str) -> Iterator[tuple[str, Placed]]:
    if isinstance(value, PlacedFields) and value.entries:
        for name, (_, entry) in value.entries.items():
            yield from _leaves(entry, child(path, name))
    elif isinstance(value, PlacedList) and path in NAMED_LISTS and value.items:
        for index, entry in enumerate(value.items):
            yield from _leaves(entry, item(path, index))
    elif not (isinstance(value, PlacedScalar) and value.value is None):
        yield path, value
