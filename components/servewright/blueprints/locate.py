"""
The file that a reference to a blueprint means: looked up on the shelves, in a folder, or in the tags of the checkout around it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.blueprints.choice import chosen, decided, sound
from servewright.blueprints.codes import BROKEN_SHELF, SEVERAL_SHELVES, UNKNOWN_BLUEPRINT
from servewright.blueprints.copies import copies, is_blueprint_folder
from servewright.blueprints.home import MAIN, Home, Start
from servewright.blueprints.shelf import names_on, shelves
from servewright.blueprints.tagged import tagged
from servewright.spec.codes import EXTENDS_PATH
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.faults import nearest
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.blueprints.reference import Reference
    from servewright.blueprints.shelf import Shelf
    from servewright.spec.source_file import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """
    A blueprint that was found: its *file*, and the *shelf* that it is on, None where it is in a folder.
    """

    file: SourceFile
    home: Home
    shelf: str | None


def locate(asked: Reference, start: Start | None) -> Located:
    """
    Return what *asked* means, paths starting from *start* (None: there is no place to start from); raises CannotReadError.
    """
    if asked.path is None:
        return _on_shelves(asked)
    if start is None:
        message = "no folder can be read beside this spec"
        raise CannotReadError(message, "name a blueprint of a shelf: `servewright blueprints list` has them")
    return _in_folder(asked, start)


def _on_shelves(asked: Reference) -> Located:
    known = shelves()
    looked = [shelf for shelf in known if asked.shelf in (None, shelf.name)]
    if not looked:
        names = [shelf.name for shelf in known]
        near = nearest(asked.shelf or "", names)
        message = f"no shelf is called {asked.shelf}"
        raise CannotReadError(message, f"Nearest: {near}" if near else f"All of them: {', '.join(names)}", code=UNKNOWN_BLUEPRINT)
    holders = [shelf for shelf in looked if asked.name in names_on(shelf)]
    if not holders:
        raise _unknown(asked, looked)
    if len(holders) > 1:
        ways = " or ".join(f"{BLUEPRINT}{shelf.name}/{asked.name}" for shelf in holders)
        message = f"{asked.name} is on {len(holders)} shelves: {', '.join(f'{shelf.name} ({shelf.folder})' for shelf in holders)}"
        raise CannotReadError(message, f"say which one: {ways}, each with @ and a version", code=SEVERAL_SHELVES)
    (shelf,) = holders
    home, file = _from(asked, Path(os.path.realpath(shelf.folder or "")), asked.name)
    return Located(file=file, home=home, shelf=shelf.name)


def _unknown(asked: Reference, looked: Sequence[Shelf]) -> CannotReadError:
    """
    Return the fault of a name that is on no shelf: the nearest names, and the shelves that could not be looked at.
    """
    broken = [shelf.problem for shelf in looked if shelf.problem is not None]
    if broken and len(looked) == len(broken):
        return CannotReadError(f"the shelf cannot be read: {broken[0]}", "install the package again, or take it out", code=BROKEN_SHELF)
    names = sorted({name for shelf in looked for name in names_on(shelf)})
    near = nearest(asked.name, names)
    every = f"All of them: {', '.join(names)}" if names else "there are none"
    hint = every if near is None else f"Nearest: {near}. {every}"
    unread = "".join(f"\nNot read: {problem}" for problem in broken)
    where = f"on the shelf {asked.shelf}" if asked.shelf is not None else "on any shelf"
    return CannotReadError(f"no blueprint {where} is called {asked.name}", f"{hint}{unread}", code=UNKNOWN_BLUEPRINT)


def _in_folder(asked: Reference, start: Start) -> Located:
    """
    Return the blueprint in the folder of a path. A symbolic link may not lead out of the folder that the path reaches by its `..` alone.
    """
    path = Path(os.path.normpath(f"{asked.path}/{asked.name}"))
    reached = os.path.normpath(start.folder.joinpath(*(step for step in path.parts if step == os.pardir)))
    real = Path(os.path.realpath(start.folder / path))
    if not real.is_relative_to(os.path.realpath(reached)):
        message = f"a symbolic link leads {asked.unversioned} out of its folder"
        raise CannotReadError(message, "copy the blueprint, or name the place where it is", code=EXTENDS_PATH)
    if start.within is not None and real.parent != start.within:
        message = "the path leads away from the shelf of the blueprint that names it"
        raise CannotReadError(message, "a blueprint extends others beside it, or those of an installed shelf", code=EXTENDS_PATH)
    home, file = _from(asked, real.parent, real.name)
    return Located(file=file, home=home, shelf=None)


def _from(asked: Reference, shelf: Path, folder: str) -> tuple[Home, SourceFile]:
    """
    Return the version that is wanted of the blueprint in *folder* of *shelf*, from its tags where a path was given and disk has none.
    """
    place = shelf / folder
    found = copies(place, asked.name, shelf)
    tags = None if asked.path is None or decided(asked, found) else tagged(asked.name, place)
    held = tags.newest(asked.wanted) if tags is not None and asked.wanted else None
    if held is not None:
        version, home = held
        return home, sound(asked, home.open(MAIN), version)
    further = () if tags is None else tags.versions
    if not found and not further:
        raise _nowhere(asked, place)
    copy = chosen(asked, found, further)
    return copy.home, sound(asked, copy.home.open(MAIN), copy.version)


def _nowhere(asked: Reference, place: Path) -> CannotReadError:
    """
    Return the fault of a path without a blueprint at its end, in the work tree or in a tag.
    """
    try:
        names = sorted(below.name for below in place.parent.iterdir() if is_blueprint_folder(below))
    except OSError:
        names = []
    near = nearest(asked.name, names)
    hint = f"Nearest: {near}" if near else "a path starts from the folder of the file that names it, and ends with the blueprint's folder"
    return CannotReadError(f"there is no {MAIN} in {asked.path}/{asked.name}", hint, code=UNKNOWN_BLUEPRINT)
