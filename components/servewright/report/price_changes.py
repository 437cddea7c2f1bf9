"""
What a refresh of prices found, as a screen and as versioned JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.report.figures import change as percent
from servewright.report.figures import plural
from servewright.report.screen import BAD, GOOD, QUIET, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servewright.offers.changes import Change
    from servewright.offers.quotes import Gathered

VERSION: Final = "servewright.dev/prices-refresh/v1"

STATES: Final = ("changed", "new", "kept", "unchanged")
_MOST_NEW: Final = 20
"""
New prices that the screen lists; JSON has all of them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """
    The *changes* of a run over the offer files in *files*, which AWS's index of *published* names; *written* is what was written.
    """

    published: str
    files: tuple[Gathered, ...]
    changes: tuple[Change, ...]
    unasked: int
    written: tuple[str, ...]

    def count(self, state: str) -> int:
        """
        Return how many keys are in *state*.
        """
        return sum(change.state == state for change in self.changes)


def refresh_document(made: Refresh) -> dict[str, Any]:
    """
    Return *made* as the value of prices-refresh-v1.json.
    """
    return {
        "apiVersion": VERSION,
        "as_of": made.published[:10],
        "index_published": made.published,
        "files": [
            {"offer": each.offer, "region": each.region, "version": each.version, "published": each.published, "rows": each.rows}
            for each in made.files
        ],
        "changes": [
            {
                "key": str(each.key),
                "service": each.key.service,
                "component": each.key.component,
                "variant": each.key.variant,
                "region": each.key.region,
                "unit": each.unit,
                "before": _text(each.before),
                "after": _text(each.after),
                "percent": None if each.share is None else f"{each.share * 100:.2f}",
                "state": each.state,
            }
            for each in made.changes
        ],
        "counts": {state: made.count(state) for state in STATES} | {"not_asked": made.unasked},
        "written": list(made.written),
    }


def show_refresh(console: Console, made: Refresh) -> None:
    """
    Write what changed, what is new and what was kept; what is as before is counted.
    """
    screen = Screen(console)
    rows = sum(each.rows for each in made.files)
    text = f"AWS's index of {made.published}: {plural(len(made.files), 'offer file')}, {rows:,} rows"
    screen.paragraph(text, indent=0)
    changed = sorted(
        (each for each in made.changes if each.state == "changed"), key=lambda each: (-abs(each.share or Decimal(0)), each.key)
    )
    new = [each for each in made.changes if each.state == "new"]
    kept = [each for each in made.changes if each.state == "kept"]
    _table(screen, "Changed", changed)
    _table(screen, "New", new[:_MOST_NEW], more=len(new) - _MOST_NEW)
    _table(screen, "Not in the files, left as they ship", kept)
    screen.blank()
    counts = ", ".join(f"{made.count(state):,} {state}" for state in STATES)
    screen.paragraph(f"{counts}; {made.unasked:,} other prices of these regions were not asked for", indent=0)


def _table(screen: Screen, title: str, changes: Sequence[Change], more: int = 0) -> None:
    if not changes:
        return
    screen.heading(title)
    rows: list[Sequence[Span]] = [[(text, QUIET) for text in ("price", "before", "after", "", "unit")]]
    rows += [_row(each) for each in changes]
    screen.table((Column(wrap=True), Column(side="right"), Column(side="right"), Column(side="right"), Column(style=QUIET)), rows)
    if more > 0:
        screen.paragraph((f"and {more:,} more; --json has all of them", QUIET))


def _row(each: Change) -> list[Span]:
    moved = "" if each.before is None or each.after is None else percent(each.before, each.after)
    style = WARN if each.share is None else BAD if each.share > 0 else GOOD
    return [str(each.key), _text(each.before) or "–", _text(each.after) or "–", (moved, style), each.unit]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
