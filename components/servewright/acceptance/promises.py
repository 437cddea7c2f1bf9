"""
What a blueprint promises beside its bills: bounds that lead somewhere, locks that hold, a page that names every parameter.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from servewright.acceptance.variation import varied
from servewright.additions.files import shown
from servewright.blueprints.outcome import Check, failed, passed, said
from servewright.errors import InvalidInputError
from servewright.pipeline import planned_text
from servewright.spec.codes import BLUEPRINT_LOCKED
from servewright.spec.flow_text import flow
from servewright.spec.locked_path import steps_of
from servewright.spec.merge import NAMED_LISTS
from servewright.spec.parameters import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from servewright.acceptance.variation import Values
    from servewright.blueprints.offer import Offer
    from servewright.spec.extends_fields import ParameterSpec
    from servewright.spec.placed import PlacedFields

_OTHER: Final = "another-value"


def check_readme(offer: Offer) -> Check:
    """
    Return whether the blueprint has a page that names each parameter.
    """
    path = offer.home.folder / "README.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return failed("README.md", "is not there, or no text: it says what the blueprint is for and what a team decides")
    missing = [name for name in offer.parameters if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is None]
    return failed("README.md", f"does not name {', '.join(missing)}") if missing else passed("README.md", "names every parameter")


def check_bounds(offer: Offer, example: Path, root: PlacedFields, as_of: date | None) -> Iterator[Check]:
    """
    Yield for each bound of a parameter, and each value where only some are allowed, whether the *example*, with the fields *root*, plans
    there or is refused by planning.
    """
    for name, parameter in offer.parameters.items():
        for kind, value in _outermost(parameter):
            raw = varied(root, offer.name, partial(_with, name, value))
            yield _bound(f"{name}, {kind} {spelled(value)}", raw, example, as_of)


def _outermost(parameter: ParameterSpec) -> Iterator[tuple[str, object]]:
    if parameter.type in ("list", "map"):
        return
    if parameter.enum is not None:
        yield from (("value", value) for value in parameter.enum)
        return
    yield from (("minimum", value) for value in (parameter.minimum,) if value is not None)
    yield from (("maximum", value) for value in (parameter.maximum,) if value is not None)


def _with(name: str, value: object, given: Values) -> Values:
    return {**given, name: value}


def _bound(name: str, raw: bytes, example: Path, as_of: date | None) -> Check:
    try:
        planned_text(raw, example, as_of)
    except InvalidInputError as fault:
        first = fault.diagnostics[0]
        if all(each.phase == "planning" for each in fault.diagnostics):
            return passed(name, f"is refused with {first.code}: {first.message}")
        return failed(name, "the bound lets a value through that the spec refuses", *said(fault, shown(example.parent.parent)))
    return passed(name, "plans")


def check_locks(offer: Offer, example: Path, as_of: date | None) -> Iterator[Check]:
    """
    Yield for each locked path whether a file that extends the *example* is refused another value there.
    """
    for path in offer.locked:
        raw = flow({"extends": example.name, **_set(steps_of(path))}).encode()
        name = f"locked {path}"
        try:
            planned_text(raw, example, as_of)
        except InvalidInputError as fault:
            if any(each.code == BLUEPRINT_LOCKED for each in fault.diagnostics):
                yield passed(name, "another value is refused")
            else:
                yield failed(name, "another value is refused for other reasons alone", *said(fault, shown(example.parent.parent)))
        else:
            yield failed(name, "another value is taken")


def _set(steps: tuple[str, ...]) -> dict[str, object]:
    """
    Return fields that set another value at *steps*: a list of named things gets an entry with that name.
    """

    def below(path: str, left: tuple[str, ...]) -> object:
        if not left:
            return _OTHER
        if path in NAMED_LISTS:
            rest = left[1:] or ("priority",)
            inner = below(f"{path}[]", rest)
            return [{NAMED_LISTS[path]: left[0], **(inner if isinstance(inner, dict) else {})}]
        return {left[0]: below(f"{path}.{left[0]}".lstrip("."), left[1:])}

    made = below("", steps)
    return made if isinstance(made, dict) else {}
