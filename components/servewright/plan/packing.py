"""
How many replicas fit on one node.

    replicas per node = min over cpu, memory, GPUs and pods of floor((allocatable - DaemonSets) / one pod)

*allocatable* is Karpenter's: capacity less VM overhead, kubelet and system reserves. DaemonSets take CPU, memory and pod
places on each node, never GPUs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog
    from servewright.plan.model import PodResources

DAEMONSET_PODS: Final = 5
"""
Device plugin, DCGM exporter, CNI, kube-proxy, log agent: the pods behind the assumption daemonset_cpu_per_gpu_node (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonSets:
    """
    What the cluster's DaemonSets request on every node, together.
    """

    cpu_millicores: int
    memory_mib: int
    pods: int = DAEMONSET_PODS


def assumed_daemonsets(catalog: Catalog) -> DaemonSets:
    """
    Return the DaemonSet requests that the catalogue's assumptions name; CPU nodes are taken as GPU nodes (the upper end).
    """
    return DaemonSets(
        cpu_millicores=int(catalog.assumed("daemonset_cpu_per_gpu_node")),
        memory_mib=int(catalog.assumed("daemonset_memory_per_gpu_node")),
    )


def replicas_per_node(instance: InstanceType, pod: PodResources, daemonsets: DaemonSets) -> int | None:
    """
    Return how many of *pod* one *instance* holds beside *daemonsets*: 0 where none fits, None where its allocatable is unknown.
    """
    cpu, memory, pods = instance.allocatable_cpu_millicores, instance.allocatable_memory_mib, instance.max_pods
    if cpu is None or memory is None or pods is None:
        return None
    room = [
        (cpu - daemonsets.cpu_millicores, pod.cpu_millicores),
        (memory - daemonsets.memory_mib, pod.memory_mib),
        (int(instance.gpu_count), pod.gpus),
        (pods - daemonsets.pods, 1),
    ]
    return max(0, min(free // need for free, need in room if need > 0))
