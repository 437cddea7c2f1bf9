"""
SNS subscriptions: deliveries of the notifications that the stack's budgets publish.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.budget import notifications_per_month
from servewright.cost.model import Unknown
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, catalog_line, prices
from servewright.plan.node_hours import quantity
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

EMAIL: Final = ("SNS", "email notifications over 1k", "")

_EMAILS_PER_UNIT: Final = 100_000


@prices("aws:sns/topicSubscription:TopicSubscription")
def price_subscription(record: ResourceRecord, context: Context) -> Priced:
    """
    Return one e-mail for each notification; other protocols are unknown.
    """
    protocol = read_text(record, "protocol")
    if protocol not in ("email", "email-json"):
        why = f"deliveries by {protocol} have no pricer yet"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"SNS subscription {record.name}", why=why),))
    emails = quantity(Fraction(notifications_per_month(context), _EMAILS_PER_UNIT))
    return catalog_line(
        record,
        context,
        EMAIL,
        component="budget",
        model=None,
        name="notifications delivered (e-mail)",
        unit="100,000 e-mails",
        quantity=Range(Decimal(0), emails, emails),
    )
