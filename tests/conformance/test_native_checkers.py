"""
The checks of native objects pass a good object and catch each fault alone: otherwise a green conformance run would mean nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubernetes_objects import UNKNOWN_VALUE, object_faults
from native_kinds import MINORS, schema_faults
from one_fault import GONE, changed, good_object, good_stack

TEMPLATE = "spec template spec"
CONTAINER = f"{TEMPLATE} containers 0"
GPU = "nvidia.com/gpu"
CUSTOM = {"ScaledObject", "PodMonitor", "NodePool", "EC2NodeClass"}

FAULTS: list[tuple[str, str, Any, str]] = [
    # metadata
    ("Deployment", "metadata name", "Chat_1", "is not a valid name of a Deployment"),
    ("Deployment", "metadata namespace", GONE, "metadata.namespace: must be set"),
    ("Namespace", "metadata namespace", "default", "metadata.namespace: must be absent"),
    ("Service", "metadata name", "1chat", "is not a valid name of a Service"),
    ("Service", "metadata labels", {"model": "meta-llama/Llama-3.2-1B"}, "is not a valid label value"),
    ("Service", "metadata labels", {"a": "x" * 64}, "is not a valid label value"),
    ("Service", "metadata labels", {"-a/b/c": "x"}, "is not a valid key"),
    ("Service", "metadata annotations", {"count": 3}, "is not of type 'string'"),
    ("Service", "metadata annotations", {"a": "x" * 300_000}, "more than 262144 bytes"),
    ("Namespace", "metadata labels pod-security.kubernetes.io/enforce", "strict", "is not a level"),
    # structure
    ("Deployment", "spec template spec tolerationz", [], "Additional properties are not allowed"),
    ("Deployment", f"{CONTAINER} args 2", 8192, "is not of type 'string'"),
    ("Deployment", f"{CONTAINER} image", None, "null"),
    ("Deployment", "apiVersion", "apps/v2", "no schema for apps/v2 Deployment"),
    ("Deployment", f"{CONTAINER} args 0", f"{UNKNOWN_VALUE}", "holds a value that is not known yet"),
    # Deployment
    ("Deployment", "spec selector matchLabels app", "other", "spec.selector: does not match the labels of the template"),
    ("Deployment", "spec selector matchLabels", {}, "spec.selector: must not be empty"),
    ("Deployment", "spec strategy rollingUpdate maxSurge", 0, "maxSurge and maxUnavailable are both 0"),
    ("Deployment", "spec strategy rollingUpdate maxSurge", "120%", "is not a percentage"),
    ("Deployment", "spec strategy type", "Recreate", "rollingUpdate: must be absent"),
    ("Deployment", "spec progressDeadlineSeconds", 0, "must be more than minReadySeconds"),
    ("Deployment", f"{TEMPLATE} restartPolicy", "Never", "must be Always"),
    # containers
    ("Deployment", f"{CONTAINER} name", "vLLM", "is not a valid name"),
    ("Deployment", f"{CONTAINER} image", " vllm", "is not an image reference"),
    ("Deployment", f"{CONTAINER} ports 0 name", "metrics-of-the-engine", "is not a port name"),
    ("Deployment", f"{CONTAINER} ports 0 containerPort", 80000, "is not a port"),
    ("Deployment", f"{CONTAINER} ports 1", {"name": "http", "containerPort": 9000}, "two ports are named 'http'"),
    ("Deployment", f"{CONTAINER} env 0 name", "MY VAR", "is not a variable name"),
    ("Deployment", f"{CONTAINER} env 1 value", "x", "value and valueFrom exclude each other"),
    ("Deployment", f"{CONTAINER} env 2", {"name": "HOME", "value": "/"}, "'HOME' is set twice"),
    ("Deployment", f"{CONTAINER} env 2", {"name": "HF_TOKEN2", "value": "hf_" + "a" * 24}, "holds what looks like a secret"),
    ("Deployment", f"{CONTAINER} args 5", "hf_" + "a" * 24, "holds what looks like a secret"),
    ("Deployment", f"{CONTAINER} resources limits {GPU}", GONE, "must equal the limit of nvidia.com/gpu"),
    ("Deployment", f"{CONTAINER} resources requests {GPU}", "2", "must equal the limit of nvidia.com/gpu"),
    ("Deployment", f"{CONTAINER} resources limits {GPU}", "0.5", "must be a whole number"),
    ("Deployment", f"{CONTAINER} resources requests memory", "12Gib", "is not a quantity"),
    ("Deployment", f"{CONTAINER} resources requests memory", "16Gi", "is more than the limit"),
    ("Deployment", f"{CONTAINER} resources requests gpu", "1", "is not a resource"),
    ("Deployment", f"{CONTAINER} volumeMounts 0 name", "shn", "no volume 'shn'"),
    ("Deployment", f"{CONTAINER} volumeMounts 1 mountPath", "/dev/shm", "two at '/dev/shm'"),  # noqa: S108 - a mount path
    ("Deployment", f"{CONTAINER} volumeMounts 1 mountPath", "cache", "is not an absolute path"),
    ("Deployment", f"{CONTAINER} startupProbe httpGet port", "metrics", "port 'metrics' is not declared"),
    ("Deployment", f"{CONTAINER} startupProbe exec", {"command": ["true"]}, "exactly one handler"),
    ("Deployment", f"{CONTAINER} livenessProbe successThreshold", 2, "successThreshold: must be 1"),
    ("Deployment", f"{CONTAINER} readinessProbe terminationGracePeriodSeconds", 5, "must not be set for a readiness probe"),
    ("Deployment", f"{CONTAINER} livenessProbe periodSeconds", 0, "must be at least 1"),
    ("Deployment", f"{CONTAINER} lifecycle preStop", {}, "exactly one handler"),
    ("Deployment", f"{TEMPLATE} containers 1", {"name": "vllm", "image": "a"}, "two are named 'vllm'"),
    ("Deployment", f"{TEMPLATE} volumes 0 hostPath", {"path": "/dev"}, "exactly one source"),
    ("Deployment", f"{TEMPLATE} volumes 1 emptyDir sizeLimit", "40 GB", "is not a quantity"),
    ("Deployment", f"{TEMPLATE} terminationGracePeriodSeconds", -1, "must not be negative"),
    ("Deployment", f"{TEMPLATE} nodeSelector", {"shape": "a/b"}, "is not a valid label value"),
    ("Deployment", f"{TEMPLATE} tolerations 0 value", "x", "must be empty when the operator is Exists"),
    ("Deployment", f"{TEMPLATE} tolerations 0 effect", "NoSchedul", "is not an effect"),
    ("Deployment", f"{TEMPLATE} tolerations 0 tolerationSeconds", 5, "only with the effect NoExecute"),
    (
        "Deployment",
        f"{TEMPLATE} topologySpreadConstraints",
        [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "No"}],
        "must be DoNotSchedule",
    ),
    ("Deployment", f"{CONTAINER} securityContext capabilities drop", [], "Pod Security: Capabilities"),
    # Service, PodDisruptionBudget, NetworkPolicy
    ("Service", "spec ports 0 port", 0, "is not a port"),
    ("Service", "spec ports 0 targetPort", "a-port-name-too-long", "is not a port or a port name"),
    ("Service", "spec ports 1", {"port": 81}, "each needs a name"),
    ("Service", "spec ports 1", {"name": "http", "port": 81}, "two are named 'http'"),
    ("Service", "spec type", "Loadbalancer", "is not a type of Service"),
    ("PodDisruptionBudget", "spec minAvailable", 1, "exactly one of minAvailable and maxUnavailable"),
    ("PodDisruptionBudget", "spec maxUnavailable", "101%", "is not a percentage"),
    ("NetworkPolicy", "spec policyTypes", ["Ingres"], "is not a type"),
    ("NetworkPolicy", "spec policyTypes", ["Ingress"], "has no effect, policyTypes lacks Egress"),
    ("NetworkPolicy", "spec egress 1 to 0 ipBlock cidr", "10.0.0.0/33", "does not appear to be"),
    ("NetworkPolicy", "spec egress 1 to 0 ipBlock cidr", "10.0.0.0/8", "is not within 10.0.0.0/8"),
    ("NetworkPolicy", "spec egress 1 to 0 podSelector", {}, "ipBlock excludes selectors"),
    ("NetworkPolicy", "spec egress 1 ports 0 endPort", 80, "needs a number in port that is not higher"),
    ("NetworkPolicy", "spec ingress 0 ports 0 port", "http!", "is not a port name"),
    ("NetworkPolicy", "spec podSelector matchExpressions", [{"key": "app", "operator": "In"}], "needed with In"),
]


@pytest.mark.parametrize(
    "manifest", [o for o in good_stack() if o["kind"] not in CUSTOM], ids=lambda o: f"{o['kind']}-{o['metadata']['name']}"
)
def test_a_good_native_object_has_no_faults(manifest: dict[str, Any]) -> None:
    """
    No rule raises a false alarm on a correct object.
    """
    assert object_faults(manifest) == ()


@pytest.mark.parametrize(("kind", "path", "value", "expected"), FAULTS, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_fault_in_a_native_object_is_caught(kind: str, path: str, value: Any, expected: str) -> None:
    """
    Each fault, put alone into a good object, is reported in words that name it.
    """
    faults = object_faults(changed(good_object(kind, "chat" if kind == "NetworkPolicy" else None), path, value))
    assert any(expected in fault for fault in faults), faults


def test_every_pinned_minor_has_its_own_schemas() -> None:
    """
    Validation runs against exactly the pinned minors, never against a neighbour's schema.
    """
    assert [schema_faults(good_object("Deployment"), minor) for minor in MINORS] == [(), (), ()]
    assert schema_faults(good_object("Deployment"), "1.99") == ("no schemas for Kubernetes 1.99",)


def test_a_kind_without_schema_is_a_fault() -> None:
    """
    An object of a kind that nobody can check is refused, not passed over.
    """
    faults = object_faults({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a"}})
    assert any(fault.startswith("no schema for example.com/v1 Widget") for fault in faults)
