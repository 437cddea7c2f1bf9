"""
What runs one store in the cluster: its configuration, its server and its address.

One replica: a cache that is gone fills again, and a second server of counters would need a fail-over that nothing here does. What must
outlive its pod is appended to a volume that stays, whoever removes the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.caches import valkey
from servewright.resources.caches.address import address_map
from servewright.resources.caches.valkey_pod import valkey_pod_spec
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.storage_class import storage_class, storage_class_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

STORAGE: Final = "encrypted-gp3"
CONFIG_HASH: Final = labels.CONFIG_HASH

_READY_S: Final = 900
"""
A node that starts, an image that is pulled, and an appended file that is read again; judgement.
"""


def tier_objects(plan: Plan, names: Names, catalog: Catalog) -> list[KubernetesObject]:
    """
    Return the objects of all stores: of those in the cluster what runs them, of those at ElastiCache their address. What one needs stands
    before it.
    """
    far = [address_map(plan, tier, names) for tier in plan.tiers if tier.provider == "elasticache"]
    tiers = [tier for tier in plan.tiers if tier.provider == "cluster"]
    kept = any(tier.persistent for tier in tiers)
    storage = [KubernetesObject(key=STORAGE, manifest=storage_class(plan, names, STORAGE, "Retain"))] if kept else []
    return [*far, *storage, *(each for tier in tiers for each in _objects(plan, tier, names, catalog))]


def tier_labels(tier: CacheTier, names: Names) -> dict[str, str]:
    """
    Return what selects the pod of *tier*.
    """
    return labels.tier_selector(tier.key, names)


def auth_secret(tier: CacheTier) -> str:
    """
    Return the name of the Secret that holds the password of the user.
    """
    return f"{tier.key}-auth"


def config_map(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the configuration of the server.
    """
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(plan, tier, names),
        "data": {valkey.CONFIG_FILE: _configuration(plan, tier)},
    }


def stateful_set(plan: Plan, tier: CacheTier, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return the server, with a volume of its own where what it holds must outlive it.
    """
    selector = tier_labels(tier, names)
    text = _configuration(plan, tier)
    metadata = {
        "labels": {**selector, "app.kubernetes.io/component": "cache"},
        "annotations": {
            CONFIG_HASH: valkey.configuration_hash(text),
            # Karpenter would move it to save a part of a node, and lose what it holds.
            "karpenter.sh/do-not-disrupt": "true",
        },
    }
    spec: dict[str, Any] = {
        "replicas": 1,
        "serviceName": _headless_name(tier),
        "selector": {"matchLabels": selector},
        "updateStrategy": {"type": "RollingUpdate"},
        "revisionHistoryLimit": 3,
        "template": {"metadata": metadata, "spec": valkey_pod_spec(plan, tier, names, catalog, secret=auth_secret(tier))},
    }
    if tier.persistent:
        spec["persistentVolumeClaimRetentionPolicy"] = {"whenDeleted": "Retain", "whenScaled": "Retain"}
        spec["volumeClaimTemplates"] = [_claim(tier, names)]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": _metadata(plan, tier, names), "spec": spec}


def service(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the address that clients call.
    """
    return _service(plan, tier, names, tier.key, {"type": "ClusterIP"})


def headless_service(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the names of the pods, which a StatefulSet asks for.
    """
    return _service(plan, tier, names, _headless_name(tier), {"type": "ClusterIP", "clusterIP": "None"})


def pod_disruption_budget(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the budget: with one replica a minimum would only keep its node from ever being drained.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(plan, tier, names),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": tier_labels(tier, names)}, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
    }


def service_account(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    """
    Return the identity of the pod: it has no rights in the cluster, and no token is mounted.
    """
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(plan, tier, names),
        "automountServiceAccountToken": False,
    }


def _objects(plan: Plan, tier: CacheTier, names: Names, catalog: Catalog) -> Iterator[KubernetesObject]:
    inside = (("Namespace", NAMESPACE),)
    yield KubernetesObject(key=tier.key, manifest=service_account(plan, tier, names), needs=inside)
    yield KubernetesObject(key=tier.key, manifest=config_map(plan, tier, names), needs=inside)
    # Pulumi takes a Service for made when a pod stands behind it.
    yield KubernetesObject(key=tier.key, manifest=service(plan, tier, names), needs=inside, create_s=_READY_S)
    yield KubernetesObject(key=_headless_name(tier), manifest=headless_service(plan, tier, names), needs=inside, create_s=_READY_S)
    yield KubernetesObject(key=tier.key, manifest=pod_disruption_budget(plan, tier, names), needs=inside)
    pools = tuple(("NodePool", pool.name) for pool in plan.pools if pool.purpose == "cpu")
    storage = (("StorageClass", STORAGE),) if tier.persistent else ()
    yield KubernetesObject(
        key=tier.key,
        manifest=stateful_set(plan, tier, names, catalog),
        # With the policies first, no pod ever runs without them.
        needs=(*inside, ("ServiceAccount", tier.key), ("ConfigMap", tier.key), ("NetworkPolicy", "default-deny"), *storage, *pools),
        create_s=_READY_S,
        holds_state=tier.persistent,
    )


def _configuration(plan: Plan, tier: CacheTier) -> str:
    return valkey.configuration(tier, tls=plan.caches is not None and plan.caches.tls is not None)


def _service(plan: Plan, tier: CacheTier, names: Names, name: str, kind: dict[str, Any]) -> dict[str, Any]:
    port = {"name": valkey.PORT_NAME, "port": valkey.PORT, "targetPort": valkey.PORT_NAME, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {**_metadata(plan, tier, names), "name": name},
        "spec": {**kind, "selector": tier_labels(tier, names), "ports": [port]},
    }


def _claim(tier: CacheTier, names: Names) -> dict[str, Any]:
    return {
        # The API server fills them in; without them the stored object would look changed.
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class_name(names, STORAGE),
            "volumeMode": "Filesystem",
            "resources": {"requests": {"storage": f"{tier.disk_gib}Gi"}},
        },
    }


def _headless_name(tier: CacheTier) -> str:
    return f"{tier.key}-pods"


def _metadata(plan: Plan, tier: CacheTier, names: Names) -> dict[str, Any]:
    return {
        "name": tier.key,
        "namespace": names.namespace,
        "labels": {**labels.object_labels(plan, names), **tier_labels(tier, names)},
    }
