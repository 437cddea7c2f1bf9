"""
Helm releases of known charts: what their values make at AWS beside pods. A chart that is not in the table stays unknown.

A release shows values only, and charts have defaults of their own; so a chart is in the table when its default values are known to run
pods and nothing else, but for what stands here beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import elsewhere
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.chart_values import beyond_the_table, turned_on
from servewright.cost.kubernetes.claims import claimed_volume
from servewright.cost.kubernetes.nodes import has_standing_nodes
from servewright.cost.kubernetes.service_balancer import service_balancer
from servewright.cost.properties import UnreadableProperty, read, read_count, read_map, read_text
from servewright.cost.registry import Priced, joined

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

Adapter = Callable[["ResourceRecord", "Context"], Priced]

_CLAIMS: Final = (
    ("prometheus", "prometheusSpec", "storageSpec", "volumeClaimTemplate"),
    ("alertmanager", "alertmanagerSpec", "storage", "volumeClaimTemplate"),
    ("thanosRuler", "thanosRulerSpec", "storage", "volumeClaimTemplate"),
)
"""
Where kube-prometheus-stack takes claims for its StatefulSets (the chart's values.yaml); without them it keeps samples on the node.
"""

_LABELS: Final = {"prometheus": "prometheus", "alertmanager": "alertmanager", "thanosRuler": "thanos ruler"}
_OFF_BY_DEFAULT: Final = ("thanosRuler",)
_TWO: Final = "the chart makes a second Service for inside the network, whose load balancer is not priced"


def _pods_only(_record: ResourceRecord, _context: Context) -> Priced:
    return Priced()


def _ingress_nginx(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the load balancer of the controller's Service, which is of type LoadBalancer unless the values say otherwise.
    """
    at = ("values", "controller", "service")
    if read(record, *at, "enabled") is False:
        return Priced()
    internal = turned_on(read(record, *at, "internal", "enabled"))
    second = unknown_part(record, "internal load balancer", _TWO) if internal else Priced()
    if (read_text(record, *at, "type") or "LoadBalancer") != "LoadBalancer":
        return second
    return second + service_balancer(record, context, read_map(record, *at, "annotations"), read_text(record, *at, "loadBalancerClass"))


def _kube_prometheus_stack(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the volumes that the values claim for Prometheus, Alertmanager and the ruler of Thanos.
    """
    return joined(
        claimed_volume(record, context, ("values", *place), count=_replicas(record, place), label=f"of {_LABELS[place[0]]}")
        for place in _CLAIMS
        if _runs(record, place[0]) and read(record, "values", *place) is not None
    )


def _runs(record: ResourceRecord, part: str) -> bool:
    enabled = read(record, "values", part, "enabled")
    return part not in _OFF_BY_DEFAULT if enabled is None else turned_on(enabled)


def _replicas(record: ResourceRecord, place: tuple[str, ...]) -> int:
    """
    Return how many pods claim a volume: the replicas of each shard, one of one where nothing is said.
    """
    counts = (read_count(record, "values", *place[:2], key) for key in ("replicas", "shards"))
    replicas, shards = (1 if count is None else count for count in counts)
    return replicas * shards


_HANDLED: Final[dict[str, tuple[tuple[str | int, ...], ...]]] = {
    "ingress-nginx": (("values", "controller", "service", "type"),),
    "kube-prometheus-stack": tuple(("values", *place) for place in _CLAIMS),
}
"""
What the adapters read of the values of their charts.
"""

_ADAPTERS: Final[dict[str, Adapter]] = {
    "ingress-nginx": _ingress_nginx,
    "kube-prometheus-stack": _kube_prometheus_stack,
    **dict.fromkeys(
        (
            "aws-ebs-csi-driver",
            "aws-efs-csi-driver",
            "aws-load-balancer-controller",
            "cert-manager",
            "cluster-autoscaler",
            "dcgm-exporter",
            "external-dns",
            "external-secrets",
            "gpu-operator",
            "karpenter",
            "karpenter-crd",
            "keda",
            "kube-state-metrics",
            "lws",
            "metrics-server",
            "node-feature-discovery",
            "nvidia-device-plugin",
            "reloader",
        ),
        _pods_only,
    ),
}


def price_chart(record: ResourceRecord, context: Context) -> Priced | None:
    """
    Return what the release of a known chart makes, None where the chart is not known.
    """
    chart = read_text(record, "chart") or ""
    name = chart.rstrip("/").rpartition("/")[2]
    adapter = _ADAPTERS.get(name)
    if adapter is None:
        return None
    if record.inputs.get("valueYamlFiles"):
        raise UnreadableProperty(record, "valueYamlFiles", "holds values in files, which a record does not show")
    nodes = Priced() if has_standing_nodes(context) else elsewhere(f"pods of the release {record.name}", f"what the chart {name} requests")
    found = adapter(record, context) + beyond_the_table(record, context, _HANDLED.get(name, ()))
    return found + nodes + Priced(free=f"runs pods only, as the chart {name} does; their nodes are billed or existing ones")
