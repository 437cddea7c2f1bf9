"""
Rules per native kind that the API server's code has and its schema does not.

Source: the validation packages of core, apps, policy and networking in Kubernetes 1.36.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from object_names import (
    DNS_LABEL,
    SERVICE_NAME,
    is_port_name,
    is_qualified_key,
    is_subdomain,
    label_faults,
    metadata_faults,
    parse_quantity,
    selector_matches,
)
from pod_rules import MAX_PORT, affinity_label_faults, duplicates, template_faults

CLUSTER_SCOPED: Final = frozenset(
    {
        "Namespace",
        "PersistentVolume",
        "StorageClass",
        "PriorityClass",
        "RuntimeClass",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
    }
)
_NAME_FORMS: Final = {"Service": SERVICE_NAME, "Namespace": DNS_LABEL}
MAX_CONFIG_BYTES: Final = 1024 * 1024
"""
What a ConfigMap holds at most (pkg/apis/core/validation, MaxSecretSize, used for both).
"""

_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_PERCENT = re.compile(r"(100|[0-9]{1,2})%")
_POD_SECURITY_LEVELS = frozenset({"privileged", "baseline", "restricted"})


def rule_faults(manifest: dict[str, Any]) -> tuple[str, ...]:
    """
    Return the faults that the server's hand-written validation of *manifest* would find.
    """
    check: Callable[[dict[str, Any]], Iterator[str]] = _BY_KIND.get(manifest["kind"], lambda _: iter(()))
    return (*common_faults(manifest), *_scope_faults(manifest), *check(manifest))


def common_faults(manifest: dict[str, Any]) -> tuple[str, ...]:
    """
    Return the faults of an object's name, namespace, labels and annotations; they hold for custom resources too.
    """
    metadata = manifest.get("metadata", {})
    name, namespace = metadata.get("name", ""), metadata.get("namespace")
    form = _NAME_FORMS.get(manifest["kind"])
    faults = list(metadata_faults(metadata))
    if not (form.fullmatch(name) if form else is_subdomain(name)):
        faults.append(f"metadata.name: {name!r} is not a valid name of a {manifest['kind']}")
    if namespace is not None and not DNS_LABEL.fullmatch(namespace):
        faults.append(f"metadata.namespace: {namespace!r} is not a valid name")
    faults += [f"{path}: null" for path in _nulls(manifest, "")]
    return tuple(faults)


def _nulls(value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield path.lstrip(".")
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _nulls(item, f"{path}.{name}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, f"{path}[{index}]")


def _scope_faults(manifest: dict[str, Any]) -> Iterator[str]:
    scoped = manifest["kind"] in CLUSTER_SCOPED
    if scoped == ("namespace" in manifest.get("metadata", {})):
        yield f"metadata.namespace: must {'be absent' if scoped else 'be set'} for {manifest['kind']}"


def _namespace(manifest: dict[str, Any]) -> Iterator[str]:
    for mode in ("enforce", "audit", "warn"):
        level = manifest["metadata"].get("labels", {}).get(f"pod-security.kubernetes.io/{mode}")
        if level is not None and level not in _POD_SECURITY_LEVELS:
            yield f"metadata.labels[pod-security.kubernetes.io/{mode}]: {level!r} is not a level"


def _deployment(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    template, selector = spec.get("template", {}), spec.get("selector", {})
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "spec.selector: must not be empty"
    if not selector_matches(selector, template.get("metadata", {}).get("labels", {})):
        yield "spec.selector: does not match the labels of the template"
    yield from _selector_faults(selector, "spec.selector")
    if template.get("spec", {}).get("restartPolicy", "Always") != "Always":
        yield "spec.template.spec.restartPolicy: must be Always"
    yield from _rollout_faults(spec)
    yield from template_faults(template)


def _stateful_set(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    template, selector = spec.get("template", {}), spec.get("selector", {})
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "spec.selector: must not be empty"
    if not selector_matches(selector, template.get("metadata", {}).get("labels", {})):
        yield "spec.selector: does not match the labels of the template"
    yield from _selector_faults(selector, "spec.selector")
    if template.get("spec", {}).get("restartPolicy", "Always") != "Always":
        yield "spec.template.spec.restartPolicy: must be Always"
    if spec.get("podManagementPolicy", "OrderedReady") not in {"OrderedReady", "Parallel"}:
        yield f"spec.podManagementPolicy: {spec['podManagementPolicy']!r} is not a policy"
    if spec.get("updateStrategy", {}).get("type", "RollingUpdate") not in {"OnDelete", "RollingUpdate"}:
        yield f"spec.updateStrategy.type: {spec['updateStrategy']['type']!r} is not a strategy"
    if spec.get("replicas", 1) < 0:
        yield "spec.replicas: must not be negative"
    for index, claim in enumerate(spec.get("volumeClaimTemplates") or []):
        yield from _claim_faults(claim, f"spec.volumeClaimTemplates[{index}]")
    yield from template_faults(_with_claims(template, spec.get("volumeClaimTemplates") or []))


def _with_claims(template: dict[str, Any], claims: list[dict[str, Any]]) -> dict[str, Any]:
    """
    Return *template* as its pods are made: with a volume for each claim.
    """
    pod = template.get("spec", {})
    named = [{"name": c["metadata"]["name"], "persistentVolumeClaim": {"claimName": c["metadata"]["name"]}} for c in claims]
    return {**template, "spec": {**pod, "volumes": [*(pod.get("volumes") or []), *named]}}


def _claim_faults(claim: dict[str, Any], path: str) -> Iterator[str]:
    spec = claim.get("spec", {})
    modes = spec.get("accessModes") or []
    known = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}
    if not modes or set(modes) - known:
        yield f"{path}.spec.accessModes: {modes!r} must be some of {', '.join(sorted(known))}"
    asked = spec.get("resources", {}).get("requests", {}).get("storage")
    if (parse_quantity(asked) or 0) <= 0:
        yield f"{path}.spec.resources.requests.storage: {asked!r} is not a size"


def _config_map(manifest: dict[str, Any]) -> Iterator[str]:
    data = manifest.get("data") or {}
    for key, value in data.items():
        if not _CONFIG_KEY.fullmatch(key) or key in {".", ".."}:
            yield f"data: {key!r} is not a valid key"
        if not isinstance(value, str):
            yield f"data[{key}]: {value!r} is not a string"
    yield from (f"data: {key!r} stands in binaryData too" for key in sorted(set(data) & set(manifest.get("binaryData") or {})))
    size = sum(len(str(value).encode()) for value in data.values())
    if size > MAX_CONFIG_BYTES:
        yield f"data: {size} bytes, at most {MAX_CONFIG_BYTES}"


def _rollout_faults(spec: dict[str, Any]) -> Iterator[str]:
    strategy = spec.get("strategy", {})
    rolling = strategy.get("rollingUpdate", {})
    if strategy.get("type", "RollingUpdate") == "Recreate" and rolling:
        yield "spec.strategy.rollingUpdate: must be absent when the type is Recreate"
    for field in ("maxSurge", "maxUnavailable"):
        yield from _count_or_percent(rolling.get(field, 1), f"spec.strategy.rollingUpdate.{field}")
    # both default to 25 %, so only two given zeros block every rollout
    if {rolling.get("maxSurge"), rolling.get("maxUnavailable")} <= {0, "0%"}:
        yield "spec.strategy.rollingUpdate: maxSurge and maxUnavailable are both 0"
    if spec.get("progressDeadlineSeconds", 600) <= spec.get("minReadySeconds", 0):
        yield "spec.progressDeadlineSeconds: must be more than minReadySeconds"
    if spec.get("replicas", 1) < 0:
        yield "spec.replicas: must not be negative"


def _service(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    ports = spec.get("ports") or []
    headless = spec.get("clusterIP") == "None"
    if not ports and not headless:
        yield "spec.ports: at least one is needed"
    if len(ports) > 1 and not all(p.get("name") for p in ports):
        yield "spec.ports: each needs a name where there is more than one"
    yield from (f"spec.ports: two are named {n!r}" for n in duplicates(p["name"] for p in ports if "name" in p))
    yield from (f"spec.ports: two are {n}" for n in duplicates((p.get("port"), p.get("protocol", "TCP")) for p in ports))
    yield from label_faults(spec.get("selector"), "spec.selector")
    for index, port in enumerate(ports):
        at = f"spec.ports[{index}]"
        if not 0 < port.get("port", 0) <= MAX_PORT:
            yield f"{at}.port: {port.get('port')!r} is not a port"
        if "name" in port and not DNS_LABEL.fullmatch(port["name"]):
            yield f"{at}.name: {port['name']!r} is not a valid name"
        target = port.get("targetPort", port.get("port", 0))
        if not (is_port_name(target) if isinstance(target, str) else 0 < target <= MAX_PORT):
            yield f"{at}.targetPort: {target!r} is not a port or a port name"
    if spec.get("type", "ClusterIP") not in {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}:
        yield f"spec.type: {spec['type']!r} is not a type of Service"


def _disruption_budget(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    given = [field for field in ("minAvailable", "maxUnavailable") if field in spec]
    if len(given) != 1:
        yield f"spec: exactly one of minAvailable and maxUnavailable is needed, found {given}"
    for field in given:
        yield from _count_or_percent(spec[field], f"spec.{field}")
    if spec.get("unhealthyPodEvictionPolicy", "AlwaysAllow") not in {"AlwaysAllow", "IfHealthyBudget"}:
        yield f"spec.unhealthyPodEvictionPolicy: {spec['unhealthyPodEvictionPolicy']!r} is not a policy"
    yield from _selector_faults(spec.get("selector", {}), "spec.selector")


def _network_policy(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    yield from _selector_faults(spec.get("podSelector", {}), "spec.podSelector")
    types = spec.get("policyTypes", [])
    yield from (f"spec.policyTypes: {t!r} is not a type" for t in types if t not in {"Ingress", "Egress"})
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        if direction in spec and types and direction.capitalize() not in types:
            yield f"spec.{direction}: has no effect, policyTypes lacks {direction.capitalize()}"
        for index, rule in enumerate(spec.get(direction) or []):
            at = f"spec.{direction}[{index}]"
            for number, peer in enumerate(rule.get(peers) or []):
                yield from _peer_faults(peer, f"{at}.{peers}[{number}]")
            for number, port in enumerate(rule.get("ports") or []):
                yield from _policy_port_faults(port, f"{at}.ports[{number}]")


def _peer_faults(peer: dict[str, Any], path: str) -> Iterator[str]:
    if not peer:
        yield f"{path}: must name a selector or an ipBlock"
    if "ipBlock" in peer and len(peer) > 1:
        yield f"{path}: ipBlock excludes selectors"
    for field in ("podSelector", "namespaceSelector"):
        yield from _selector_faults(peer.get(field, {}), f"{path}.{field}")
    if "ipBlock" not in peer:
        return
    try:
        block = ipaddress.ip_network(peer["ipBlock"].get("cidr", ""))
        outside = [e for e in peer["ipBlock"].get("except", []) if not ipaddress.ip_network(e).subnet_of(block)]  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        yield f"{path}.ipBlock: {error}"
        return
    yield from (f"{path}.ipBlock.except: {e!r} is not within {block}" for e in outside)


def _policy_port_faults(port: dict[str, Any], path: str) -> Iterator[str]:
    number = port.get("port")
    if isinstance(number, str) and not is_port_name(number):
        yield f"{path}.port: {number!r} is not a port name"
    if isinstance(number, int) and not 0 < number <= MAX_PORT:
        yield f"{path}.port: {number!r} is not a port"
    if "endPort" in port and (not isinstance(number, int) or port["endPort"] < number):
        yield f"{path}.endPort: needs a number in port that is not higher"
    if port.get("protocol", "TCP") not in {"TCP", "UDP", "SCTP"}:
        yield f"{path}.protocol: {port['protocol']!r} is not a protocol"


def _selector_faults(selector: dict[str, Any], path: str) -> Iterator[str]:
    yield from label_faults(selector.get("matchLabels"), f"{path}.matchLabels")
    for index, expression in enumerate(selector.get("matchExpressions") or []):
        at, operator, values = f"{path}.matchExpressions[{index}]", expression.get("operator"), expression.get("values") or []
        if not is_qualified_key(expression.get("key", "")):
            yield f"{at}.key: {expression.get('key')!r} is not a valid key"
        if operator not in {"In", "NotIn", "Exists", "DoesNotExist"}:
            yield f"{at}.operator: {operator!r} is not an operator"
        elif bool(values) != (operator in {"In", "NotIn"}):
            yield f"{at}.values: {'needed' if not values else 'not allowed'} with {operator}"
        yield from affinity_label_faults(values, f"{at}.values")


def _count_or_percent(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and not _PERCENT.fullmatch(value):
        yield f"{path}: {value!r} is not a percentage up to 100%"
    if isinstance(value, int) and value < 0:
        yield f"{path}: must not be negative"


_BY_KIND: Final[dict[str, Callable[[dict[str, Any]], Iterator[str]]]] = {
    "Namespace": _namespace,
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "ConfigMap": _config_map,
    "Service": _service,
    "PodDisruptionBudget": _disruption_budget,
    "NetworkPolicy": _network_policy,
}
