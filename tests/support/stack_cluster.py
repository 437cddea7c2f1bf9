"""
What a stack brings to an empty cluster, read from its emitted objects: workloads with their replicas, pools, and which pool takes which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from node_types import node_types
from placed_objects import Pool, Workload, barred, read_pool, read_workload
from scheduler import Placement, place
from servewright.plan.model import Plan, PoolPlan
from servewright.resources.manifests import KubernetesObject
from supporting_rules import supporting

ANNOTATION: Final = "servewright.dev/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    What the stack brings: *workloads* with GPUs, with their replicas at least, in the busiest hour and at most; *pools* and their plans,
    by name. *beside* are the workloads without GPUs with the replicas that each has at least and at most.
    """

    workloads: dict[str, Workload]
    replicas: dict[str, tuple[int, int, int]]
    models: dict[str, str]
    pools: dict[str, Pool]
    plans: dict[str, PoolPlan]
    max_shares: dict[str, Decimal]
    beside: dict[str, tuple[Workload, int, int]]

    def hosts(self, workload: str) -> tuple[str, ...]:
        """
        Return the pools that a workload's pods may be on.
        """
        return tuple(name for name, pool in self.pools.items() if barred(self.workloads[workload], pool) is None)

    def groups(self) -> dict[tuple[str, ...], list[str]]:
        """
        Return the workloads by the pools that they share.
        """
        found: dict[tuple[str, ...], list[str]] = {}
        for workload in self.workloads:
            found.setdefault(self.hosts(workload), []).append(workload)
        return found

    def placed(self, counts: Mapping[str, int], only: str | None = None) -> Placement:
        """
        Return where *counts* pods of each workload go, on all pools or on one alone.
        """
        return place(counts, self.workloads.values(), [pool for name, pool in self.pools.items() if only in {None, name}])


def read_cluster(plan: Plan, objects: Iterable[KubernetesObject]) -> Cluster:
    """
    Return what places pods among *objects*; the *plan* is only kept beside each pool, to be compared with.
    """
    objects = tuple(objects)
    classes = {o.manifest["metadata"]["name"]: o.manifest for o in objects if o.kind == "EC2NodeClass"}
    pools, plans, shares = {}, {}, {}
    for each in (o for o in objects if o.kind == "NodePool"):
        name, manifest = each.manifest["metadata"]["name"], each.manifest
        pools[name] = read_pool(manifest, node_types(classes[manifest["spec"]["template"]["spec"]["nodeClassRef"]["name"]]))
        plans[name] = next(pool for pool in plan.pools if pool.name == each.key)
        shares[name] = Decimal(manifest["metadata"]["annotations"].get(f"{ANNOTATION}max-share", "1"))
    scalers = {o.manifest["spec"]["scaleTargetRef"]["name"]: o.manifest["spec"] for o in objects if o.kind == "ScaledObject"}
    others = {o["metadata"]["name"]: o for o in supporting(each.manifest for each in objects)}
    deployments = {o.manifest["metadata"]["name"]: o.manifest for o in objects if o.kind == "Deployment"}
    deployments = {name: manifest for name, manifest in deployments.items() if name not in others}
    return Cluster(
        workloads={name: read_workload(manifest) for name, manifest in deployments.items()},
        replicas={name: _replicas(manifest, scalers.get(name)) for name, manifest in deployments.items()},
        models={name: manifest["metadata"]["annotations"][f"{ANNOTATION}model"] for name, manifest in deployments.items()},
        pools=pools,
        plans=plans,
        max_shares=shares,
        beside={name: (read_workload(manifest), *_bounds(manifest, scalers.get(name))) for name, manifest in others.items()},
    )


def _bounds(manifest: Mapping[str, Any], scaler: Mapping[str, Any] | None) -> tuple[int, int]:
    fixed = manifest["spec"].get("replicas", 1)
    return (fixed, fixed) if scaler is None else (scaler["minReplicaCount"], scaler["maxReplicaCount"])


def _replicas(deployment: Mapping[str, Any], scaler: Mapping[str, Any] | None) -> tuple[int, int, int]:
    runs = deployment["metadata"]["annotations"][f"{ANNOTATION}replicas-by-hour"].split(",")
    busiest = max(int(run.partition("*")[2]) for run in runs)
    fixed = deployment["spec"].get("replicas", 1)
    return (fixed, busiest, fixed) if scaler is None else (scaler["minReplicaCount"], busiest, scaler["maxReplicaCount"])
