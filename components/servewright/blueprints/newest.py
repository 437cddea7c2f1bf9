"""
The newest version of a blueprint, for who looks at it or moves to it; a spec always names a version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.blueprints.copies import copies
from servewright.blueprints.find import find, offers
from servewright.blueprints.reference import parse_reference
from servewright.blueprints.shelf import shelves
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.blueprints.offer import Offer
    from servewright.blueprints.reference import Reference


def look_up(written: str, beside: Path) -> Offer:
    """
    Return the blueprint that *written* means, its newest version where it names none; paths start from the folder *beside*.

    Raises InvalidInputError where there is no such one, or its heading is at fault.
    """
    try:
        asked = parse_reference(written if written.startswith(BLUEPRINT) else f"{BLUEPRINT}{written}")
        return find(str(asked if asked.wanted else _newest_asked(asked, beside)), beside)
    except CannotReadError as fault:
        raise InvalidInputError((of_file(written, fault.code, fault.message, hint=fault.hint, phase="fields"),)) from None


def newest_of(offer: Offer, asked: Reference, beside: Path) -> Offer:
    """
    Return the newest version of the blueprint whose version *offer* was *asked* for; raises CannotReadError and InvalidInputError.
    """
    shelf = offer.home.shelf
    found = copies(shelf / offer.name, offer.name, shelf)
    version = max((copy.version for copy in found if copy.version is not None), default=offer.version)
    if version <= offer.version:
        return offer
    return find(str(replace(asked, wanted=(version.major, version.minor, version.patch))), beside)


def _newest_asked(asked: Reference, beside: Path) -> Reference:
    """
    Return *asked* with the newest version there is; where that is not one thing, as it was: then the fault of it is told.
    """
    if asked.path is not None:
        folder = (beside / asked.path / asked.name).resolve()
        versions = [copy.version for copy in copies(folder, folder.name, folder.parent) if copy.version is not None]
    else:
        looked = [shelf for shelf in shelves() if asked.shelf in (None, shelf.name)]
        found = {shelf.name: [offer.version for offer in offers(shelf) if offer.name == asked.name] for shelf in looked}
        holders = [each for each in found.values() if each]
        versions = holders[0] if len(holders) == 1 else []
    newest = max(versions, default=None)
    return asked if newest is None else replace(asked, wanted=(newest.major, newest.minor, newest.patch))
