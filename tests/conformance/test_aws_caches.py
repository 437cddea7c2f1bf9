"""
The checks of stores at ElastiCache and of who may sign in to them pass good inputs and catch each fault alone.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from aws_calls import resource_faults
from aws_inputs import aws_faults
from cache_inputs import trusts_pods_alone
from one_fault import GONE, aws_documents, changed, good_aws

ACCOUNT = "123456789012"
TAGS = {"servewright:owner": "ml-platform"}
USER, USERS, SUBNETS, PARAMETERS, GROUP, ROLE, POLICY, IDENTITY = range(4, 12)

FAULTS: list[tuple[int, str, Any, str]] = [
    (USER, "inputs userName", "gateway", "userName: 'gateway' is not the userId 'demo-dev-counters'"),
    (USER, "inputs passwords", ["not-a-real-one-1234"], "passwords: a password in an input"),
    (USER, "inputs authenticationMode type", "no-password-required", "enters without showing anything"),
    (USER, "inputs accessString", "on ~* +@all", "every key and every command"),
    (USER, "inputs accessString", "~sw:* +@read", "neither on nor off"),
    (USER, "inputs userId", "demo_dev", "userId: 'demo_dev' is no name of a user"),
    (USERS, "inputs userIds", [], "nobody may enter"),
    (USERS, "inputs userGroupId", "1users", "'1users' is no name of a group"),
    (SUBNETS, "inputs subnetIds", [], "subnetIds: none"),
    (PARAMETERS, "inputs family", "valkey-8", "is no family of parameters"),
    (PARAMETERS, "inputs parameters 0 value", 7, "parameters[maxmemory-policy]: 7 is not text"),
    (GROUP, "inputs replicationGroupId", "demo--dev", "is no name of a group"),
    (GROUP, "inputs replicationGroupId", "d" * 41, "is no name of a group"),
    (GROUP, "inputs atRestEncryptionEnabled", GONE, "atRestEncryptionEnabled: must be true"),
    (GROUP, "inputs transitEncryptionEnabled", False, "transitEncryptionEnabled: must be true"),
    (GROUP, "inputs transitEncryptionMode", "preferred", "lets callers in without TLS"),
    (GROUP, "inputs userGroupIds", [], "everybody in the network may enter"),
    (GROUP, "inputs authToken", "not-a-real-one-1234", "authToken: a password in an input"),
    (GROUP, "inputs securityGroupIds", GONE, "securityGroupIds: needed"),
    (GROUP, "inputs numCacheClusters", 1, "a fail-over needs another node"),
    (GROUP, "inputs automaticFailoverEnabled", False, "needs automaticFailoverEnabled"),
    (GROUP, "inputs snapshotRetentionLimit", 36, "snapshotRetentionLimit: 36, at most 35"),
    (ROLE, "inputs managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"], "rights belong into a policy of its own"),
    (ROLE, "inputs assumeRolePolicy", "{}", "needs Version 2012-10-17 and Statement"),
    (POLICY, "inputs role", GONE, "role: needed"),
    (IDENTITY, "inputs serviceAccount", GONE, "serviceAccount: needed"),
]

REWORDED: list[tuple[int, str, str, str, str]] = [
    (ROLE, "assumeRolePolicy", '{"Service": "pods.eks.amazonaws.com"}, "Action"', '"*", "Actions"', "['Actions'] do not belong there"),
    (ROLE, "assumeRolePolicy", '"Principal": {"Service": "pods.eks.amazonaws.com"}', '"Principal": {}', "Principal is missing"),
    (POLICY, "policy", '"elasticache:Connect"', '"*"', "allows every action"),
    (POLICY, "policy", '"arn:aws:elasticache:us-east-1:123456789012:user:demo-dev-counters"', '"*"', "allows it on everything"),
]

REFUSED: list[tuple[int, str, Any, str]] = [
    (USER, "inputs authenticationMode type", "IAM", "AuthenticationMode.Type: 'IAM' is not one of"),
    (USER, "inputs authenticationMode length", 3, "authenticationMode.length: no place in a call"),
    (USER, "inputs engine", "valkey8", "Engine: 'valkey8' does not match"),
    (USER, "inputs accessString", GONE, "AccessString: required"),
    (USERS, "inputs userIds", "demo-dev-counters", "UserIds: 'demo-dev-counters' is not a list"),
    (SUBNETS, "inputs subnetIds", GONE, "SubnetIds: required"),
    (PARAMETERS, "inputs family", GONE, "CacheParameterGroupFamily: required"),
    (GROUP, "inputs description", GONE, "ReplicationGroupDescription: required"),
    (GROUP, "inputs numCacheClusters", "2", "NumCacheClusters: '2' is not a number"),
    (GROUP, "inputs multiAzEnabled", "true", "MultiAZEnabled: 'true' is not true or false"),
    (GROUP, "inputs transitEncryptionMode", "forced", "TransitEncryptionMode: 'forced' is not one of"),
    (GROUP, "inputs maxMemory", 3, "maxMemory: no place in a call"),
    (ROLE, "inputs name", "demo dev", "RoleName: 'demo dev' does not match"),
    (POLICY, "inputs policy", GONE, "PolicyDocument: required"),
    (IDENTITY, "inputs roleArn", GONE, "roleArn: required"),
]


def _with(index: int, path: str, value: Any) -> list[dict[str, Any]]:
    documents = aws_documents()
    documents[index] = changed(documents[index], path, value)
    return documents


def test_good_inputs_pass() -> None:
    """
    No rule raises a false alarm, and the role is for pods alone.
    """
    assert aws_faults(good_aws()) == ()
    assert [fault for resource in good_aws() for fault in resource_faults(resource, ACCOUNT, TAGS)] == []
    assert trusts_pods_alone(json.loads(aws_documents()[ROLE]["inputs"]["assumeRolePolicy"]))


@pytest.mark.parametrize(("index", "path", "value", "expected"), FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_input_is_caught(index: int, path: str, value: Any, expected: str) -> None:
    """
    Each fault alone is reported in words that name it.
    """
    faults = aws_faults(good_aws(_with(index, path, value)))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("index", "field", "old", "new", "expected"), REWORDED, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_word_in_a_policy_is_caught(index: int, field: str, old: str, new: str, expected: str) -> None:
    """
    A role has no rights beyond its own stores, and a policy says who takes the role.
    """
    text = aws_documents()[index]["inputs"][field]
    assert old in text
    faults = aws_faults(good_aws(_with(index, f"inputs {field}", text.replace(old, new))))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("index", "path", "value", "expected"), REFUSED, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_input_is_refused_by_the_model(index: int, path: str, value: Any, expected: str) -> None:
    """
    Each fault alone is refused in the call that it leads to, or for having no place in one.
    """
    (resource,) = good_aws([_with(index, path, value)[index]])
    faults = resource_faults(resource, ACCOUNT, TAGS)
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"Service": "ec2.amazonaws.com"}, {"Service": ["pods.eks.amazonaws.com", "ec2.amazonaws.com"]}]
)
def test_a_role_for_others_than_pods_is_seen(principal: Any) -> None:
    """
    Anyone else who may take the role is noticed.
    """
    assert not trusts_pods_alone({"Statement": [{"Principal": principal}]})
