"""
One blueprint to what came of testing it; every version that lies in its folder is tested.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.acceptance.examples import MINIMAL, check_examples
from servewright.acceptance.promises import check_bounds, check_locks, check_readme
from servewright.additions.files import read_bytes
from servewright.blueprints.choice import sound
from servewright.blueprints.copies import copies, is_blueprint_folder
from servewright.blueprints.home import MAIN, Start
from servewright.blueprints.locate import locate
from servewright.blueprints.offer import offer_of
from servewright.blueprints.outcome import Check, Tested, failed, passed, said
from servewright.blueprints.reference import Reference
from servewright.blueprints.uses import uses_in
from servewright.blueprints.version import version_of
from servewright.errors import InvalidInputError
from servewright.spec.migration import spec_root
from servewright.spec.parameters import spelled, value_problems
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.blueprints.copies import Copy
    from servewright.blueprints.offer import Offer


def blueprints_in(folder: Path) -> tuple[Path, ...]:
    """
    Return *folder* where it is a blueprint, else the blueprints in it.
    """
    if is_blueprint_folder(folder):
        return (folder,)
    return tuple(sorted(below for below in folder.iterdir() if below.is_dir() and is_blueprint_folder(below))) if folder.is_dir() else ()


def outcomes(folder: Path, as_of: date | None = None, *, update: bool = False) -> Iterator[Tested]:
    """
    Yield what came of testing each version of the blueprint in *folder*, or the one version that it is the folder of.

    *update* writes the expected bills.
    """
    real = Path(os.path.realpath(folder))
    version = version_of(real.name)
    home = real if version is None else real.parent
    for copy in copies(home, home.name, home.parent):
        if version is None or copy.folder == real:
            yield _outcome(copy, as_of, update=update)


def outcome_of(offer: Offer, as_of: date | None = None, *, update: bool = False) -> Tested:
    """
    Return what came of testing *offer* alone.
    """
    return Tested(label=offer.label, checks=tuple(_checks(offer, as_of, update=update)))


def _outcome(copy: Copy, as_of: date | None, *, update: bool) -> Tested:
    try:
        file = sound(Reference(name=copy.name, wanted=()), copy.home.open(MAIN), copy.version)
        return outcome_of(offer_of(file, copy.home, shelf=None, place=f"blueprint:./{copy.name}"), as_of, update=update)
    except InvalidInputError as fault:
        return Tested(label=copy.home.label, checks=(failed(MAIN, *said(fault)),))
    except CannotReadError as fault:
        return Tested(
            label=copy.home.label, checks=(failed(MAIN, f"{fault.code}: {fault.message}", *([fault.hint] if fault.hint else [])),)
        )


def _checks(offer: Offer, as_of: date | None, *, update: bool) -> Iterator[Check]:
    tagged = offer.home.tagged is not None
    yield passed(MAIN, "is a blueprint; it is in a tag, so its page and examples are not tested" if tagged else "is a blueprint")
    yield from _defaults(offer)
    if tagged:
        return
    example = offer.home.folder / "examples" / MINIMAL
    if _is_older(offer) and not example.is_file():
        return
    yield check_readme(offer)
    yield from check_examples(offer.home.folder, as_of, update=update)
    if not example.is_file():
        return
    try:
        root = spec_root(str(example), read_bytes(example))
    except InvalidInputError:
        return
    if not any(_leads_to(offer, example, use.asked) for use in uses_in(root)):
        yield failed(
            f"examples/{MINIMAL}", f"does not extend {offer.label} itself: write blueprint:../../{offer.name}@{offer.version.major}"
        )
        return
    yield from check_bounds(offer, example, root, as_of)
    yield from check_locks(offer, example, as_of)


def _is_older(offer: Offer) -> bool:
    """
    Tell whether *offer* is kept beside a newer version: its page and examples may be gone, who extends it does not need them.
    """
    return offer.home.folder != offer.home.shelf / offer.name


def _leads_to(offer: Offer, example: Path, asked: Reference) -> bool:
    try:
        return locate(asked, Start(folder=Path(os.path.realpath(example.parent)))).home.folder == offer.home.folder
    except CannotReadError:
        return False


def _defaults(offer: Offer) -> Iterator[Check]:
    for name, parameter in offer.parameters.items():
        if parameter.default is not None:
            problems = [problem.message for problem in value_problems(parameter, parameter.default, "")]
            shown = spelled(parameter.default) if not isinstance(parameter.default, list | dict) else "given"
            yield failed(f"{name}, default {shown}", *problems) if problems else passed(f"{name}, default {shown}", "is within its bounds")
