"""
The rules for gateway and stores pass good ones and catch each fault alone, those of one object and those between objects.
"""

from __future__ import annotations

from typing import Any

import pytest

from bundle_rules import bundle_faults
from engine_arguments import load_contract
from kubernetes_objects import object_faults
from one_fault import GONE, changed, good_gateway, good_stack
from supporting_rules import supporting, supporting_faults

POD = "spec template spec"
CONTAINER = f"{POD} containers 0"
DATA = "spec volumeClaimTemplates 0"
CERTIFICATE = "metadata annotations service.beta.kubernetes.io/aws-load-balancer-ssl-cert"

ALONE: list[tuple[str, str, str, Any, str]] = [
    ("StatefulSet", "counters", "spec selector matchLabels app", "other", "spec.selector: does not match the labels of the template"),
    ("StatefulSet", "counters", "spec selector matchLabels", {}, "spec.selector: must not be empty"),
    ("StatefulSet", "counters", "spec podManagementPolicy", "Ordered", "is not a policy"),
    ("StatefulSet", "counters", "spec updateStrategy", {"type": "Recreate"}, "is not a strategy"),
    ("StatefulSet", "counters", "spec replicas", -1, "spec.replicas: must not be negative"),
    ("StatefulSet", "counters", f"{POD} restartPolicy", "Never", "must be Always"),
    ("StatefulSet", "counters", f"{DATA} spec accessModes", ["ReadWrite"], "accessModes: ['ReadWrite'] must be some of"),
    ("StatefulSet", "counters", f"{DATA} spec resources requests storage", "1 GB", "storage: '1 GB' is not a size"),
    ("StatefulSet", "counters", f"{DATA} metadata name", "disk", "no volume 'data'"),
    ("StatefulSet", "counters", f"{CONTAINER} livenessProbe tcpSocket port", "redis", "port 'redis' is not declared"),
    ("StatefulSet", "counters", f"{CONTAINER} securityContext capabilities drop", [], "Pod Security: Capabilities"),
    ("ConfigMap", "gateway-config", "data config/yaml", "a", "data: 'config/yaml' is not a valid key"),
    ("ConfigMap", "gateway-config", "data config.yaml", 3, "is not of type 'string'"),
    ("ConfigMap", "gateway-config", "data config.yaml", "x" * (1 << 20 | 1), "at most 1048576"),
    ("ConfigMap", "gateway-config", "binaryData", {"config.yaml": "YQ=="}, "stands in binaryData too"),
]

BETWEEN: list[tuple[str, str, str, Any, str]] = [
    ("Deployment", "gateway", f"{POD} nodeSelector", {}, "no CPU pool of the stack has the labels {}"),
    ("Deployment", "gateway", f"{POD} nodeSelector servewright.dev/purpose", "gpu", "no CPU pool of the stack has the labels"),
    ("NodePool", "demo-dev-system", f"{POD} taints", [{"key": "only", "effect": "NoSchedule"}], "does not tolerate only"),
    ("Deployment", "gateway", f"{CONTAINER} resources requests cpu", GONE, "requests no cpu"),
    ("Deployment", "gateway", f"{CONTAINER} resources limits", GONE, "has no memory limit"),
    ("Deployment", "gateway", f"{CONTAINER} securityContext readOnlyRootFilesystem", GONE, "may write to its image"),
    ("Deployment", "gateway", f"{CONTAINER} readinessProbe", GONE, "has no readinessProbe"),
    ("StatefulSet", "counters", f"{CONTAINER} livenessProbe", GONE, "has no livenessProbe"),
    ("Deployment", "gateway", f"{POD} volumes 1 emptyDir", {}, "volume tmp may fill its node"),
    ("Deployment", "gateway", f"{POD} terminationGracePeriodSeconds", 10, "pauses 10 s of the 10 s that it has"),
    ("PodDisruptionBudget", "gateway", "spec selector matchLabels app", "other", "0 disruption budgets count its pods"),
    ("PodDisruptionBudget", "counters", "spec selector matchLabels app", "gateway", "2 disruption budgets count its pods"),
    ("Deployment", "gateway", f"{POD} topologySpreadConstraints", GONE, "nothing spreads its replicas over us-east-1a and us-east-1b"),
    ("Deployment", "gateway", f"{POD} topologySpreadConstraints 0 labelSelector matchLabels app", "other", "nothing spreads its replicas"),
    ("ConfigMap", "gateway-config", "metadata name", "config", "its ConfigMap gateway-config is not part of the stack"),
    ("ServiceAccount", "gateway", "metadata name", "other", "its ServiceAccount gateway is not part of the stack"),
    ("StatefulSet", "counters", "spec serviceName", "other", "serviceName 'other' is no headless Service over its pods"),
    ("Service", "counters", "spec clusterIP", GONE, "serviceName 'counters' is no headless Service over its pods"),
    ("StatefulSet", "counters", "spec persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Delete"}, "is deleted with it"),
]

