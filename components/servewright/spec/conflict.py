"""
Files that set the same field to different values while neither builds upon the other: nobody said which one holds.

A file has the last word over all that it builds upon. Where two files without such an order between them differ, and none that builds
upon both of them says more, the order in a list does not decide: it is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from servewright.spec.merge import NAMED_LISTS, list_at, name_of
from servewright.spec.paths import join
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar, same

Steps = tuple[str | int, ...]
Ident = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    What one file contributes, its parameters filled in; *file* is its key, *values* tell it from its other layers.
    """

    file: str
    root: PlacedFields
    values: str = ""

    @property
    def ident(self) -> Ident:
        """
        What tells this layer from all others of a spec.
        """
        return self.file, self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """
    *path* is said by *second*, and otherwise by *first*, there or at a field *below*.
    """

    path: str
    below: str
    first: Placed
    second: Placed


@dataclass(frozen=True, slots=True)
class _Said:
    layer: int
    steps: Steps
    value: Placed

    def agrees(self, other: _Said) -> bool:
        """
        Return True where both mean the same; a null above a field takes the field away as one at the field does.
        """
        null = isinstance(self.value, PlacedScalar) and self.value.value is None
        return same(self.value, other.value) and (null or self.steps == other.steps)

    @property
    def unknown(self) -> bool:
        return isinstance(self.value, PlacedScalar) and self.value.unknown


def conflicts(layers: Sequence[Layer], ancestors: Mapping[str, frozenset[str]], merged: PlacedFields) -> Iterator[Conflict]:
    """
    Yield each field of *merged* that *layers* contest, lowest file first; *ancestors* are the files that a file builds upon.
    """
    if all(lower.file in ancestors[upper.file] for lower, upper in pairwise(layers)):
        return  # one above the other: each overrides those below
    book = _Book(indices=_indices(merged))
    for number, layer in enumerate(layers):
        book.take(number, layer.root, ())
    told: set[Steps] = set()
    for steps in book.leaves:
        said, speakers = book.about(steps)
        overruled = {one for one in speakers if any(layers[one].file in ancestors[layers[other].file] for other in speakers)}
        live = [one for one in said if one.layer not in overruled and not one.unknown]
        rival = next((one for one in live[1:] if not one.agrees(live[0])), None)
        if rival is not None:
            upper, lower = sorted((rival, live[0]), key=lambda one: len(one.steps))
            if upper.steps not in told:
                told.add(upper.steps)
                yield Conflict(path=join(upper.steps), below=join(lower.steps), first=lower.value, second=upper.value)


def _indices(merged: PlacedFields) -> dict[tuple[str, str], int]:
    """
    Return where each entry of a list of named things ended up, by list and name.
    """
    found: dict[tuple[str, str], int] = {}
    for listed, key in NAMED_LISTS.items():
        value = list_at(merged, listed)
        for index, entry in enumerate(() if value is None else value.items):
            found.setdefault((listed, name_of(entry, key) or ""), index)
    return found


@dataclass(slots=True)
class _Book:
    """
    Which layer says what, by steps from the top; *inner* are the layers that have fields at a place.
    """

    indices: Mapping[tuple[str, str], int]
    leaves: dict[Steps, list[_Said]] = field(default_factory=dict)
    inner: dict[Steps, set[int]] = field(default_factory=dict)

    def take(self, layer: int, value: Placed, steps: Steps) -> None:
        """
        Write down what *layer* says at *steps* and below.
        """
        below: list[tuple[Steps, Placed]] = []
        if isinstance(value, PlacedFields) and value.entries:
            below = [((*steps, name), entry) for name, (_, entry) in value.entries.items()]
        elif isinstance(value, PlacedList) and join(steps) in NAMED_LISTS:
            below = [((*steps, self._index(join(steps), number, entry)), entry) for number, entry in enumerate(value.items)]
        else:
            self.leaves.setdefault(steps, []).append(_Said(layer, steps, value))
            return
        self.inner.setdefault(steps, set()).add(layer)
        for further, entry in below:
            self.take(layer, entry, further)

    def _index(self, listed: str, number: int, entry: Placed) -> int:
        return self.indices.get((listed, name_of(entry, NAMED_LISTS[listed]) or ""), number)

    def about(self, steps: Steps) -> tuple[list[_Said], set[int]]:
        """
        Return what is said at *steps* and above, and which layers say something there.
        """
        above = [one for depth in range(len(steps)) for one in self.leaves.get(steps[:depth], ())]
        # Empty fields above leave what others put into them.
        said = [*self.leaves[steps], *(one for one in above if not isinstance(one.value, PlacedFields))]
        return sorted(said, key=lambda one: one.layer), {one.layer for one in said} | self.inner.get(steps, set())
