"""
Every AWS call that our resources lead to is valid by the service models of botocore, also those that Karpenter makes for our nodes.

The calls for the resources are in aws_calls, those for the nodes in node_calls; a type or an input that has no place there fails.
"""

from __future__ import annotations

from typing import Any

import pytest

from aws_calls import calls_of, resource_faults
from aws_records import AWS, provider_inputs, records_of
from botocore_rules import call_faults, enumeration, native_faults, region_faults, zone_faults
from kubernetes_objects import manifests_of
from node_calls import node_faults
from one_fault import GONE, aws_documents, changed, good_aws, good_object
from servewright.catalog.load import load_catalog
from ten_specs import CASES

ACCOUNT = "123456789012"
TAGS = {"servewright:owner": "ml-platform"}
KEY, TOPIC, TOPIC_POLICY, BUDGET = range(4)
NOTIFICATION = "inputs notifications 0"

FAULTS: list[tuple[int, str, Any, str]] = [
    (BUDGET, "inputs budgetType", "Cost", "Budget.BudgetType: 'Cost' is not one of"),
    (BUDGET, "inputs budgetType", GONE, "Budget.BudgetType: required"),
    (BUDGET, "inputs timeUnit", "MONTH", "Budget.TimeUnit: 'MONTH' is not one of"),
    (BUDGET, "inputs limitAmount", "NaN", "Budget.BudgetLimit.Amount: 'NaN' does not match"),
    (BUDGET, "inputs limitAmount", "-100", "Budget.BudgetLimit.Amount: '-100' does not match"),
    (BUDGET, "inputs limitAmount", "1e400", "Budget.BudgetLimit.Amount: '1e400' does not match"),
    (BUDGET, "inputs limitAmount", 60000, "Budget.BudgetLimit.Amount: 60000 is not text"),
    (BUDGET, "inputs limitUnit", GONE, "Budget.BudgetLimit.Unit: required"),
    (BUDGET, "inputs name", "demo:dev", "Budget.BudgetName: 'demo:dev' does not match"),
    (BUDGET, "inputs name", "a/action/b", "Budget.BudgetName: 'a/action/b' does not match"),
    (BUDGET, "inputs name", "b" * 101, "Budget.BudgetName: 101 characters, at most 100"),
    (BUDGET, "inputs notifications", [{}] * 11, "NotificationsWithSubscribers: 11 items, at most 10"),
    (BUDGET, f"{NOTIFICATION} comparisonOperator", ">", "ComparisonOperator: '>' is not one of"),
    (BUDGET, f"{NOTIFICATION} notificationType", GONE, "NotificationType: required"),
    (BUDGET, f"{NOTIFICATION} threshold", -1, "Threshold: -1, at least 0"),
    (BUDGET, f"{NOTIFICATION} threshold", float("inf"), "Threshold: inf is not a number"),
    (BUDGET, f"{NOTIFICATION} threshold", "80", "Threshold: '80' is not a number"),
    (BUDGET, f"{NOTIFICATION} subscriberEmailAddresses", [f"a{n}@example.com" for n in range(12)], "Subscribers: 13 items, at most 11"),
    (BUDGET, f"{NOTIFICATION} subscribers", [], "subscribers: no place in a notification"),
    (BUDGET, "inputs costFilters 0 values", "user:a$b", "Budget.CostFilters.TagKeyValue: 'user:a$b' is not a list"),
    (BUDGET, "inputs planned", True, "planned: no place in a call"),
    (BUDGET, "type", "aws:s3/bucket:Bucket", "no call is known for aws:s3/bucket:Bucket"),
    (TOPIC, "inputs name", GONE, "Name: required"),
    (TOPIC, "inputs tags", {"": "a"}, "Tags[1].Key: 0 characters, at least 1"),
    (TOPIC, "inputs tags", {"a": "b" * 257}, "Tags[1].Value: 257 characters, at most 256"),
    (TOPIC, "inputs kmsMasterKeyId", "known:alerts-key.arn", "known:alerts-key.arn: refers to an output"),
    (TOPIC_POLICY, "inputs arn", GONE, "TopicArn: required"),
    (KEY, "inputs policy", "{“a”: 1}", "Policy: '{“a”: 1}' does not match"),
    (KEY, "inputs deletionWindowInDays", 0, "PendingWindowInDays: 0, at least 1"),
    (KEY, "inputs deletionWindowInDays", 7.5, "PendingWindowInDays: 7.5 is not a whole number"),
    (KEY, "inputs rotationPeriodInDays", 30, "RotationPeriodInDays: 30, at least 90"),
    (KEY, "inputs tags", {"aws\n": 1}, "Tags[1].TagValue: 1 is not text"),
]

