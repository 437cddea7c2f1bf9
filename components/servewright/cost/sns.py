"""
SNS: what is published to a topic, and what its subscriptions deliver. Both depend on use, but for what the stack's own budgets publish.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.alarm_path import TOPIC, of_a_budget, reaches_topic
from servewright.cost.aws.lines import elsewhere, in_units_of
from servewright.cost.budget import PUBLISH, notifications_per_month
from servewright.cost.model import Unknown
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, catalog_line, prices
from servewright.cost.usage import Used, usage_of
from servewright.plan.node_hours import quantity
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

EMAIL: Final = ("SNS", "email notifications over 1k", "")
HTTP: Final = ("SNS", "HTTP/S notifications over 100k", "")
PUSH: Final = ("SNS", "mobile push", "")
FIREHOSE: Final = ("SNS", "Firehose", "")

_HUNDRED_THOUSAND: Final = 100_000
_MILLION: Final = 1_000_000
_PUBLISHED: Final = "notifications published (SNS)"
_BY_MAIL: Final = ("email", "email-json")
_SOLD: Final = {
    # protocol: row of the price table, words, unit, deliveries in a unit
    "email": (EMAIL, "e-mail", "100,000 e-mails", _HUNDRED_THOUSAND),
    "email-json": (EMAIL, "e-mail", "100,000 e-mails", _HUNDRED_THOUSAND),
    "http": (HTTP, "HTTP", "100,000 deliveries", _HUNDRED_THOUSAND),
    "https": (HTTP, "HTTPS", "100,000 deliveries", _HUNDRED_THOUSAND),
    "application": (PUSH, "mobile push", "million deliveries", _MILLION),
    "firehose": (FIREHOSE, "Firehose", "million deliveries", _MILLION),
}
_FREE: Final = ("sqs", "lambda")
"""
AWS does not bill deliveries to queues and functions (https://aws.amazon.com/sns/pricing, 2026).
"""


@prices(TOPIC)
def price_topic(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the publishes that a usage file says; those of the stack's budgets stand at the budget, any others are listed as not priced.
    """
    topic = Priced(free="AWS bills publishing and delivery, not the topic: see the budget and the subscriptions")
    used = usage_of(record, "publish_requests", context)
    if used.given:
        calls = in_units_of(used.quantity, _MILLION)
        fields: dict[str, Any] = {"component": "messaging", "model": None, "name": _PUBLISHED, "unit": "million requests"}
        return topic + catalog_line(record, context, PUBLISH, why=used.why, quantity=calls, **fields)
    if of_a_budget(record, context):
        return topic
    return topic + elsewhere(f"publishing to {record.name}", "depends on use: give publish_requests in a usage file")


@prices("aws:sns/topicSubscription:TopicSubscription")
def price_subscription(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the deliveries of a month at the price of their protocol; one without a price is unknown.
    """
    protocol = read_text(record, "protocol")
    if protocol in _FREE:
        return Priced(free="AWS does not bill deliveries to queues and functions; what receives them is billed itself")
    if protocol not in _SOLD:
        why = f"deliveries by {protocol} have no pricer yet"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"SNS subscription {record.name}", why=why),))
    key, words, unit, per_unit = _SOLD[protocol]
    used = usage_of(record, "deliveries", context)
    fields: dict[str, Any] = {"component": "budget", "model": None, "name": f"notifications delivered ({words})", "unit": unit}
    return catalog_line(record, context, key, why=used.why, quantity=_deliveries(record, used, per_unit, context), **fields)


def _deliveries(record: ResourceRecord, used: Used, per_unit: int, context: Context) -> Range:
    """
    Return the deliveries in units of the price: given, else one e-mail for each notification of the stack's budgets, else unknown.
    """
    alarms = 0 if used.given or read_text(record, "protocol") not in _BY_MAIL else _alarms(record, context)
    if not alarms:
        return in_units_of(used.quantity, per_unit)
    emails = quantity(Fraction(alarms, per_unit))
    return Range(Decimal(0), emails, emails)


def _alarms(record: ResourceRecord, context: Context) -> int:
    """
    Return the budget notifications that reach the subscription, 0 where its topic is not that of a budget.
    """
    topics = context.of_type(TOPIC) or (None,)
    reached = (topic for topic in topics if reaches_topic(record, "topic", record.inputs.get("topic"), topic, context))
    return notifications_per_month(context) if any(of_a_budget(topic, context) for topic in reached) else 0
