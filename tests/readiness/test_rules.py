"""
Every rule holds for what we emit, and finds its one fault in a stack that is otherwise good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checked_stacks import found_in, preview_at, ready, records_with
from gateway_faults import GATEWAY_FAULTS
from one_fault import GONE, changed
from operator_records import operator
from servewright.cost.records import UNKNOWN, ResourceRecord
from servewright.readiness.engine import ENGINE_RULE
from servewright.readiness.rules import RULES

REPOSITORY = Path(__file__).resolve().parents[2]
SPECS = [
    *(p for p in sorted((REPOSITORY / "stacks").glob("*.yaml")) if not p.name.startswith("Pulumi.")),
    *sorted((REPOSITORY / "tests" / "golden" / "specs").glob("*.yaml")),
]
POD = "spec template spec"
ENGINE = f"{POD} containers 0"
NODES = "spec template spec"
BUDGET, KEY, TOPIC = "aws:budgets/budget:Budget", "aws:kms/key:Key", "aws:sns/topic:Topic"
TOKEN = "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7"
OPEN_TO_ALL = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}'
ALL_ACTIONS = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "a"}, "Action": "*", "Resource": "*"}]}'
SHELL = ["sh", "-c", "vllm serve $(MODEL)"]
SPLICED = ["/bin/bash", "-c", "vllm serve meta-llama/Llama-3.1-8B-Instruct"]

FAULTS: list[tuple[str, str, str, str, Any, str]] = [
    ("SR101", "Deployment", "chat", f"{ENGINE} readinessProbe httpGet port", "web", "asks port 'web'"),
    ("SR101", "Deployment", "chat", f"{ENGINE} lifecycle preStop", {"httpGet": {"port": "web"}}, "lifecycle.preStop asks port 'web'"),
    ("SR102", "Deployment", "chat", f"{ENGINE} command", SHELL, "what Kubernetes expands"),
    ("SR102", "Deployment", "chat", f"{ENGINE} command", SPLICED, "stands in the script"),
    ("SR103", "Deployment", "chat-base", f"{ENGINE} image", "vllm/vllm-openai:latest", "neither digest nor waiver"),
    ("SR104", "Deployment", "chat", f"{ENGINE} resources limits nvidia.com/gpu", GONE, "nvidia.com/gpu is requested '1' and limited None"),
    ("SR104", "Deployment", "chat", f"{ENGINE} resources limits nvidia.com/gpu", "2", "limited '2'"),
    ("SR104", "Deployment", "chat", f"{ENGINE} resources limits nvidia.com/gpu", "0.5", "limited '0.5'"),
    ("SR105", "Deployment", "chat", f"{ENGINE} resources limits memory", GONE, "no memory limit"),
    ("SR105", "Deployment", "chat", f"{ENGINE} resources limits memory", "1Mi", "more memory than its limit"),
    ("SR106", "Deployment", "chat", f"{POD} automountServiceAccountToken", True, "a token of the cluster's API"),
    ("SR107", "Deployment", "chat", f"{POD} enableServiceLinks", GONE, "VLLM_PORT"),
    ("SR108", "Deployment", "chat", f"{POD} volumes 2 emptyDir medium", GONE, "shm is not memory"),
    ("SR109", "Deployment", "chat", f"{POD} volumes 0 emptyDir sizeLimit", GONE, "volume cache: no sizeLimit"),
    ("SR110", "Deployment", "chat", f"{ENGINE} volumeMounts 0 name", "weights", "mounts 'weights'"),
    ("SR111", "Deployment", "chat", f"{ENGINE} env 0 name", "USER", "the variable USER is set 2 times"),
    ("SR121", "Namespace", "support-chat-prod", "metadata labels pod-security.kubernetes.io/enforce", "baseline", "is 'baseline'"),
    ("SR122", "Deployment", "chat", f"{ENGINE} securityContext privileged", True, "is privileged"),
    ("SR141", "Deployment", "chat", f"{ENGINE} startupProbe", GONE, "kills a model that still loads"),
    ("SR142", "Deployment", "chat", "spec progressDeadlineSeconds", 100, "given up after 100 s"),
    (
        "SR143",
        "Deployment",
        "chat-base",
        f"{POD} terminationGracePeriodSeconds",
        60,
        "needs 90 s to finish its requests, is killed after 60 s",
    ),
    ("SR144", "Deployment", "chat", f"{POD} terminationGracePeriodSeconds", 300, "takes 300 s to leave"),
    ("SR145", "NodePool", "-base", f"{NODES} terminationGracePeriod", "60s", "nodes drain for 60 s"),
    ("SR146", "Deployment", "chat", "spec template metadata annotations", {"karpenter.sh/do-not-disrupt": "true"}, ""),
    ("SR201", "NetworkPolicy", "default-deny", "spec policyTypes", ["Ingress"], "denies egress by default"),
    ("SR201", "NetworkPolicy", "default-deny", "spec egress", [{}], "denies egress by default"),
    ("SR202", "NetworkPolicy", "allow-clients", "spec ingress 0 from", GONE, "lets everyone in"),
    ("SR202", "NetworkPolicy", "allow-clients", "spec ingress 0 from", [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "lets 0.0.0.0/0 in"),
    ("SR203", "NetworkPolicy", "allow-weights", "spec egress 0 ports", GONE, "lets everything out to 0.0.0.0/0"),
    ("SR203", "NetworkPolicy", "allow-dns", "spec egress", [{}], "lets everything out"),
    ("SR204", "NetworkPolicy", "allow-weights", "spec egress 0 to 0 ipBlock except", [], "the node's credentials at 169.254.169.254"),
    ("SR204", "NetworkPolicy", "allow-weights", "spec egress 0 to 1 ipBlock except", [], "the node's credentials at fd00:ec2::254"),
    ("SR204", "NetworkPolicy", "allow-dns", "spec egress 0", {"ports": [{"port": 80}]}, "the node's credentials at 169.254.169.254"),
    ("SR205", "Service", "chat", "spec type", "LoadBalancer", "reachable from outside"),
    ("SR205", "Service", "chat", "spec externalIPs", ["198.51.100.7"], "reachable from outside"),
    ("SR301", "NodePool", "-burst", "spec limits", GONE, "without bound"),
    ("SR301", "NodePool", "-burst", "spec limits nvidia.com/gpus", "4", "limits.nvidia.com/gpus is no resource"),
    ("SR301", "NodePool", "-burst", "spec limits cpu", "0", "no node can launch"),
    ("SR302", "NodePool", "-burst", "spec limits nvidia.com/gpu", "0.5", "less than one replica"),
    ("SR303", "NodePool", "-burst", f"{NODES} requirements 0 values", ["g6e.mega"], "'g6e.mega' does not exist"),
    ("SR303", "NodePool", "-burst", f"{NODES} requirements 1 values", ["Spot"], "'Spot' does not exist"),
    ("SR303", "NodePool", "-burst", f"{NODES} requirements 3 key", "kubernetes.io/os", "two requirements on kubernetes.io/os"),
    ("SR304", "NodePool", "-burst", "spec template metadata labels node-role.kubernetes.io/gpu", "", "is reserved"),
    ("SR305", "NodePool", "-burst", f"{NODES} nodeClassRef name", "other", "is not part of the stack"),
    ("SR306", "EC2NodeClass", "-burst", "spec metadataOptions httpTokens", "optional", "IMDSv1"),
    ("SR306", "EC2NodeClass", "-burst", "spec metadataOptions httpPutResponseHopLimit", 2, "HopLimit is 2"),
    ("SR307", "EC2NodeClass", "-burst", "spec blockDeviceMappings 0 ebs encrypted", GONE, "is not encrypted"),
    ("SR307", "EC2NodeClass", "-burst", "spec blockDeviceMappings", [], "no root volume"),
    ("SR308", "EC2NodeClass", "-burst", "spec amiSelectorTerms 0 alias", "al2023@latest", "not pinned"),
    ("SR309", "EC2NodeClass", "-burst", "spec role", "arn:aws:iam::123456789012:role/x", "no name of a role"),
    ("SR309", "EC2NodeClass", "-burst", "spec associatePublicIPAddress", True, "public addresses"),
    ("SR310", "NodePool", "-burst", f"{NODES} taints", [], "no taint keeps other pods off"),
    ("SR310", "Deployment", "chat", f"{POD} tolerations", [], "does not tolerate nvidia.com/gpu"),
    ("SR311", "Deployment", "chat", f"{POD} nodeSelector servewright.dev/shape", "other", "asks for GPUs, and no pool"),
    ("SR312", "NodePool", "-burst", "spec disruption consolidateAfter", "0s", "goes while its model loads"),
    ("SR312", "NodePool", "-burst", "spec disruption consolidateAfter", "10s", "an empty node goes after 10 s"),
    ("SR312", "NodePool", "-burst", "spec disruption", {"consolidateAfter": "600s"}, "no disruption budget"),
    ("SR401", "ScaledObject", "chat", "spec scaleTargetRef name", "caht", "Deployment caht, which is not part of the stack"),
    ("SR402", "Deployment", "chat", "spec replicas", 2, "every update would reset them"),
    ("SR402", "Deployment", "chat-base", "spec replicas", GONE, "nothing scales it"),
    ("SR403", "ScaledObject", "chat", "spec maxReplicaCount", 0, "to 0"),
    ("SR403", "Deployment", "chat-base", "spec replicas", 1, "runs 1 to 1"),
    ("SR404", "Deployment", "chat", "metadata annotations servewright.dev/replicas-by-hour", "100*1", "no week of replicas"),
    ("SR405", "ScaledObject", "chat", "spec triggers 0 type", "promethus", "'promethus' is no scaler"),
    ("SR405", "ScaledObject", "chat", "spec triggers 0 metadata threshold", "many", "'many' is no number"),
    ("SR405", "ScaledObject", "chat", "spec triggers 0 metadata query", "", "lacks query"),
    ("SR405", "ScaledObject", "chat", "spec triggers", [], "no trigger"),
    ("SR406", "ScaledObject", "chat", "spec triggers 0 metadata query", "sum(vllm:gpu_cache_usage_perc)", "vllm:gpu_cache_usage_perc"),
    ("SR406", "ScaledObject", "chat", "spec triggers 0 metadata query", "sum(vllm:time_to_first_token_seconds)", "no series"),
    ("SR407", "PodDisruptionBudget", "chat", "spec", {"minAvailable": "100%", "selector": {}}, "no node could ever be drained"),
    ("SR407", "PodDisruptionBudget", "chat", "spec maxUnavailable", 0, "maxUnavailable is 0"),
    ("SR409", "Deployment", "chat", "spec strategy rollingUpdate maxSurge", 0, "no roll-out can begin"),
    ("SR501", "Service", "chat", "spec selector app.kubernetes.io/name", "other", "selects no pod"),
    ("SR501", "PodDisruptionBudget", "chat", "spec selector matchLabels app.kubernetes.io/name", "other", "selects no pod"),
    ("SR501", "PodMonitor", "engines", "spec selector matchLabels app.kubernetes.io/name", "other", "selects no pod"),
    ("SR501", "NetworkPolicy", "allow-weights", "spec podSelector matchLabels app.kubernetes.io/name", "other", "selects no pod"),
    ("SR501", "Deployment", "chat", "spec selector matchLabels servewright.dev/share", "base", "does not select its own pods"),
    (
        "SR502",
        "Deployment",
        "chat",
        f"{POD} topologySpreadConstraints 0 labelSelector matchLabels servewright.dev/share",
        "x",
        "not its own",
    ),
    ("SR503", "Service", "chat", "spec ports 0 targetPort", "metrics", "port 'metrics'"),
    ("SR503", "PodMonitor", "engines", "spec podMetricsEndpoints 0 port", "metrics", "port 'metrics'"),
    ("SR504", "Service", "chat", "metadata namespace", "other", "its namespace other"),
    ("SR505", "Deployment", "chat", f"{POD} serviceAccountName", "engine", "its ServiceAccount engine"),
    ("SR505", "Deployment", "chat", f"{ENGINE} envFrom", [{"configMapRef": {"name": "settings"}}], "its ConfigMap settings"),
    ("SR506", "NetworkPolicy", "allow-dns", "metadata name", "allow-weights", "registered 2 times"),
    ("SR507", "Service", "chat", "metadata name", "Chat", "'Chat' is no name of a Service"),
    ("SR507", "Deployment", "chat-base", "metadata labels cost", "a b", "the label cost has the value 'a b'"),
    ("SR508", "PodMonitor", "engines", "metadata labels release", UNKNOWN, "metadata.labels.release is known only after"),
    ("SR509", "Deployment", "chat", f"{ENGINE} args 1", f"--api-key={TOKEN}", "args[1] holds what looks like a secret"),
    ("SR509", "Deployment", "chat", f"{ENGINE} env 0 value", TOKEN, "env[0].value holds what looks like a secret"),
    ("SR601", BUDGET, "budget", "notifications 0 subscriberSnsTopicArns", [], "notifications[0] tells nobody"),
    ("SR601", BUDGET, "budget", "notifications", [], "nobody hears of it"),
    ("SR601", BUDGET, "budget", "limitAmount", "-100", "limitAmount is '-100'"),
    ("SR602", TOPIC, "budget", "kmsMasterKeyId", "alias/aws/sns", "not encrypted with a key of its own"),
    ("SR603", KEY, "budget", "enableKeyRotation", False, "does not rotate"),
    ("SR604", KEY, "budget", "policy", OPEN_TO_ALL, "trusts everybody"),
    ("SR604", KEY, "budget", "policy", ALL_ACTIONS, "allows every action"),
    ("SR604", KEY, "budget", "policy", "{", "no JSON"),
    ("SR605", BUDGET, "budget", "name", "b" * 101, "101 characters, AWS takes 100"),
    ("SR606", "EC2NodeClass", "-burst", "spec tags", {}, "no budget counts them"),
    ("SR606", "pulumi:providers:aws", "aws", "defaultTags", GONE, "no budget counts it"),
]


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_what_we_emit_holds_every_rule(path: Path) -> None:
    """
    No rule raises a false alarm on a shipped or golden spec.
    """
    assert found_in(preview_at(path).records) == ()


def test_a_stack_with_base_and_burst_holds_every_rule() -> None:
    """
    Several workloads in front of one Service and one budget are as good as one.
    """
    assert found_in(ready().records) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}-{fault[3]}-{fault[5]}"[:80])
def test_one_fault_is_found_by_its_rule(fault: tuple[str, str, str, str, Any, str]) -> None:
    """
    Each fault, alone in a good stack, is found by its rule, on the resource and in words that name it.
    """
    rule, kind, name, path, value, evidence = fault
    records = records_with(kind, name, path, value)
    if rule == "SR146":
        records = records_with("NodePool", "-base", f"{NODES} expireAfter", "24h", records)
        records = records_with("NodePool", "-fallback", f"{NODES} terminationGracePeriod", GONE, records)

    found = [f for f in found_in(records) if f.rule == rule]

    assert [f for f in found if evidence in f.evidence], found_in(records)
    assert all(f.what == next(r.what for r in RULES if r.id == rule) for f in found)
    assert {f.urn for f in found} <= {r.urn for r in records}


def test_every_rule_has_a_fault_here() -> None:
    """
    No rule is without a fault that it finds, in engines or in gateway and stores; SR408 and SR411 have tests of their own.
    """
    assert {rule.id for rule in RULES} - {fault[0] for fault in FAULTS} - {fault[1] for fault in GATEWAY_FAULTS} == {"SR408", "SR411"}


def test_codes_are_stable_and_said_once() -> None:
    """
    Each rule has a code of its own and a sentence of its own; the engine's parser has a code too.
    """
    codes = [rule.id for rule in RULES]

    assert sorted(set(codes)) == sorted(codes)
    assert len({rule.what for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"SR\d{3}", code) for code in (*codes, ENGINE_RULE))
    assert ENGINE_RULE not in codes


def test_a_pod_of_two_budgets_is_found() -> None:
    """
    Eviction refuses a pod that two budgets count (SR408).
    """
    made = ready().records
    (budget,) = [r for r in made if r.inputs.get("kind") == "PodDisruptionBudget"]
    second = replace(budget, urn=budget.urn + "-2", inputs={**budget.inputs, "metadata": {**budget.inputs["metadata"], "name": "again"}})

    found = [f for f in found_in((*made, second)) if f.rule == "SR408"]

    assert {f.object for f in found} == {"Deployment support-chat-prod/chat", "Deployment support-chat-prod/chat-base"}


def test_a_second_scaler_is_found() -> None:
    """
    Two autoscalers of one workload fight each other (SR401).
    """
    made = ready().records
    (scaler,) = [r for r in made if r.inputs.get("kind") == "ScaledObject"]
    second = replace(scaler, urn=scaler.urn + "-2", inputs={**scaler.inputs, "metadata": {**scaler.inputs["metadata"], "name": "again"}})

    assert [f.evidence for f in found_in((*made, second)) if f.rule == "SR401"] == [
        "Deployment support-chat-prod/chat has 2 autoscalers"
    ] * 2


def test_a_minimum_blocks_a_drain_only_where_all_are_needed() -> None:
    """
    A budget that keeps fewer than the least replicas lets a node drain; one that keeps them all does not (SR407).
    """
    least = sum(
        int(r.inputs["spec"].get("replicas", 0) or r.inputs["spec"].get("minReplicaCount", 0))
        for r in ready().records
        if r.inputs.get("kind") in ("Deployment", "ScaledObject")
    )

    def rules(kept: int) -> set[str]:
        spec = records_with("PodDisruptionBudget", "chat", "spec maxUnavailable", GONE)
        return {f.rule for f in found_in(records_with("PodDisruptionBudget", "chat", "spec minAvailable", kept, spec))}

    assert rules(least - 1) == set()
    assert rules(least) == {"SR407"}


def test_a_charts_own_namespace_is_its_charts_business() -> None:
    """
    Where nothing but Helm releases for nodes make pods, neither restricted Pod Security nor a default deny is asked for, and selectors
    may select what only the chart knows.
    """
    (namespace,) = [r for r in ready().records if r.inputs.get("kind") == "Namespace"]
    (monitor,) = [r for r in ready().records if r.inputs.get("kind") == "PodMonitor"]
    place = _object(namespace, "gpu-operators", {"metadata": {"name": "gpu-operators", "labels": {}}})
    watching = _object(monitor, "dcgm", {"metadata": {"name": "dcgm", "namespace": "gpu-operators"}})
    image = f"nvcr.io/nvidia/k8s/dcgm-exporter:4@sha256:{'5' * 64}"
    says = {"operator": "dcgm-exporter", "images": [image], "podRequests": [{"name": "dcgm", "daemonset": True}]}
    component, release = operator("dcgm", **says)
    release = replace(release, inputs={**release.inputs, "namespace": "gpu-operators", "values": {"image": image}})

    assert found_in((*ready().records, place, watching, component, release)) == ()
    assert {f.rule for f in found_in((*ready().records, place, watching))} == {"SR121", "SR201", "SR501"}


def _object(record: ResourceRecord, name: str, changes: dict[str, Any]) -> ResourceRecord:
    return replace(record, urn=f"{record.urn}-{name}", name=name, inputs={**record.inputs, **changes})


def places(value: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """
    Yield the path of everything in *value*, and whether a map or a list stands there.
    """
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        if " " not in str(key):
            yield f"{path} {key}".strip(), isinstance(each, dict | list)
            yield from places(each, f"{path} {key}")


WRONG = [GONE, None, "", "text", 7, -1, 1.5, True, [], {}, [None], [[]], {"a": []}, ["x"], UNKNOWN]


@st.composite
def broken(draw: st.DrawFn) -> tuple[int, str, int]:
    """
    Draw a resource of the good stack, a place in it (half of the time one with a map or a list) and what comes to stand there.
    """
    inner = draw(st.booleans())
    found = [(index, path) for index, r in enumerate(ready().records) for path, holds in places(dict(r.inputs)) if holds or not inner]
    return (*draw(st.sampled_from(found)), draw(st.integers(0, len(WRONG) - 1)))


@given(broken())
@settings(max_examples=200, deadline=None)
def test_no_resource_makes_a_rule_stumble(fault: tuple[int, str, int]) -> None:
    """
    Whatever stands at any place of a resource, or is missing there, the rules end with findings.
    """
    at, path, wrong = fault
    made = ready().records
    bad = replace(made[at], inputs=changed(dict(made[at].inputs), path, WRONG[wrong]))

    assert all(finding.evidence for finding in found_in((*made[:at], bad, *made[at + 1 :])))
