"""
What changes from one version of a blueprint to another: parameters, locks, notes; then plan and bill of the same spec with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from servewright.blueprints.scaffold import written
from servewright.blueprints.upgrade import renames, steps
from servewright.report.diff_document import DiffDocument
from servewright.report.diff_screen import show_diff
from servewright.report.diff_words import ARROW
from servewright.report.export_diff import diff_value
from servewright.report.screen import QUIET, STRONG, WARN, Screen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from servewright.blueprints.offer import Offer
    from servewright.report.diff import Diff

BLUEPRINT_DIFF_VERSION: Final = "servewright.dev/blueprint-diff/v1"

Kind = Literal["added", "removed", "renamed", "changed"]
_SIGNS: Final[dict[Kind, str]] = {"added": "+", "removed": "-", "renamed": "~", "changed": "~"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterChange:
    """
    One parameter that came, went, has another name or takes other values; *name* is the one it has now, where it is there.
    """

    kind: Kind
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintDiff:
    """
    What changed from *old* to *new*, and what that does to one spec (*diff*).
    """

    old: Offer
    new: Offer
    diff: Diff

    @property
    def parameters(self) -> tuple[ParameterChange, ...]:
        """
        The parameters that differ, renamed ones once.
        """
        return tuple(_parameters(self.old, self.new))

    @property
    def locked(self) -> tuple[tuple[str, str], ...]:
        """
        The paths that are locked on one side alone, each with its sign.
        """
        gone = [("-", path) for path in self.old.locked if path not in self.new.locked]
        return (*(("+", path) for path in self.new.locked if path not in self.old.locked), *gone)

    @property
    def notes(self) -> tuple[str, ...]:
        """
        What the migration says.
        """
        return tuple(step.note for step in steps(self.old, self.new) if step.note is not None)


def _parameters(old: Offer, new: Offer) -> Iterator[ParameterChange]:
    renamed = {after: before for before, after in renames(old, new).items() if after in new.parameters}
    for name, parameter in new.parameters.items():
        known = renamed.get(name, name)
        before = old.parameters.get(known)
        if before is None:
            yield ParameterChange(kind="added", name=name, before=None, after=written(parameter))
        elif known != name:
            yield ParameterChange(kind="renamed", name=name, before=f"{known} {written(before)}", after=f"{name} {written(parameter)}")
        elif written(before) != written(parameter):
            yield ParameterChange(kind="changed", name=name, before=written(before), after=written(parameter))
    for name, parameter in old.parameters.items():
        if name not in new.parameters and name not in renamed.values():
            yield ParameterChange(kind="removed", name=name, before=written(parameter), after=None)


def show_blueprint_diff(console: Console, made: BlueprintDiff) -> None:
    """
    Write what changed for a team, then the plan and the bill.
    """
    screen = Screen(console)
    screen.paragraph((made.old.label, STRONG), ARROW, (made.new.label, STRONG), indent=0, hang=2)
    if made.new.deprecated is not None:
        screen.paragraph((f"! {made.new.label} is deprecated: {made.new.deprecated.why}", WARN))
    for change in made.parameters:
        screen.paragraph(f"{_SIGNS[change.kind]} parameter {_change(change)}", hang=6)
    for sign, path in made.locked:
        screen.paragraph(f"{sign} locked {path}", hang=6)
    for note in made.notes:
        screen.paragraph(("to do: ", WARN), note, hang=6)
    if not made.parameters and not made.locked and not made.notes:
        screen.paragraph(("parameters and locks are the same", QUIET))
    screen.blank()
    show_diff(console, DiffDocument.model_validate(diff_value(made.diff)))


def _change(change: ParameterChange) -> str:
    if change.kind == "renamed":
        old = (change.before or "").partition(" ")[0]
        same = (change.before or "").partition(" ")[2] == (change.after or "").partition(" ")[2]
        return f"{old}{ARROW}{change.name}" + ("" if same else f": {change.before}{ARROW}{change.after}")
    if change.kind == "changed":
        return f"{change.name}: {change.before}{ARROW}{change.after}"
    return f"{change.name}: {change.after or change.before}"


def blueprint_diff_value(made: BlueprintDiff) -> dict[str, Any]:
    """
    Return *made* as the value of blueprint-diff-v1.json.
    """
    return {
        "apiVersion": BLUEPRINT_DIFF_VERSION,
        "old": {"name": made.old.name, "version": str(made.old.version), "reference": made.old.reference},
        "new": {"name": made.new.name, "version": str(made.new.version), "reference": made.new.reference},
        "parameters": [{"kind": each.kind, "name": each.name, "before": each.before, "after": each.after} for each in made.parameters],
        "locked": {
            "added": [path for sign, path in made.locked if sign == "+"],
            "removed": [path for sign, path in made.locked if sign == "-"],
        },
        "notes": list(made.notes),
        "diff": diff_value(made.diff),
    }
