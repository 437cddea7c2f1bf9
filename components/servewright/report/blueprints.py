"""
The blueprints on the shelves: each with the question it answers and what its example is expected to cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.report.diagnostics import diagnostics_value
from servewright.report.expected_bill import expected_month
from servewright.report.export_numbers import exact
from servewright.report.figures import dollars, plural
from servewright.report.screen import QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from rich.console import Console

    from servewright.blueprints.offer import Offer
    from servewright.diagnostics import Diagnostic

BLUEPRINTS_VERSION: Final = "servewright.dev/blueprints/v1"

_COLUMNS: Final = (Column(), Column(), Column(side="right"), Column(wrap=True, style=QUIET))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """
    What an example is expected to cost in a month, as recorded on a day; *at_least* where something of it has no price.
    """

    expected: Decimal | None
    at_least: bool
    as_of: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Month:
        """
        Return the month of the expected bill in *document*.
        """
        expected, at_least = expected_month(document)
        return cls(expected=expected, at_least=at_least, as_of=str(document.get("as_of", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    One blueprint: its *newest* version, all *versions*, newest first, and what its minimal example costs.
    """

    newest: Offer
    versions: tuple[str, ...]
    month: Month | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfListed:
    """
    One shelf with its blueprints; *problem* is why it cannot be read, *faults* what is wrong with blueprints that are not offered.
    """

    name: str
    blueprints: tuple[Listed, ...]
    problem: str | None = None
    faults: tuple[Diagnostic, ...] = ()


def show_blueprints(console: Console, shelves: tuple[ShelfListed, ...]) -> None:
    """
    Write the blueprints of all *shelves*.
    """
    screen = Screen(console)
    for number, shelf in enumerate(shelves):
        if number:
            screen.blank()
        screen.paragraph((shelf.name, STRONG), (f"   {_counted(shelf)}", QUIET), indent=0, hang=2)
        screen.table(_COLUMNS, [row for listed in shelf.blueprints for row in _rows(listed)])
        if shelf.problem is not None:
            screen.paragraph((f"! {shelf.problem}", WARN), hang=4)
        for fault in shelf.faults:
            screen.paragraph((f"! {fault.code} {fault.file}: {fault.message}", WARN), hang=4)
    first = next((listed.newest for shelf in shelves for listed in shelf.blueprints), None)
    if first is not None:
        screen.blank()
        screen.verbatim(f"next: servewright blueprints show {first.reference}")


def _counted(shelf: ShelfListed) -> str:
    number = len(shelf.blueprints)
    return "no blueprints" if not number else f"{plural(number, 'blueprint')}; $ a month: the example, as recorded on the day"


def _rows(listed: Listed) -> Iterator[tuple[Span, ...]]:
    month = listed.month
    amount = "" if month is None else f"{'≥ ' if month.at_least else ''}{dollars(month.expected)}"
    yield (listed.newest.name, STRONG), ", ".join(listed.versions), amount, "no bill recorded" if month is None else month.as_of
    yield (f"    {listed.newest.question}",)
    if listed.newest.deprecated is not None:
        use = listed.newest.deprecated.use
        yield ((f"    ! deprecated: {listed.newest.deprecated.why}{'' if use is None else f'; use {use}'}", WARN),)


def blueprints_value(shelves: tuple[ShelfListed, ...]) -> dict[str, Any]:
    """
    Return *shelves* as the value of blueprints-v1.json.
    """
    return {
        "apiVersion": BLUEPRINTS_VERSION,
        "shelves": [{"name": shelf.name, "problem": shelf.problem} for shelf in shelves],
        "blueprints": [_value(shelf, listed) for shelf in shelves for listed in shelf.blueprints],
        **diagnostics_value(tuple(fault for shelf in shelves for fault in shelf.faults)),
    }


def _value(shelf: ShelfListed, listed: Listed) -> dict[str, Any]:
    offer = listed.newest
    return {
        "name": offer.name,
        "shelf": shelf.name,
        "versions": list(listed.versions),
        "reference": offer.reference,
        "question": offer.question,
        "monthly": month_value(listed.month),
        "deprecated": deprecated_value(offer),
    }


def month_value(month: Month | None) -> dict[str, Any] | None:
    """
    Return a recorded month as JSON, null where there is none.
    """
    return None if month is None else {"expected": exact(month.expected), "at_least": month.at_least, "as_of": month.as_of}


def deprecated_value(offer: Offer) -> dict[str, Any] | None:
    """
    Return what *offer* says of its end as JSON, null where it says nothing.
    """
    said = offer.deprecated
    return None if said is None else {"since": said.since, "use": said.use, "why": said.why}
