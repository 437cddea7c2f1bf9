"""
The dry run can fail: objects with exactly one fault are refused, each for that fault, and warnings come through.
"""

from __future__ import annotations

from typing import Any

import pytest

from api_client import ApiClient, pod_of
from one_fault import GONE, changed, good_object, good_stack

pytestmark = pytest.mark.apiserver

POD = "spec template spec"
CONTAINER = f"{POD} containers 0"
GPU = "nvidia.com/gpu"

FAULTS: list[tuple[str, str, Any, str]] = [
    # decoding
    ("Deployment", f"{POD} tolerationz", [], 'unknown field "spec.template.spec.tolerationz"'),
    ("Deployment", f"{CONTAINER} args 1", 8192, "cannot unmarshal number"),
    ("ScaledObject", "spec maxReplicas", 3, 'unknown field "spec.maxReplicas"'),
    # rules in the server's code
    ("Deployment", "spec selector matchLabels app", "other", "`selector` does not match template `labels`"),
    ("Deployment", f"{CONTAINER} resources requests {GPU}", "2", "must be equal to nvidia.com/gpu limit of 1"),
    ("Deployment", f"{CONTAINER} resources limits {GPU}", "2", "must be equal to nvidia.com/gpu limit of 2"),
    ("Deployment", f"{CONTAINER} ports 0 name", "http-of-the-engine", "must be no more than 15 characters"),
    ("Deployment", f"{CONTAINER} volumeMounts 1 name", "cash", 'volumeMounts[1].name: Not found: "cash"'),
    ("Service", "spec ports 0 port", 70000, "must be between 1 and 65535"),
    ("PodDisruptionBudget", "spec minAvailable", 1, "minAvailable and maxUnavailable cannot be both set"),
    ("NetworkPolicy chat", "spec egress 1 to 0 ipBlock cidr", "10.0.0.0/40", "10.0.0.0/40"),
    ("Namespace", "metadata labels pod-security.kubernetes.io/enforce", "strict", "must be one of privileged, baseline, restricted"),
    # schemas and CEL of the custom resources
    ("NodePool", "spec disruption budgets 0 schedule", "0 9 * * *", "'schedule' must be set with 'duration'"),
    ("NodePool", "spec template spec nodeClassRef", GONE, "spec.template.spec.nodeClassRef: Required value"),
    ("NodePool", "spec template spec requirements 0 operator", "Among", "spec.template.spec.requirements[0].operator: Unsupported value"),
    ("EC2NodeClass", "spec instanceProfile", "nodes", "must specify exactly one of ['role', 'instanceProfile']"),
    ("EC2NodeClass", "spec amiSelectorTerms 0 alias", "al2024@latest", "family is not supported"),
    ("PodMonitor", "spec podMetricsEndpoints 0 interval", "15 seconds", "spec.podMetricsEndpoints[0].interval: Invalid value"),
    ("ScaledObject", "spec minReplicaCount", "1", "spec.minReplicaCount"),
]

RESTRICTED: list[tuple[str, Any, str]] = [
    ("spec hostNetwork", True, "host namespaces"),
    ("spec securityContext runAsNonRoot", GONE, "runAsNonRoot != true"),
    ("spec securityContext seccompProfile", GONE, "seccompProfile"),
    ("spec containers 0 securityContext allowPrivilegeEscalation", GONE, "allowPrivilegeEscalation != false"),
    ("spec containers 0 securityContext capabilities drop", GONE, "unrestricted capabilities"),
    ("spec volumes 2", {"name": "disk", "hostPath": {"path": "/"}}, "restricted volume types"),
]


@pytest.fixture(scope="module")
def server(dry_server: ApiClient) -> ApiClient:
    """
    Provide the server with the namespace and the account of the good stack.
    """
    for manifest in (good_object("Namespace"), good_object("ServiceAccount")):
        assert dry_server.apply(manifest).accepted
    return dry_server


def test_the_good_stack_is_accepted(server: ApiClient) -> None:
    """
    So what is refused below is refused for its one fault.
    """
    rest = [o for o in good_stack() if o["kind"] not in {"Namespace", "ServiceAccount"}]
    assert [server.dry_run(o).faults for o in [*rest, pod_of(good_object("Deployment"))]] == [()] * (len(rest) + 1)


@pytest.mark.parametrize(("what", "path", "value", "expected"), FAULTS, ids=[f"{what}-{path}" for what, path, _, _ in FAULTS])
def test_one_fault_is_refused(what: str, path: str, value: Any, expected: str, server: ApiClient) -> None:
    """
    A misspelt field, a rule of the server's code, a schema or a CEL rule: each is named in the refusal.
    """
    kind, _, name = what.partition(" ")
    faulty = changed(good_object(kind, name or None), path, value)
    # the stored namespace would be found to exist before its label is looked at
    answer = server.dry_run(changed(faulty, "metadata name", f"{faulty['metadata']['name']}-2") if kind == "Namespace" else faulty)
    assert not answer.accepted
    assert expected in answer.faults[0]


@pytest.mark.parametrize(("path", "value", "expected"), RESTRICTED, ids=[path for path, _, _ in RESTRICTED])
def test_a_pod_that_breaks_restricted_is_forbidden(path: str, value: Any, expected: str, server: ApiClient) -> None:
    """
    Pod Security admission is on: the pod is refused, its Deployment gets a warning.
    """
    pod = changed(pod_of(good_object("Deployment")), path, value)
    answer = server.dry_run(pod)
    assert not answer.accepted
    assert 'violates PodSecurity "restricted:latest"' in answer.faults[0]
    assert expected in answer.faults[0]
    workload = good_object("Deployment")
    answer = server.dry_run(changed(workload, POD, pod["spec"]))
    assert answer.accepted
    (warning,) = answer.faults
    assert 'would violate PodSecurity "restricted:latest"' in warning
    assert expected in warning


def test_a_deprecated_kind_has_a_warning(server: ApiClient) -> None:
    """
    The object is accepted, and not without a word.
    """
    answer = server.dry_run({"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "chat", "namespace": "serving"}})
    assert answer.accepted
    assert "deprecated" in answer.faults[0]


def test_a_kind_without_crd_is_not_served(server: ApiClient) -> None:
    """
    It is not passed over.
    """
    with pytest.raises(LookupError, match=r"serves no keda\.sh/v1 ScaledObject"):
        server.dry_run({**good_object("ScaledObject"), "apiVersion": "keda.sh/v1"})
