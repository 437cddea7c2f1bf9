"""
What runs or flows because of this stack and is paid elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.screen import QUIET, Column, Screen

if TYPE_CHECKING:
    from servewright.cost.model import Bill

_COLUMNS = (Column(wrap=True, most=0.5), Column(wrap=True, style=QUIET))


def elsewhere(screen: Screen, bill: Bill) -> None:
    """
    Write what is not on the bill and how much of it there is.
    """
    if not bill.not_priced:
        return
    screen.heading("Not on this bill")
    screen.table(_COLUMNS, [(item.what, item.requests) for item in bill.not_priced])
