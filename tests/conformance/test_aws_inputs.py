"""
The checker of AWS inputs passes good ones and catches each fault alone.
"""

from __future__ import annotations

from typing import Any

import pytest

from aws_inputs import aws_faults
from one_fault import GONE, aws_documents, changed, good_aws

KEY, TOPIC, TOPIC_POLICY, BUDGET = range(4)
NOTIFICATION = "inputs notifications 0"

FAULTS: list[tuple[int, str, Any, str]] = [
    (BUDGET, "inputs budgetType", "Cost", "budgetType: 'Cost' is not one of"),
    (BUDGET, "inputs timeUnit", "MONTH", "timeUnit: 'MONTH' is not one of"),
    (BUDGET, "inputs limitAmount", "NaN", "is not a positive amount"),
    (BUDGET, "inputs limitAmount", "-100", "is not a positive amount"),
    (BUDGET, "inputs limitAmount", 60000, "is not a positive amount in text"),
    (BUDGET, "inputs limitUnit", GONE, "limitUnit: None is not USD"),
    (BUDGET, "inputs name", "demo:dev", "is not a budget's name"),
    (BUDGET, "inputs notifications", [], "nobody is told"),
    (BUDGET, f"{NOTIFICATION} comparisonOperator", ">", "comparisonOperator: '>' is not one of"),
    (BUDGET, f"{NOTIFICATION} notificationType", GONE, "notificationType: None is not one of"),
    (BUDGET, f"{NOTIFICATION} threshold", 0.8, "a percentage is meant"),
    (BUDGET, f"{NOTIFICATION} threshold", 0, "threshold: 0"),
    (BUDGET, f"{NOTIFICATION} subscriberEmailAddresses 0", "ml-platform", "subscriberEmailAddresses: 'ml-platform'"),
    (BUDGET, f"{NOTIFICATION} subscriberSnsTopicArns 1", "arn:aws:sns:us-east-1:1:a", "at most 10 addresses and 1 topic"),
    (BUDGET, f"{NOTIFICATION} subscriberSnsTopicArns 0", "demo-dev-budget", "subscriberSnsTopicArns: 'demo-dev-budget'"),
    (
        BUDGET,
        NOTIFICATION,
        {"comparisonOperator": "GREATER_THAN", "notificationType": "ACTUAL", "threshold": 80, "thresholdType": "PERCENTAGE"},
        "none",
    ),
    (BUDGET, "inputs costFilters 0 values 0", "servewright:stack=demo-dev", "is not user:KEY$VALUE"),
    (TOPIC, "inputs name", "demo dev", "is not a topic's name"),
    (TOPIC, "inputs kmsMasterKeyId", GONE, "not encrypted at rest"),
    (TOPIC, "inputs kmsMasterKeyId", "alias/aws/sns", "cannot publish under alias/aws/sns"),
    (TOPIC, "inputs tags", {"aws:stack": "a"}, "is not a tag key"),
    (TOPIC, "inputs tags", {"stack": "a?"}, "is not a tag value"),
    (TOPIC_POLICY, "inputs policy", "{", "policy is not JSON"),
    (TOPIC_POLICY, "inputs policy", '{"Version": "2012-10-17"}', "needs Version 2012-10-17 and Statement"),
    (TOPIC_POLICY, "inputs arn", "demo", "is not a topic"),
    (KEY, "inputs policy", GONE, "budgets.amazonaws.com may not use the topic's key"),
    (KEY, "inputs enableKeyRotation", GONE, "enableKeyRotation: must be true"),
    (KEY, "inputs deletionWindowInDays", 3, "is not in 7 to 30"),
    (KEY, "type", "aws:s3/bucket:Bucket", "no table for aws:s3/bucket:Bucket"),
]

REWORDED: list[tuple[int, str, str, str]] = [
    (TOPIC_POLICY, "budgets.amazonaws.com", "events.amazonaws.com", "topic policy: budgets.amazonaws.com may not publish"),
    (TOPIC_POLICY, '"sns:Publish"', '"*"', "allows every action"),
    (TOPIC_POLICY, "aws:SourceAccount", "aws:UserAgent", "any account's budget may use it"),
    (TOPIC_POLICY, '"Resource"', '"Ressource"', "do not belong there"),
    (TOPIC_POLICY, '"Allow"', '"allow"', "Effect 'allow'"),
    (KEY, '"kms:Decrypt"', '"kms:Encrypt"', "key policy: budgets.amazonaws.com may not use the topic's key"),
    (KEY, '"kms:*"', '"kms:Describe*"', "could never be changed"),
    (KEY, '"arn:aws:iam::123456789012:root"', '"*"', "allows everyone"),
]


def test_good_inputs_pass() -> None:
    """
    No rule raises a false alarm on correct inputs.
    """
    assert aws_faults(good_aws()) == ()


@pytest.mark.parametrize(("index", "path", "value", "expected"), FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_input_is_caught(index: int, path: str, value: Any, expected: str) -> None:
    """
    Each fault alone is reported in words that name it.
    """
    documents = aws_documents()
    documents[index] = changed(documents[index], path, value)
    faults = aws_faults(good_aws(documents))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("index", "old", "new", "expected"), REWORDED, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_word_in_a_policy_is_caught(index: int, old: str, new: str, expected: str) -> None:
    """
    Each fault alone is reported: who may publish, who may use the key, for whom.
    """
    documents = aws_documents()
    assert old in documents[index]["inputs"]["policy"]
    documents[index]["inputs"]["policy"] = documents[index]["inputs"]["policy"].replace(old, new)
    faults = aws_faults(good_aws(documents))
    assert any(expected in fault for fault in faults), faults
