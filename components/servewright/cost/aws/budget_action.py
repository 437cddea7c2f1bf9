"""
Actions of AWS Budgets: a budget with any action is billed by the day.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.catalog.prices import GLOBAL
from servewright.cost.aws.lines import Key, stated
from servewright.cost.records import UNKNOWN
from servewright.cost.registry import Priced, prices
from servewright.plan.node_hours import quantity
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_ACTION: Final = "aws:budgets/budgetAction:BudgetAction"
_DAY: Final[Key] = ("AWS Budgets", "action-enabled budget, each further", "")


@prices(_ACTION)
def price_action(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the days of the budget at its first action. That an account's first two such budgets are free is not subtracted.
    """
    budget = record.inputs.get("budgetName")
    first = next(each for each in context.of_type(_ACTION) if each.inputs.get("budgetName") == budget)
    # Two budgets without a name yet are two: each of their actions is billed.
    if budget != UNKNOWN and first.urn != record.urn:
        return Priced(free="the days of its budget are billed at the budget's first action")
    days = quantity(Fraction(HOURS_PER_MONTH) / 24)
    name = "budget days (with actions)"
    return stated(record, context, _DAY, component="budget", name=name, unit="budget-days", count=days, region=GLOBAL)
