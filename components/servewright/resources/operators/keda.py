"""
The values of KEDA's chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.operators.site import container_security, pod_security, registry_and_repository, requests, tag_with_digest

if TYPE_CHECKING:
    from servewright.catalog.model import Image
    from servewright.plan.operators import OperatorPod
    from servewright.resources.operators.site import Site

KEEP: Final = {"helm.sh/resource-policy": "keep"}
"""
Without it helm removes the CRDs with the release, and with them every ScaledObject of every stack.
"""

IMAGES: Final = ("keda", "keda-metrics-apiserver", "keda-admission-webhooks")

_WORKLOADS: Final = {
    # our name of the pod: the chart's words for it in each of its maps
    "keda-operator": ("operator", "operator", "operator"),
    "keda-operator-metrics-apiserver": ("metricsServer", "metricServer", "metricServer"),
    "keda-admission-webhooks": ("webhooks", "webhooks", "webhooks"),
}

_OWN_NAMESPACE: Final = (
    {"sourceLabels": ["exported_namespace"], "regex": "(.+)", "targetLabel": "namespace", "action": "replace"},
    {"regex": "exported_namespace", "action": "labeldrop"},
)


def keda_values(site: Site) -> dict[str, Any]:
    """
    Return the values. The chart's pods obey Pod Security `restricted` by themselves; it is said once more, so that it stays so.

    The chart's own NetworkPolicies stay off: they let the operator reach the API server inside a namespace only, and on EKS it is at
    addresses of the VPC.
    """
    operator, metrics, webhooks = (site.image(name) for name in IMAGES)
    return {
        "image": {
            "keda": _image(operator),
            "metricsApiServer": _image(metrics),
            "webhooks": _image(webhooks),
            "pullPolicy": "IfNotPresent",
        },
        "crds": {"install": True, "additionalAnnotations": KEEP},
        "nodeSelector": site.nodes.selector,
        "tolerations": site.nodes.tolerations,
        "podSecurityContext": {security: pod_security() for _, security, _ in _WORKLOADS.values()},
        "securityContext": {security: container_security() for _, security, _ in _WORKLOADS.values()},
        "resources": {size: requests(site.pods[name].size(name)) for name, (_, size, _) in _WORKLOADS.items()},
        "webhooks": {"enabled": True, **_replicas(site.pods["keda-admission-webhooks"])},
        "operator": _replicas(site.pods["keda-operator"]),
        "metricsServer": _replicas(site.pods["keda-operator-metrics-apiserver"]),
        **_budgets(site),
        **_metrics(site),
    }


def _metrics(site: Site) -> dict[str, Any]:
    """
    Return what makes Prometheus read the operator of a watched stack: which triggers fail, and which find nothing.

    The operator's own label says whose ScaledObject it is about; Prometheus would put its own namespace in that place.
    """
    if site.monitoring is None:
        return {}
    monitor = {
        "enabled": True,
        "interval": f"{site.scrape_s}s",
        "additionalLabels": site.monitor_labels,
        "metricRelabelings": list(_OWN_NAMESPACE),
    }
    return {"prometheus": {"operator": {"enabled": True, "serviceMonitor": monitor}}}


def _image(image: Image) -> dict[str, str]:
    return {**registry_and_repository(image), "tag": tag_with_digest(image)}


def _replicas(pod: OperatorPod) -> dict[str, Any]:
    """
    Return the replicas, as a rule on nodes apart: Karpenter takes a preference for a rule anyway, and the bill counts whole nodes.
    """
    replicas: dict[str, Any] = {"replicaCount": pod.replicas}
    if pod.apart:
        term = {"labelSelector": {"matchLabels": {"app": pod.name}}, "topologyKey": "kubernetes.io/hostname"}
        replicas["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    return replicas


def _budgets(site: Site) -> dict[str, Any]:
    """
    Return a disruption budget where there is more than one replica; with one it would only block drains.
    """
    several = {budget: {"maxUnavailable": 1} for name, (_, _, budget) in _WORKLOADS.items() if site.pods[name].replicas > 1}
    return {"podDisruptionBudget": several} if several else {}
