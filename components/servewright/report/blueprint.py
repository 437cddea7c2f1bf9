"""
One blueprint: its question, what a team may decide, what it may not, how it is used, and where each value of its example comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.report.blueprints import deprecated_value, month_value
from servewright.report.figures import dollars
from servewright.report.screen import QUIET, STRONG, WARN, Column, Screen, Span
from servewright.spec.flow_text import flow
from servewright.spec.parameters import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from servewright.blueprints.offer import Offer
    from servewright.report.blueprints import Month
    from servewright.spec.blueprint_fields import MigrationSpec
    from servewright.spec.extends_fields import ParameterSpec

BLUEPRINT_VERSION: Final = "servewright.dev/blueprint/v1"

_PARAMETERS: Final = (Column(), Column(), Column(), Column(wrap=True, style=QUIET))
_TRACE: Final = (Column(side="right", style=QUIET), Column(wrap=True, most=0.5), Column(wrap=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """
    One value of the example: *written* as it is spelled, in *line* of *file*.
    """

    path: str
    written: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    What is shown of *offer*: what it *extends*, what its example costs, a spec that *uses* it, and the *trace* where it was asked for.
    """

    offer: Offer
    extends: tuple[str, ...]
    month: Month | None
    use: str
    trace: tuple[Traced, ...] | None = None


def show_blueprint(console: Console, shown: Shown) -> None:
    """
    Write all that a team needs to know to use a blueprint.
    """
    screen, offer = Screen(console), shown.offer
    where = "in a folder" if offer.shelf is None else f"on the shelf {offer.shelf}"
    screen.side_by_side(((f"{offer.name} {offer.version}", STRONG),), where)
    screen.paragraph(offer.question, indent=0)
    _deprecation(screen, offer)
    screen.blank()
    screen.paragraph(_month(shown.month))
    for name, values in (("extends", shown.extends), ("locked", offer.locked)):
        if values:
            screen.paragraph((f"{name}  ", QUIET), ", ".join(values), hang=4)
    if offer.tool is not None:
        screen.paragraph(("works with servewright ", QUIET), offer.tool)
    _parameters(screen, offer)
    _migration(screen, offer.migration)
    screen.heading("How to use it")
    for line in shown.use.splitlines():
        screen.verbatim(line, indent=2)
    if shown.trace is not None:
        screen.heading("Where each value of the minimal example comes from")
        _trace(screen, shown.trace)


def _month(month: Month | None) -> Span:
    if month is None:
        return ("no expected bill recorded for its minimal example", QUIET)
    return f"{'at least ' if month.at_least else ''}{dollars(month.expected)} a month for the minimal example, recorded {month.as_of}"


def _deprecation(screen: Screen, offer: Offer) -> None:
    if offer.deprecated is not None:
        use = "" if offer.deprecated.use is None else f"; use {offer.deprecated.use}"
        screen.paragraph((f"! deprecated since {offer.deprecated.since}: {offer.deprecated.why}{use}", WARN), indent=0, hang=2)


def _parameters(screen: Screen, offer: Offer) -> None:
    screen.heading("Parameters", "" if offer.parameters else "none")
    screen.table(_PARAMETERS, [row for name, parameter in offer.parameters.items() for row in _rows(name, parameter)])


def _rows(name: str, parameter: ParameterSpec) -> Iterator[tuple[Span, ...]]:
    default = "has to be given" if parameter.default is None else f"default {flow(parameter.default)}"
    yield (name, STRONG), _type(parameter), default, bounds(parameter)
    if parameter.description is not None:
        yield ((f"    {' '.join(parameter.description.split())}", QUIET),)


def _type(parameter: ParameterSpec) -> str:
    return f"{parameter.type} of {parameter.items or 'string'}" if parameter.type in ("list", "map") else parameter.type


def bounds(parameter: ParameterSpec) -> str:
    """
    Return what values are allowed, in words: "0.1 to 60", "L4, L40S"; "" where all are.
    """
    if parameter.enum is not None:
        return ", ".join(map(spelled, parameter.enum))
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f"{spelled(low)} to {spelled(high)}"
    if low is not None:
        return f"{spelled(low)} or more"
    return "" if high is None else f"{spelled(high)} or less"


def _trace(screen: Screen, trace: tuple[Traced, ...]) -> None:
    """
    Write the values by the file that sets them, in the order of its lines.
    """
    for file in dict.fromkeys(each.file for each in trace):
        screen.paragraph((file, STRONG), hang=4)
        own = sorted((each for each in trace if each.file == file), key=lambda each: each.line)
        screen.table(_TRACE, [(str(each.line), each.path, each.written) for each in own], indent=4)


def _migration(screen: Screen, migration: tuple[MigrationSpec, ...]) -> None:
    if not migration:
        return
    screen.heading("From older versions", "servewright migrate SPEC does what is a rename")
    for step in migration:
        names = ", ".join(f"{old} is now {new}" for old, new in (step.rename or {}).items())
        said = "; ".join(part for part in (step.note, names) if part)
        screen.paragraph((f"from {step.from_}: ", STRONG), said, hang=4)


def blueprint_value(shown: Shown) -> dict[str, Any]:
    """
    Return *shown* as the value of blueprint-v1.json.
    """
    offer = shown.offer
    return {
        "apiVersion": BLUEPRINT_VERSION,
        "name": offer.name,
        "version": str(offer.version),
        "shelf": offer.shelf,
        "reference": offer.reference,
        "question": offer.question,
        "tool": offer.tool,
        "monthly": month_value(shown.month),
        "extends": list(shown.extends),
        "locked": list(offer.locked),
        "deprecated": deprecated_value(offer),
        "migration": [{"from": step.from_, "note": step.note, "rename": dict(step.rename or {})} for step in offer.migration],
        "parameters": offer.parameters_schema(),
        "use": shown.use,
        "trace": None
        if shown.trace is None
        else [{"path": each.path, "written": each.written, "file": each.file, "line": each.line} for each in shown.trace],
    }
