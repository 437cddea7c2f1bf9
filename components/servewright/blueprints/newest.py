"""
The newest version of a blueprint, for who looks at it or moves to it; a spec always names a version.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.blueprints.choice import our_version
from servewright.blueprints.copies import copies
from servewright.blueprints.find import find, offers
from servewright.blueprints.heading import heading_of
from servewright.blueprints.home import MAIN
from servewright.blueprints.reference import parse_reference
from servewright.blueprints.shelf import shelves
from servewright.blueprints.version import allows
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.secret_text import shown_name
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from servewright.blueprints.copies import Copy
    from servewright.blueprints.offer import Offer
    from servewright.blueprints.reference import Reference
    from servewright.blueprints.version import Version


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
    version = max(_usable(found), default=offer.version)
    if version <= offer.version:
        return offer
    return find(str(replace(asked, wanted=(version.major, version.minor, version.patch))), beside)


def passed_over(offer: Offer) -> tuple[str, ...]:
    """
    Return what is to say of the versions newer than *offer* that need another servewright, newest first.
    """
    shelf = offer.home.shelf
    if offer.home.tagged is not None:
        return ()
    newer = [copy for copy in copies(shelf / offer.name, offer.name, shelf) if copy.version is not None and copy.version > offer.version]
    needs = [(copy.version, tool) for copy in newer if (tool := _other_tool(copy)) is not None]
    ours = our_version()
    return tuple(
        f"{offer.name} {version} is passed over: it works with servewright {shown_name(tool)}, this is {ours}" for version, tool in needs
    )


def _usable(found: Sequence[Copy]) -> list[Version]:
    """
    Return the versions of *found* that work with this servewright; all of them where none does: then the fault of it is told.
    """
    said = {copy.version: copy for copy in found if copy.version is not None}
    return [version for version, copy in said.items() if _other_tool(copy) is None] or list(said)


def _other_tool(copy: Copy) -> str | None:
    """
    Return the versions of servewright that *copy* works with where this is none of them.
    """
    try:
        tool = heading_of(copy.home.open(MAIN).raw).tool
    except CannotReadError:
        return None
    return None if tool is None or allows(tool, our_version()) else tool


def _newest_asked(asked: Reference, beside: Path) -> Reference:
    """
    Return *asked* with the newest version there is; where that is not one thing, as it was: then the fault of it is told.
    """
    if asked.path is not None:
        folder = (beside / asked.path / asked.name).resolve()
        versions = _usable(copies(folder, folder.name, folder.parent))
    else:
        looked = [shelf for shelf in shelves() if asked.shelf in (None, shelf.name)]
        found = {shelf.name: [offer.version for offer in offers(shelf) if offer.name == asked.name] for shelf in looked}
        holders = [each for each in found.values() if each]
        versions = holders[0] if len(holders) == 1 else []
    newest = max(versions, default=None)
    return asked if newest is None else replace(asked, wanted=(newest.major, newest.minor, newest.patch))
