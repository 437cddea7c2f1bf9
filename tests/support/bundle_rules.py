"""
Rules between objects of one stack: each object can be valid alone and the whole still not work, or be open to all.

Sources: the behaviour of the Deployment and Service controllers, eviction, KEDA's scale target, Karpenter's scheduling, and the
project's safety rules (design, section 6: restricted namespaces, default deny, digests, no way to the node's credentials).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from custom_rules import matched_labels, metric_names
from kubernetes_objects import identity
from object_names import parse_quantity, selector_matches
from pod_rules import containers

GPU: Final = "nvidia.com/gpu"
METADATA_ADDRESS: Final = "169.254.169.254/32"
EVERYONE: Final = frozenset({"0.0.0.0/0", "::/0"})
BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer-"
HOURS_PER_WEEK: Final = 168
SPOT_NOTICE_SECONDS: Final = 120
NODE_SYSTEM: Final = "servewright-node-system"
"""
The one namespace that is not restricted: device plugin and exporter, which reach into their nodes.
"""
ENGINE_LABELS: Final = frozenset({"model_name", "engine"})
"""
Labels of the engine's own series, as captured from a started server (facts/vllm-0.31.0.json, metric_labels_seen).
"""
SCRAPED_LABELS: Final = frozenset(
    {"container", "endpoint", "exported_namespace", "instance", "job", "namespace", "pod", "prometheus", "service", "le"}
)
"""
Labels that scraping through a PodMonitor adds to those of the engine.
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """
    All Kubernetes objects of one stack.
    """

    objects: tuple[dict[str, Any], ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """
        Return the objects of *kind*.
        """
        return [o for o in self.objects if o["kind"] == kind]

    def workloads(self) -> list[dict[str, Any]]:
        """
        Return what makes pods.
        """
        return [*self.of("Deployment"), *self.of("StatefulSet")]


def bundle_faults(objects: list[dict[str, Any]], contract: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return what is wrong between *objects*; *contract* is the engine's (its metrics and their labels).
    """
    bundle = Bundle(tuple(objects))
    faults = [f"{'/'.join(key)}: emitted {count} times" for key, count in Counter(map(identity, objects)).items() if count > 1]
    for rule in (_namespaces, _policies, _services, _owners, _fixed, _disruption, _monitors, _pools, _workloads):
        faults += rule(bundle)
    faults += _scalers(bundle, contract)
    return tuple(faults)


def _where(manifest: Mapping[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def _selected(bundle: Bundle, selector: dict[str, Any], namespace: str | None) -> list[dict[str, Any]]:
    """
    Return the workloads whose pods *selector* selects.
    """
    same = [d for d in bundle.workloads() if d["metadata"].get("namespace") == namespace]
    return [d for d in same if selector_matches(selector, d["spec"]["template"]["metadata"].get("labels", {}))]


def _port_names(deployment: dict[str, Any]) -> set[Any]:
    return {p.get("name") for _, _, c in containers(deployment["spec"]["template"]["spec"]) for p in c.get("ports") or []}


def _namespaces(bundle: Bundle) -> Iterator[str]:
    emitted = {n["metadata"]["name"]: n for n in bundle.of("Namespace")}
    for manifest in bundle.objects:
        namespace = manifest["metadata"].get("namespace")
        if namespace is not None and namespace not in emitted:
            yield f"{_where(manifest)}: namespace {namespace!r} is not part of the stack"
    ours = {d["metadata"].get("namespace") for d in bundle.workloads()}
    for name, manifest in emitted.items():
        level = manifest["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
        if level != ("privileged" if name == NODE_SYSTEM else "restricted"):
            yield f"Namespace {name}: pod-security.kubernetes.io/enforce is {level!r}"
        if name not in ours:  # a chart's: what must reach it is no pod's business alone (docs/resources.md, Operators)
            continue
        policies = [p["spec"] for p in bundle.of("NetworkPolicy") if p["metadata"].get("namespace") == name]
        denied = {t for p in policies if not p.get("podSelector") for t in p.get("policyTypes", []) if not p.get(t.lower())}
        if denied != {"Ingress", "Egress"}:
            yield f"Namespace {name}: no NetworkPolicy that denies by default both ways"


def _policies(bundle: Bundle) -> Iterator[str]:
    for policy in bundle.of("NetworkPolicy"):
        for rule in policy["spec"].get("ingress") or []:
            if not rule.get("from"):
                yield f"{_where(policy)}: lets everyone in"
        for rule in policy["spec"].get("egress") or []:
            blocks = [peer["ipBlock"] for peer in rule.get("to") or [] if "ipBlock" in peer]
            if not rule.get("to") and not rule.get("ports"):
                yield f"{_where(policy)}: lets everything out"
            for block in blocks:
                if block["cidr"] in EVERYONE and not rule.get("ports"):
                    yield f"{_where(policy)}: lets everything out to {block['cidr']}"
                if block["cidr"] == "0.0.0.0/0" and METADATA_ADDRESS not in block.get("except", []):
                    yield f"{_where(policy)}: reaches the node's credentials at {METADATA_ADDRESS}"


def _services(bundle: Bundle) -> Iterator[str]:
    for service in bundle.of("Service"):
        spec = service["spec"]
        targets = _selected(bundle, {"matchLabels": spec.get("selector", {})}, service["metadata"].get("namespace"))
        if not targets or not spec.get("selector"):
            yield f"{_where(service)}: selects no pod of the stack"
        for target in targets:
            for port in spec.get("ports", []):
                wanted = port.get("targetPort", port["port"])
                if isinstance(wanted, str) and wanted not in _port_names(target):
                    yield f"{_where(service)}: {_where(target)} declares no port {wanted!r}"
        if spec.get("type", "ClusterIP") != "ClusterIP":
            yield from (f"{_where(service)}: a public or node-wide endpoint{why}" for why in _open_doors(service))


def _open_doors(service: dict[str, Any]) -> Iterator[str]:
    """
    Yield what a public address lacks: it is a load balancer, for named ranges alone, and speaks TLS with a certificate of the account's.

    Annotations as in the guide of the AWS Load Balancer Controller 2.14 (Service annotations, 2026-11).
    """
    spec, annotations = service["spec"], service["metadata"].get("annotations") or {}
    if spec["type"] != "LoadBalancer":
        yield ""
        return
    ranges = spec.get("loadBalancerSourceRanges") or []
    if not ranges or EVERYONE & set(ranges):
        yield f", open to {', '.join(ranges) or 'everybody'}"
    if not str(annotations.get(f"{BALANCER}ssl-cert", "")).startswith("arn:aws:acm:"):
        yield " without a certificate"
    encrypted = str(annotations.get(f"{BALANCER}ssl-ports", "*")).split(",")
    yield from (
        f", port {port['port']} without TLS"
        for port in spec["ports"]
        if not {"*", str(port["port"]), port.get("name", "")} & set(encrypted)
    )


def _owners(bundle: Bundle) -> Iterator[str]:
    """
    Yield a fault for each workload that counts other pods than its own: base and burst of a model differ in one label only.
    """
    for deployment in bundle.workloads():
        for target in _selected(bundle, deployment["spec"]["selector"], deployment["metadata"].get("namespace")):
            if target is not deployment:
                yield f"{_where(deployment)}: selects the pods of {_where(target)} too"


def _disruption(bundle: Bundle) -> Iterator[str]:
    scaled = {s["spec"]["scaleTargetRef"]["name"]: s["spec"].get("minReplicaCount", 0) for s in bundle.of("ScaledObject")}
    for budget in bundle.of("PodDisruptionBudget"):
        spec = budget["spec"]
        targets = _selected(bundle, spec.get("selector", {}), budget["metadata"].get("namespace"))
        models = {(t["metadata"].get("annotations") or {}).get("servewright.dev/model", t["metadata"]["name"]) for t in targets}
        if len(models) != 1:
            yield f"{_where(budget)}: selects the pods of {len(models)} models, not of one"
        replicas = [scaled.get(t["metadata"]["name"], t["spec"].get("replicas", 1)) for t in targets]
        kept = spec.get("minAvailable")
        blocks = spec.get("maxUnavailable") in {0, "0%"} or kept == "100%" or (isinstance(kept, int) and any(kept >= r for r in replicas))
        if blocks:
            yield f"{_where(budget)}: blocks every drain"


def _monitors(bundle: Bundle) -> Iterator[str]:
    for monitor in bundle.of("PodMonitor"):
        spec = monitor["spec"]
        named = (spec.get("namespaceSelector") or {}).get("matchNames") or [monitor["metadata"].get("namespace")]
        targets = [d for namespace in named for d in _selected(bundle, spec.get("selector", {}), namespace)]
        if not targets:
            yield f"{_where(monitor)}: selects no pod of the stack"
        for endpoint in spec.get("podMetricsEndpoints", []):
            for target in targets:
                if "port" in endpoint and endpoint["port"] not in _port_names(target):
                    yield f"{_where(monitor)}: {_where(target)} declares no port {endpoint['port']!r}"


def _scalers(bundle: Bundle, contract: Mapping[str, Any]) -> Iterator[str]:
    deployments = {d["metadata"]["name"]: d for d in bundle.workloads()}
    for scaler in bundle.of("ScaledObject"):
        target = deployments.get(scaler["spec"]["scaleTargetRef"]["name"])
        if target is None:
            yield f"{_where(scaler)}: scales nothing of the stack"
            continue
        if "replicas" in target["spec"]:
            yield f"{_where(target)}: replicas is owned by the scaler, every update would reset it"
        yield from _hours_faults(target, scaler["spec"])
        # what the metrics of others are called, their own contract says
        for trigger in scaler["spec"]["triggers"] if _gpus(target) else []:
            yield from _query_faults(_where(scaler), trigger.get("metadata", {}).get("query", ""), contract)


def _fixed(bundle: Bundle) -> Iterator[str]:
    """
    Yield a fault for each workload that nobody scales and that does not say its number, or is planned for another.
    """
    scaled = {scaler["spec"]["scaleTargetRef"]["name"] for scaler in bundle.of("ScaledObject")}
    for deployment in bundle.workloads():
        if deployment["metadata"]["name"] in scaled:
            continue
        replicas = deployment["spec"].get("replicas")
        if replicas is None:
            yield f"{_where(deployment)}: has neither a scaler nor a number of replicas"
        elif "servewright.dev/replicas-by-hour" in deployment["metadata"].get("annotations", {}):
            yield from _hours_faults(deployment, {"minReplicaCount": replicas, "maxReplicaCount": replicas})


def _hours_faults(deployment: dict[str, Any], scaling: dict[str, Any]) -> Iterator[str]:
    text = deployment["metadata"].get("annotations", {}).get("servewright.dev/replicas-by-hour", "")
    runs = [tuple(map(int, run.split("*"))) for run in text.split(",") if re.fullmatch(r"\d+\*\d+", run)]
    if sum(run[0] for run in runs) != HOURS_PER_WEEK:
        yield f"{_where(deployment)}: servewright.dev/replicas-by-hour {text!r} is not {HOURS_PER_WEEK} hours"
        return
    counts = [run[1] for run in runs]
    low, high = scaling.get("minReplicaCount", 0), scaling.get("maxReplicaCount", 100)
    if min(counts) < low or max(counts) > high:
        yield f"{_where(deployment)}: planned for {min(counts)} to {max(counts)} replicas, scaled within {low} to {high}"


def _query_faults(where: str, query: str, contract: Mapping[str, Any]) -> Iterator[str]:
    known = contract["metrics"]
    for name in sorted(metric_names(query)):
        histogram = re.sub(r"_(bucket|sum|count)$", "", name)
        if known.get(name) in {None, "histogram"} and known.get(histogram) != "histogram":
            yield f"{where}: the engine has no metric {name!r}"
        if known.get(name) == "histogram":
            yield f"{where}: {name!r} is a histogram, only its _bucket, _sum and _count are series"
    for label in sorted(matched_labels(query) - SCRAPED_LABELS - ENGINE_LABELS):
        yield f"{where}: no series has a label {label!r}"


def _pools(bundle: Bundle) -> Iterator[str]:
    classes = {c["metadata"]["name"] for c in bundle.of("EC2NodeClass")}
    for pool in bundle.of("NodePool"):
        reference = pool["spec"]["template"]["spec"]["nodeClassRef"]
        if (reference["group"], reference["kind"]) != ("karpenter.k8s.aws", "EC2NodeClass") or reference["name"] not in classes:
            yield f"{_where(pool)}: node class {reference['name']!r} is not part of the stack"
        if GPU in pool["spec"].get("limits", {}) and not pool["spec"]["template"]["spec"].get("taints"):
            yield f"{_where(pool)}: no taint keeps other pods off its GPUs"


def _workloads(bundle: Bundle) -> Iterator[str]:
    for deployment in bundle.workloads():
        pod = deployment["spec"]["template"]["spec"]
        for field, index, container in containers(pod):
            if not re.search(r"@sha256:[0-9a-f]{64}$", container.get("image", "")):
                yield f"{_where(deployment)}: {field}[{index}].image is not pinned by digest"
        if pod.get("enableServiceLinks", True):
            yield f"{_where(deployment)}: enableServiceLinks injects VLLM_PORT and its like"
        if pod.get("automountServiceAccountToken", True):
            yield f"{_where(deployment)}: carries a token of the cluster that it does not need"
        gpus = _gpus(deployment)
        if gpus:
            yield from _placement_faults(bundle, deployment, gpus)
            yield from _engine_faults(deployment)


def _gpus(workload: dict[str, Any]) -> int:
    """
    Return the GPUs that one replica of *workload* takes.
    """
    asked = [(c.get("resources") or {}).get("limits", {}) for c in workload["spec"]["template"]["spec"].get("containers", [])]
    return sum(int(parse_quantity(limits.get(GPU, 0)) or 0) for limits in asked)


def _placement_faults(bundle: Bundle, deployment: dict[str, Any], gpus: int) -> Iterator[str]:
    pod = deployment["spec"]["template"]["spec"]
    wanted = pod.get("nodeSelector", {})
    pools = [p for p in bundle.of("NodePool") if wanted.items() <= _node_labels(p).items() and GPU in p["spec"].get("limits", {})]
    if not wanted or not pools:
        yield f"{_where(deployment)}: no GPU pool of the stack has the labels {wanted}"
    for pool in pools:
        limit = parse_quantity(pool["spec"]["limits"][GPU]) or 0
        if limit < gpus:
            yield f"{_where(pool)}: its limit of {limit} GPUs is less than one replica of {_where(deployment)} ({gpus})"
        template = pool["spec"]["template"]["spec"]
        for taint in template.get("taints", []):
            if not any(_tolerates(t, taint) for t in pod.get("tolerations", [])):
                yield f"{_where(deployment)}: does not tolerate {taint['key']} of {_where(pool)}"
        kept = deployment["spec"]["template"]["metadata"].get("annotations", {}).get("karpenter.sh/do-not-disrupt") == "true"
        if kept and template.get("expireAfter", "720h") != "Never" and "terminationGracePeriod" not in template:
            yield f"{_where(pool)}: expired nodes wait for {_where(deployment)} without end"
        yield from _grace_faults(pool, deployment)


def _grace_faults(pool: dict[str, Any], deployment: dict[str, Any]) -> Iterator[str]:
    requirements = pool["spec"]["template"]["spec"].get("requirements", [])
    spot = any("spot" in r.get("values", []) for r in requirements if r["key"] == "karpenter.sh/capacity-type")
    grace = deployment["spec"]["template"]["spec"].get("terminationGracePeriodSeconds", 30)
    if spot and grace > SPOT_NOTICE_SECONDS:
        yield f"{_where(deployment)}: drains for {grace} s, the notice of {_where(pool)} is {SPOT_NOTICE_SECONDS} s"


def _engine_faults(deployment: dict[str, Any]) -> Iterator[str]:
    spec = deployment["spec"]
    start = deployment["metadata"].get("annotations", {}).get("servewright.dev/start-seconds", "")
    if not start.isdecimal():
        yield f"{_where(deployment)}: servewright.dev/start-seconds {start!r} is not a number"
    elif spec.get("progressDeadlineSeconds", 600) < int(start):
        yield f"{_where(deployment)}: a start of {start} s is past progressDeadlineSeconds {spec.get('progressDeadlineSeconds', 600)}"
    volumes = {v["name"]: v for v in spec["template"]["spec"].get("volumes", [])}
    for container in spec["template"]["spec"]["containers"]:
        if GPU not in (container.get("resources") or {}).get("limits", {}):
            continue
        if "startupProbe" not in container:
            yield f"{_where(deployment)}: without a startup probe the liveness probe kills a loading model"
        shared = [volumes.get(m["name"], {}) for m in container.get("volumeMounts", []) if m["mountPath"] == "/dev/shm"]  # noqa: S108 - a mount path
        if not any((v.get("emptyDir") or {}).get("medium") == "Memory" for v in shared):
            yield f"{_where(deployment)}: /dev/shm is not a memory volume"


def _node_labels(pool: dict[str, Any]) -> dict[str, str]:
    return dict(pool["spec"]["template"].get("metadata", {}).get("labels", {}))


def _tolerates(toleration: dict[str, Any], taint: dict[str, Any]) -> bool:
    if toleration.get("effect", "") not in {"", taint["effect"]}:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key", "") in {"", taint["key"]}
    return bool(toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))
