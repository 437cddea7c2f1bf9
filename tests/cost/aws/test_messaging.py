"""
Queues, subscriptions, zones, budget actions.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import budget, record
from service_bills import NOT_YET, bill_of, expected, given, reasons

ACTION = "aws:budgets/budgetAction:BudgetAction"


def subscription(protocol: str) -> Any:
    """
    Return the record of a subscription.
    """
    return record("aws:sns/topicSubscription:TopicSubscription", "sub", {"protocol": protocol})


def test_queues_are_billed_by_requests() -> None:
    """
    A million at 0.4, ordered ones at 0.5.
    """
    assert expected(bill_of(record("aws:sqs/queue:Queue", "q", {}))) == {"queue requests (standard)": "0.40"}
    assert expected(bill_of(record("aws:sqs/queue:Queue", "q", {"fifoQueue": True}))) == {"queue requests (FIFO)": "0.50"}


@pytest.mark.parametrize("protocol", ["sqs", "lambda"])
def test_deliveries_inside_aws_are_free(protocol: str) -> None:
    """
    What receives them is billed itself.
    """
    bill = bill_of(subscription(protocol))

    assert (bill.lines, bill.complete) == ((), True)


def test_deliveries_to_others_depend_on_use() -> None:
    """
    Nobody knows how often a topic is published to: the key is asked for, and 1,000,000 deliveries at 0.06 a hundred thousand cost 0.60.
    """
    assert reasons(bill_of(subscription("https"))) == ["depends on use: give deliveries (deliveries a month) of sub in a usage file"]
    assert expected(bill_of(subscription("https"), usage=given("sub", deliveries=1_000_000))) == {"notifications delivered (HTTPS)": "0.60"}


def test_e_mails_come_from_the_stack_s_budgets_unless_given() -> None:
    """
    Three notifications are three e-mails; 50,000 that somebody says are 50,000.
    """
    mails = {line.name: line for line in bill_of(subscription("email"), budget()).lines}
    many = expected(bill_of(subscription("email"), budget(), usage=given("sub", deliveries=50_000)))

    assert mails["notifications delivered (e-mail)"].quantity.expected == Decimal("0.00003")
    assert many["notifications delivered (e-mail)"] == "1.00"


def test_a_zone_is_billed_with_its_queries() -> None:
    """
    Half a dollar, and a million queries at 0.4.
    """
    assert expected(bill_of(record("aws:route53/zone:Zone", "z", {}))) == {"hosted zone": "0.50", "DNS queries": "0.40"}


def test_a_budget_with_actions_is_billed_once() -> None:
    """
    30.416667 days at 0.1 for each budget, however many actions it has; budgets that have no name yet are not taken for one.
    """
    same = [record(ACTION, name, {"budgetName": "monthly"}) for name in ("a", "b")]
    unnamed = [record(ACTION, name, {"budgetName": NOT_YET}) for name in ("a", "b")]

    assert [line.resource[-1] for line in bill_of(*same).lines] == ["a"]
    assert expected(bill_of(*same)) == {"budget days (with actions)": "3.04"}
    assert len(bill_of(*unnamed).lines) == 2
