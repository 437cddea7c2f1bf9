"""
A stack with every budget and alarm is valid at AWS: the calls it leads to, who is let in, and a bill without a gap.
"""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import budgets_made
from aws_calls import resource_faults
from aws_inputs import aws_faults
from aws_records import AWS, recorded
from one_fault import GONE, changed
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records

if TYPE_CHECKING:
    from typing import Any

    from servewright.cost.records import ResourceRecord

ACCOUNT = "123456789012"
TAGS = {"servewright:owner": "team-support"}
CHAT = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"


@pytest.fixture(scope="module")
def records() -> tuple[ResourceRecord, ...]:
    """
    Provide what the stack registers at AWS.
    """
    return tuple(each for each in recorded(budgets_made.plan()) if each.type.startswith(AWS))


def wrong(records: tuple[ResourceRecord, ...], kind: str, path: str, value: Any) -> Any:
    """
    Return the resource of *kind* with *value* at *path* of its inputs.
    """
    (made,) = [each for each in records if each.type == kind]
    document = changed({"type": made.type, "name": made.name, "inputs": dict(made.inputs)}, f"inputs {path}", value)
    return SimpleNamespace(**document)


def test_every_input_is_taken(records: tuple[ResourceRecord, ...]) -> None:
    """
    The services' models take each call, every input has its place, and the policies let in what publishes.
    """
    assert {each.type for each in records} >= {CHAT, MONITOR, SUBSCRIPTION}
    assert aws_faults(records) == ()
    assert [fault for each in records for fault in resource_faults(each, ACCOUNT, TAGS)] == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        (SUBSCRIPTION, "frequency", "HOURLY", "Frequency: 'HOURLY' is not one of"),
        (SUBSCRIPTION, "thresholdExpression dimension key", "IMPACT", "Key: 'IMPACT' is not one of"),
        (SUBSCRIPTION, "thresholdExpression dimension absolute", 100, "absolute: no place in a threshold"),
        (SUBSCRIPTION, "subscribers 0 type", "SLACK", "Type: 'SLACK' is not one of"),
        (MONITOR, "monitorType", "TAG", "MonitorType: 'TAG' is not one of"),
        (CHAT, "slackTeamId", "t0123", "SlackTeamId: 't0123' does not match"),
        (CHAT, "iamRoleArn", "arn:aws-cn:iam::123456789012:role/chat", "does not match"),
        (CHAT, "channelName", "alerts", "channelName: no place in a call"),
    ],
)
def test_one_wrong_input_is_refused_by_the_model(records: tuple[ResourceRecord, ...], kind: str, path: str, value: Any, said: str) -> None:
    """
    Each fault alone is refused, or has no place in a call.
    """
    assert any(said in fault for fault in resource_faults(wrong(records, kind, path, value), ACCOUNT, TAGS))


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        (SUBSCRIPTION, "frequency", "DAILY", "DAILY goes to EMAIL alone"),
        (SUBSCRIPTION, "monitorArnLists", [], "both are needed"),
        (SUBSCRIPTION, "thresholdExpression", GONE, "no least amount"),
        (MONITOR, "monitorSpecification", "{}", "no tag with a value"),
        (MONITOR, "monitorType", "DIMENSIONAL", "looks at more than the stack"),
        (CHAT, "guardrailPolicyArns", GONE, "AWS takes AdministratorAccess"),
        (CHAT, "snsTopicArns", [], "the channel stays silent"),
    ],
)
def test_what_the_services_ask_beyond_their_models(
    records: tuple[ResourceRecord, ...], kind: str, path: str, value: Any, said: str
) -> None:
    """
    What would be taken and do something else, or nothing.
    """
    assert any(said in fault for fault in aws_faults([wrong(records, kind, path, value)]))


def test_the_bill_has_no_gap(records: tuple[ResourceRecord, ...]) -> None:
    """
    Each type is priced, or free with a reason; all of it is the key's dollar and less than a cent.
    """
    bill = price_records(records, load_catalog())

    assert bill.complete
    assert bill.monthly.max is not None
    assert 1 < bill.monthly.max < Decimal("1.01")
    assert {each.type for each in bill.free} >= {CHAT, MONITOR, SUBSCRIPTION}
