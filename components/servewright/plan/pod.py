"""
What one engine pod requests from its node.

    CPU     4 cores + 2 per GPU
    memory  8 GiB + 10 % of the weights + 2 GiB per GPU + /dev/shm

and never more than the node's share per GPU, so that every GPU of a node can be used (judgement: facts table `assumptions`).
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.model import PodResources
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog

_SHM_MIB_PER_GPU = 1024
"""
NCCL and the workers' queues use shared memory; 1 GiB per GPU, judgement (the container default of 64 MiB is too small for NCCL).
"""


def pod_resources(catalog: Catalog, instance: InstanceType, gpus: int, weights_gib: float) -> PodResources:
    """
    Return the requests of a pod with *gpus* GPUs on *instance*; the type must have allocatable figures.
    """
    shm = _SHM_MIB_PER_GPU * gpus
    cpu = 4000 + 2000 * gpus
    memory = math.ceil((8 + 0.1 * weights_gib + 2 * gpus) * MIB_PER_GIB) + shm
    share = Decimal(gpus) / instance.gpu_count
    cpu_free = (instance.allocatable_cpu_millicores or 0) - int(catalog.assumed("daemonset_cpu_per_gpu_node"))
    memory_free = (instance.allocatable_memory_mib or 0) - int(catalog.assumed("daemonset_memory_per_gpu_node"))
    return PodResources(
        cpu_millicores=min(cpu, _floor(cpu_free * share, 10)),
        memory_mib=min(memory, _floor(memory_free * share, 16)),
        gpus=gpus,
        shm_mib=shm,
    )


def _floor(value: Decimal, step: int) -> int:
    return int(value // step) * step
