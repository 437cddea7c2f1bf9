"""
Rules of a pod template that the API server's code has and its schema does not, and a few that nothing checks before the pod runs.

Source: pkg/apis/core/validation of Kubernetes 1.36. Rules of our own say so: a probe that names an undeclared port, an environment
variable that is set twice, and a token in an argument are accepted by every server and fail or leak later.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from object_names import (
    DNS_LABEL,
    ENVIRONMENT_NAME,
    is_label_value,
    is_port_name,
    is_qualified_key,
    is_subdomain,
    label_faults,
    metadata_faults,
    parse_quantity,
)

NATIVE_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HANDLERS = frozenset({"exec", "httpGet", "tcpSocket", "grpc", "sleep"})
MAX_PORT = 65535
_TOKEN = re.compile(r"\b(hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30,})")


def template_faults(template: dict[str, Any], path: str = "spec.template") -> tuple[str, ...]:
    """
    Return the faults of a pod template.
    """
    spec = template.get("spec", {})
    at = f"{path}.spec"
    return tuple(
        itertools.chain(
            metadata_faults(template.get("metadata", {}), f"{path}.metadata"),
            _scheduling_faults(spec, at),
            _volume_faults(spec, at),
            _names_faults(spec, at),
            *(_container_faults(c, spec, f"{at}.{field}[{i}]") for field, i, c in containers(spec)),
        )
    )


def containers(spec: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """
    Yield every container of a pod with the field and the index where it stands.
    """
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(field) or []):
            yield field, index, container


def duplicates(names: Iterable[Any]) -> list[Any]:
    """
    Return the names that occur more than once, sorted.
    """
    return sorted((name for name, count in Counter(names).items() if count > 1), key=str)


def _names_faults(spec: dict[str, Any], path: str) -> Iterator[str]:
    if not spec.get("containers"):
        yield f"{path}.containers: at least one is needed"
    parts = [c for _, _, c in containers(spec)]
    yield from (f"{path}.containers: two are named {n!r}" for n in duplicates(c.get("name") for c in parts))
    ports = [p for c in parts for p in c.get("ports", [])]
    yield from (f"{path}.containers: two ports are named {n!r}" for n in duplicates(p["name"] for p in ports if "name" in p))
    account = spec.get("serviceAccountName", "default")
    if not is_subdomain(account):
        yield f"{path}.serviceAccountName: {account!r} is not a valid name"
    if spec.get("terminationGracePeriodSeconds", 30) < 0:
        yield f"{path}.terminationGracePeriodSeconds: must not be negative"


def _scheduling_faults(spec: dict[str, Any], path: str) -> Iterator[str]:
    yield from label_faults(spec.get("nodeSelector"), f"{path}.nodeSelector")
    for index, toleration in enumerate(spec.get("tolerations") or []):
        at = f"{path}.tolerations[{index}]"
        operator = toleration.get("operator", "Equal")
        if operator not in {"Exists", "Equal"}:
            yield f"{at}.operator: {operator!r} is not Exists or Equal"
        if operator == "Exists" and toleration.get("value"):
            yield f"{at}.value: must be empty when the operator is Exists"
        if toleration.get("effect", "") not in {"", "NoSchedule", "PreferNoSchedule", "NoExecute"}:
            yield f"{at}.effect: {toleration['effect']!r} is not an effect"
        if "tolerationSeconds" in toleration and toleration.get("effect") != "NoExecute":
            yield f"{at}.tolerationSeconds: only with the effect NoExecute"
    for index, spread in enumerate(spec.get("topologySpreadConstraints") or []):
        at = f"{path}.topologySpreadConstraints[{index}]"
        if spread.get("maxSkew", 0) < 1:
            yield f"{at}.maxSkew: must be at least 1"
        if not is_qualified_key(spread.get("topologyKey", "")):
            yield f"{at}.topologyKey: a key is needed"
        if spread.get("whenUnsatisfiable") not in {"DoNotSchedule", "ScheduleAnyway"}:
            yield f"{at}.whenUnsatisfiable: must be DoNotSchedule or ScheduleAnyway"


def _volume_faults(spec: dict[str, Any], path: str) -> Iterator[str]:
    volumes = spec.get("volumes") or []
    yield from (f"{path}.volumes: two are named {n!r}" for n in duplicates(v.get("name") for v in volumes))
    for index, volume in enumerate(volumes):
        sources = sorted(set(volume) - {"name"})
        if len(sources) != 1:
            yield f"{path}.volumes[{index}]: exactly one source is needed, found {sources}"
        if not DNS_LABEL.fullmatch(volume.get("name", "")):
            yield f"{path}.volumes[{index}].name: {volume.get('name')!r} is not a valid name"
        limit = (volume.get("emptyDir") or {}).get("sizeLimit")
        if limit is not None and parse_quantity(limit) is None:
            yield f"{path}.volumes[{index}].emptyDir.sizeLimit: {limit!r} is not a quantity"


def _container_faults(container: dict[str, Any], spec: dict[str, Any], path: str) -> Iterator[str]:
    if not DNS_LABEL.fullmatch(container.get("name", "")):
        yield f"{path}.name: {container.get('name')!r} is not a valid name"
    image = container.get("image", "")
    if not image or image != image.strip():
        yield f"{path}.image: {image!r} is not an image reference"
    yield from _port_faults(container, path)
    yield from _environment_faults(container, path)
    yield from _resource_faults(container.get("resources") or {}, f"{path}.resources")
    yield from _mount_faults(container, spec, path)
    yield from _probe_faults(container, path)
    for field in ("command", "args"):
        for index, word in enumerate(container.get(field) or []):
            if _TOKEN.search(word):
                yield f"{path}.{field}[{index}]: holds what looks like a secret"


def _port_faults(container: dict[str, Any], path: str) -> Iterator[str]:
    for index, port in enumerate(container.get("ports") or []):
        at = f"{path}.ports[{index}]"
        if not 0 < port.get("containerPort", 0) <= MAX_PORT:
            yield f"{at}.containerPort: {port.get('containerPort')!r} is not a port"
        if "name" in port and not is_port_name(port["name"]):
            yield f"{at}.name: {port['name']!r} is not a port name (at most 15 characters)"
        if port.get("protocol", "TCP") not in {"TCP", "UDP", "SCTP"}:
            yield f"{at}.protocol: {port['protocol']!r} is not a protocol"


def _environment_faults(container: dict[str, Any], path: str) -> Iterator[str]:
    variables = container.get("env") or []
    yield from (f"{path}.env: {name!r} is set twice" for name in duplicates(v.get("name") for v in variables))
    for index, variable in enumerate(variables):
        at = f"{path}.env[{index}]"
        if not ENVIRONMENT_NAME.fullmatch(variable.get("name", "")):
            yield f"{at}.name: {variable.get('name')!r} is not a variable name"
        source = variable.get("valueFrom")
        if source is not None and variable.get("value"):
            yield f"{at}: value and valueFrom exclude each other"
        if source is not None and len(source) != 1:
            yield f"{at}.valueFrom: exactly one source is needed"
        if _TOKEN.search(str(variable.get("value", ""))):
            yield f"{at}.value: holds what looks like a secret"


def _resource_faults(resources: dict[str, Any], path: str) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for field, amounts in (("limits", limits), ("requests", requests)):
        for name, text in amounts.items():
            yield from _amount_faults(name, text, f"{path}.{field}[{name}]")
    for name, text in requests.items():
        yield from _pair_faults(name, text, limits.get(name), f"{path}.requests[{name}]")


def _amount_faults(name: str, text: Any, path: str) -> Iterator[str]:
    amount = parse_quantity(text)
    if amount is None or amount < 0:
        yield f"{path}: {text!r} is not a quantity of 0 or more"
    elif name not in NATIVE_RESOURCES and amount != int(amount):
        yield f"{path}: {text!r} must be a whole number"
    if name not in NATIVE_RESOURCES and "/" not in name and not name.startswith("hugepages-"):
        yield f"{path}: {name!r} is not a resource"


def _pair_faults(name: str, request: Any, limit: Any, path: str) -> Iterator[str]:
    requested, limited = parse_quantity(request), parse_quantity(limit)
    if name not in NATIVE_RESOURCES and requested != limited:
        yield f"{path}: must equal the limit of {name} ({limit!r})"
    elif requested is not None and limited is not None and requested > limited:
        yield f"{path}: {request!r} is more than the limit {limit!r}"


def _mount_faults(container: dict[str, Any], spec: dict[str, Any], path: str) -> Iterator[str]:
    mounts = container.get("volumeMounts") or []
    known = {volume.get("name") for volume in spec.get("volumes") or []}
    yield from (f"{path}.volumeMounts: two at {p!r}" for p in duplicates(m.get("mountPath") for m in mounts))
    for index, mount in enumerate(mounts):
        if mount.get("name") not in known:
            yield f"{path}.volumeMounts[{index}].name: no volume {mount.get('name')!r}"
        if not mount.get("mountPath", "").startswith("/") or ":" in mount.get("mountPath", ""):
            yield f"{path}.volumeMounts[{index}].mountPath: {mount.get('mountPath')!r} is not an absolute path"


def _probe_faults(container: dict[str, Any], path: str) -> Iterator[str]:
    declared = {p.get("name") for p in container.get("ports") or []} | {p.get("containerPort") for p in container.get("ports") or []}
    handlers = [(f"{path}.{name}", container[name]) for name in PROBES if name in container]
    handlers += [
        (f"{path}.lifecycle.{name}", handler) for name, handler in (container.get("lifecycle") or {}).items() if name != "stopSignal"
    ]
    for at, handler in handlers:
        found = sorted(HANDLERS & set(handler))
        if len(found) != 1:
            yield f"{at}: exactly one handler is needed, found {found}"
        port = next((handler[kind]["port"] for kind in ("httpGet", "tcpSocket", "grpc") if kind in handler), None)
        if port is not None and port not in declared:
            yield f"{at}: port {port!r} is not declared by the container"
        yield from _timing_faults(at, handler)


def _timing_faults(path: str, probe: dict[str, Any]) -> Iterator[str]:
    if not path.endswith("readinessProbe") and probe.get("successThreshold", 1) != 1:
        yield f"{path}.successThreshold: must be 1"
    if path.endswith("readinessProbe") and "terminationGracePeriodSeconds" in probe:
        yield f"{path}.terminationGracePeriodSeconds: must not be set for a readiness probe"
    for field in ("periodSeconds", "timeoutSeconds", "failureThreshold"):
        if probe.get(field, 1) < 1:
            yield f"{path}.{field}: must be at least 1"


def affinity_label_faults(values: Iterable[Any], path: str) -> Iterator[str]:
    """
    Yield the values of a label selector expression that no label can have.
    """
    yield from (f"{path}: {value!r} is not a valid label value" for value in values if not is_label_value(value))
