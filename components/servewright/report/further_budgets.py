"""
The budgets and alarms beside the stack's limit of a month, below the table of the money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import dollars, percent
from servewright.report.screen import BAD, GOOD
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.report.model import Preview
    from servewright.report.screen import Screen

_HOURS_PER_DAY: Final = 24


def write_further_budgets(screen: Screen, preview: Preview) -> None:
    """
    Write one line for each budget and alarm that the spec asks for; nothing where it asks for none.
    """
    budget, owner = preview.plan.budget, preview.plan.stack.owner
    if budget.daily is not None:
        _daily(screen, preview, budget.daily)
    if budget.owner_monthly is not None:
        screen.paragraph(f"limit {dollars(budget.owner_monthly)} a month for everything of {owner} in the account", hang=4)
    if budget.anomalies is not None:
        whose = "the stack" if budget.anomalies.monitor is None else "what the account's own monitor watches"
        screen.paragraph(f"an anomaly of {whose} alarms from {dollars(budget.anomalies.above)} beyond what AWS expects", hang=4)
    if budget.chat is not None:
        screen.paragraph(f"all of these alarms go to the Slack channel {budget.chat.channel} of {budget.chat.workspace} too", hang=4)


def _daily(screen: Screen, preview: Preview, limit: Decimal) -> None:
    """
    Write the limit of a day beside the average day that is expected.
    """
    month, said = preview.bill.monthly.expected, f"limit {dollars(limit)} a day"
    if month is None or not preview.bill.complete:
        screen.paragraph(said, hang=4)
        return
    day = month * _HOURS_PER_DAY / HOURS_PER_MONTH
    style = BAD if day > limit else GOOD
    screen.paragraph(f"{said}: ", (f"an average day is expected at {dollars(day)}, {percent(day / limit)} of it", style), hang=4)
