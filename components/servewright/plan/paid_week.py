"""
What a week of nodes takes: each node for the hours in which it is needed, and for each gap as long as it is kept or launched again.

The week is a circle: Sunday night and Monday morning are one gap.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from servewright.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence


def paid_week_seconds(nodes_by_hour: Sequence[int], linger_seconds: int) -> int:
    """
    Return the node-seconds of a week in which *nodes_by_hour* are needed and each gap of a node is bridged or costs *linger_seconds*.

    >>> paid_week_seconds([0] * 84 + [2] * 84, 600) - 2 * 84 * 3600
    1200
    """
    seconds = sum(nodes_by_hour) * SECONDS_PER_HOUR
    runs = [(count, len(list(run))) for count, run in groupby(nodes_by_hour)]
    below = 0
    for level in sorted(set(nodes_by_hour) - {0}):
        # Between two neighbouring counts all nodes have the same gaps.
        seconds += (level - below) * sum(min(gap * SECONDS_PER_HOUR, linger_seconds) for gap in _gaps(runs, level))
        below = level
    return seconds


def _gaps(runs: Sequence[tuple[int, int]], level: int) -> list[int]:
    """
    Return the hours of each gap in which fewer than *level* nodes are needed. *runs* are (nodes, hours) around a circle that needs as
    many at least once.
    """
    first = next(at for at, (count, _) in enumerate(runs) if count >= level)
    gaps: list[int] = []
    length = 0
    for count, hours in (*runs[first:], *runs[: first + 1]):
        if count < level:
            length += hours
        elif length:
            gaps.append(length)
            length = 0
    return gaps
