"""
A scheduler over emitted objects alone: where the pods of Deployments would run, and on how many nodes of which NodePools.

It follows Karpenter's provisioning loop, which decides how many nodes there are, under kube-scheduler's rules, which decide where a pod
may be. It knows nothing of plans.

Source: sigs.k8s.io/karpenter v1.14, pkg/controllers/provisioning/scheduling (scheduler.go, topologygroup.go, queue.go).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from node_types import NodeType, Resources, added, fits
from object_names import selector_matches
from placed_objects import INSTANCE, ZONE, Pool, Spread, Workload, barred


@dataclass(slots=True, kw_only=True)
class Node:
    """
    A node to be launched: the *types* and *zones* that are still open, and what it holds.
    """

    pool: Pool
    types: tuple[NodeType, ...]
    zones: frozenset[str]
    used: Resources = field(default_factory=dict)
    pods: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """
    Where everything went: the *nodes*, the workloads of pods that found no place (*pending*), what the limits have left by pool.
    """

    nodes: tuple[Node, ...]
    pending: tuple[str, ...]
    left: dict[str, Resources]

    def count(self, pool: str) -> int:
        """
        Return the number of nodes of *pool*.
        """
        return sum(node.pool.name == pool for node in self.nodes)


def holds(kind: NodeType, workload: Workload) -> int:
    """
    Return how many pods of *workload* one node of *kind* takes.
    """
    used: Resources = {}
    count = 0
    if workload.apart:
        return int(fits(workload.requests, kind.allocatable))
    while fits(more := added(used, workload.requests), kind.allocatable):
        used, count = more, count + 1
    return count


def place(counts: Mapping[str, int], workloads: Iterable[Workload], pools: Iterable[Pool]) -> Placement:
    """
    Return where *counts* pods of each workload go on an empty cluster, the largest first.
    """
    run = _Run(workloads={each.name: each for each in workloads}, pools=sorted(pools, key=lambda pool: (-pool.weight, pool.name)))
    run.left = {pool.name: pool.limits for pool in run.pools}
    order = sorted(counts, key=lambda name: (*(-run.workloads[name].requests.get(r, 0) for r in ("cpu", "memory")), name))
    pending = [name for name in order for _ in range(counts[name]) if not run.add(run.workloads[name])]
    return Placement(nodes=tuple(run.nodes), pending=tuple(pending), left=run.left)


@dataclass(slots=True, kw_only=True)
class _Run:
    """
    The state of one pass over the pending pods.
    """

    workloads: dict[str, Workload]
    pools: list[Pool]
    nodes: list[Node] = field(default_factory=list)
    left: dict[str, Resources] = field(default_factory=dict)
    in_zones: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, workload: Workload) -> bool:
        """
        Place one pod; preferences are given up only where no node could meet them.
        """
        rules = tuple(spread for spread in workload.spreads if spread.strict)
        return self._added(workload) or (rules != workload.spreads and self._added(replace(workload, spreads=rules)))

    def _added(self, workload: Workload) -> bool:
        """
        Place one pod on the planned node with the fewest pods that takes it, else on a new one of the first pool by weight.
        """
        for node in sorted(self.nodes, key=lambda node: len(node.pods)):
            if self._taken(workload, node):
                return True
        for pool in self.pools:
            types = tuple(kind for kind in pool.types if all(kind.capacity.get(r, 0) <= left for r, left in self.left[pool.name].items()))
            node = Node(pool=pool, types=types, zones=pool.labels[ZONE])
            if self._taken(workload, node):
                self.nodes.append(node)
                # which type it will be is not known yet: the largest counts against the limits
                most = {r: max(kind.capacity.get(r, 0) for kind in node.types) for r in pool.limits}
                self.left[pool.name] = {r: left - most[r] for r, left in self.left[pool.name].items()}
                return True
        return False

    def _taken(self, workload: Workload, node: Node) -> bool:
        if barred(workload, node.pool) or (workload.apart and workload.name in node.pods):
            return False
        used = added(node.used, workload.requests)
        types = tuple(k for k in node.types if fits(used, k.allocatable) and workload.selector.get(INSTANCE, k.name) == k.name)
        zones = self._zones(workload, node.zones)
        if not types or not zones:
            return False
        node.used, node.types, node.zones = used, types, zones
        node.pods.append(workload.name)
        if len(zones) == 1:
            self.in_zones.setdefault(workload.name, Counter())[next(iter(zones))] += 1
        return True

    def _zones(self, workload: Workload, zones: frozenset[str]) -> frozenset[str]:
        """
        Return the zones that stay open for a node in *zones* when it takes the pod: the emptiest legal one where a spread counts them.
        """
        chosen = zones & frozenset({workload.selector[ZONE]}) if ZONE in workload.selector else zones
        for spread in workload.spreads:
            counts = self._counts(workload, spread)
            legal = [zone for zone in chosen if counts[zone] + 1 - min(counts.values()) <= spread.skew]
            chosen = frozenset(sorted(legal, key=lambda zone: (counts[zone], zone))[:1])
        return chosen

    def _counts(self, workload: Workload, spread: Spread) -> dict[str, int]:
        """
        Return how many of the pods that *spread* counts are in each zone that the workload may be in.
        """
        domains = {zone for pool in self.pools if not barred(workload, pool) for zone in pool.labels[ZONE]}
        counted = [
            name
            for name, other in self.workloads.items()
            if (name == workload.name or not spread.own) and selector_matches(spread.selector, other.labels)
        ]
        return {zone: sum(self.in_zones.get(name, Counter())[zone] for name in counted) for zone in domains}
