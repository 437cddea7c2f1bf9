"""
Where a spec extends blueprints, as it stands in its text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.blueprints.reference import Reference, parse_reference
from servewright.spec.extends_path import is_blueprint
from servewright.spec.paths import item
from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.spec.placed import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """
    One entry of `extends` that names a blueprint: *path* is the spec path of the name, *name* how it is written, *values* what its
    parameters are given.
    """

    path: str
    name: PlacedScalar
    values: PlacedFields | None
    asked: Reference


def uses_in(root: PlacedFields) -> tuple[Use, ...]:
    """
    Return the blueprints that the file with the fields *root* extends itself; what is no reference is left out.
    """
    given = root.get("extends")
    if isinstance(given, PlacedList):
        entries: list[tuple[str, Placed]] = [(item("extends", number), entry) for number, entry in enumerate(given.items)]
    else:
        entries = [] if given is None else [("extends", given)]
    return tuple(use for path, entry in entries for use in _use(path, entry))


def _use(path: str, entry: Placed) -> Iterator[Use]:
    name, values = (entry.get("from"), entry.get("with")) if isinstance(entry, PlacedFields) else (entry, None)
    if not isinstance(name, PlacedScalar) or not isinstance(name.value, str) or not is_blueprint(name.value):
        return
    try:
        asked = parse_reference(name.value)
    except CannotReadError:
        return
    where = f"{path}.from" if isinstance(entry, PlacedFields) else path
    yield Use(path=where, name=name, values=values if isinstance(values, PlacedFields) else None, asked=asked)
