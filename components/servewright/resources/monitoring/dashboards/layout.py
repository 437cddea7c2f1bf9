"""
Where panels stand: lines that fill the 24 columns of Grafana's grid, in sections that may be folded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from servewright.resources.monitoring.dashboards.panel import HEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.resources.monitoring.dashboards.panel import Panel

COLUMNS: Final = 24
"""
The width of Grafana's grid (public/app/core/constants.ts, 11.6: GRID_COLUMN_COUNT).
"""

_TITLE_HEIGHT: Final = 1

Line = tuple["Panel", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    *lines* of panels below a *title* (None: they stand at the top, without one); *folded* hides them until somebody opens it.
    """

    title: str | None
    lines: tuple[Line, ...]
    folded: bool = False


def lines_of(panels: Iterable[Panel], most: int = 3) -> tuple[Line, ...]:
    """
    Return *panels* in as few lines of at most *most* as there can be, all about as long.
    """
    given = tuple(panels)
    count = -(-len(given) // most)
    ends = [len(given) * line // count for line in range(count + 1)]
    return tuple(given[start:end] for start, end in pairwise(ends))


def placed(sections: Iterable[Section], interval: str) -> list[dict[str, Any]]:
    """
    Return the panels of *sections* as Grafana reads them, numbered and placed from the top left.
    """
    made: list[dict[str, Any]] = []
    top, number = 0, 1
    for section in sections:
        below = top if section.title is None else top + _TITLE_HEIGHT
        panels, bottom = _section(section, number if section.title is None else number + 1, below, interval)
        if section.title is None:
            made += panels
        else:
            made += _titled(section, number, top, panels)
            number += 1
        number += len(panels)
        top = below if section.folded else bottom
    return made


def _titled(section: Section, number: int, top: int, panels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Return the row that heads *section* and its panels: within the row where it is folded, behind it otherwise.
    """
    row = {
        "id": number,
        "type": "row",
        "title": section.title,
        "collapsed": section.folded,
        "gridPos": {"h": _TITLE_HEIGHT, "w": COLUMNS, "x": 0, "y": top},
        "panels": panels if section.folded else [],
    }
    return [row] if section.folded else [row, *panels]


def _section(section: Section, number: int, top: int, interval: str) -> tuple[list[dict[str, Any]], int]:
    made: list[dict[str, Any]] = []
    for line in section.lines:
        height = max(HEIGHTS[panel.kind] for panel in line)
        edges = [COLUMNS * at // len(line) for at in range(len(line) + 1)]
        for panel, (left, right) in zip(line, pairwise(edges), strict=True):
            made.append(panel.as_dict(number, {"h": height, "w": right - left, "x": left, "y": top}, interval))
            number += 1
        top += height
    return made, top
