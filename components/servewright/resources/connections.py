"""
Who may talk to whom in a stack's namespace: one declared table, from which the network policies are made (`resources.network`) and which a
reader can hold against what an enforcing network lets through.

Without a gateway clients call the engines; with one they call the gateway, and the engines take calls from it alone. A hop that is not
encrypted stays in the cluster or in its VPC. The kubelet's probes come from a pod's own node and need no opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from servewright.plan.engine_arguments import PORT
from servewright.resources import labels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

HTTP_PORT_NAME: Final = "http"
METRICS_PORT_NAME: Final = "metrics"
EXPORTER_PORT_NAME: Final = "exporter"

GATEWAY_PORT: Final = 4000
GATEWAY_METRICS_PORT: Final = 9090
CACHE_PORT: Final = 6379
EXPORTER_PORT: Final = 9121
_DATABASE_PORT: Final = 5432
"""
LiteLLM's port and that of its metrics, Valkey's and that of its exporter, and that of PostgreSQL, the only database that LiteLLM
1.104.0 takes.
"""

_OTLP_PORT: Final = 4317
"""
OTLP over gRPC (https://opentelemetry.io/docs/specs/otlp, default port).
"""

_SERVICE_AND_NAMESPACE: Final = 2

_NODE_LOCAL_DNS: Final = "169.254.20.10/32"
"""
NodeLocal DNSCache's address (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns, 2026-11); unused where it is not installed.
"""

_POD_IDENTITY_AGENT: Final = "169.254.170.23/32"
"""
The EKS Pod Identity agent's address on every node (EKS user guide, "How EKS Pod Identity works", 2026-11); it answers on port 80.
"""

_METADATA: Final = "169.254.169.254/32"
"""
The node's credentials (EC2 user guide, instance metadata). Link-local covers it; it stands alone too, so that nobody has to know that.
"""

_NOT_PUBLIC_V4: Final = (_METADATA, "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
_NOT_PUBLIC_V6: Final = ("fc00::/7", "fe80::/10")
"""
Private, carrier-grade and link-local ranges (RFC 1918, 6598, 3927, 4193, 4291; fd00:ec2::254 is the metadata service too): cluster and
VPC are not where weights come from.
"""

_VPC_V4: Final = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
"""
Where the addresses of a VPC lie (VPC user guide, "VPC CIDR blocks": RFC 1918 is advised, 100.64.0.0/10 may be added). The plan does not
know the cluster's own range; what is opened to these is one port.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """
    One end of a connection. *pods* is the label selector of pods in the stack's namespace (empty: all of them), None where the end is
    outside of it; *peers* is how a policy of the other end names it, as in Kubernetes' NetworkPolicyPeer.
    """

    name: str
    peers: tuple[dict[str, Any], ...] = ()
    pods: dict[str, str] | None = None

    @property
    def inside(self) -> bool:
        """
        True for pods of the stack, whose own policies must open the connection.
        """
        return self.pods is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """
    *source* may open connections to *port* of *target*; *port_name* is what the target's pods call it. *key* names it within the stack.
    """

    key: str
    source: Party
    target: Party
    port: int
    why: str
    encrypted: bool
    port_name: str | None = None
    protocols: tuple[Literal["TCP", "UDP"], ...] = ("TCP",)


def connections(plan: Plan, names: Names) -> tuple[Connection, ...]:
    """
    Return every connection of *plan*: all that is not among them is closed.
    """
    return (*_of_all(), *_of_engines(plan, names), *_of_gateway(plan, names), *_of_monitoring(plan, names))


def prometheus_namespace(plan: Plan) -> str:
    """
    Return where the Prometheus lives that scrapes engines and gateway.
    """
    return next((operator.namespace for operator in plan.operators if operator.name == "prometheus"), "monitoring")


def _of_all() -> Iterator[Connection]:
    dns = {"namespaceSelector": _namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    yield Connection(
        key="dns",
        source=Party(name="every pod", pods={}),
        target=Party(name="DNS", peers=(dns, *_ranges(_NODE_LOCAL_DNS))),
        port=53,
        protocols=("UDP", "TCP"),
        why="names are resolved by the cluster's own servers or by the cache on the node",
        encrypted=False,
    )


def _of_engines(plan: Plan, names: Names) -> Iterator[Connection]:
    engines = _pods("engines", labels.stack_selector(names))
    if plan.gateway is None:
        yield _serves("clients", _clients(), engines, PORT, "callers in marked namespaces ask the models")
    yield _serves("metrics", _prometheus(plan), engines, PORT, "Prometheus reads the engines' metrics, and the autoscaler reads Prometheus")
    internet = Party(name="the internet", peers=_internet())
    yield Connection(key="weights", source=engines, target=internet, port=443, why="weights come from the hub or from S3", encrypted=True)
    if any(model.weights_source.startswith("s3://") for model in plan.models):
        yield _identity("pod-identity", engines, "credentials for a bucket of weights")
    for tier in plan.tiers:
        if tier.purpose == "contexts":
            yield _store(plan, engines, tier, names, key="contexts", why="KV blocks of prompts are kept outside the GPU")


def _of_gateway(plan: Plan, names: Names) -> Iterator[Connection]:
    if plan.gateway is None:
        return
    asked = plan.gateway.request
    gateway = _pods("gateway", labels.gateway_selector(names))
    engines = _pods("engines", labels.stack_selector(names))
    yield _serves("clients", _clients(), gateway, GATEWAY_PORT, "callers in marked namespaces ask the models by way of the gateway")
    if asked.public is not None:
        why = "the load balancer ends TLS and brings what the internet asks; its addresses are the VPC's"
        yield _serves("public", Party(name="load balancer", peers=_ranges(*_VPC_V4)), gateway, GATEWAY_PORT, why)
    yield Connection(
        key="gateway-metrics",
        source=_prometheus(plan),
        target=gateway,
        port=GATEWAY_METRICS_PORT,
        port_name=METRICS_PORT_NAME,
        why="Prometheus reads the gateway's metrics, and the autoscaler reads Prometheus",
        encrypted=False,
    )
    yield _serves("engines", gateway, engines, PORT, "the gateway hands requests to the engines")
    stores = [tier for tier in plan.tiers if tier.purpose != "contexts"]
    for tier in stores:
        yield _store(plan, gateway, tier, names, key=tier.key, why=_STORED[tier.purpose])
    if any(tier.provider == "elasticache" for tier in stores):
        yield _identity("gateway-identity", gateway, "the gateway signs in to ElastiCache with its pods' identity")
    if asked.database is not None:
        why = "virtual keys and the administrator's pages are kept in a database; whether TLS is spoken, its connection string says"
        yield Connection(key="database", source=gateway, target=_vpc("database"), port=_DATABASE_PORT, why=why, encrypted=False)


def _of_monitoring(plan: Plan, names: Names) -> Iterator[Connection]:
    if plan.monitoring is None:
        return
    if any(tier.provider == "cluster" for tier in plan.tiers):
        yield Connection(
            key="store-metrics",
            source=_prometheus(plan),
            target=_pods("stores", labels.stores_selector(names)),
            port=EXPORTER_PORT,
            port_name=EXPORTER_PORT_NAME,
            why="Prometheus reads the figures of the stores",
            encrypted=False,
        )
    traces = plan.monitoring.request.traces
    if traces is not None:
        host, port, encrypted = _address(traces.endpoint)
        target = Party(name="trace collector", peers=_reached(host))
        why = "engines send traces of a share of the requests"
        engines = _pods("engines", labels.stack_selector(names))
        yield Connection(key="traces", source=engines, target=target, port=port, why=why, encrypted=encrypted)


def _address(url: str) -> tuple[str, int, bool]:
    """
    Return host and port of *url*, and whether TLS is spoken there.
    """
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _OTLP_PORT, parts.scheme == "https"


def _reached(host: str) -> tuple[dict[str, Any], ...]:
    """
    Return how a policy names *host*: the namespace of a Service in the cluster ("name.namespace", "name.namespace.svc…"), else any address
    but those of the node itself.
    """
    words = host.split(".")
    in_cluster = len(words) == _SERVICE_AND_NAMESPACE or words[_SERVICE_AND_NAMESPACE : _SERVICE_AND_NAMESPACE + 1] == ["svc"]
    if in_cluster:
        return ({"namespaceSelector": _namespace(words[1])},)
    return (*_ranges(*_VPC_V4), *_internet())


_STORED: Final = {
    "responses": "answers are kept for requests that leave nothing to chance",
    "counters": "all replicas count requests, tokens and money together",
}


def _store(plan: Plan, source: Party, tier: CacheTier, names: Names, *, key: str, why: str) -> Connection:
    inside = tier.provider == "cluster"
    return Connection(
        key=key,
        source=source,
        target=_pods(tier.key, labels.tier_selector(tier.key, names)) if inside else _vpc("ElastiCache"),
        port=CACHE_PORT,
        why=why,
        encrypted=not inside or (plan.caches is not None and plan.caches.tls is not None),
    )


def _serves(key: str, source: Party, target: Party, port: int, why: str) -> Connection:
    return Connection(key=key, source=source, target=target, port=port, port_name=HTTP_PORT_NAME, why=why, encrypted=False)


def _identity(key: str, source: Party, why: str) -> Connection:
    agent = Party(name="pod identity agent", peers=_ranges(_POD_IDENTITY_AGENT))
    return Connection(key=key, source=source, target=agent, port=80, why=f"{why}, from the agent on the node itself", encrypted=False)


def _pods(name: str, selector: dict[str, str]) -> Party:
    return Party(name=name, peers=({"podSelector": {"matchLabels": selector}},), pods=selector)


def _clients() -> Party:
    return Party(name="clients", peers=({"namespaceSelector": {"matchLabels": {labels.CLIENT: "true"}}},))


def _prometheus(plan: Plan) -> Party:
    return Party(name="Prometheus", peers=({"namespaceSelector": _namespace(prometheus_namespace(plan))},))


def _vpc(name: str) -> Party:
    return Party(name=name, peers=_ranges(*_VPC_V4))


def _namespace(name: str) -> dict[str, Any]:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _ranges(*ranges: str) -> tuple[dict[str, Any], ...]:
    return tuple({"ipBlock": {"cidr": each}} for each in ranges)


def _internet() -> tuple[dict[str, Any], ...]:
    return (
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(_NOT_PUBLIC_V4)}},
        {"ipBlock": {"cidr": "::/0", "except": list(_NOT_PUBLIC_V6)}},
    )
