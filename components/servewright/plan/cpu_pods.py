"""
How many nodes of one type hold the pods without a GPU, whatever runs in them.

First fit, decreasing, as Karpenter and the scheduler pack: pods in order of CPU and then memory, largest first, each onto the first
node that has room, else onto a new one. Pods that stand apart from their own kind never share a node with another of them. Every node
also holds the cluster's DaemonSets.

Plan and bill both ask here, so the pool's limit and the billed nodes come from one law.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.model import InstanceType
    from servewright.plan.packing import DaemonSets


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuPod:
    """
    *replicas* equal pods of one *workload*; *apart*: each on a node of its own.
    """

    workload: str
    cpu_millicores: int
    memory_mib: int
    replicas: int
    apart: bool = False


@dataclass(slots=True, kw_only=True)
class _Node:
    cpu_millicores: int
    memory_mib: int
    places: int
    apart: set[str] = field(default_factory=set)

    def holds(self, pod: CpuPod) -> bool:
        fits = pod.cpu_millicores <= self.cpu_millicores and pod.memory_mib <= self.memory_mib and self.places > 0
        return fits and not (pod.apart and pod.workload in self.apart)

    def take(self, pod: CpuPod) -> None:
        self.cpu_millicores -= pod.cpu_millicores
        self.memory_mib -= pod.memory_mib
        self.places -= 1
        if pod.apart:
            self.apart.add(pod.workload)


def nodes_needed(pods: Iterable[CpuPod], instance: InstanceType, daemonsets: DaemonSets) -> int | None:
    """
    Return how many of *instance* hold *pods* beside *daemonsets*; None where one of them fits on none, or its allocatable is unknown.
    """
    cpu, memory, places = instance.allocatable_cpu_millicores, instance.allocatable_memory_mib, instance.max_pods
    if cpu is None or memory is None or places is None:
        return None
    nodes: list[_Node] = []
    for pod in sorted(pods, key=lambda p: (-p.cpu_millicores, -p.memory_mib, p.workload)):
        for _ in range(pod.replicas):
            node = next((each for each in nodes if each.holds(pod)), None)
            if node is None:
                node = _Node(
                    cpu_millicores=cpu - daemonsets.cpu_millicores,
                    memory_mib=memory - daemonsets.memory_mib,
                    places=places - daemonsets.pods,
                )
                if not node.holds(pod):
                    return None
                nodes.append(node)
            node.take(pod)
    return len(nodes)
