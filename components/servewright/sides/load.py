"""
Two texts of the command line to a comparison: places, stacks, plans, prices.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.additions.files import shown
from servewright.catalog.load import load_catalog
from servewright.diagnostics import Diagnostic, of_file
from servewright.errors import InvalidInputError
from servewright.pipeline import priced_file
from servewright.report.diff import Diff, Side, diff_sides
from servewright.report.diff_preview import side_of_preview
from servewright.report.diff_stack import FaultyStack, StackSide
from servewright.report.export import preview_value
from servewright.report.figures import plural
from servewright.report.gates import gates_of, judged_by
from servewright.sides.codes import NO_SIDE, NO_STACK
from servewright.sides.fingerprint import fingerprint
from servewright.sides.folder import stacks_in
from servewright.sides.place import Place, place_of, working_tree
from servewright.sides.program import json_side

if TYPE_CHECKING:
    from datetime import date

    from servewright.report.model import Preview

STACKS: Final = Path("stacks")
"""
The folder of stacks where nothing else is named: the layout of a project.
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is compared: *base* and *head* as the user named them (no head: what is here), *stacks* the folder of a plain ref.
    """

    base: str
    head: str | None
    stacks: Path = STACKS


def compare(asked: Asked, as_of: date | None, say: Say) -> Diff:
    """
    Return what changed between the two sides, both priced with the price book of this release but for previews, which have their own.

    *say* is told what is left out. Raises InvalidInputError where a side names nothing, or neither has a stack.
    """
    with ExitStack() as folders:

        def folder_for() -> Path:
            return Path(folders.enter_context(tempfile.TemporaryDirectory(prefix="servewright-diff-")))

        base = place_of(asked.base, asked.stacks, folder_for)
        head = working_tree(base, asked.stacks) if asked.head is None else place_of(asked.head, asked.stacks, folder_for)
        _refuse_other_name(base, head)
        prices = _Prices(as_of)
        stacks = _stacks(base) | _stacks(head)
        old, new = _side(base, prices, stacks), _side(head, prices, stacks)
        _tell(base, head, old, new, say)
        return diff_sides(old, new, as_of or load_catalog().build_date)


def _refuse_other_name(base: Place, head: Place) -> None:
    """
    Raise InvalidInputError where the base is not there and is called otherwise than the head: a typing error is no new stack, and would
    let every increase pass.
    """
    if base.at.exists() or Path(base.path).name == Path(head.path).name:
        return
    hint = f"a new stack is compared with the same path at the ref: {head.path}"
    raise InvalidInputError((of_file(f"{base.label}:{base.path}", NO_SIDE, "is not there", hint=hint, phase="fields"),))


class _Prices:
    """
    Plans and prices specs; one that stands on both sides with everything it is made of unchanged is priced once.
    """

    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of
        self._made: dict[str, Preview] = {}

    def stack(self, place: Place, path: Path, file: str) -> StackSide | FaultyStack:
        """
        Return the stack of the spec in *path*, which the side knows as *file*.
        """
        key = fingerprint(path)
        try:
            if key not in self._made:
                self._made[key] = priced_file(path, self.as_of)
        except InvalidInputError as fault:
            faults = tuple(_as_named(place, each) for each in fault.diagnostics if each.severity == "error")
            return FaultyStack(name=path.stem, file=file, faults=faults)
        preview = self._made[key]
        return side_of_preview(preview_value(preview), file, judge=partial(gates_of, preview), judge_by=partial(judged_by, preview))


def _stacks(place: Place) -> frozenset[Path]:
    """
    Return the files that are stacks in the folder *place*: who is one on one side is one on the other.
    """
    return frozenset(path.relative_to(place.at) for path in stacks_in(place.at)) if place.at.is_dir() else frozenset()


def _side(place: Place, prices: _Prices, stacks: frozenset[Path]) -> Side:
    if not place.at.exists():
        return Side(label=place.label, stacks=())
    if place.at.is_dir():
        files = [(path, shown(path.relative_to(place.at))) for path in stacks_in(place.at, stacks)]
        return Side(label=place.label, stacks=tuple(prices.stack(place, path, file) for path, file in files))
    if place.at.suffix == ".json":
        return Side(label=place.label, stacks=(json_side(place.at, place.words(shown(place.at)), prices.as_of),), alone=True)
    return Side(label=place.label, stacks=(prices.stack(place, place.at, place.at.name),), alone=True)


def _as_named(place: Place, fault: Diagnostic) -> Diagnostic:
    hint = None if fault.hint is None else place.words(fault.hint)
    return replace(fault, file=place.words(fault.file), message=place.words(fault.message), hint=hint)


def _tell(base: Place, head: Place, old: Side, new: Side, say: Say) -> None:
    """
    Say what of the base is not known; raises where nothing is left at all.
    """
    for place, side in ((base, old), (head, new)):
        if not side.stacks:
            say(f"{place.label}: no stack in {place.path}")
    for stack in _faulty(old):
        say(f"{base.label}: {stack.file} cannot be planned, {plural(len(stack.faults), 'fault')}: {stack.faults[0].message}")
    if not old.stacks and not new.stacks:
        hint = "a stack is a YAML file with apiVersion: servewright.dev/v1; --path names the folder of a git ref"
        raise InvalidInputError((of_file(head.path, NO_STACK, "no stack on either side", hint=hint, phase="fields"),))


def _faulty(side: Side) -> Iterator[FaultyStack]:
    yield from (stack for stack in side.stacks if isinstance(stack, FaultyStack))
