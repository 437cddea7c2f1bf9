"""
Rules about what objects call each other: every selector selects something, every name leads somewhere and fits where it is used.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from servewright.cost.records import SECRET, UNKNOWN
from servewright.readiness.inventory import matches
from servewright.readiness.model import Rule
from servewright.readiness.reading import dig, listed, mapped, maps, strings, text, texts
from servewright.spec.secret_text import find_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from servewright.readiness.inventory import Inventory, Pod, Registered
    from servewright.readiness.model import Found

_LABEL: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
_DNS_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_SHORT_NAMES: Final = frozenset({"Namespace", "Service", "ScaledObject"})
_HOST_NAMES: Final = {"Deployment": 46, "StatefulSet": 52, "LeaderWorkerSet": 46}
"""
Characters that keep the names of pods within the 63 of a host name: 17 are added by a ReplicaSet and its pods, 11 by a StatefulSet's.
"""

_EXPANSION: Final = re.compile(r"(?<=:)\$\([A-Za-z_][A-Za-z0-9_.-]*\)(?=@)")
"""
Where an address has another variable's value for its password, which Kubernetes puts in from a Secret.
"""

_RBAC: Final = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
_CLUSTER_NAMESPACES: Final = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def _selectors(inventory: Inventory) -> Iterator[Found]:
    for kind, *path in (
        ("Service", "selector"),
        ("PodDisruptionBudget", "selector"),
        ("NetworkPolicy", "podSelector"),
        ("PodMonitor", "selector"),
    ):
        for each in inventory.of(kind):
            selector = _selector(each, mapped(each.inputs, "spec", *path))
            if selector is not None and not _anywhere(inventory, each, selector):
                yield each, f"its selector {dict(mapped(selector, 'matchLabels'))} selects no pod of the stack"
    for workload in inventory.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        own = mapped(workload.inputs, "spec", "selector")
        labels = mapped(workload.inputs, "spec", "template", "metadata", "labels")
        if not own or not matches(own, labels):
            yield workload, "its selector does not select its own pods"


def _spread(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for constraint in maps(pod.spec, "topologySpreadConstraints"):
            if not matches(mapped(constraint, "labelSelector"), pod.labels):
                yield pod.owner, f"spreads pods over {constraint.get('topologyKey')} that are not its own"


def _ports(inventory: Inventory) -> Iterator[Found]:
    for service in inventory.of("Service"):
        selector = _selector(service, mapped(service.inputs, "spec", "selector"))
        for pod in [] if selector is None else inventory.selected(selector, service.namespace):
            for port in maps(service.inputs, "spec", "ports"):
                yield from _named(service, pod, port.get("targetPort", port.get("port")))
    for monitor in inventory.of("PodMonitor"):
        for pod in inventory.selected(mapped(monitor.inputs, "spec", "selector"), monitor.namespace):
            for endpoint in maps(monitor.inputs, "spec", "podMetricsEndpoints"):
                yield from _named(monitor, pod, endpoint.get("port"))


def _namespaces(inventory: Inventory) -> Iterator[Found]:
    known = {each.name for each in inventory.of("Namespace")} | inventory.opaque_namespaces | _CLUSTER_NAMESPACES
    for each in inventory.objects:
        if each.namespace is not None and each.namespace not in known:
            yield each, f"its namespace {each.namespace} is not part of the stack"


def _accounts(inventory: Inventory) -> Iterator[Found]:
    accounts = {(each.namespace, each.name) for each in inventory.of("ServiceAccount")}
    maps_known = {(each.namespace, each.name) for each in inventory.of("ConfigMap")}
    for pod in inventory.pods:
        place, account = pod.owner.namespace, text(pod.spec, "serviceAccountName") or "default"
        if account != "default" and (place, account) not in accounts and place not in inventory.opaque_namespaces:
            yield pod.owner, f"its ServiceAccount {account} is not part of the stack"
        for name in sorted(_config_maps(pod)):
            if (place, name) not in maps_known and place not in inventory.opaque_namespaces:
                yield pod.owner, f"its ConfigMap {name} is not part of the stack"


def _twice(inventory: Inventory) -> Iterator[Found]:
    def key(each: Registered) -> tuple[str, str | None, str]:
        return f"{str(dig(each.inputs, 'apiVersion')).rpartition('/')[0]}/{each.kind}", each.namespace, each.name

    times = Counter(map(key, inventory.objects))
    for each in inventory.objects:
        if times[key(each)] > 1:
            yield each, f"registered {times[key(each)]} times: one overwrites the other"


def _names(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.objects:
        form = _DNS_LABEL if each.kind in _SHORT_NAMES else _SUBDOMAIN
        if each.kind not in _RBAC and form.fullmatch(each.name) is None:
            yield each, f"{each.name!r} is no name of a {each.kind}"
        longest = _HOST_NAMES.get(each.kind)
        if longest is not None and len(each.name) > longest:
            yield each, f"its name has {len(each.name)} characters, with more than {longest} its pods lose theirs"
        for place in ("labels", "annotations"):
            for name, value in mapped(each.inputs, "metadata", place).items():
                if not isinstance(value, str) or (place == "labels" and _LABEL.fullmatch(value) is None):
                    yield each, f"the {place[:-1]} {name} has the value {value!r}, which it cannot hold"


def _identities(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.of("StatefulSet"):
        name, labels = text(each.inputs, "spec", "serviceName"), mapped(each.inputs, "spec", "template", "metadata", "labels")
        named = [s for s in inventory.of("Service") if (s.name, s.namespace) == (name, each.namespace)]
        headless = [s for s in named if text(s.inputs, "spec", "clusterIP") == "None"]
        if not any(mapped(s.inputs, "spec", "selector") and matches(_by_labels(s), labels) for s in headless):
            yield each, f"serviceName {name} is no headless Service over its pods: they have no names"


def _by_labels(service: Registered) -> Mapping[str, Any]:
    return {"matchLabels": mapped(service.inputs, "spec", "selector")}


def _known(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.objects:
        for path, said in strings(each.inputs):
            # A ConfigMap's data is where such a value belongs: pods take it from there when they start.
            if UNKNOWN in said and not (each.kind == "ConfigMap" and path.startswith("data.")):
                yield each, f"{path} is known only after a deployment"


def _secrets(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.resources:
        for path, said in strings(each.inputs):
            if each.kind == "Secret" and path.startswith(("data.", "stringData.")) and said not in (SECRET, UNKNOWN):
                yield each, f"{path} holds the value of a secret"
            elif _is_argument(path) and find_secrets(_EXPANSION.sub("", said), digests=True):
                yield each, f"{path} holds what looks like a secret"


def _is_argument(path: str) -> bool:
    """
    Tell whether a program or a person reads the text at *path*: arguments, commands, environment, annotations, configuration.
    """
    return re.search(r"(?:\.|^)(?:args|command)\[[0-9]+\]$|\.env\[[0-9]+\]\.value$|^metadata\.annotations\.|^data\.", path) is not None


def _selector(each: Registered, selector: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """
    Return *selector* of *each* in the form of a label selector, None where it is meant to select nothing or everything.
    """
    if each.kind == "Service":
        return {"matchLabels": selector} if selector else None
    return selector or None


def _anywhere(inventory: Inventory, each: Registered, selector: Mapping[str, Any]) -> bool:
    """
    Tell whether *selector* selects a pod, or may select one that is not registered here.
    """
    wanted = mapped(each.inputs, "spec", "namespaceSelector")
    names = texts(wanted, "matchNames")
    if wanted.get("any") is True or each.namespace in inventory.opaque_namespaces or set(names) & inventory.opaque_namespaces:
        return True
    places: list[str | None] = [*names] or [each.namespace]
    return any(inventory.selected(selector, namespace) for namespace in places)


def _named(each: Registered, pod: Pod, port: object) -> Iterator[Found]:
    declared = {text(p, "name") for _, container in pod.containers() for p in maps(container, "ports")}
    if isinstance(port, str) and port not in declared:
        yield each, f"leads to port {port!r}, which {pod.owner.label} does not declare"


def _config_maps(pod: Pod) -> set[str]:
    found = {dig(volume, "configMap", "name") for volume in maps(pod.spec, "volumes") if dig(volume, "configMap", "optional") is not True}
    for _, container in pod.containers():
        found |= {dig(source, "configMapRef", "name") for source in maps(container, "envFrom")}
        found |= {dig(variable, "valueFrom", "configMapKeyRef", "name") for variable in maps(container, "env")}
    for volume in maps(pod.spec, "volumes"):
        found |= {dig(source, "configMap", "name") for source in listed(volume, "projected", "sources")}
    # Kubernetes makes this one in every namespace.
    return {str(name) for name in found if name is not None} - {"kube-root-ca.crt"}


RULES: Final = (
    Rule(id="SR501", what="every selector selects something", check=_selectors),
    Rule(id="SR502", what="a spread over zones counts the workload's own pods", check=_spread),
    Rule(id="SR503", what="a Service or monitor leads to a port that the pods declare", check=_ports),
    Rule(id="SR504", what="the namespace of an object is part of the stack", check=_namespaces),
    Rule(id="SR505", what="accounts and configuration that a pod names are part of the stack", check=_accounts),
    Rule(id="SR506", what="no object is registered twice", check=_twice),
    Rule(id="SR507", what="names and labels fit where they are used", check=_names),
    Rule(id="SR508", what="no Kubernetes object but a ConfigMap's data waits for a value that only a deployment knows", check=_known),
    Rule(id="SR509", what="no secret stands in an object: tokens are references", check=_secrets),
    Rule(id="SR510", what="the pods of a StatefulSet have names: its Service is headless and selects them", check=_identities),
)
