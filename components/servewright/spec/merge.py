"""
Files of a spec laid over each other, each over those it builds upon.

Fields merge by name, the entries of some lists too: models, routes, teams, rungs and receivers by their own `name`, fallbacks
by their `model`, gates and waivers by their `rule`. Any other list, text or number replaces what lies below. A null takes it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from servewright.spec.paths import ROOT, child
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar

NAMED_LISTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "models": "name",
        "gateway.fallbacks": "model",
        "gateway.ladder.rungs": "name",
        "gateway.routes": "name",
        "gateway.teams": "name",
        "gates.rules": "rule",
        "gates.waivers": "rule",
        "monitoring.receivers": "name",
    }
)
"""
Lists whose entries merge by name: where each stands, and the field that is the name of an entry.
"""


def merge(lower: PlacedFields, upper: PlacedFields) -> PlacedFields:
    """
    Return the spec that *upper* makes of *lower*.
    """
    return _fields(lower, upper, ROOT)


def list_at(root: PlacedFields, path: str) -> PlacedList | None:
    """
    Return the named list at *path*, None where there is none.
    """
    value: Placed | None = root
    for name in path.split("."):
        value = value.get(name) if isinstance(value, PlacedFields) else None
    return value if isinstance(value, PlacedList) else None


def without_list(root: PlacedFields, path: str) -> PlacedFields:
    """
    Return *root* without the named list at *path*.
    """
    name, _, rest = path.partition(".")
    inner = root.entries.get(name)
    if not rest or inner is None or not isinstance(inner[1], PlacedFields):
        return root.without(name)
    return replace(root, entries={**root.entries, name: (inner[0], without_list(inner[1], rest))})


def _fields(lower: PlacedFields, upper: PlacedFields, path: str) -> PlacedFields:
    entries = dict(lower.entries)
    for name, (key, value) in upper.entries.items():
        entries[name] = (key, _over(lower.get(name), value, child(path, name)))
    return PlacedFields(place=upper.place if upper.entries else lower.place, entries=entries)


def _over(lower: Placed | None, upper: Placed, path: str) -> Placed:
    if isinstance(lower, PlacedFields) and isinstance(upper, PlacedFields):
        return _fields(lower, upper, path)
    if path in NAMED_LISTS and isinstance(lower, PlacedList) and isinstance(upper, PlacedList):
        return _named(lower, upper, path)
    if isinstance(upper, PlacedScalar) and upper.value is None and _is_there(lower):
        return replace(upper, removes=True)
    return upper


def _is_there(value: Placed | None) -> bool:
    """
    Return True where *value* says something, or takes away what something below it says.
    """
    return value is not None and not (isinstance(value, PlacedScalar) and value.value is None and not value.removes)


def _named(lower: PlacedList, upper: PlacedList, path: str) -> PlacedList:
    """
    Return the entries of *lower*, those with a name that *upper* has too merged, and the others of *upper* behind them.
    """
    key = NAMED_LISTS[path]
    items = list(lower.items)
    first: dict[str | None, int] = {}
    for index, entry in enumerate(items):
        first.setdefault(name_of(entry, key), index)
    taken: set[str] = set()
    for entry in upper.items:
        name = name_of(entry, key)
        if name is None or name in taken or name not in first:  # twice in one file: refused elsewhere
            items.append(entry)
        else:
            items[first[name]] = _over(items[first[name]], entry.without(key) if isinstance(entry, PlacedFields) else entry, f"{path}[]")
        taken.update([] if name is None else [name])
    return PlacedList(place=upper.place, items=tuple(items))


def name_of(entry: Placed, key: str) -> str | None:
    """
    Return the name of an entry of a list, which is in its field *key*; None where it has none.
    """
    name = entry.get(key) if isinstance(entry, PlacedFields) else None
    return name.value if isinstance(name, PlacedScalar) and isinstance(name.value, str) and not name.unknown else None
