"""
What one workload of an operator is to the scheduler: its containers, how many pods, on which nodes, and their volumes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSize:
    """
    What one container requests, and the memory at which it is ended. CPU has no limit of ours: throttling an operator saves nothing.
    """

    name: str
    cpu_millicores: int
    memory_mib: int
    memory_limit_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PodVolume:
    """
    A volume that each pod claims: *size_gib* of the storage class *storage_class* (None: the cluster's default).
    """

    name: str
    size_gib: int
    storage_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPod:
    """
    The pods of one workload: *replicas* of them on CPU nodes, each on a node of its own where they stand *apart*, or one on every GPU node.

    *name* is the workload's in the cluster.
    """

    name: str
    containers: tuple[ContainerSize, ...]
    nodes: Literal["cpu", "gpu"] = "cpu"
    replicas: int = 1
    apart: bool = False
    volumes: tuple[PodVolume, ...] = ()

    @property
    def daemonset(self) -> bool:
        """
        True where one runs on every node and the number of replicas is that of the nodes.
        """
        return self.nodes == "gpu"

    @property
    def cpu_millicores(self) -> int:
        """
        What the scheduler reserves for one pod.
        """
        return sum(container.cpu_millicores for container in self.containers)

    @property
    def memory_mib(self) -> int:
        """
        What the scheduler reserves for one pod.
        """
        return sum(container.memory_mib for container in self.containers)

    def size(self, container: str) -> ContainerSize:
        """
        Return the size of *container*.
        """
        return next(each for each in self.containers if each.name == container)

    def volume(self) -> PodVolume:
        """
        Return the one volume of each pod.
        """
        (volume,) = self.volumes
        return volume
