"""
Paths of fields that a blueprint locks: `capacity.base`, `models[chat].slo`; an entry of a named list is meant by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.spec.merge import NAMED_LISTS, name_of
from servewright.spec.paths import child, item
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEP: Final = r"[A-Za-z_][A-Za-z0-9_-]{0,62}"
_KEY: Final = r"\[[^\[\]\"]{1,100}\]"
LOCKED_PATH: Final = rf"{_STEP}(?:{_KEY})?(?:\.{_STEP}(?:{_KEY})?){{0,9}}"

_PIECE: Final = re.compile(rf"({_STEP})|\[([^\[\]]+)\]")

Steps = tuple[str, ...]


def steps_of(path: str) -> Steps:
    """
    Return the names on the way along *path*, of fields and of entries.

    >>> steps_of("models[chat].slo")
    ('models', 'chat', 'slo')
    """
    return tuple(name or key for name, key in _PIECE.findall(path))


def below(value: Placed | None, path: str, step: str) -> Placed | None:
    """
    Return what stands at *step* of *value*, which stands at the plain *path*: a field, or the entry of a named list with that name.
    """
    if isinstance(value, PlacedFields):
        return value.get(step)
    if isinstance(value, PlacedList) and path in NAMED_LISTS:
        key = NAMED_LISTS[path]
        return next((entry for entry in value.items if name_of(entry, key) == step), None)
    return None


def walk(root: Placed, steps: Steps) -> Iterator[Placed]:
    """
    Yield what stands on the way along *steps*, as far as there is something: *root* first.
    """
    value: Placed | None = root
    path = ""
    for number in range(len(steps) + 1):
        if value is None:
            return
        yield value
        if number < len(steps):
            listed = isinstance(value, PlacedList)
            value = below(value, path, steps[number])
            path = path if listed else f"{path}.{steps[number]}".lstrip(".")


def value_at(root: Placed, steps: Steps) -> Placed | None:
    """
    Return what stands at *steps* below *root*; None where nothing does, a null included.
    """
    found = list(walk(root, steps))
    last = found[-1] if len(found) == len(steps) + 1 else None
    return None if isinstance(last, PlacedScalar) and last.value is None and not last.unknown else last


def short_at(root: Placed, steps: Steps) -> int | None:
    """
    Return how many of *steps* lead to a text, number or list that stands for what is below it (`input_tokens: 900`); None where none does.
    """
    found = list(walk(root, steps))
    depth, last = len(found) - 1, found[-1]
    if (
        depth == len(steps)
        or isinstance(last, PlacedFields)
        or (isinstance(last, PlacedScalar) and last.value is None and not last.unknown)
    ):
        return None
    named = isinstance(last, PlacedList) and ".".join(steps[:depth]) in NAMED_LISTS
    return None if named else depth


def place_of(root: Placed, steps: Steps) -> str:
    """
    Return the plain path of what stands at *steps* below *root*: models[0].slo.
    """
    path = listed = ""
    for step, value in zip(steps, walk(root, steps), strict=False):
        if isinstance(value, PlacedList):
            path = item(path, [name_of(entry, NAMED_LISTS[listed]) for entry in value.items].index(step))
        else:
            path, listed = child(path, step), child(listed, step)
    return path
