"""
The last lines: how many resources are priced, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.census import take_census
from servewright.report.figures import plural
from servewright.report.screen import STRONG, Screen

if TYPE_CHECKING:
    from servewright.report.model import Preview


def census_line(screen: Screen, preview: Preview, *, bill: bool, tree: bool) -> None:
    """
    Write the census, and the flags that show more where they were not given.
    """
    counted = take_census(preview.records, preview.bill)
    parts = f"{counted.priced} priced, {counted.free} free, {counted.unknown} unknown, {counted.unsupported} unsupported"
    flags = ([] if tree else ["--tree"]) + ([] if bill else ["--bill"]) + ["--json"]
    screen.side_by_side((f"{plural(counted.total, 'resource')}: {parts}",), f"more: {' '.join(flags)}")


def next_command(screen: Screen, command: str) -> None:
    """
    Write the command that comes next, on a line of its own.
    """
    screen.verbatim("next: ", (command, STRONG))