IN_THE_STACK: list[tuple[str, str, str, Any, str]] = [
    ("Service", "gateway", "spec loadBalancerSourceRanges", GONE, "a public or node-wide endpoint, open to everybody"),
    ("Service", "gateway", "spec loadBalancerSourceRanges", ["10.0.0.0/8", "0.0.0.0/0"], "open to 10.0.0.0/8, 0.0.0.0/0"),
    ("Service", "gateway", "spec type", "NodePort", "a public or node-wide endpoint"),
    ("Service", "gateway", CERTIFICATE, GONE, "a public or node-wide endpoint without a certificate"),
    ("Service", "gateway", "spec ports 1", {"name": "plain", "port": 80, "targetPort": "http"}, "port 80 without TLS"),
    ("StatefulSet", "counters", f"{CONTAINER} image", "valkey:9", "StatefulSet counters: containers[0].image is not pinned by digest"),
    ("StatefulSet", "counters", f"{POD} automountServiceAccountToken", GONE, "StatefulSet counters: carries a token of the cluster"),
    ("StatefulSet", "counters", "spec replicas", GONE, "StatefulSet counters: has neither a scaler nor a number of replicas"),
    ("Service", "counters", "spec selector app", "other", "Service counters: selects no pod of the stack"),
]


def _good() -> list[dict[str, Any]]:
    return [*good_stack(), *good_gateway()]


def _with(kind: str, name: str, path: str, value: Any) -> list[dict[str, Any]]:
    return [changed(o, path, value) if (o["kind"], o["metadata"]["name"]) == (kind, name) else o for o in _good()]


def test_good_ones_have_no_faults() -> None:
    """
    No rule raises a false alarm, and all rules see both.
    """
    assert [fault for each in good_gateway() if each["kind"] != "NodePool" for fault in object_faults(each)] == []
    assert [o["metadata"]["name"] for o in supporting(_good())] == ["gateway", "counters"]
    assert supporting_faults(_good()) == bundle_faults(_good(), load_contract()) == ()


@pytest.mark.parametrize(("kind", "name", "path", "value", "expected"), ALONE, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_fault_of_an_object_is_caught(kind: str, name: str, path: str, value: Any, expected: str) -> None:
    """
    Each fault, put alone into a good object, is reported in words that name it.
    """
    (faulty,) = [o for o in _with(kind, name, path, value) if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    faults = object_faults(faulty)
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("kind", "name", "path", "value", "expected"), BETWEEN, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_fault_beside_the_engines_is_caught(kind: str, name: str, path: str, value: Any, expected: str) -> None:
    """
    Placement, probes, bounds, budgets, spread, and what a pod names but nobody brings.
    """
    faults = supporting_faults(_with(kind, name, path, value))
    assert any(expected in fault for fault in faults), faults


@pytest.mark.parametrize(("kind", "name", "path", "value", "expected"), IN_THE_STACK, ids=lambda v: v[:60] if isinstance(v, str) else "")
def test_one_fault_of_a_public_address_is_caught(kind: str, name: str, path: str, value: Any, expected: str) -> None:
    """
    A public address is for named ranges, with a certificate, on ports with TLS alone; and stores are held to what holds for every pod.
    """
    faults = bundle_faults(_with(kind, name, path, value), load_contract())
    assert any(expected in fault for fault in faults), faults


def test_on_nodes_of_the_user_no_pool_is_asked_for() -> None:
    """
    Pods that are listed as not priced have no pool; everything else is asked of them too.
    """
    elsewhere = [changed(o, f"{POD} nodeSelector", {}) if o in supporting(_good()) else o for o in _good()]
    assert supporting_faults(elsewhere, listed=True) == ()
    assert len(supporting_faults(elsewhere)) == len(supporting(elsewhere))
