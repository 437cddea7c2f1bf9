"""
What the API server lets through for custom resources and the operators then refuse, ignore or turn into a surprise.

Sources: Karpenter 1.14.1 (concepts/nodepools, concepts/nodeclasses and its runtime validation), KEDA 2.20.2 (scalers' metadata, admission
webhook), Prometheus Operator 0.92.1. Instance types are held against the enumeration in the installed AWS SDK, not against our own tables.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from object_names import LABEL_VALUE, parse_quantity
from pod_rules import duplicates

CAPACITY_TYPES: Final = frozenset({"on-demand", "reserved", "spot"})
LIMIT_KEYS: Final = frozenset(
    {"cpu", "memory", "ephemeral-storage", "pods", "nodes", "nvidia.com/gpu", "aws.amazon.com/neuron", "amd.com/gpu"}
)
KEDA_TRIGGERS: Final = frozenset(
    {"aws-cloudwatch", "aws-sqs-queue", "cpu", "cron", "external", "kubernetes-workload", "memory", "prometheus", "redis"}
)
METRIC_TYPES: Final = frozenset({"AverageValue", "Utilization", "Value"})
KEPT_LABEL_DOMAINS: Final = ("kubernetes.io", "k8s.io")
ALLOWED_WELL_KNOWN: Final = frozenset(
    {
        "kubernetes.io/arch",
        "kubernetes.io/os",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    }
)
MAX_LABEL_VALUE: Final = 63
_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]|[a-z]{3}\d-az\d")
_DURATION = re.compile(r"(\d+(ms|s|m|h|d|w|y))+")
_DURATION_PART = re.compile(r"(\d+)(ms|s|m|h|d|w|y)")
_SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
    "w": Decimal(604800),
    "y": Decimal(31536000),
}


def operator_faults(manifest: dict[str, Any]) -> tuple[str, ...]:
    """
    Return the faults of a custom resource that only its operator would find.
    """
    check: Callable[[dict[str, Any]], Iterator[str]] = _BY_KIND.get(manifest["kind"], lambda _: iter(()))
    return tuple(check(manifest))


@functools.cache
def instance_types() -> frozenset[str]:
    """
    Return the EC2 instance types that the installed AWS SDK knows.
    """
    from pulumi_aws.ec2 import InstanceType  # noqa: PLC0415 - costs a second, needed for pools only

    return frozenset(str(member.value) for member in InstanceType)


def requirement_values(pool: dict[str, Any], key: str) -> list[str]:
    """
    Return the values that *pool* admits for *key*, [] where it does not restrict it.
    """
    requirements = pool["spec"]["template"]["spec"].get("requirements", [])
    return [value for r in requirements if r.get("key") == key and r.get("operator") == "In" for value in r.get("values", [])]


def without_strings(query: str) -> str:
    """
    Return a PromQL query without its string literals, so that no text in one is read as code.
    """
    return re.sub(r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*` """, "", query, flags=re.VERBOSE)


def metric_names(query: str) -> frozenset[str]:
    """
    Return the vLLM metric names in a PromQL query.
    """
    return frozenset(re.findall(r"\bvllm:[a-zA-Z0-9_]+", without_strings(query)))


def matched_labels(query: str) -> frozenset[str]:
    """
    Return the label names that the matchers of a PromQL query compare.
    """
    return frozenset(re.findall(r"[{,]\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)", without_strings(query)))


