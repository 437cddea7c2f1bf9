"""
Helm releases of known charts: what their values make at AWS beside pods. A chart that is not in the table stays unknown.

A release shows values only, and charts have defaults of their own; so a chart is in the table when its default values are known to run
pods and nothing else, but for what stands here beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.aws.lines import elsewhere
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.claims import claimed_volume
from servewright.cost.kubernetes.nodes import has_standing_nodes
from servewright.cost.kubernetes.service_balancer import service_balancer
from servewright.cost.properties import UnreadableProperty, dotted, read, read_map, read_text
from servewright.cost.records import SECRET, UNKNOWN
from servewright.cost.registry import Priced, joined

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

Adapter = Callable[["ResourceRecord", "Context"], Priced]

_CLAIMS: Final = (
    ("prometheus", "prometheusSpec", "storageSpec", "volumeClaimTemplate"),
    ("alertmanager", "alertmanagerSpec", "storage", "volumeClaimTemplate"),
)
"""
Where kube-prometheus-stack takes claims for its StatefulSets (the chart's values.yaml); without them it keeps samples on the node.
"""


def _pods_only(_record: ResourceRecord, _context: Context) -> Priced:
    return Priced()


def _ingress_nginx(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the load balancer of the controller's Service, which is of type LoadBalancer unless the values say otherwise.
    """
    at = ("values", "controller", "service")
    if read(record, *at, "enabled") is False or (read_text(record, *at, "type") or "LoadBalancer") != "LoadBalancer":
        return Priced()
    return service_balancer(record, context, read_map(record, *at, "annotations"), read_text(record, *at, "loadBalancerClass"))


def _kube_prometheus_stack(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the volumes that the values claim for Prometheus and Alertmanager.
    """
    return joined(
        claimed_volume(record, context, ("values", *place), count=_replicas(record, place), label=f"of {place[0]}")
        for place in _CLAIMS
        if read(record, "values", *place) is not None
    )


def _replicas(record: ResourceRecord, place: tuple[str, ...]) -> int:
    count = read(record, "values", *place[:2], "replicas")
    return count if isinstance(count, int) and not isinstance(count, bool) else 1


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
    found = adapter(record, context) + _beyond_the_table(record, handled=name)
    return found + nodes + Priced(free=f"runs pods only, as the chart {name} does; their nodes are billed or existing ones")


def _beyond_the_table(record: ResourceRecord, *, handled: str) -> Priced:
    """
    Return what the values turn on that the table does not price: a load balancer, a volume.
    """
    own = ("controller", "service", "type") if handled == "ingress-nginx" else ()
    found = [path for path, value in _leaves(record.inputs.get("values"), ()) if path != own and _makes_something(path, value)]
    return joined(unknown_part(record, dotted("values", *path), "the values turn on what no adapter prices") for path in found)


def _makes_something(path: tuple[str | int, ...], value: object) -> bool:
    if value in (UNKNOWN, SECRET):
        return path[-1:] == ("type",) and path[-2:-1] == ("service",)
    return value == "LoadBalancer" or (path[-2:] == ("persistence", "enabled") and value is True)


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], object]]:  # noqa: ANN401 - a JSON value
    """
    Yield each value of the tree that holds no others, with its path.
    """
    if isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value
