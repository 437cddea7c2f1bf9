"""
AWS Budgets and the notifications they send. A budget's own price never depends on its amount.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.catalog.prices import GLOBAL
from servewright.cost.properties import read_list, read_text
from servewright.cost.registry import Priced, catalog_line, prices
from servewright.plan.node_hours import quantity
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

BUDGET_TYPE: Final = "aws:budgets/budget:Budget"
BUDGET_DAY: Final = ("AWS Budgets", "budget monitoring and notifications", "")
PUBLISH: Final = ("SNS", "publish requests over 1M", "")

_PUBLISH_PER_UNIT: Final = 1_000_000
_ALARMS_A_MONTH: Final = {"DAILY": 31}
"""
How often each threshold of a budget can be passed in a month: that of a day every day of the longest month, any other once.
"""

_DAYS: Final = quantity(Fraction(HOURS_PER_MONTH) / 24)


@prices(BUDGET_TYPE)
def price_budget(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the budget's days, and one SNS publish in each of its periods for each of its notifications that has a topic.
    """
    days = catalog_line(
        record,
        context,
        BUDGET_DAY,
        region=GLOBAL,
        component="budget",
        model=None,
        name="budget days (monitoring and notifications)",
        unit="budget-days",
        quantity=Range.exactly(_DAYS),
    )
    alerts = _notifications(record)
    if not alerts:
        return days
    publishes = quantity(Fraction(alerts, _PUBLISH_PER_UNIT))
    return days + catalog_line(
        record,
        context,
        PUBLISH,
        component="budget",
        model=None,
        name="notifications published (SNS)",
        unit="million requests",
        quantity=Range(Decimal(0), publishes, publishes),
    )


def notifications_per_month(context: Context) -> int:
    """
    Return how many notifications the stack's budgets publish a month at most: each threshold once, that of a day each day.
    """
    return sum(_notifications(budget) for budget in context.of_type(BUDGET_TYPE))


def _notifications(record: ResourceRecord) -> int:
    """
    Return the notifications of a month that go to a topic; the topic's address itself may be unknown before deployment.
    """
    blocks = read_list(record, "notifications")
    periods = _ALARMS_A_MONTH.get(read_text(record, "timeUnit") or "", 1)
    return periods * sum(1 for index in range(len(blocks)) if _has_topic(record, index))


def _has_topic(record: ResourceRecord, index: int) -> bool:
    block = record.inputs["notifications"][index]
    return isinstance(block, dict) and bool(block.get("subscriberSnsTopicArns"))
