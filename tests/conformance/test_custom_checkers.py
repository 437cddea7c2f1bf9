"""
The checks of custom resources (structure, CEL, and what the API server lets through) catch each fault alone.
"""

from __future__ import annotations

from typing import Any

import pytest

from cel_rules import rule_census, unknown_functions
from crd_structure import apply_defaults, formats_in, known_formats
from crds import evaluate_rules, find_folder, load_kind, sources
from kubernetes_objects import object_faults
from one_fault import GONE, changed, good_object

pytestmark = [pytest.mark.crds, pytest.mark.skipif(find_folder() is None, reason="no CRD schemas: set SERVEWRIGHT_CRDS")]

KINDS = [(s.api_version, s.kind) for s in sources()]
REQUIREMENTS = "spec template spec requirements"
NODE_LABELS = "spec template metadata labels"
TRIGGER = "spec triggers 0"

TRANSITIONS = {
    "NodePool": {"has(self.replicas) == has(oldSelf.replicas)", "self.group == oldSelf.group", "self.kind == oldSelf.kind"},
}
"""
The rules that compare with the stored object: they cannot fail on create, and the engine tests never change these fields.
"""

STRUCTURE: list[tuple[str, str, Any, str]] = [
    ("NodePool", "spec disruptions", {}, "spec.disruptions: unknown field"),
    ("NodePool", "spec template spec taint", [], "spec.template.spec.taint: unknown field"),
    ("NodePool", "spec template", GONE, "'template' is a required property"),
    ("NodePool", "spec weight", 0, "0 is less than the minimum of 1"),
    ("NodePool", "spec weight", "50", "'50' is not of type 'integer'"),
    ("NodePool", "spec weight", True, "True is not of type 'integer'"),
    ("NodePool", "spec weight", 2**31, "is greater than the maximum"),
    ("NodePool", "spec disruption consolidateAfter", "10 minutes", "does not match"),
    ("NodePool", "spec disruption consolidationPolicy", "Never", "is not one of"),
    ("NodePool", "spec template spec taints 0 effect", "NoSched", "is not one of"),
    ("NodePool", f"{REQUIREMENTS} 0 operator", "Is", "is not one of"),
    ("NodePool", "spec limits cpu", "lots", "does not match"),
    ("NodePool", "metadata namespace", "serving", "must be absent for NodePool"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs volumeType", "gp4", "is not one of"),
    ("EC2NodeClass", "spec metadataOptions httpTokens", "none", "is not one of"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs iops", 2**63, "is not a 'int64'"),
    ("ScaledObject", "spec triggers", [], "non-empty"),
    ("ScaledObject", f"{TRIGGER} metadata threshold", 0.7, "is not of type 'string'"),
    ("ScaledObject", "spec maxReplicaCount", 2**40, "is not a 'int32'"),
    ("ScaledObject", "metadata namespace", GONE, "must be set for ScaledObject"),
    ("PodMonitor", "spec podMetricsEndpoints 0 interval", "15 s", "does not match"),
    ("PodMonitor", "spec selektor", {}, "spec.selektor: unknown field"),
    ("ServiceMonitor", "spec endpoints 0 interval", "15 s", "does not match"),
    ("PrometheusRule", "spec groups 0 rules 0 for", "5 minutes", "does not match"),
    ("PrometheusRule", "spec groups 0 rules 0 expression", "1", "expression: unknown field"),
    ("AlertmanagerConfig", "spec receivers 0 slackConfigs 0 apiURL key", GONE, "'key' is a required property"),
    ("AlertmanagerConfig", "spec inhibitRules", [{"equals": ["model"]}], "unknown field"),
]

CEL: list[tuple[str, str, Any, str]] = [
    ("NodePool", "spec disruption budgets 0 schedule", "@daily", "'schedule' must be set with 'duration'"),
    ("NodePool", f"{REQUIREMENTS} 0 values", [], "requirements with operator 'In' must have a value"),
    ("NodePool", f"{REQUIREMENTS} 0 minValues", 3, "must have at least that many values"),
    (
        "NodePool",
        f"{REQUIREMENTS} 0",
        {"key": "karpenter.k8s.aws/instance-gpu-count", "operator": "Gt", "values": ["one"]},
        "single positive integer",
    ),
    ("NodePool", f"{NODE_LABELS} karpenter.sh/pool", "a", 'label domain "karpenter.sh" is restricted'),
    ("NodePool", f"{NODE_LABELS} kubernetes.io/hostname", "a", 'label "kubernetes.io/hostname" is restricted'),
    ("NodePool", f"{REQUIREMENTS} 0 key", "karpenter.k8s.aws/instance-gpus", 'label domain "karpenter.k8s.aws" is restricted'),
    ("NodePool", "spec replicas", 2, "limits.nodes"),
    ("NodePool", "spec template spec nodeClassRef name", "", "name may not be empty"),
    ("EC2NodeClass", "spec role", GONE, "must specify exactly one of ['role', 'instanceProfile']"),
    ("EC2NodeClass", "spec amiSelectorTerms 0 alias", "ubuntu@v1", "family is not supported"),
    ("EC2NodeClass", "spec amiSelectorTerms 0 alias", "al2023", "'alias' is improperly formatted"),
    ("EC2NodeClass", "spec amiSelectorTerms 0 id", "ami-0123456789abcdef0", "'alias' is mutually exclusive"),
    ("EC2NodeClass", "spec amiFamily", "Bottlerocket", "amiFamily"),
    ("EC2NodeClass", "spec subnetSelectorTerms", [], "subnetSelectorTerms cannot be empty"),
    ("EC2NodeClass", "spec subnetSelectorTerms 0 id", "subnet-0123456789abcdef0", "'id' is mutually exclusive"),
    ("EC2NodeClass", "spec securityGroupSelectorTerms 0", {}, "expected at least one"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs volumeSize", GONE, "snapshotID or volumeSize must be defined"),
    ("EC2NodeClass", "spec tags eks:eks-cluster-name", "x", "eks:eks-cluster-name"),
    ("EC2NodeClass", "spec tags karpenter.sh/nodepool", "x", "karpenter.sh/nodepool"),
    ("ScaledObject", "spec minReplicaCount", 5, "minReplicaCount"),
]

LET_THROUGH: list[tuple[str, str, Any, str]] = [
    ("NodePool", "spec limits", GONE, "may grow without bound"),
    ("NodePool", "spec limits nvidia.com/gpus", "4", "is not a resource, so it limits nothing"),
    ("NodePool", "spec limits cpu", "0", "lets no node launch"),
    ("NodePool", f"{REQUIREMENTS} 0 values 0", "Spot", "'Spot' does not exist"),
    ("NodePool", f"{REQUIREMENTS} 0", {"key": "node.kubernetes.io/instance-type", "operator": "Exists"}, "is given twice"),
    ("NodePool", f"{REQUIREMENTS} 2 values 0", "g6.3xlarge", "'g6.3xlarge' does not exist"),
    ("NodePool", f"{REQUIREMENTS} 3 values 0", "us-east-1", "'us-east-1' does not exist"),
    ("NodePool", f"{REQUIREMENTS} 0", GONE, "on-demand only by accident"),
    ("NodePool", f"{NODE_LABELS} node-role.kubernetes.io/gpu", "a", "is restricted"),
    ("NodePool", "metadata name", "p" * 64, "at most 63 characters"),
    ("NodePool", "spec disruption consolidateAfter", "0s", "takes a node away while its model loads"),
    (
        "NodePool",
        "spec disruption",
        {"consolidateAfter": "10m", "consolidationPolicy": "WhenEmptyOrUnderutilized", "budgets": []},
        "may be moved",
    ),
    ("EC2NodeClass", "spec role", "arn:aws:iam::123456789012:role/Node", "is not the name of a role"),
    ("EC2NodeClass", "spec amiSelectorTerms 0 alias", "al2023@latest", "is not pinned"),
    ("EC2NodeClass", "spec metadataOptions httpTokens", "optional", "IMDSv1 is allowed"),
    ("EC2NodeClass", "spec metadataOptions httpPutResponseHopLimit", 2, "pods reach the node's credentials"),
    ("EC2NodeClass", "spec blockDeviceMappings 0 ebs encrypted", False, "must be true"),
    ("EC2NodeClass", "spec blockDeviceMappings", GONE, "hold no engine image"),
    ("ScaledObject", f"{TRIGGER} type", "promethus", "is no scaler"),
    ("ScaledObject", f"{TRIGGER} metricType", "Avg", "is not one of"),
    ("ScaledObject", f"{TRIGGER} metadata serverAddress", GONE, "needed by the prometheus scaler"),
    ("ScaledObject", f"{TRIGGER} metadata threshold", "70%", "is not a number"),
    ("ScaledObject", f"{TRIGGER} metadata ignoreNullValues", "False", "is not true or false"),
    ("ScaledObject", f"{TRIGGER} metadata query", 'sum(vllm:x{namespace="a")', "do not pair"),
    ("ScaledObject", f"{TRIGGER} metadata query", 'sum(vllm:x{model_name="a"b"})', "do not pair"),
    ("ScaledObject", "spec triggers 1", {"type": "cron", "name": "kv-usage", "metadata": {}}, "two are named 'kv-usage'"),
    ("ScaledObject", "spec idleReplicaCount", 1, "only 0"),
    ("PodMonitor", "spec podMetricsEndpoints 0 scrapeTimeout", "20s", "is more than the interval"),
    ("PodMonitor", "spec podMetricsEndpoints 0 port", GONE, "needed"),
]


@pytest.mark.parametrize("kind", [kind for _, kind in KINDS])
def test_a_good_custom_resource_has_no_faults(kind: str) -> None:
    """
    No rule raises a false alarm on a correct object.
    """
    assert object_faults(good_object(kind)) == ()


@pytest.mark.parametrize(
    ("kind", "path", "value", "expected"), [*STRUCTURE, *CEL, *LET_THROUGH], ids=lambda v: v[:60] if isinstance(v, str) else ""
)
def test_one_fault_in_a_custom_resource_is_caught(kind: str, path: str, value: Any, expected: str) -> None:
    """
    Each fault, put alone into a good object, is reported in words that name it.
    """
    faults = object_faults(changed(good_object(kind), path, value))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("api_version", "kind"), KINDS)
def test_every_rule_of_the_emitted_kinds_can_be_evaluated(api_version: str, kind: str) -> None:
    """
    No CEL rule is passed over: none is beyond our evaluator, and those that compare with the stored object are exactly the named ones.
    """
    census = rule_census(load_kind(api_version, kind).schema)
    assert census.not_evaluable == frozenset()
    assert census.transition == TRANSITIONS.get(kind, set())


def test_the_rules_really_run() -> None:
    """
    On the good objects a fixed number of rules is evaluated: a path that is no longer reached shows as a smaller number.
    """
    evaluated = {kind: evaluate_rules(good_object(kind)).evaluated for _, kind in KINDS}
    assert {kind: number for kind, number in evaluated.items() if number} == {"NodePool": 29, "EC2NodeClass": 34, "ScaledObject": 1}


def test_a_rule_with_an_unknown_function_counts_as_not_evaluable() -> None:
    """
    A function that neither cel-python nor we have is found before any object is checked, also inside a macro.
    """
    assert unknown_functions("self.all(x, x.find('a') == '')") == frozenset()
    assert unknown_functions("self.all(x, isURL(x))") == {"isURL"}
    assert unknown_functions("self.format('dns1123Label')") == {"format"}
    assert unknown_functions("self +") == {"(syntax)"}


@pytest.mark.parametrize(("api_version", "kind"), KINDS)
def test_every_format_of_the_emitted_kinds_is_checked(api_version: str, kind: str) -> None:
    """
    A format without checker would let every value pass.
    """
    assert formats_in(load_kind(api_version, kind).schema) <= known_formats()


def test_defaults_are_filled_in_before_rules_run() -> None:
    """
    Server-side defaults are part of the object that rules see.
    """
    pool = changed(good_object("NodePool"), "spec disruption", GONE)
    defaulted = apply_defaults(pool, load_kind("karpenter.sh/v1", "NodePool").schema)
    assert defaulted["spec"]["disruption"]["consolidateAfter"] == "0s"
    assert "disruption" not in pool["spec"]


def test_a_kind_outside_the_table_is_refused() -> None:
    """
    An emitted custom kind without schema is an error that names the table to extend.
    """
    with pytest.raises(LookupError, match=r"no schema for karpenter.sh/v1alpha1 NodeOverlay: add it to crd_modules.csv"):
        load_kind("karpenter.sh/v1alpha1", "NodeOverlay")
