"""
Every budget and alarm on the real Pulumi engine, with simulated providers: amounts, filters, thresholds, policies, who hears of it, the
order of things, a changed limit, and the end.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import budgets_made
from pulumi_lab import Lab
from servewright.pipeline import preview_file

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

ALARMS: Final = {
    "aws:budgets/budget:Budget",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
}
"""
What publishes to the topic, or reads it.
"""

PUBLISHERS: Final = ("budgets.amazonaws.com", "costalerts.amazonaws.com")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """
    Provide the stack with every budget and alarm, deployed.
    """
    with Lab(tmp_path_factory.mktemp("budgets") / "lab") as lab:
        lab.run("stack", "init", lab.stack)
        lab.spec.write_text(budgets_made.spec(), encoding="utf-8")
        lab.run("up", "--yes")
        yield lab


def kind(urn: str) -> str:
    """
    Return the type of the resource *urn*.
    """
    return urn.split("::")[2].rsplit("$", 1)[-1]


def made(lab: Lab) -> dict[str, dict[str, Any]]:
    """
    Return the inputs that each resource of AWS was made with, by "Type name".
    """
    state = json.loads(lab.run("stack", "export"))["deployment"]["resources"]
    ours = (each for each in state if each["type"].startswith("aws:"))
    return {f"{each['type'].rsplit(':', 1)[1]} {each['urn'].split('::')[3]}": {**each["inputs"], **each["outputs"]} for each in ours}


def thresholds(budget: dict[str, Any]) -> list[tuple[str, float]]:
    """
    Return what a *budget* alarms at.
    """
    return [(each["notificationType"], each["threshold"]) for each in budget["notifications"]]


def test_each_budget_has_its_amount_its_filters_and_its_thresholds(deployed: Lab) -> None:
    """
    A month and a day of the stack's tag and region, a month of the owner's tag everywhere; a day is never forecast.
    """
    found = made(deployed)
    month, day, owner = (found[f"Budget guarded-budget{suffix}"] for suffix in ("", "-daily", "-owner"))
    stack = [
        {"name": "TagKeyValue", "values": ["user:servewright:stack$guarded-dev"]},
        {"name": "Region", "values": ["us-east-1"]},
    ]

    assert [(each["timeUnit"], each["limitAmount"], each["limitUnit"]) for each in (month, day, owner)] == [
        ("MONTHLY", "3000", "USD"),
        ("DAILY", "100", "USD"),
        ("MONTHLY", "9000", "USD"),
    ]
    assert [each["name"] for each in (month, day, owner)] == [
        "servewright-guarded-dev-us-east-1",
        "servewright-guarded-dev-us-east-1-daily",
        owner["name"],
    ]
    assert owner["name"].startswith("servewright-owner-team-support")
    assert [_plain(each["costFilters"]) for each in (month, day, owner)] == [
        stack,
        stack,
        [{"name": "TagKeyValue", "values": ["user:servewright:owner$team-support"]}],
    ]
    assert thresholds(month) == thresholds(owner) == [("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    assert thresholds(day) == [("ACTUAL", 80), ("ACTUAL", 100)]


def test_everything_alarms_one_topic_that_lets_it_in(deployed: Lab) -> None:
    """
    Each notification, anomaly and the channel name the topic; its policy and its key's admit both services of AWS, for this account.
    """
    found = made(deployed)
    topic, key = found["Topic guarded-budget"], found["Key guarded-budget"]
    budgets = [each for name, each in found.items() if name.startswith("Budget ")]
    told = [alarm["subscriberSnsTopicArns"] for budget in budgets for alarm in budget["notifications"]]
    anomalies, chat = found["AnomalySubscription guarded-budget"], found["SlackChannelConfiguration guarded-budget-chat"]

    assert told == [[topic["arn"]]] * 10
    assert [(each["type"], each["address"]) for each in anomalies["subscribers"]] == [("SNS", topic["arn"])]
    assert chat["snsTopicArns"] == [topic["arn"]]
    assert topic["kmsMasterKeyId"] == key["arn"]
    for policy in (found["TopicPolicy guarded-budget"]["policy"], key["policy"]):
        admitted = {
            each["Principal"]["Service"]: each["Condition"]["StringEquals"]
            for each in json.loads(policy)["Statement"]
            if "Service" in each["Principal"]
        }
        assert admitted == {service: {"aws:SourceAccount": "123456789012"} for service in PUBLISHERS}


def test_who_listens(deployed: Lab) -> None:
    """
    The address by e-mail, the channel with a role that allows nothing, anomalies of the stack's tag from the amount on.
    """
    found = made(deployed)
    mail = found["TopicSubscription guarded-budget-ml-platform@example.com"]
    chat, role = found["SlackChannelConfiguration guarded-budget-chat"], found["Role guarded-budget-chat"]
    monitor, anomalies = found["AnomalyMonitor guarded-budget"], found["AnomalySubscription guarded-budget"]

    assert (mail["protocol"], mail["endpoint"], mail["topic"]) == ("email", "ml-platform@example.com", found["Topic guarded-budget"]["arn"])
    assert (chat["slackTeamId"], chat["slackChannelId"], chat["iamRoleArn"]) == ("T0123ABCD", "C0123ABCD", role["arn"])
    assert chat["guardrailPolicyArns"] == ["arn:aws:iam::aws:policy/AWSDenyAll"]
    assert not [name for name in found if name.startswith(("RolePolicy ", "RolePolicyAttachment "))]
    assert json.loads(monitor["monitorSpecification"])["Tags"]["Values"] == ["guarded-dev"]
    assert (anomalies["frequency"], anomalies["monitorArnLists"]) == ("IMMEDIATE", [monitor["arn"]])
    assert anomalies["thresholdExpression"]["dimension"]["values"] == ["100"]


def test_the_policies_are_there_before_whatever_publishes(deployed: Lab) -> None:
    """
    AWS Budgets tests the topic when a budget is made: without the policy that fails.
    """
    created = [kind(urn) for urn in deployed.made("Create")]
    policy = created.index("aws:sns/topicPolicy:TopicPolicy")

    assert set(created) >= ALARMS
    assert created.index("aws:kms/key:Key") < created.index("aws:sns/topic:Topic") < policy
    assert policy < min(index for index, each in enumerate(created) if each in ALARMS)


def test_a_changed_limit_is_an_edit_in_place_and_destroy_leaves_nothing(tmp_path: Path) -> None:
    """
    A new limit of a day updates that budget alone; taking it away deletes it alone; in the end everything goes, alarms before the topic.
    """
    with Lab(tmp_path / "lab") as lab:
        lab.run("stack", "init", lab.stack)
        lab.spec.write_text(budgets_made.spec(), encoding="utf-8")
        recorded = {record.urn for record in preview_file(lab.spec).records if not record.structural}
        lab.run("up", "--yes")
        assert sorted(lab.made("Create")) == sorted(recorded)

        lab.spec.write_text(budgets_made.spec("80 USD"), encoding="utf-8")
        lab.run("up", "--yes")
        assert [urn.split("::")[3] for urn in lab.made("Update")] == ["guarded-budget-daily"]
        assert lab.made("Delete") == []

        lab.spec.write_text(budgets_made.spec("null"), encoding="utf-8")
        lab.run("up", "--yes")
        assert [urn.split("::")[3] for urn in lab.made("Delete")] == ["guarded-budget-daily"]

        lab.run("destroy", "--yes")
        deleted = lab.made("Delete")
        assert sorted(deleted) == sorted(recorded)
        topic = next(index for index, urn in enumerate(deleted) if kind(urn) == "aws:sns/topic:Topic")
        assert max(index for index, urn in enumerate(deleted) if kind(urn) in ALARMS) < topic


def _plain(filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Return *filters* without what the engine notes in them.
    """
    return [{key: value for key, value in each.items() if not key.startswith("__")} for each in filters]
