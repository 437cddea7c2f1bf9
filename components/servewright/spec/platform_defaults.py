"""
Defaults of the platform: zones, the existing cluster and its operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.infrastructure import ClusterSpec
from servewright.spec.operators import ExistingOperatorSpec, ExistingPrometheusSpec, OperatorsSpec
from servewright.spec.request import Cluster, Operator
from servewright.spec.stack_rules import NODE_SYSTEM, node_role_of

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.infrastructure import PlatformSpec
    from servewright.spec.operators import KarpenterSpec, OperatorSpec, PrometheusSpec
    from servewright.spec.request import Environment

PLACEHOLDER_CLUSTER: Final = "example-cluster"
DEFAULT_KUBERNETES: Final = "1.35"
DISCOVERY_KEY: Final = "karpenter.sh/discovery"
PROMETHEUS_ADDRESS: Final = "http://kube-prometheus-stack-prometheus.monitoring:9090"
PROMETHEUS_NAMESPACE: Final = "monitoring"
PROMETHEUS_LABELS: Final = (("release", "kube-prometheus-stack"),)

_NAMESPACES: Final = {
    "karpenter": "kube-system",  # https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/
    "keda": "keda",  # https://keda.sh/docs/latest/deploy/
    "nvidia-device-plugin": "nvidia-device-plugin",  # https://github.com/NVIDIA/k8s-device-plugin#deployment-via-helm
    "dcgm-exporter": "monitoring",  # judgement: its guide installs into the current namespace
}

_INSTALLED_IN: Final = {
    "keda": "keda",
    "nvidia-device-plugin": NODE_SYSTEM,
    "dcgm-exporter": NODE_SYSTEM,
    "prometheus": PROMETHEUS_NAMESPACE,
}


def zones_of_stack(platform: PlatformSpec | None, environment: Environment, known: tuple[str, ...], applied: Applied) -> tuple[str, ...]:
    """
    Return the zones to use: the first of those given in dev, all of them elsewhere; the region's first ones where none are given.
    """
    count = ENVIRONMENTS[environment].zones
    given = None if platform is None else platform.zones
    if given is None:
        words = "the first zone of the region" if count == 1 else f"the first {count} zones of the region"
        applied.note("platform.zones", f"[{', '.join(known[:count])}]", f"{words}: the rule of {environment}")
        return known[:count]
    if count == 1 and len(given) > 1:
        applied.note("platform.zones", f"[{given[0]}]", f"{environment} uses one of the zones given")
        return given[:1]
    return given


def cluster_of(platform: PlatformSpec | None, applied: Applied) -> Cluster:
    """
    Return the existing cluster, a placeholder where the spec names none.
    """
    given = ClusterSpec() if platform is None or platform.cluster is None else platform.cluster
    where = "platform.cluster"
    name = given.name
    if name is None:
        name = PLACEHOLDER_CLUSTER
        applied.note(f"{where}.name", "null", f"preview puts {name} in its place, up refuses")
    by_id = given.subnets is not None and given.security_groups is not None
    return Cluster(
        name=name,
        context=applied.take(f"{where}.context", given.context, name, "the cluster's name"),
        kubernetes_version=applied.take(
            f"{where}.kubernetes_version", given.kubernetes_version, DEFAULT_KUBERNETES, "the version in the middle of those supported"
        ),
        node_role=applied.take(f"{where}.node_role", given.node_role, node_role_of(name), "the role that Karpenter's guide creates"),
        discovery_tag=None if by_id else _tag(given, name, applied),
        subnet_ids=given.subnets or (),
        security_group_ids=given.security_groups or (),
        placeholder=given.name is None,
    )


def _tag(given: ClusterSpec, name: str, applied: Applied) -> tuple[str, str]:
    tag = applied.take(
        "platform.cluster.discovery_tag", given.discovery_tag, f"{DISCOVERY_KEY}={name}", "the tag that Karpenter's guide sets"
    )
    key, _, value = tag.partition("=")
    return key, value


def operators_of(platform: PlatformSpec | None, applied: Applied) -> tuple[Operator, ...]:
    """
    Return the operators that the stack relies on; of those that exist it is written down where each of them is.
    """
    given = None if platform is None else platform.operators
    found = {info.alias or name: getattr(given, name, None) for name, info in OperatorsSpec.model_fields.items()}
    prometheus = None if given is None else given.prometheus
    others = ((name, operator) for name, operator in sorted(found.items()) if name != "prometheus")
    return (*(_operator(name, operator, applied) for name, operator in others), _prometheus(prometheus, applied))


def _operator(name: str, given: OperatorSpec | KarpenterSpec | None, applied: Applied) -> Operator:
    if _installs(given):
        return Operator(name=name, mode="install", address=None, namespace=_INSTALLED_IN[name], labels=())
    existing = ExistingOperatorSpec() if given is None or given.existing is None else given.existing
    where = f"platform.operators.{name}.existing.namespace"
    taken = applied.take(where, existing.namespace, _NAMESPACES[name], "an existing cluster has it, where its guide installs it")
    return Operator(name=name, mode="existing", address=None, namespace=taken, labels=())


def _prometheus(given: PrometheusSpec | None, applied: Applied) -> Operator:
    if _installs(given):
        # Address and labels follow from the names of namespace and release, which are the same in every cluster.
        namespace = _INSTALLED_IN["prometheus"]
        return Operator(name="prometheus", mode="install", address=PROMETHEUS_ADDRESS, namespace=namespace, labels=PROMETHEUS_LABELS)
    existing = ExistingPrometheusSpec() if given is None or given.existing is None else given.existing
    where = "platform.operators.prometheus.existing"
    labels = None if existing.labels is None else tuple(sorted(existing.labels.items()))
    shown = "{release: kube-prometheus-stack}"
    address = applied.take(f"{where}.address", existing.address, PROMETHEUS_ADDRESS, "the service of the chart kube-prometheus-stack")
    return Operator(
        name="prometheus",
        mode="existing",
        address=address,
        namespace=applied.take(f"{where}.namespace", existing.namespace, _namespace(address), "as its address says"),
        labels=applied.take(f"{where}.labels", labels, PROMETHEUS_LABELS, "what the chart's Prometheus selects by", shown=shown),
    )


def _installs(given: OperatorSpec | KarpenterSpec | PrometheusSpec | None) -> bool:
    return getattr(given, "install", None) is not None


def _namespace(address: str) -> str:
    """
    Return the namespace in an *address* inside the cluster (service.namespace:port), else the usual one.
    """
    host = address.partition("://")[2].partition("/")[0].partition(":")[0].split(".")
    inside = len(host) == len(("service", "namespace")) or host[2:3] == ["svc"]
    return host[1] if inside else PROMETHEUS_NAMESPACE
