"""
The budgets and alarms beside the month's: names that cannot meet, what they count, and whom they let in.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import budgets_made
import plans
from servewright.record.offline import record
from servewright.resources.assembly import ServingStack
from servewright.resources.budget import key_policy, topic_policy
from servewright.resources.budget_further import (
    CHAT_REGION,
    NO_ACTIONS,
    chat_name,
    chat_trust_policy,
    daily_amount,
    daily_name,
    daily_notifications,
    monitor_specification,
    owner_amount,
    owner_filters,
    owner_name,
    threshold_dimension,
)
from servewright.resources.naming import AWS_LIMIT, Names
from servewright.spec.budget_request import AnomalyRequest

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.record.monitor import Registration

TOPIC = "arn:aws:sns:us-east-1:123456789012:servewright-demo-dev"
LONG = "a" * 40
FURTHER = {
    "aws:budgets/budget:Budget",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
    "aws:iam/role:Role",
}


def recorded(plan: Plan, catalog: Catalog) -> dict[tuple[str, str], Registration]:
    """
    Return what AWS gets of *plan*, by type and name.
    """
    made = record(lambda: ServingStack("demo", plan, catalog), project="p", stack="s").resources.values()
    return {(each.type, each.name): each for each in made if each.type.startswith("aws:")}


def services(policy: str) -> dict[str, dict[str, Any]]:
    """
    Return the conditions under which *policy* admits each service of AWS.
    """
    found = json.loads(policy)["Statement"]
    return {each["Principal"]["Service"]: each["Condition"] for each in found if "Service" in each["Principal"]}


def test_without_them_nothing_further_is_registered(catalog: Catalog) -> None:
    """
    A spec that asks for none of it has the key, the topic, its policy, the addresses and one budget, as ever.
    """
    assert [name for kind, name in recorded(plans.plan(), catalog) if kind in FURTHER] == ["demo-budget"]


def test_with_all_of_them_the_first_budget_stays_what_it_was(catalog: Catalog) -> None:
    """
    The URN and the inputs of the month's budget do not change with what stands beside it: AWS keeps its history.
    """
    month = ("aws:budgets/budget:Budget", "demo-budget")
    budget = budgets_made.budget()
    plain = plans.plan(budget=replace(budget, daily=None, owner_monthly=None, anomalies=None, chat=None))
    alone, beside = recorded(plain, catalog), recorded(budgets_made.plan(), catalog)

    assert alone[month].urn == beside[month].urn
    assert alone[month].inputs == beside[month].inputs
    assert {kind for kind, _ in beside} - {kind for kind, _ in alone} == FURTHER - {"aws:budgets/budget:Budget"}


@pytest.mark.parametrize("name", ["demo", LONG])
def test_names_fit_and_differ(name: str) -> None:
    """
    Month, day, owner and chat have names of their own within the limits of AWS, however long the stack's is.
    """
    plan = plans.plan(stack=plans.stack(name=name, owner="team." + LONG))
    names = Names.of(plan.stack)
    made = [names.account_wide, daily_name(names), owner_name(plan), chat_name(names)]

    assert len(set(made)) == len(made)
    assert all(len(each) <= AWS_LIMIT for each in made)
    assert len(chat_name(names)) <= 64


def test_the_owner_s_budget_has_one_name_for_all_of_its_stacks() -> None:
    """
    AWS refuses a second budget of one name: so two stacks of an owner cannot both have it, nor count the same costs twice.
    """
    ours = {owner_name(plans.plan(stack=plans.stack(name=name, owner="team-a"))) for name in ("one", "two")}

    assert len(ours) == 1
    assert owner_name(plans.plan(stack=plans.stack(owner="team-b"))) not in ours


def test_the_owner_s_budget_counts_every_region_of_the_owner() -> None:
    """
    The tag of the owner alone, as the resources carry it.
    """
    plan = plans.plan(stack=plans.stack(owner="team-support"))

    assert owner_filters(plan) == [{"name": "TagKeyValue", "values": ["user:servewright:owner$team-support"]}]


def test_amounts_stand_as_the_user_wrote_them() -> None:
    """
    None where the spec asks for none.
    """
    assert (daily_amount(budgets_made.plan()), owner_amount(budgets_made.plan())) == ("100", "9000")
    assert (daily_amount(plans.plan()), owner_amount(plans.plan())) == (None, None)
    assert threshold_dimension(Decimal("99.50"))["values"] == ["99.5"]


@pytest.mark.parametrize(
    ("alerts", "expected"),
    [(("0.5", "0.8", "1"), [80.0, 100.0]), (("0.5",), [100.0]), (("0.8", "0.85", "0.9", "0.95"), [80, 85, 90, 95, 100])],
)
def test_a_day_alarms_high_and_is_never_forecast(alerts: tuple[str, ...], expected: list[float]) -> None:
    """
    What every ordinary day reaches is no alarm; the whole limit always is; at most five, as AWS has it.
    """
    made = daily_notifications(budgets_made.plan(alerts=tuple(map(Decimal, alerts))))

    assert [each["threshold"] for each in made] == expected
    assert {each["notification_type"] for each in made} == {"ACTUAL"}


def test_the_monitor_sees_what_carries_the_stack_s_tag() -> None:
    """
    The parts that are not used are null, as AWS returns them.
    """
    said = json.loads(monitor_specification(Names.of(plans.plan().stack)))

    assert said.pop("Tags") == {"Key": "servewright:stack", "MatchOptions": None, "Values": ["demo-dev"]}
    assert said == dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))


@pytest.mark.parametrize("policy", [key_policy, lambda plan: topic_policy(plan, TOPIC)])
def test_anomalies_are_let_in_only_where_they_are_asked_for(policy: Any) -> None:
    """
    At both doors and for this account alone; without them AWS Budgets stays the only service.
    """
    assert list(services(policy(plans.plan()))) == ["budgets.amazonaws.com"]
    assert services(policy(budgets_made.plan()))["costalerts.amazonaws.com"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_a_monitor_of_the_account_is_subscribed_to_and_none_is_made(catalog: Catalog) -> None:
    """
    A member of an organisation cannot have one over a tag, and has one over its services.
    """
    anomalies = AnomalyRequest(above=Decimal(100), monitor=budgets_made.MONITOR)
    made = recorded(budgets_made.plan(anomalies=anomalies), catalog)
    subscription = made["aws:costexplorer/anomalySubscription:AnomalySubscription", "demo-budget"]

    assert subscription.inputs["monitorArnLists"] == [budgets_made.MONITOR]
    assert ("aws:costexplorer/anomalyMonitor:AnomalyMonitor", "demo-budget") not in made


def test_nobody_commands_anything_from_the_channel(catalog: Catalog) -> None:
    """
    A role without rights, taken by the chat service for this account alone, and a guardrail that denies all.
    """
    made = recorded(budgets_made.plan(), catalog)
    chat = made["aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration", "demo-budget-chat"].inputs
    role = made["aws:iam/role:Role", "demo-budget-chat"].inputs

    assert (chat["guardrailPolicyArns"], chat["region"]) == ([NO_ACTIONS], CHAT_REGION)
    assert role["assumeRolePolicy"] == chat_trust_policy(budgets_made.plan())
    assert services(role["assumeRolePolicy"]) == {"chatbot.amazonaws.com": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
    assert not {"managedPolicyArns", "inlinePolicies"} & set(role)
