"""
Shelves: folders of blueprints, the one in this package and those that installed packages bring.

A package says so with an entry point of the group `servewright.blueprints` whose value is a package; the folder of that package is the
shelf. Nothing of it is imported: its folder is looked up by name, so a shelf runs no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import servewright
from servewright.blueprints.copies import is_blueprint_folder
from servewright.spec.blueprint_fields import NAME_PATTERN

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "servewright.blueprints"
OWN: Final = "servewright"
_NAME: Final = re.compile(NAME_PATTERN)
_MAX_LISTED: Final = 1000
"""
Names on a shelf that are looked at (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """
    A shelf called *name*: its *folder*, or the *problem* that keeps it from being read.
    """

    name: str
    folder: Path | None
    problem: str | None = None


def shelves() -> tuple[Shelf, ...]:
    """
    Return all shelves, our own first, the others by name.
    """
    others = sorted((_shelf(point) for point in entry_points(group=GROUP)), key=lambda shelf: (shelf.name, str(shelf.folder)))
    return (Shelf(name=OWN, folder=_own()), *dict.fromkeys(others))


def names_on(shelf: Shelf) -> tuple[str, ...]:
    """
    Return the names of the blueprints on *shelf*, sorted.
    """
    if shelf.folder is None:
        return ()
    try:
        found = sorted(islice(shelf.folder.iterdir(), _MAX_LISTED))
    except OSError:
        return ()
    return tuple(path.name for path in found if _NAME.fullmatch(path.name) and is_blueprint_folder(path))


def _own() -> Path:
    """
    Return the folder of the shipped blueprints: in the package, or in a checkout at its root, where an editable installation leaves it.
    """
    package = Path(servewright.__file__).parent
    inside, checkout = package / "_blueprints", package.parent.parent / "blueprints"
    return inside if inside.is_dir() or package.parent.name != "components" else checkout


def _shelf(point: EntryPoint) -> Shelf:
    name = point.name if point.dist is None else point.dist.name
    said = f"{GROUP} of {name} names the package {point.value}"
    if not all(part.isidentifier() for part in point.value.split(".")):
        return Shelf(name=name, folder=None, problem=f"{said}, which is no name of a package")
    folder = _folder(point.value)
    return Shelf(name=name, folder=folder, problem=None if folder is not None else f"{said}, which is not there")


def _folder(package: str) -> Path | None:
    """
    Return the folder of *package*, found without importing it or what it lies in; None where there is none.
    """
    top, *inner = package.split(".")
    try:
        found = find_spec(top)  # asks all finders, those of editable installations too, and imports nothing where there is no dot
    except (ImportError, ValueError):
        return None
    for part in inner:
        path = None if found is None else found.submodule_search_locations
        found = None if path is None else PathFinder.find_spec(part, list(path))
    places = None if found is None else found.submodule_search_locations
    return next((Path(place) for place in places or () if Path(place).is_dir()), None)
