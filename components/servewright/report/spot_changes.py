"""
Spot prices and interruption bands against what stood, as a screen and as versioned JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.report.figures import change as percent
from servewright.report.figures import plural
from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from rich.console import Console

    from servewright.offers.spot_changes import SpotChange

VERSION: Final = "servewright.dev/prices-spot/v1"


def spot_document(changes: Sequence[SpotChange], day: str, source: str, written: Sequence[str]) -> dict[str, Any]:
    """
    Return *changes* as the value of prices-spot-v1.json.
    """
    return {
        "apiVersion": VERSION,
        "as_of": day,
        "source": source,
        "changes": [
            {
                "key": each.key,
                "instance_type": each.instance_type,
                "region": each.region,
                "before": _text(each.before),
                "after": _text(each.after),
                "low": _text(each.low),
                "high": _text(each.high),
                "band_before": each.band_before,
                "band_after": each.band_after,
            }
            for each in changes
        ],
        "written": list(written),
    }


def show_spot(console: Console, changes: Sequence[SpotChange], day: str, source: str) -> None:
    """
    Write each type with its price before and now, the zones' band where it is known, and how often instances are taken back.
    """
    screen = Screen(console)
    screen.paragraph(f"{source}, {day}: {plural(len(changes), 'type')}, USD an hour", indent=0)
    screen.blank()
    zones = any(each.low is not None for each in changes)
    head = ["type", "before", "now", "", *(["zones"] if zones else []), "taken back in a month"]
    rows: list[Sequence[Span]] = [[(text, QUIET) for text in head]]
    rows += [_row(each, zones=zones) for each in changes]
    right = Column(side="right")
    screen.table((Column(), right, right, right, *([Column()] if zones else []), Column(style=QUIET)), rows, indent=0)


def _row(each: SpotChange, *, zones: bool) -> list[Span]:
    moved = "" if each.before is None or each.after is None else percent(each.before, each.after)
    seen = [] if not zones else ["" if each.low is None else f"{each.low:f} to {each.high:f}"]
    band = each.band_after or ("" if each.band_before is None else f"{each.band_before} as it stood")
    if each.band_after and each.band_before and each.band_after != each.band_before:
        band = f"{each.band_before} → {each.band_after}"
    return [each.instance_type, _text(each.before) or "–", _text(each.after) or "–", moved, *seen, band]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
