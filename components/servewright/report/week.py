"""
Replicas over the hours of a week as a small histogram, equal days together.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS: Final = 24
_LEVELS: Final = "▁▂▃▄▅▆▇"
_RULER: Final = "0     6     12    18    "


def week(screen: Screen, by_hour: Sequence[int]) -> None:
    """
    Write one line per run of equal days: a column per hour, its height the replicas against the week's highest.
    """
    most = max(by_hour)
    rows: list[tuple[Span, Span, Span]] = [(("hour", QUIET), (_RULER, QUIET), ("replicas", QUIET))]
    for days, hours in _runs(by_hour):
        low, high = min(hours), max(hours)
        rows.append((days, histogram(hours, most), str(low) if low == high else f"{low}–{high}"))
    screen.table((Column(), Column(), Column()), rows)


def histogram(values: Sequence[int], most: int) -> str:
    """
    Return one character per value; 0 is a space, *most* the full height.
    """
    return "".join(" " if v == 0 else _LEVELS[round((v / most) * (len(_LEVELS) - 1))] for v in values)


def _runs(by_hour: Sequence[int]) -> list[tuple[str, tuple[int, ...]]]:
    days = [(name, tuple(by_hour[i * _HOURS : (i + 1) * _HOURS])) for i, name in enumerate(_DAYS)]
    runs: list[tuple[str, tuple[int, ...]]] = []
    for hours, group in groupby(days, key=lambda day: day[1]):
        names = [name for name, _ in group]
        runs.append((names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}", hours))
    return runs
