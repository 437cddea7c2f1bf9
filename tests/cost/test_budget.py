"""
Budgets, the keys and topics of their alarms.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import tiny_catalog
from cluster_records import budget, record
from servewright.cost.bill import price_records
from servewright.cost.records import UNKNOWN, ResourceRecord
from servewright.ranges import Range

CATALOG = tiny_catalog.tiny_catalog()
KEY = record("aws:kms/key:Key", "key", {"enableKeyRotation": True})


def subscription(protocol: str = "email") -> ResourceRecord:
    """
    Return a subscription to the topic.
    """
    return record("aws:sns/topicSubscription:TopicSubscription", protocol, {"protocol": protocol, "topic": UNKNOWN})


def with_inputs(made: ResourceRecord, **inputs: Any) -> ResourceRecord:
    """
    Return *made* with other *inputs*.
    """
    return replace(made, inputs={**made.inputs, **inputs})


def amounts(*records: ResourceRecord) -> dict[str, Range]:
    """
    Return the quantity of each line by name.
    """
    return {line.name: line.quantity for line in price_records(records, CATALOG).lines}


def test_notifications_are_counted_once_per_threshold() -> None:
    """
    Three thresholds are at most 3 publishes, 3 e-mails per address and 6 requests to the key a month.
    """
    assert amounts(budget(3), KEY, subscription()) == {
        "budget days (monitoring and notifications)": Range.exactly(Decimal("30.416667")),
        "notifications published (SNS)": Range(Decimal(0), Decimal("0.000003"), Decimal("0.000003")),
        "key-month (customer managed)": Range.exactly(1),
        "requests (symmetric)": Range(Decimal(0), Decimal("0.0006"), Decimal("0.0006")),
        "notifications delivered (e-mail)": Range(Decimal(0), Decimal("0.00003"), Decimal("0.00003")),
    }


def test_a_budget_of_a_day_can_alarm_each_day() -> None:
    """
    Two thresholds a day are at most 62 publishes a month and as many e-mails; a budget-day costs the same whatever it counts.
    """
    found = amounts(with_inputs(budget(2), timeUnit="DAILY"), subscription())

    assert found["budget days (monitoring and notifications)"] == Range.exactly(Decimal("30.416667"))
    assert found["notifications published (SNS)"] == Range(Decimal(0), Decimal("0.000062"), Decimal("0.000062"))
    assert found["notifications delivered (e-mail)"] == Range(Decimal(0), Decimal("0.00062"), Decimal("0.00062"))


def test_a_key_is_one_dollar_a_month() -> None:
    """
    The key is the only part of the alarm that costs more than a cent.
    """
    bill = price_records([budget(3), KEY, subscription()], CATALOG)

    assert bill.monthly.min == 1
    assert bill.monthly.expected is not None
    assert 1 < bill.monthly.expected < Decimal("1.001")


@pytest.mark.parametrize("amount", ["1", "1000000", UNKNOWN])
def test_a_budget_s_price_never_depends_on_its_amount(amount: str) -> None:
    """
    The estimate becomes the amount: a price that followed it would make a circle.
    """
    assert price_records([with_inputs(budget(), limitAmount=amount)], CATALOG) == price_records([budget()], CATALOG)


def test_a_budget_without_a_topic_publishes_nothing() -> None:
    """
    Notifications that only mail by themselves cost no SNS publish.
    """
    silent = with_inputs(budget(), notifications=[{"threshold": 50, "subscriberEmailAddresses": ["a@example.com"]}])

    assert set(amounts(silent)) == {"budget days (monitoring and notifications)"}


def test_unknown_notifications_are_unknown() -> None:
    """
    A list of notifications that is not known yet is not an empty one.
    """
    bill = price_records([with_inputs(budget(), notifications=UNKNOWN)], CATALOG)

    assert [u.why for u in bill.unknown] == ["notifications is not known before deployment"]


def test_other_protocols_are_unknown() -> None:
    """
    Text messages are priced per country: not by this table.
    """
    assert [u.why for u in price_records([subscription("sms")], CATALOG).unknown] == ["deliveries by sms have no pricer yet"]


def test_prices_that_another_region_lacks_are_unknown() -> None:
    """
    A region without a row has no price: nothing is taken over from us-east-1.
    """
    away = replace(KEY, region="eu-central-1")
    bill = price_records([away], CATALOG)

    assert [u.what for u in bill.unknown] == ["key-month (customer managed)", "requests (symmetric)"]
    assert "prices of KMS in eu-central-1 are not covered by our price table" in bill.unknown[0].why
