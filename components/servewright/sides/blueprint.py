"""
Two versions of a blueprint to a comparison: the same spec with the one and with the other.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.acceptance.minimal import minimal_of, values_of_minimal
from servewright.acceptance.variation import varied
from servewright.additions.files import read_bytes, shown
from servewright.blueprints.home import Start
from servewright.blueprints.locate import locate
from servewright.blueprints.reference import Reference
from servewright.blueprints.upgrade import renames, upgrade
from servewright.blueprints.uses import uses_in
from servewright.catalog.load import load_catalog
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.report.blueprint_diff import BlueprintDiff
from servewright.report.diff import diff_sides
from servewright.sides.codes import NO_SIDE
from servewright.sides.text import side_of_text
from servewright.spec.migration import spec_root
from servewright.spec.source_file import CannotReadError
from servewright.spec.yaml_edit import CannotEditError, edited

if TYPE_CHECKING:
    from datetime import date

    from servewright.acceptance.variation import Values
    from servewright.blueprints.offer import Offer
    from servewright.blueprints.uses import Use
    from servewright.spec.placed import PlacedFields


def compare_blueprints(old: Offer, new: Offer, spec: Path | None, as_of: date | None) -> BlueprintDiff:
    """
    Return what changes from *old* to *new* for the team with *spec*; without one for the minimal example of *old*, or of *new* where old
    has none.

    Both sides are planned afresh, without a lock. Raises InvalidInputError where the spec does not extend *old*, or there is no example.
    """
    if spec is None:
        spec, base, head = _examples(old, new)
    else:
        base = read_bytes(spec)
        head = with_version(spec, base, old, new)
    sides = side_of_text(base, spec, old.label, as_of), side_of_text(head, spec, new.label, as_of)
    return BlueprintDiff(old=old, new=new, diff=diff_sides(*sides, as_of or load_catalog().build_date))


def exact_reference(offer: Offer, folder: Path) -> Reference:
    """
    Return the reference to just this version of *offer* for a spec in *folder*.
    """
    version = (offer.version.major, offer.version.minor, offer.version.patch)
    if offer.shelf is not None:
        return Reference(name=offer.name, wanted=version, shelf=offer.shelf)
    path = os.path.relpath(offer.home.shelf, os.path.realpath(folder)).replace(os.sep, "/")
    return Reference(name=offer.name, wanted=version, path=path if path.startswith(os.pardir) else f"./{path}".removesuffix("/."))


def with_version(spec: Path, raw: bytes, old: Offer, new: Offer) -> bytes:
    """
    Return the *spec*, whose text is *raw*, with *old* replaced by *new* and parameters renamed as its migration says.
    """
    root = spec_root(shown(spec), raw)
    found = [use for use in uses_in(root) if leads_to(use, spec.parent, old)]
    if not found:
        hint = f"it extends {', '.join(str(use.asked) for use in uses_in(root)) or 'no blueprint'}"
        raise InvalidInputError((of_file(shown(spec), NO_SIDE, f"does not extend {old.label}", hint=hint, phase="fields"),))
    text = raw.decode("utf-8")
    try:
        edits = [edit for use in found for edit in upgrade(use, old, new, exact_reference(new, spec.parent)).edits(text)]
        return edited(text, edits).encode()
    except CannotEditError as fault:
        hint = "write the reference and the names of parameters on one line each, without escapes"
        raise InvalidInputError((of_file(shown(spec), NO_SIDE, str(fault), hint=hint, phase="fields"),)) from None


def leads_to(use: Use, folder: Path, offer: Offer) -> bool:
    """
    Tell whether *use*, in a spec in *folder*, means just this version of *offer*.
    """
    try:
        home = locate(use.asked, Start(folder=Path(os.path.realpath(folder)))).home
    except CannotReadError:
        return False
    return (home.folder, home.label) == (offer.home.folder, offer.home.label)


def _examples(old: Offer, new: Offer) -> tuple[Path, bytes, bytes]:
    """
    Return an example and its text with both versions. Values go to the parameters of the same name, renamed ones to the new name.
    """
    source = old if minimal_of(old) is not None else new
    path = minimal_of(source)
    if path is None:
        message, hint = "has no examples/minimal.yaml to compare with", "give --spec FILE"
        raise InvalidInputError((of_file(source.label, NO_SIDE, message, hint=hint, phase="fields"),))
    root = spec_root(shown(path), read_bytes(path))
    names = renames(old, new)
    back = {after: before for before, after in names.items()}
    both = ((old, {} if source is old else back), (new, names if source is old else {}))
    base, head = (_text(root, source, offer, names, path) for offer, names in both)
    return path, base, head


def _text(root: PlacedFields, source: Offer, offer: Offer, names: dict[str, str], path: Path) -> bytes:
    reference = str(exact_reference(offer, path.parent))
    return varied(root, source.name, partial(_carried, offer, names), reference)


def _carried(offer: Offer, names: dict[str, str], given: Values) -> Values:
    """
    Return the values of *given* that *offer* takes, by its names; what has no default and is not among them is as in its own example.
    """
    carried = {names.get(name, name): value for name, value in given.items()}
    own = values_of_minimal(offer) if minimal_of(offer) is not None else {}
    needed = {name: own[name] for name, each in offer.parameters.items() if each.default is None and name in own}
    return {**needed, **{name: value for name, value in carried.items() if name in offer.parameters}}
