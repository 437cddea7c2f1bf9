"""
Deployments and NodePools read for what decides where pods run: requests, selectors, taints, spread over zones, limits.

What is not known here (affinity of other kinds, host ports, volumes with a place) raises ValueError, so that nothing new passes unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from node_types import NodeType, Resources, added, quantities

ZONE: Final = "topology.kubernetes.io/zone"
INSTANCE: Final = "node.kubernetes.io/instance-type"
HOST: Final = "kubernetes.io/hostname"
HASH: Final = "pod-template-hash"

UNREAD: Final = frozenset({"initContainers", "nodeName", "overhead", "resourceClaims", "resources", "schedulerName", "schedulingGates"})
"""
Fields of a pod that have a say in where it runs and that we do not emit.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """
    One spread over zones: at most *skew* apart, as a rule (*strict*) or as a preference; of the pods that *selector* selects, or of the
    Deployment's *own* revision among them.
    """

    skew: int
    strict: bool
    own: bool
    selector: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """
    The pods of one workload, as far as they are placed by it; *apart* says that none shares a node with another of them.
    """

    name: str
    requests: Resources
    labels: dict[str, str]
    selector: dict[str, str]
    tolerations: list[dict[str, Any]]
    spreads: tuple[Spread, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """
    A NodePool: its nodes' labels as the values that each may have, its taints, its instance types, its limits.
    """

    name: str
    weight: int
    labels: dict[str, frozenset[str]]
    taints: list[dict[str, Any]]
    limits: Resources
    types: tuple[NodeType, ...]


def barred(workload: Workload, pool: Pool) -> str | None:
    """
    Return the label or the taint that keeps *workload* off *pool*, None where nothing does.
    """
    for key, value in workload.selector.items():
        if value not in pool.labels.get(key, frozenset()):
            return f"label {key}"
    for taint in pool.taints:
        if taint["effect"] != "PreferNoSchedule" and not any(_tolerates(each, taint) for each in workload.tolerations):
            return f"taint {taint['key']}"
    return None


def misfit(workload: Workload, pool: Pool) -> str | None:
    """
    Return why a pod of *workload* cannot run on some node that *pool* may launch, None where it can on each.
    """
    for kind in pool.types:
        short = [name for name, need in workload.requests.items() if need > kind.allocatable.get(name, 0)]
        if short:
            return barred(workload, pool) or f"{short[0]} on {kind.name}"
    return barred(workload, pool)


def read_workload(deployment: Mapping[str, Any]) -> Workload:
    """
    Return what places the pods of *deployment*, or of another workload.
    """
    template = deployment["spec"]["template"]
    pod = template["spec"]
    _refuse(pod)
    return Workload(
        name=deployment["metadata"]["name"],
        requests={**_requests(pod), "pods": quantities({"pods": 1})["pods"]},
        labels=template["metadata"]["labels"],
        selector=pod.get("nodeSelector", {}),
        tolerations=pod.get("tolerations", []),
        spreads=tuple(_spread(each) for each in pod.get("topologySpreadConstraints", [])),
        apart=_apart(pod.get("affinity", {}), deployment["spec"]["selector"]),
    )


def read_pool(pool: Mapping[str, Any], types: Iterable[NodeType]) -> Pool:
    """
    Return what *pool* launches, out of *types*.
    """
    template = pool["spec"]["template"]
    labels = {key: frozenset({value}) for key, value in template["metadata"]["labels"].items()}
    for requirement in template["spec"]["requirements"]:
        if requirement["operator"] != "In":
            msg = f"operator {requirement['operator']} of a requirement"
            raise ValueError(msg)
        labels[requirement["key"]] = frozenset(requirement["values"])
    return Pool(
        name=pool["metadata"]["name"],
        weight=pool["spec"].get("weight", 1),
        labels={**labels, "karpenter.sh/nodepool": frozenset({pool["metadata"]["name"]})},
        taints=template["spec"].get("taints", []),
        limits=quantities(pool["spec"].get("limits", {})),
        types=tuple(kind for kind in types if kind.name in labels[INSTANCE]),
    )


def _refuse(pod: Mapping[str, Any]) -> None:
    placed_by = UNREAD & set(pod)
    ports = [port for each in pod["containers"] for port in each.get("ports", []) if "hostPort" in port]
    claims = [volume for volume in pod.get("volumes", []) if {"persistentVolumeClaim", "ephemeral"} & set(volume)]
    if placed_by or ports or claims:
        msg = f"not known how this places a pod: {sorted(placed_by) or ports or claims}"
        raise ValueError(msg)


def _apart(affinity: Mapping[str, Any], own: dict[str, Any]) -> bool:
    """
    Tell whether the pods that *own* selects keep off each other's nodes as a rule. A wish for it decides nothing here.
    """
    terms = affinity.get("podAntiAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution", [])
    if set(affinity) - {"podAntiAffinity"} or any(term != {"labelSelector": own, "topologyKey": HOST} for term in terms):
        msg = f"not known how this places a pod: {dict(affinity)}"
        raise ValueError(msg)
    return bool(terms)


def _requests(pod: Mapping[str, Any]) -> Resources:
    together: Resources = {}
    for container in pod["containers"]:
        together = added(together, _asked(container))
    return together


def _asked(container: Mapping[str, Any]) -> Resources:
    resources = container.get("resources", {})
    return quantities({**resources.get("limits", {}), **resources.get("requests", {})})


def _spread(constraint: Mapping[str, Any]) -> Spread:
    if constraint["topologyKey"] != ZONE:
        msg = f"a spread over {constraint['topologyKey']}"
        raise ValueError(msg)
    return Spread(
        skew=constraint["maxSkew"],
        strict=constraint["whenUnsatisfiable"] == "DoNotSchedule",
        own=HASH in constraint.get("matchLabelKeys", []),
        selector=constraint["labelSelector"],
    )


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    same = toleration.get("operator", "Equal") == "Exists" or toleration.get("value", "") == taint.get("value", "")
    return same and all(toleration.get(each, taint[each]) == taint[each] for each in ("key", "effect"))
