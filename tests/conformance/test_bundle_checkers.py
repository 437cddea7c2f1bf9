"""
The rules between objects pass a good stack and catch each fault alone.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bundle_rules import bundle_faults
from engine_arguments import load_contract
from one_fault import GONE, good_stack, stack_with

POD = "spec template spec"
POOL = "demo-dev-chat-burst"
QUERY = "spec triggers 0 metadata query"

FAULTS: list[tuple[str, str, str, Any, str]] = [
    ("Namespace", "serving", "metadata labels", {}, "pod-security.kubernetes.io/enforce is None"),
    ("Namespace", "serving", "metadata name", "other", "namespace 'serving' is not part of the stack"),
    ("NetworkPolicy", "default-deny", "spec policyTypes", ["Ingress"], "denies by default both ways"),
    ("NetworkPolicy", "default-deny", "spec egress", [{}], "lets everything out"),
    ("NetworkPolicy", "chat", "spec ingress 0 from", GONE, "lets everyone in"),
    ("NetworkPolicy", "chat", "spec egress 1 to 0 ipBlock except", GONE, "reaches the node's credentials"),
    ("NetworkPolicy", "chat", "spec egress 1 ports", GONE, "lets everything out to 0.0.0.0/0"),
    ("Service", "chat", "spec selector app", "other", "selects no pod of the stack"),
    ("Service", "chat", "spec selector", {}, "selects no pod of the stack"),
    ("Service", "chat", "spec ports 0 targetPort", "metrics", "declares no port 'metrics'"),
    ("Service", "chat", "spec type", "LoadBalancer", "a public or node-wide endpoint"),
    ("PodDisruptionBudget", "chat", "spec selector matchLabels app", "other", "selects the pods of 0 models"),
    ("PodDisruptionBudget", "chat", "spec maxUnavailable", 0, "blocks every drain"),
    ("PodDisruptionBudget", "chat", "spec minAvailable", 1, "blocks every drain"),
    ("PodDisruptionBudget", "chat", "spec minAvailable", "100%", "blocks every drain"),
    ("PodMonitor", "chat", "spec selector matchLabels app", "other", "selects no pod of the stack"),
    ("PodMonitor", "chat", "spec podMetricsEndpoints 0 port", "metrics", "declares no port 'metrics'"),
    ("ScaledObject", "chat", "spec scaleTargetRef name", "caht", "scales nothing of the stack"),
    ("ScaledObject", "chat", "spec maxReplicaCount", 1, "planned for 1 to 2 replicas, scaled within 1 to 1"),
    ("ScaledObject", "chat", QUERY, "sum(vllm:gpu_cache_usage_perc)", "the engine has no metric 'vllm:gpu_cache_usage_perc'"),
    ("ScaledObject", "chat", QUERY, "sum(vllm:time_to_first_token_seconds)", "is a histogram"),
    ("ScaledObject", "chat", QUERY, 'sum(vllm:num_requests_waiting{model="chat"})', "no series has a label 'model'"),
    ("Deployment", "chat", "spec replicas", 2, "replicas is owned by the scaler"),
    ("Deployment", "chat", "metadata annotations servewright.dev/replicas-by-hour", "100*1,60*2", "is not 168 hours"),
    ("Deployment", "chat", "metadata annotations servewright.dev/start-seconds", "1500", "is past progressDeadlineSeconds 1200"),
    ("Deployment", "chat", f"{POD} containers 0 image", "docker.io/vllm/vllm-openai:latest", "is not pinned by digest"),
    ("Deployment", "chat", f"{POD} enableServiceLinks", GONE, "injects VLLM_PORT"),
    ("Deployment", "chat", f"{POD} automountServiceAccountToken", GONE, "carries a token of the cluster"),
    ("Deployment", "chat", f"{POD} nodeSelector servewright.dev/shape", "other", "no GPU pool of the stack has the labels"),
    ("Deployment", "chat", f"{POD} nodeSelector", {}, "no GPU pool of the stack has the labels"),
    ("Deployment", "chat", f"{POD} tolerations", [], "does not tolerate nvidia.com/gpu"),
    ("Deployment", "chat", f"{POD} terminationGracePeriodSeconds", 300, "the notice of NodePool demo-dev-chat-burst is 120 s"),
    ("Deployment", "chat", f"{POD} containers 0 startupProbe", GONE, "kills a loading model"),
    ("Deployment", "chat", f"{POD} volumes 0 emptyDir medium", GONE, "/dev/shm is not a memory volume"),  # noqa: S108 - a mount path
    ("Deployment", "chat", "spec template metadata annotations", {"karpenter.sh/do-not-disrupt": "true"}, "without end"),
    ("EC2NodeClass", "demo-dev-gpu", "metadata name", "gpu", "node class 'demo-dev-gpu' is not part of the stack"),
    ("NodePool", POOL, "spec limits nvidia.com/gpu", "0", "is less than one replica"),
    ("NodePool", POOL, f"{POD} taints", [], "no taint keeps other pods off"),
    ("NodePool", POOL, f"{POD} taints 0 key", "gpu", "does not tolerate gpu"),
]


def test_a_good_stack_has_no_faults() -> None:
    """
    No rule raises a false alarm on a correct stack.
    """
    assert bundle_faults(good_stack(), load_contract()) == ()


@pytest.mark.parametrize(("kind", "name", "path", "value", "expected"), FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_fault_between_objects_is_caught(kind: str, name: str, path: str, value: Any, expected: str) -> None:
    """
    Each fault, alone in a good stack, is reported in words that name it.
    """
    faults = bundle_faults(stack_with(kind, name, path, value), load_contract())
    assert any(expected in fault for fault in faults), faults


def with_base(**spec: Any) -> list[dict[str, Any]]:
    """
    Return the good stack with a second share of its model: one replica that always runs, beside the scaled one; *spec* replaces its fields.
    """
    objects = deepcopy(good_stack())
    burst = next(o for o in objects if o["kind"] == "Deployment")
    base = deepcopy(burst)
    for made, share in ((burst, "burst"), (base, "base")):
        made["spec"]["selector"]["matchLabels"]["share"] = made["spec"]["template"]["metadata"]["labels"]["share"] = share
        made["metadata"]["annotations"]["servewright.dev/model"] = "chat"
    base["metadata"]["name"] = "chat-base"
    base["metadata"]["annotations"]["servewright.dev/replicas-by-hour"] = "168*1"
    base["spec"] = {**base["spec"], "replicas": 1, **spec}
    return [*objects, base]


def test_a_base_beside_its_burst_has_no_faults() -> None:
    """
    One budget and one Service over both shares of a model are right; each Deployment counts its own pods.
    """
    assert bundle_faults(with_base(), load_contract()) == ()


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"selector": {"matchLabels": {"app": "chat"}}}, "Deployment chat-base: selects the pods of Deployment chat too"),
        ({"replicas": None}, "Deployment chat-base: has neither a scaler nor a number of replicas"),
        ({"replicas": 2}, "Deployment chat-base: planned for 1 to 1 replicas, scaled within 2 to 2"),
    ],
)
def test_one_fault_of_a_base_is_caught(spec: dict[str, Any], expected: str) -> None:
    """
    A base that counts the burst's pods, that says no number, or another one than it is planned and priced for.
    """
    assert bundle_faults(with_base(**spec), load_contract()) == (expected,)


def test_a_budget_over_two_models_is_caught() -> None:
    """
    One replica at a time over both would hold up one model's drain for the other's.
    """
    objects = with_base()
    objects[-1]["metadata"]["annotations"]["servewright.dev/model"] = "draft"

    assert bundle_faults(objects, load_contract()) == ("PodDisruptionBudget chat: selects the pods of 2 models, not of one",)


def test_the_same_object_twice_is_caught() -> None:
    """
    Two registrations of one object overwrite each other in the cluster.
    """
    objects = good_stack()
    assert "Service/serving/chat: emitted 2 times" in bundle_faults(
        [*objects, next(o for o in objects if o["kind"] == "Service")], load_contract()
    )
