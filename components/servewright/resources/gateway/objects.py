"""
What runs the gateway: its configuration, its pods with their identity, disruption budget and scaling, its metrics and its addresses.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from servewright.plan import annotation_keys
from servewright.plan.hours import encode_hours
from servewright.resources import labels
from servewright.resources.connections import GATEWAY_PORT, HTTP_PORT_NAME, METRICS_PORT_NAME
from servewright.resources.gateway.config import config_yaml
from servewright.resources.gateway.hook_files import hook_files
from servewright.resources.gateway.pod import CONFIG_FILE, POLICY_FILE, gateway_pod_spec, stores
from servewright.resources.gateway.policy import policy_json
from servewright.resources.gateway.public_service import public_service
from servewright.resources.gateway.scaling import scaled, scaled_object
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.monitor import monitor_labels, scrape_seconds
from servewright.resources.naming import GATEWAY, GATEWAY_CONFIG, GATEWAY_PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

_READY_S: Final = 900
"""
A node that starts, an image that is pulled, and a load balancer that a controller makes; judgement.
"""

_HASH_CHARACTERS: Final = 16
_WEIGHT: Final = 100


def gateway_objects(plan: Plan, names: Names, catalog: Catalog) -> list[KubernetesObject]:
    """
    Return the objects of the gateway, none where *plan* has none; what one needs stands before it.
    """
    return [] if plan.gateway is None else list(_objects(plan, plan.gateway, names, catalog))


def config_files(plan: Plan, names: Names) -> dict[str, str]:
    """
    Return the files of the container: what it is configured with, what the hooks hold requests to, and the hooks.
    """
    return {CONFIG_FILE: config_yaml(plan, names), POLICY_FILE: policy_json(plan, names), **hook_files()}


def config_map(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the files as the ConfigMap that the pods mount; it holds no secret.
    """
    metadata = {"name": GATEWAY_CONFIG, "namespace": names.namespace, "labels": labels.object_labels(plan, names)}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": config_files(plan, names)}


def service_account(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the identity of the pods: it has no rights in the cluster, and no token is mounted.
    """
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(plan, names),
        "automountServiceAccountToken": False,
    }


def service(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the address inside the cluster.
    """
    port = {"name": HTTP_PORT_NAME, "port": GATEWAY_PORT, "targetPort": HTTP_PORT_NAME, "protocol": "TCP", "appProtocol": "http"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(plan, names),
        "spec": {"type": "ClusterIP", "selector": labels.gateway_selector(names), "ports": [port]},
    }


def pod_disruption_budget(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the budget: one replica at a time, and one that never became ready keeps no node alive.
    """
    selector = {"matchLabels": labels.gateway_selector(names)}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(plan, names),
        "spec": {"maxUnavailable": 1, "selector": selector, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
    }


def pod_monitor(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the monitor that makes Prometheus read the gateway's metrics, on a port of their own that answers without a key.
    """
    metadata = _metadata(plan, names)
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {**metadata, "labels": {**metadata["labels"], **dict(monitor_labels(plan))}},
        "spec": {
            "selector": {"matchLabels": labels.gateway_selector(names)},
            # LiteLLM answers without the last stroke with a redirection.
            "podMetricsEndpoints": [{"port": METRICS_PORT_NAME, "path": "/metrics/", "interval": f"{scrape_seconds(plan)}s"}],
        },
    }


def deployment(plan: Plan, gateway: GatewayPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return the proxies. Where an autoscaler owns their number none stands here.
    """
    selector = labels.gateway_selector(names)
    pod = gateway_pod_spec(plan, gateway, names, catalog)
    template = {
        "labels": {**selector, "app.kubernetes.io/component": "gateway"},
        # Files are read once, at the start: others need other pods.
        "annotations": {labels.CONFIG_HASH: _hash_of(config_files(plan, names))},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            **_metadata(plan, names),
            "annotations": {annotation_keys.REPLICAS_BY_HOUR: encode_hours(gateway.replicas.by_hour)},
        },
        "spec": {
            **({} if scaled(gateway) else {"replicas": gateway.replicas.busiest}),
            "selector": {"matchLabels": selector},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "progressDeadlineSeconds": _READY_S,
            "revisionHistoryLimit": 3,
            "template": {"metadata": template, "spec": {**pod, **_apart(plan, gateway, selector)}},
        },
    }


def _objects(plan: Plan, gateway: GatewayPlan, names: Names, catalog: Catalog) -> Iterator[KubernetesObject]:
    inside = (("Namespace", NAMESPACE),)
    for key, manifest in (
        (GATEWAY, service_account(plan, names)),
        (GATEWAY_CONFIG, config_map(plan, names)),
        (GATEWAY, pod_disruption_budget(plan, names)),
        (GATEWAY, pod_monitor(plan, names)),
    ):
        yield KubernetesObject(key=key, manifest=manifest, needs=inside, part="gateway")
    # Pulumi takes a Service for made when a pod stands behind it.
    yield KubernetesObject(key=GATEWAY, manifest=service(plan, names), needs=inside, create_s=_READY_S, part="gateway")
    public = gateway.request.public
    if public is not None:
        exposed = public_service(plan, public, names)
        yield KubernetesObject(key=GATEWAY_PUBLIC, manifest=exposed, needs=inside, create_s=_READY_S, part="gateway")
    pools = tuple(("NodePool", pool.name) for pool in plan.pools if pool.purpose == "cpu" and plan.stack.system_nodes == "pool")
    servers = tuple(("StatefulSet" if tier.provider == "cluster" else "ConfigMap", tier.key) for tier in stores(plan))
    # With the policies first, no pod ever runs without them.
    before = (("ServiceAccount", GATEWAY), ("ConfigMap", GATEWAY_CONFIG), ("NetworkPolicy", "default-deny"))
    made = deployment(plan, gateway, names, catalog)
    yield KubernetesObject(key=GATEWAY, manifest=made, needs=(*inside, *before, *pools, *servers), create_s=_READY_S, part="gateway")
    if scaled(gateway):
        scaling = scaled_object(plan, gateway, names)
        yield KubernetesObject(key=GATEWAY, manifest=scaling, needs=(("Deployment", GATEWAY),), part="gateway")


def _apart(plan: Plan, gateway: GatewayPlan, selector: dict[str, str]) -> dict[str, Any]:
    """
    Keep the replicas apart: a few each on a node of its own, as the plan and the bill count them, and evenly over the zones as far as that
    goes. Many of them, and those on nodes that are others', have the first as a wish too.
    """
    if gateway.replicas.maximum < 2:  # noqa: PLR2004 - nothing to keep apart
        return {}
    term = {"labelSelector": {"matchLabels": selector}, "topologyKey": "kubernetes.io/hostname"}
    wish = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": _WEIGHT, "podAffinityTerm": term}]}
    rule = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    placed: dict[str, Any] = {"affinity": {"podAntiAffinity": rule if gateway.apart and plan.stack.system_nodes == "pool" else wish}}
    if len(plan.stack.zones) > 1:
        constraint = {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            # It must be able to grow in the zone that is left; Karpenter launches nodes as if it were a rule.
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector},
            # Old and new pods of a roll-out are spread separately, else the new ones follow the old ones' gaps.
            "matchLabelKeys": ["pod-template-hash"],
        }
        placed["topologySpreadConstraints"] = [constraint]
    return placed


def _hash_of(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:_HASH_CHARACTERS]


def _metadata(plan: Plan, names: Names) -> dict[str, Any]:
    return {
        "name": GATEWAY,
        "namespace": names.namespace,
        "labels": {**labels.object_labels(plan, names), **labels.gateway_selector(names)},
    }
