"""
Rules for what a stack runs beside its engines: gateway and stores, which have no GPU and of which the engines' rules know nothing.

Sources: the behaviour of scheduler, kubelet, eviction and the StatefulSet controller (Kubernetes 1.36), and the project's safety rules
(design, sections 4 and 6: everything without a GPU runs on the one CPU pool, or is listed).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from object_names import parse_quantity, selector_matches
from pod_rules import containers

GPU: Final = "nvidia.com/gpu"
ZONE: Final = "topology.kubernetes.io/zone"
TWO: Final = 2

Manifest = Mapping[str, Any]


def supporting(objects: Iterable[Manifest]) -> list[Manifest]:
    """
    Return the workloads among *objects* that ask for no GPU.
    """
    return [o for o in objects if o["kind"] in {"Deployment", "StatefulSet"} and not _gpus(o)]


def supporting_faults(objects: Iterable[Manifest], *, listed: bool = False) -> tuple[str, ...]:
    """
    Return what is wrong with the workloads among *objects* that ask for no GPU.

    *listed* says that they run on nodes that are the user's, so that no pool is theirs.
    """
    found = list(objects)
    return tuple(
        f"{workload['kind']} {workload['metadata']['name']}: {fault}"
        for workload in supporting(found)
        for rule in (_placement, _containers, _leaving, _disruption, _spread, _references, _identity)
        for fault in rule(workload, found)
        if not (listed and rule is _placement)
    )


def _placement(workload: Manifest, objects: list[Manifest]) -> Iterator[str]:
    wanted = _pod(workload).get("nodeSelector") or {}
    pools = _pools(workload, objects)
    if not wanted or not pools:
        yield f"no CPU pool of the stack has the labels {dict(wanted)}"
    for pool in pools:
        taints = pool["spec"]["template"]["spec"].get("taints") or []
        tolerated = {each.get("key") for each in _pod(workload).get("tolerations") or []}
        yield from (f"does not tolerate {taint['key']}" for taint in taints if taint["key"] not in tolerated)


def _containers(workload: Manifest, _: list[Manifest]) -> Iterator[str]:
    for field, index, container in containers(dict(_pod(workload))):
        at, resources = f"{field}[{index}]", container.get("resources") or {}
        asked, limits = resources.get("requests") or {}, resources.get("limits") or {}
        yield from (f"{at} requests no {name}: nobody counts it" for name in ("cpu", "memory") if not parse_quantity(asked.get(name)))
        if not parse_quantity(limits.get("memory")):
            yield f"{at} has no memory limit"
        if (container.get("securityContext") or {}).get("readOnlyRootFilesystem") is not True:
            yield f"{at} may write to its image"
        if field == "containers":
            yield from (f"{at} has no {name}" for name in ("readinessProbe", "livenessProbe") if name not in container)
    for volume in _pod(workload).get("volumes") or []:
        if "emptyDir" in volume and not (volume["emptyDir"] or {}).get("sizeLimit"):
            yield f"volume {volume['name']} may fill its node"


def _leaving(workload: Manifest, _: list[Manifest]) -> Iterator[str]:
    grace = _pod(workload).get("terminationGracePeriodSeconds", 30)
    for field, index, container in containers(dict(_pod(workload))):
        pause = ((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep", {}).get("seconds", 0)
        if pause >= grace:
            yield f"{field}[{index}] pauses {pause} s of the {grace} s that it has"


def _disruption(workload: Manifest, objects: list[Manifest]) -> Iterator[str]:
    budgets = [b for b in _of(objects, "PodDisruptionBudget", workload) if _selects(b["spec"].get("selector") or {}, workload)]
    if len(budgets) != 1:
        yield f"{len(budgets)} disruption budgets count its pods, not one"


def _spread(workload: Manifest, objects: list[Manifest]) -> Iterator[str]:
    zones = {zone for pool in _pools(workload, objects) for zone in _zones(pool)}
    if _least(workload, objects) < TWO or len(zones) < TWO:
        return
    own = [
        spread
        for spread in _pod(workload).get("topologySpreadConstraints") or []
        if spread["topologyKey"] == ZONE and _selects(spread.get("labelSelector") or {}, workload)
    ]
    if not own:
        yield f"nothing spreads its replicas over {' and '.join(sorted(zones))}"


def _references(workload: Manifest, objects: list[Manifest]) -> Iterator[str]:
    maps = {o["metadata"]["name"] for o in _of(objects, "ConfigMap", workload)}
    named = {v["configMap"]["name"] for v in _pod(workload).get("volumes") or [] if "configMap" in v}
    yield from (f"its ConfigMap {name} is not part of the stack" for name in sorted(named - maps))
    accounts = {o["metadata"]["name"] for o in _of(objects, "ServiceAccount", workload)}
    account = _pod(workload).get("serviceAccountName", "default")
    if account not in {"default", *accounts}:
        yield f"its ServiceAccount {account} is not part of the stack"


def _identity(workload: Manifest, objects: list[Manifest]) -> Iterator[str]:
    """
    Yield what keeps the pods of a StatefulSet from having names, and storage from outliving them.
    """
    if workload["kind"] != "StatefulSet":
        return
    headless = [s for s in _of(objects, "Service", workload) if s["metadata"]["name"] == workload["spec"].get("serviceName")]
    if not any(s["spec"].get("clusterIP") == "None" and _selects({"matchLabels": s["spec"].get("selector")}, workload) for s in headless):
        yield f"serviceName {workload['spec'].get('serviceName')!r} is no headless Service over its pods"
    kept = workload["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    if workload["spec"].get("volumeClaimTemplates") and "Delete" in kept.values():
        yield "what it holds is deleted with it"


def _least(workload: Manifest, objects: list[Manifest]) -> int:
    for scaler in _of(objects, "ScaledObject", workload):
        target = scaler["spec"]["scaleTargetRef"]
        if (target.get("kind", "Deployment"), target["name"]) == (workload["kind"], workload["metadata"]["name"]):
            return int(scaler["spec"].get("minReplicaCount", 0))
    return int(workload["spec"].get("replicas", 1))


def _pools(workload: Manifest, objects: list[Manifest]) -> list[Manifest]:
    """
    Return the pools without GPUs whose nodes have every label that *workload* selects.
    """
    wanted = _pod(workload).get("nodeSelector") or {}
    pools = [o for o in objects if o["kind"] == "NodePool" and GPU not in o["spec"].get("limits", {})]
    return [pool for pool in pools if wanted.items() <= _labels(pool).items()]


def _labels(pool: Manifest) -> dict[str, Any]:
    return {**pool["spec"]["template"].get("metadata", {}).get("labels", {}), "karpenter.sh/nodepool": pool["metadata"]["name"]}


def _zones(pool: Manifest) -> list[str]:
    requirements = pool["spec"]["template"]["spec"].get("requirements") or []
    return [value for each in requirements if each["key"] == ZONE and each["operator"] == "In" for value in each["values"]]


def _selects(selector: Mapping[str, Any], workload: Manifest) -> bool:
    # an absent selector selects nothing here: everything would be a fault of its own
    return bool(selector.get("matchLabels") or selector.get("matchExpressions")) and selector_matches(
        dict(selector), workload["spec"]["template"]["metadata"].get("labels", {})
    )


def _of(objects: list[Manifest], kind: str, beside: Manifest) -> list[Manifest]:
    """
    Return the objects of *kind* in the namespace of *beside*.
    """
    return [o for o in objects if o["kind"] == kind and o["metadata"].get("namespace") == beside["metadata"].get("namespace")]


def _pod(workload: Manifest) -> Mapping[str, Any]:
    pod: Mapping[str, Any] = workload["spec"]["template"]["spec"]
    return pod


def _gpus(workload: Manifest) -> bool:
    return any(GPU in (c.get("resources") or {}).get("limits", {}) for _, _, c in containers(dict(_pod(workload))))