NODE_FAULTS: list[tuple[str, str, Any, str]] = [
    ("EC2NodeClass", "spec role", "arn:aws:iam::123456789012:role/node", "RoleName: 'arn:aws:iam::123456789012:role/node' does not match"),
    ("EC2NodeClass", "spec role", GONE, "RoleName: required"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs volumeType", "gp4", "VolumeType: 'gp4' is not one of"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs volumeSize", "fifty", "Ebs.volumeSize: no such parameter"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs size", "50Gi", "Ebs.size: no such parameter"),
    ("EC2NodeClass", "spec metadataOptions httpTokens", "mandatory", "HttpTokens: 'mandatory' is not one of"),
    ("EC2NodeClass", "spec metadataOptions httpPutResponseHopLimit", "1", "HttpPutResponseHopLimit: '1' is not a number"),
    ("EC2NodeClass", "spec subnetSelectorTerms 0 zone", "us-east-1a", "zone: no such parameter"),
    ("EC2NodeClass", "spec detailedMonitor", True, "detailedMonitor: no place in a call"),
    ("NodePool", "spec template spec requirements 2 values 0", "g6.3xlarge", "InstanceType: 'g6.3xlarge' is not one of"),
    ("NodePool", "spec template spec requirements 0 values 0", "Spot", "DefaultTargetCapacityType: 'Spot' is not one of"),
    ("NodePool", "spec template spec requirements 3 values 0", "us-east-9a", "us-east-9: no region of ec2"),
    ("NodePool", "spec template spec requirements 3 values 0", "use1-az1", "'use1-az1' is not a zone's name"),
]

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_every_resource_leads_to_valid_calls(case: str) -> None:
    """
    Names, required parameters, types, enumerations, patterns, lengths and ranges; with the tags that the provider adds.
    """
    records = records_of(case)
    provider = provider_inputs(records)
    resources = [r for r in records if r.type.startswith(AWS)]
    tags = provider["defaultTags"]["tags"]
    (account,) = provider.get("allowedAccountIds", ["000000000000"])
    assert resources
    assert tags
    assert [fault for resource in resources for fault in resource_faults(resource, account, tags)] == []


@every_case
def test_every_region_has_the_services_of_a_stack(case: str) -> None:
    """
    The providers' regions, and those that a resource names for itself, are regions of EC2, EKS, KMS and SNS.
    """
    records = records_of(case)
    regions = {provider_inputs(records)["region"], *(r.region for r in records if r.region is not None)}
    assert [fault for region in sorted(regions) for fault in region_faults(region)] == []


@every_case
def test_every_node_leads_to_valid_calls(case: str) -> None:
    """
    Instance types, volumes, metadata options, role, capacity and zones are those of EC2 and IAM.
    """
    manifests = [m for m in manifests_of(records_of(case)) if m["kind"] in {"EC2NodeClass", "NodePool"}]
    assert {m["kind"] for m in manifests} == {"EC2NodeClass", "NodePool"}
    assert node_faults(manifests) == ()


def test_every_plannable_type_and_region_exists() -> None:
    """
    What the catalogue may plan with is known to EC2's model: each instance type, each region, each zone.
    """
    catalog = load_catalog()
    assert sorted({i.name for i in catalog.instances if i.excluded is None} - enumeration("ec2", "InstanceType")) == []
    assert [f for region in catalog.regions() for f in region_faults(region)] == []
    assert [f for region in catalog.regions() for zone in catalog.zones(region) for f in zone_faults(zone)] == []


def test_good_inputs_pass() -> None:
    """
    The rules raise no false alarm on correct inputs and nodes.
    """
    assert [fault for resource in good_aws() for fault in resource_faults(resource, ACCOUNT, TAGS)] == []
    assert node_faults([good_object("EC2NodeClass"), good_object("NodePool")]) == ()


@pytest.mark.parametrize(("index", "path", "value", "expected"), FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_input_is_refused(index: int, path: str, value: Any, expected: str) -> None:
    """
    Each fault alone is refused by the model, or for having no place in a call.
    """
    documents = aws_documents()
    documents[index] = changed(documents[index], path, value)
    (resource,) = good_aws([documents[index]])
    faults = resource_faults(resource, ACCOUNT, TAGS)
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("kind", "path", "value", "expected"), NODE_FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_wrong_field_of_a_node_is_refused(kind: str, path: str, value: Any, expected: str) -> None:
    """
    Each fault alone is refused in the call that Karpenter would make.
    """
    faults = node_faults([changed(good_object(kind), path, value)])
    assert any(expected in fault for fault in faults), faults


def test_the_walk_finds_what_the_native_validator_does_not() -> None:
    """
    A value outside its enumeration passes botocore's own validator: the walk is what refuses it.
    """
    (budget,) = good_aws([changed(aws_documents()[BUDGET], "inputs budgetType", "Cost")])
    (call,) = calls_of(budget, ACCOUNT, TAGS)
    assert native_faults(call) == ()
    assert len(call_faults(call)) == 1
