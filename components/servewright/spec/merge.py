"""
Files of a spec laid over each other, each over those it builds upon.

Fields merge by name, models by their own `name`; any other list, text or number replaces what lies below. A null takes it away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar

NAMED_LISTS: Final = frozenset({"models"})
"""
Lists at the top level whose entries have a name of their own, by which they merge.
"""


def merge(lower: PlacedFields, upper: PlacedFields) -> PlacedFields:
    """
    Return the spec that *upper* makes of *lower*.
    """
    return _fields(lower, upper, NAMED_LISTS)


def _fields(lower: PlacedFields, upper: PlacedFields, named: frozenset[str]) -> PlacedFields:
    entries = dict(lower.entries)
    for name, (key, value) in upper.entries.items():
        entries[name] = (key, _over(lower.get(name), value, named=name in named))
    return PlacedFields(place=upper.place if upper.entries else lower.place, entries=entries)


def _over(lower: Placed | None, upper: Placed, *, named: bool = False) -> Placed:
    if isinstance(lower, PlacedFields) and isinstance(upper, PlacedFields):
        return _fields(lower, upper, frozenset())
    if named and isinstance(lower, PlacedList) and isinstance(upper, PlacedList):
        return _named(lower, upper)
    if isinstance(upper, PlacedScalar) and upper.value is None and _is_there(lower):
        return replace(upper, removes=True)
    return upper


def _is_there(value: Placed | None) -> bool:
    """
    Return True where *value* says something, or takes away what something below it says.
    """
    return value is not None and not (isinstance(value, PlacedScalar) and value.value is None and not value.removes)


def _named(lower: PlacedList, upper: PlacedList) -> PlacedList:
    """
    Return the entries of *lower*, those with a name that *upper* has too merged, and the others of *upper* behind them.
    """
    items = list(lower.items)
    first: dict[str | None, int] = {}
    for index, entry in enumerate(items):
        first.setdefault(name_of(entry), index)
    taken: set[str] = set()
    for entry in upper.items:
        name = name_of(entry)
        if name is None or name in taken or name not in first:  # twice in one file: refused elsewhere
            items.append(entry)
        else:
            items[first[name]] = _over(items[first[name]], entry.without("name") if isinstance(entry, PlacedFields) else entry)
        taken.update([] if name is None else [name])
    return PlacedList(place=upper.place, items=tuple(items))


def name_of(entry: Placed) -> str | None:
    """
    Return the `name` of an entry of a list, None where it has none.
    """
    name = entry.get("name") if isinstance(entry, PlacedFields) else None
    return name.value if isinstance(name, PlacedScalar) and isinstance(name.value, str) and not name.unknown else None
