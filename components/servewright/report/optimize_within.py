"""
What a monthly budget carries, on the screen and as JSON has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from servewright.optimize.patch import to_line
from servewright.report.export_numbers import exact, exact_range
from servewright.report.figures import dollars, rate
from servewright.report.optimize_words import range_words
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servewright.optimize.model import Fields
    from servewright.optimize.within import Carried, Tried, Within


def within_block(screen: Screen, carried: Carried, numbers: Mapping[str, int]) -> None:
    """
    Write what a budget carries; *numbers* are those of the proposals.
    """
    screen.heading(
        f"Within {dollars(carried.budget)} a month", "the most traffic that was tried and fits the expected month, every target kept"
    )
    for each in carried.found:
        title = "as it is" if not each.members else f"with {' and '.join(str(numbers[name]) for name in each.members)}"
        screen.paragraph((title, STRONG))
        screen.table((Column(style=QUIET), Column(wrap=True)), _rows(each), indent=6)


def within_value(carried: Carried, text: Callable[[Fields], str]) -> dict[str, Any]:
    """
    Return the same as optimize-v1.json has it; *text* makes the spec that sets some fields.
    """
    return {
        "budget": exact(carried.budget),
        "found": [
            {"members": list(each.members), "fits": _value(each.fits, text), "not_fits": _value(each.not_fits, text)}
            for each in carried.found
        ],
    }


def _rows(found: Within) -> list[Sequence[Span]]:
    fits, beyond = found.fits, found.not_fits
    if fits is None:
        return [("fits", "nothing that was tried"), ("tried", "" if beyond is None else _said(beyond))]
    rows: list[Sequence[Span]] = [("fits", _said(fits))]
    rows.append(
        ("does not", _said(beyond)) if beyond is not None else ("does not", "nothing that was tried: the budget carries more still")
    )
    return [*rows, ("patch", to_line(fits.fields) if fits.fields else "none")]


def _said(tried: Tried) -> str:
    rates = ", ".join(f"{rate(amount)} req/s{f' for {name}' if len(tried.rates) > 1 else ''}" for name, amount in tried.rates.items())
    return f"{rates}: {tried.why if tried.monthly is None else f'{range_words(tried.monthly)} a month'}"


def _value(tried: Tried | None, text: Callable[[Fields], str]) -> dict[str, Any] | None:
    if tried is None:
        return None
    return {
        "factor": exact(tried.factor),
        "requests_per_second": {name: exact(amount) for name, amount in tried.rates.items()},
        "monthly": None if tried.monthly is None else exact_range(tried.monthly),
        "why": tried.why,
        "patch": text(tried.fields),
    }
