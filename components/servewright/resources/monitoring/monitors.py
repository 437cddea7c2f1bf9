"""
Objects: what makes Prometheus scrape stores and operators, beside engines and gateway, whose monitors every stack has.

Karpenter's own chart has a monitor that is off until somebody turns it on. On a cluster with a Prometheus of its own that is listed as a
requirement: a second monitor there would read every figure twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.operators import PROMETHEUS, installed
from servewright.resources import labels
from servewright.resources.connections import EXPORTER_PORT_NAME
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.monitor import monitor_labels, scrape_seconds

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope

_KARPENTER: Final = "karpenter"
_KARPENTER_PORT: Final = "http-metrics"
"""
The port of Karpenter's Service (karpenter-provider-aws, charts/karpenter/templates/service.yaml@080be6dfec49).
"""

_TIER_OF_POD: Final = {
    "sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_instance"],
    "targetLabel": "tier",
    "action": "replace",
}


def monitor_objects(scope: Scope) -> tuple[KubernetesObject, ...]:
    """
    Return what makes Prometheus scrape the stores in the cluster and, where the stack installs Prometheus, Karpenter.
    """
    stores = any(tier.provider == "cluster" for tier in scope.plan.tiers)
    karpenter = PROMETHEUS in installed(scope.plan.operators)
    return (*((_stores(scope),) if stores else ()), *((_of_karpenter(scope),) if karpenter else ()))


def _stores(scope: Scope) -> KubernetesObject:
    endpoint = {"port": EXPORTER_PORT_NAME, "path": "/metrics", "interval": _interval(scope), "relabelings": [_TIER_OF_POD]}
    spec = {"selector": {"matchLabels": labels.stores_selector(scope.names)}, "podMetricsEndpoints": [endpoint]}
    return _monitor(scope, "PodMonitor", "stores", spec)


def _of_karpenter(scope: Scope) -> KubernetesObject:
    namespace = next((each.namespace for each in scope.plan.operators if each.name == _KARPENTER), "kube-system")
    spec = {
        "namespaceSelector": {"matchNames": [namespace]},
        "selector": {"matchLabels": {"app.kubernetes.io/name": _KARPENTER}},
        "endpoints": [{"port": _KARPENTER_PORT, "path": "/metrics", "interval": _interval(scope)}],
    }
    return _monitor(scope, "ServiceMonitor", _KARPENTER, spec)


def _monitor(scope: Scope, kind: str, name: str, spec: dict[str, Any]) -> KubernetesObject:
    own = {**labels.object_labels(scope.plan, scope.names), **dict(monitor_labels(scope.plan))}
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": scope.names.namespace, "labels": own},
        "spec": spec,
    }
    return KubernetesObject(key=name, manifest=manifest, needs=(("Namespace", NAMESPACE),))


def _interval(scope: Scope) -> str:
    return f"{scrape_seconds(scope.plan)}s"
