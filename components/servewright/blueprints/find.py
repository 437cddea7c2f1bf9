"""
Blueprints for who looks at them rather than extends them: one by its reference, or all of a shelf.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.blueprints.choice import sound
from servewright.blueprints.copies import copies
from servewright.blueprints.home import MAIN, Start
from servewright.blueprints.locate import locate
from servewright.blueprints.offer import offer_of
from servewright.blueprints.reference import Reference, parse_reference
from servewright.blueprints.shelf import names_on, shelves
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.blueprints.copies import Copy
    from servewright.blueprints.offer import Offer
    from servewright.blueprints.shelf import Shelf
    from servewright.diagnostics import Diagnostic

__all__ = ["faults_on", "find", "offers", "shelves"]


def find(reference: str, beside: Path | None) -> Offer:
    """
    Return the blueprint that *reference* means; its path, where it has one, starts from the folder *beside*.

    Raises CannotReadError where there is no such one, InvalidInputError where its heading or its parameters are at fault.
    """
    asked = parse_reference(reference if reference.startswith(BLUEPRINT) else f"{BLUEPRINT}{reference}")
    found = locate(asked, None if beside is None else Start(folder=Path(os.path.realpath(beside))))
    return offer_of(found.file, found.home, shelf=found.shelf, place=asked.unversioned)


def offers(shelf: Shelf) -> tuple[Offer, ...]:
    """
    Return all sound versions of all blueprints on *shelf*: by name, the newest of each first. `faults_on` has what is wrong with others.
    """
    return tuple(offer for offer in _read(shelf) if not isinstance(offer, tuple))


def faults_on(shelf: Shelf) -> tuple[Diagnostic, ...]:
    """
    Return what is wrong with the blueprints on *shelf* that are not offered.
    """
    return tuple(fault for offer in _read(shelf) if isinstance(offer, tuple) for fault in offer)


def _read(shelf: Shelf) -> Iterator[Offer | tuple[Diagnostic, ...]]:
    if shelf.folder is None:
        return
    root = Path(os.path.realpath(shelf.folder))
    elsewhere = {name for other in shelves() if other != shelf for name in names_on(other)}
    for name in names_on(shelf):
        place = f"{BLUEPRINT}{shelf.name}/{name}" if name in elsewhere else f"{BLUEPRINT}{name}"
        for copy in copies(root / name, name, root):
            yield _offered(copy, shelf, place)


def _offered(copy: Copy, shelf: Shelf, place: str) -> Offer | tuple[Diagnostic, ...]:
    try:
        file = sound(Reference(name=copy.name, wanted=()), copy.home.open(MAIN), copy.version)
        return offer_of(file, copy.home, shelf=shelf.name, place=place)
    except InvalidInputError as error:
        return error.diagnostics
    except CannotReadError as error:
        return (of_file(f"{copy.home.label}/{MAIN}", error.code, error.message, hint=error.hint),)