def _node_pool(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    template = spec["template"]
    if len(manifest["metadata"]["name"]) > MAX_LABEL_VALUE or not LABEL_VALUE.fullmatch(manifest["metadata"]["name"]):
        yield "metadata.name: becomes a label of the nodes, at most 63 characters"
    yield from _limit_faults(spec.get("limits") or {})
    keys = [r.get("key") for r in template["spec"].get("requirements", [])]
    yield from (f"spec.template.spec.requirements: {key!r} is given twice" for key in duplicates(keys))
    wanted: dict[str, Callable[[str], bool]] = {
        "karpenter.sh/capacity-type": CAPACITY_TYPES.__contains__,
        "node.kubernetes.io/instance-type": instance_types().__contains__,
        "topology.kubernetes.io/zone": lambda zone: bool(_ZONE.fullmatch(zone)),
        "kubernetes.io/arch": {"amd64", "arm64"}.__contains__,
        "kubernetes.io/os": {"linux"}.__contains__,
    }
    for key, known in wanted.items():
        yield from (
            f"spec.template.spec.requirements[{key}]: {v!r} does not exist" for v in requirement_values(manifest, key) if not known(v)
        )
    if not requirement_values(manifest, "karpenter.sh/capacity-type"):
        yield "spec.template.spec.requirements: without karpenter.sh/capacity-type the pool is on-demand only by accident"
    for key in template.get("metadata", {}).get("labels", {}):
        domain = key.rpartition("/")[0]
        if key not in ALLOWED_WELL_KNOWN and any(domain == kept or domain.endswith("." + kept) for kept in KEPT_LABEL_DOMAINS):
            yield f"spec.template.metadata.labels: {key!r} is restricted"
    yield from _node_lifetime_faults(spec)


def _limit_faults(limits: dict[str, Any]) -> Iterator[str]:
    if not limits:
        yield "spec.limits: absent, the pool may grow without bound"
    for key, value in limits.items():
        if key not in LIMIT_KEYS:
            yield f"spec.limits: {key!r} is not a resource, so it limits nothing"
        if (parse_quantity(value) or 0) <= 0:
            yield f"spec.limits[{key}]: {value!r} lets no node launch"


def _node_lifetime_faults(spec: dict[str, Any]) -> Iterator[str]:
    disruption = spec.get("disruption", {})
    if "nvidia.com/gpu" not in (spec.get("limits") or {}):
        return
    # issues karpenter-provider-aws#7414 and #8741: nodes that pull or load are taken for idle ones
    if disruption.get("consolidateAfter", "0s") == "0s":
        yield "spec.disruption.consolidateAfter: 0s takes a node away while its model loads"
    if disruption.get("consolidationPolicy", "WhenEmptyOrUnderutilized") != "WhenEmpty" and not disruption.get("budgets"):
        yield "spec.disruption.budgets: absent, so 10 % of the nodes with running models may be moved at any time"


def _node_class(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    if "arn:" in spec.get("role", "") or "/" in spec.get("role", ""):
        yield f"spec.role: {spec['role']!r} is not the name of a role"
    for term in spec.get("amiSelectorTerms", []):
        if term.get("alias", "").endswith("@latest"):
            yield f"spec.amiSelectorTerms: {term['alias']!r} is not pinned"
    metadata = spec.get("metadataOptions", {})
    if metadata.get("httpTokens", "required") != "required":
        yield "spec.metadataOptions.httpTokens: IMDSv1 is allowed"
    if metadata.get("httpPutResponseHopLimit", 1) != 1:
        yield "spec.metadataOptions.httpPutResponseHopLimit: pods reach the node's credentials"
    mappings = spec.get("blockDeviceMappings", [])
    if not mappings:
        yield "spec.blockDeviceMappings: absent, 20 GiB of root volume hold no engine image"
    for index, mapping in enumerate(mappings):
        if mapping.get("ebs", {}).get("encrypted") is not True:
            yield f"spec.blockDeviceMappings[{index}].ebs.encrypted: must be true"
    if spec.get("associatePublicIPAddress"):
        yield "spec.associatePublicIPAddress: nodes need no public address"


def _scaled_object(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    triggers = spec.get("triggers", [])
    yield from (f"spec.triggers: two are named {n!r}" for n in duplicates(t["name"] for t in triggers if "name" in t))
    for index, trigger in enumerate(triggers):
        at = f"spec.triggers[{index}]"
        if trigger.get("type") not in KEDA_TRIGGERS:
            yield f"{at}.type: {trigger.get('type')!r} is no scaler"
        if trigger.get("metricType", "AverageValue") not in METRIC_TYPES:
            yield f"{at}.metricType: {trigger['metricType']!r} is not one of {', '.join(sorted(METRIC_TYPES))}"
        if trigger.get("type") == "prometheus":
            yield from _prometheus_trigger(trigger.get("metadata", {}), f"{at}.metadata")
    if spec.get("minReplicaCount", 0) == 0 and "fallback" in spec and spec["fallback"].get("replicas", 0) == 0:
        yield "spec.fallback.replicas: 0, so a lost Prometheus stops the service"
    if "idleReplicaCount" in spec and (spec["idleReplicaCount"] != 0 or spec.get("minReplicaCount", 0) < 1):
        yield "spec.idleReplicaCount: only 0, and below minReplicaCount"
    if spec.get("maxReplicaCount", 100) < 1:
        yield "spec.maxReplicaCount: must be at least 1"


def _prometheus_trigger(metadata: dict[str, Any], path: str) -> Iterator[str]:
    for field in ("serverAddress", "query", "threshold"):
        if not metadata.get(field):
            yield f"{path}.{field}: needed by the prometheus scaler"
    for field in ("threshold", "activationThreshold"):
        if field in metadata and not _is_number(metadata[field]):
            yield f"{path}.{field}: {metadata[field]!r} is not a number"
    for field in ("ignoreNullValues", "unsafeSsl"):
        if metadata.get(field, "true") not in {"true", "false"}:
            yield f"{path}.{field}: {metadata[field]!r} is not true or false"
    query = without_strings(metadata.get("query", ""))
    if query.count("{") != query.count("}") or query.count("(") != query.count(")") or set("\"'`") & set(query):
        yield f"{path}.query: brackets or quotes do not pair"


def _pod_monitor(manifest: dict[str, Any]) -> Iterator[str]:
    for index, endpoint in enumerate(manifest["spec"].get("podMetricsEndpoints", [])):
        at = f"spec.podMetricsEndpoints[{index}]"
        interval, timeout = endpoint.get("interval", "30s"), endpoint.get("scrapeTimeout", "10s")
        if not _DURATION.fullmatch(interval) or not _DURATION.fullmatch(timeout):
            yield f"{at}: {interval!r} and {timeout!r} must be durations"
        elif "scrapeTimeout" in endpoint and _seconds(timeout) > _seconds(interval):
            yield f"{at}.scrapeTimeout: {timeout!r} is more than the interval {interval!r}"
        if not endpoint.get("port") and not endpoint.get("portNumber"):
            yield f"{at}.port: needed"
        if not endpoint.get("path", "/metrics").startswith("/"):
            yield f"{at}.path: {endpoint['path']!r} is not a path"


def _seconds(duration: str) -> Decimal:
    return sum((Decimal(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(duration)), Decimal(0))


def _is_number(text: Any) -> bool:
    try:
        return Decimal(str(text)).is_finite()
    except InvalidOperation:
        return False


_BY_KIND: Final[dict[str, Callable[[dict[str, Any]], Iterator[str]]]] = {
    "NodePool": _node_pool,
    "EC2NodeClass": _node_class,
    "ScaledObject": _scaled_object,
    "PodMonitor": _pod_monitor,
}
