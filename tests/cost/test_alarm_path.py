"""
Topics, e-mails and keys of budgets, and those that serve others.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from cluster_records import budget, record
from servewright.cost.alarm_path import TOPIC
from servewright.cost.records import UNKNOWN
from service_bills import bill_of, given

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord

MAILS = "notifications delivered (e-mail)"
CALLS = "requests (symmetric)"
ASKS = "depends on use: give deliveries (deliveries a month) of mail in a usage file"


def made(kind: str, name: str, inputs: dict[str, Any], **references: ResourceRecord) -> ResourceRecord:
    """
    Return a record whose inputs are made from *references*.
    """
    return replace(record(kind, name, inputs), references={key: (other.urn,) for key, other in references.items()})


def topic(name: str, key: ResourceRecord | None = None, **inputs: Any) -> ResourceRecord:
    """
    Return a topic that *key* encrypts.
    """
    return made(TOPIC, name, inputs, **({} if key is None else {"kmsMasterKeyId": key}))


def mail(to: ResourceRecord | None = None, **inputs: Any) -> ResourceRecord:
    """
    Return a subscription of an address to the topic *to*.
    """
    references = {} if to is None else {"topic": to}
    return made("aws:sns/topicSubscription:TopicSubscription", "mail", {"protocol": "email", **inputs}, **references)


def watched(to: ResourceRecord) -> ResourceRecord:
    """
    Return a budget of three notifications that go to the topic *to*.
    """
    return replace(budget(3), references={"notifications": (to.urn,)})


def quantity_of(bill: Bill, record: ResourceRecord, name: str) -> Decimal | None:
    """
    Return the expected quantity of a line.
    """
    (line,) = (each for each in bill.lines if (each.resource, each.name) == (record.urn, name))
    return line.quantity.expected


KEY = record("aws:kms/key:Key", "alarms", {})
OTHER_KEY = record("aws:kms/key:Key", "data", {})
ALARMS, ORDERS = topic("alarms", KEY), topic("orders", OTHER_KEY)


@pytest.mark.parametrize(
    "around",
    [
        (),
        (ALARMS,),
        (replace(budget(3), inputs={"notifications": [{"subscriberEmailAddresses": ["a@example.com"]}]}),),
        (watched(ORDERS), ALARMS, ORDERS, KEY, OTHER_KEY),
    ],
    ids=["nothing", "a topic", "a budget without a topic", "a budget of another topic"],
)
def test_e_mails_that_no_budget_sends_are_asked_for(around: tuple[ResourceRecord, ...]) -> None:
    """
    Only its user knows how often such a topic is published to: unknown, never 0.
    """
    bill = bill_of(mail(ALARMS), *around)

    assert [each.why for each in bill.unknown if "#notifications delivered" in each.id] == [ASKS]
    assert quantity_of(bill, mail(ALARMS), MAILS) is None


def test_a_literal_topic_is_not_that_of_the_stack_s_budget() -> None:
    """
    An address that is known before deployment names a topic outside of the stack.
    """
    bill = bill_of(mail(topic="arn:aws:sns:us-east-1:000000000000:others"), budget(3))

    assert ASKS in [each.why for each in bill.unknown]


@pytest.mark.parametrize("subscribed", [mail(ALARMS), mail(topic=UNKNOWN)], ids=["by reference", "without references"])
def test_e_mails_of_a_budget_s_topic_are_its_notifications(subscribed: ResourceRecord) -> None:
    """
    Three notifications are three e-mails; the only topic of a recording without references is meant.
    """
    assert quantity_of(bill_of(subscribed, watched(ALARMS), ALARMS, KEY), subscribed, MAILS) == Decimal("0.00003")
    assert quantity_of(bill_of(subscribed, budget(3), topic("alarms")), subscribed, MAILS) == Decimal("0.00003")


def test_publishing_of_others_is_listed_or_priced() -> None:
    """
    Two million requests are two of the row's units; a budget's topic has its publishes at the budget.
    """
    alone, told = bill_of(ORDERS), bill_of(ORDERS, usage=given("orders", publish_requests=2_000_000))

    assert [(each.what, each.requests) for each in alone.not_priced] == [
        ("publishing to orders", "depends on use: give publish_requests in a usage file")
    ]
    assert quantity_of(told, ORDERS, "notifications published (SNS)") == 2
    assert not [each for each in bill_of(watched(ALARMS), ALARMS, KEY).not_priced if "publishing" in each.what]


def test_only_the_key_of_a_budget_s_topic_has_its_requests_alone() -> None:
    """
    Two requests for each of three notifications, and the default of 10,000 for a key beside it.
    """
    bill = bill_of(watched(ALARMS), ALARMS, ORDERS, KEY, OTHER_KEY)

    assert quantity_of(bill, KEY, CALLS) == Decimal("0.0006")
    assert quantity_of(bill, OTHER_KEY, CALLS) == 1


def test_a_key_may_be_meant_by_an_alias() -> None:
    """
    The topic names the alias, the alias the key.
    """
    alias = made("aws:kms/alias:Alias", "a", {}, targetKeyId=KEY)
    named = topic("alarms", alias)

    assert quantity_of(bill_of(watched(named), named, alias, KEY, OTHER_KEY), KEY, CALLS) == Decimal("0.0006")


@pytest.mark.parametrize("user", [made("aws:s3/bucket:Bucket", "data", {}, key=KEY), topic("orders", KEY)], ids=["a bucket", "a topic"])
def test_a_key_that_serves_others_too_has_its_default(user: ResourceRecord) -> None:
    """
    The notifications are the least of what it is asked for.
    """
    assert quantity_of(bill_of(watched(ALARMS), ALARMS, KEY, user), KEY, CALLS) == 1


def test_without_references_the_only_key_is_meant() -> None:
    """
    Two keys are not told apart, and a known id is that of a key outside of the stack.
    """
    unknown, literal = topic("alarms", kmsMasterKeyId=UNKNOWN), topic("alarms", kmsMasterKeyId="alias/others")

    assert quantity_of(bill_of(budget(3), unknown, KEY), KEY, CALLS) == Decimal("0.0006")
    assert quantity_of(bill_of(budget(3), unknown, KEY, OTHER_KEY), KEY, CALLS) == 1
    assert quantity_of(bill_of(budget(3), literal, KEY), KEY, CALLS) == 1
