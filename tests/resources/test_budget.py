"""
The budget: its amount, its alarms, and policies that let AWS Budgets and nobody else use topic and key.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import plans
from servewright.ranges import Range
from servewright.resources.budget import PLACEHOLDER_ACCOUNT, cost_filters, key_policy, limit_amount, notifications, topic_policy
from servewright.resources.estimates import Estimates
from servewright.resources.naming import Names
from servewright.spec.request import BudgetRequest

if TYPE_CHECKING:
    from servewright.plan.model import Plan

TOPIC = "arn:aws:sns:us-east-1:123456789012:servewright-demo-dev"


def budgeted(*alerts: str, limit: str | None = "1500") -> Plan:
    """
    Return a plan with these alert thresholds and this limit.
    """
    amount = None if limit is None else Decimal(limit)
    return plans.plan(budget=BudgetRequest(limit=amount, alerts=tuple(map(Decimal, alerts)), notify=()))


def statements(policy: str) -> list[dict[str, Any]]:
    """
    Return the statements of a policy document.
    """
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def estimate(expected: str) -> Estimates:
    """
    Return the estimate of a bill with *expected*.
    """
    return Estimates.of(Range.of(0, Decimal(expected), 9999), complete=True, prices_as_of="2026-07-20")


def test_the_amount_is_the_users_limit() -> None:
    """
    A limit stands as the user wrote it, whatever the estimate says.
    """
    assert limit_amount(budgeted(), estimate("640.20")) == "1500"
    assert limit_amount(budgeted(limit="1500.50"), None) == "1500.5"


def test_without_a_limit_the_amount_is_the_expected_bill_rounded_up() -> None:
    """
    640.20 becomes 641; without an estimate there is no amount; a free stack still has a budget of one dollar.
    """
    assert limit_amount(budgeted(limit=None), estimate("640.20")) == "641"
    assert limit_amount(budgeted(limit=None), None) is None
    assert limit_amount(budgeted(limit=None), estimate("0")) == "1"


@pytest.mark.parametrize(("alerts", "count"), [(("1",), 2), (("0.5", "0.8", "1"), 4), (("0.2", "0.4", "0.6", "0.8", "1"), 5)])
def test_each_threshold_alarms_and_the_forecast_where_there_is_room(alerts: tuple[str, ...], count: int) -> None:
    """
    A budget has at most five notifications: the user's thresholds come first, then the forecast.
    """
    made = notifications(budgeted(*alerts))
    spent = [each["threshold"] for each in made if each["notification_type"] == "ACTUAL"]

    assert spent == [float(Decimal(each) * 100) for each in alerts]
    assert len(made) == count


def test_a_threshold_given_twice_alarms_once() -> None:
    """
    AWS refuses two equal notifications of one budget.
    """
    assert len(notifications(budgeted("0.8", "0.8"))) == 2


@pytest.mark.parametrize("policy", [key_policy(plans.plan()), topic_policy(plans.plan(), TOPIC)])
def test_aws_budgets_acts_for_this_account_only(policy: str) -> None:
    """
    Every statement for the service names the account: else a budget of any account could use topic and key.
    """
    (service,) = [each for each in statements(policy) if each["Principal"] == {"Service": "budgets.amazonaws.com"}]

    assert service["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    assert service["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:budgets::123456789012:*"}


def test_the_key_lets_aws_budgets_encrypt_and_nothing_else() -> None:
    """
    Publishing to an encrypted topic needs a data key and its decryption, and the account stays the key's master.
    """
    administer, encrypt = statements(key_policy(plans.plan()))

    assert administer["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert encrypt["Action"] == ["kms:GenerateDataKey*", "kms:Decrypt"]


def test_the_topic_lets_nobody_publish_without_tls() -> None:
    """
    No statement allows everyone; the one over everyone denies.
    """
    everyone = [each for each in statements(topic_policy(plans.plan(), TOPIC)) if each["Principal"] == "*"]

    assert [(each["Effect"], each["Condition"]) for each in everyone] == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]


@pytest.mark.parametrize(("region", "partition"), [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")])
def test_arns_name_the_regions_partition(region: str, partition: str) -> None:
    """
    GovCloud and China have partitions of their own.
    """
    policy = key_policy(plans.plan(stack=plans.stack(region=region)))

    assert f"arn:{partition}:iam::123456789012:root" in policy


def test_a_placeholder_account_can_be_seen() -> None:
    """
    A preview without an account shows zeros, which no account has.
    """
    assert PLACEHOLDER_ACCOUNT in key_policy(plans.plan(stack=plans.placeholder_stack()))


def test_the_budget_counts_what_carries_the_stacks_tag() -> None:
    """
    The filter names the tag with its "user:" prefix and the value that every node and resource carries, in the stack's region only.
    """
    plan = plans.plan()

    assert cost_filters(plan, Names.of(plan.stack)) == [
        {"name": "TagKeyValue", "values": ["user:servewright:stack$demo-dev"]},
        {"name": "Region", "values": ["us-east-1"]},
    ]
