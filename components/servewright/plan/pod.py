"""
What one engine pod requests from its node.

    CPU     4 cores + 2 per GPU
    memory  8 GiB + 10 % of the weights + 2 GiB per GPU + /dev/shm, and what each GPU's worker stages KV blocks in

and never more than the node's share per GPU, so that every GPU of a node can be used (judgement: facts table `assumptions`).
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.model import PodResources
from servewright.units import MIB_PER_GIB, MILLICORES

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog


def pod_resources(catalog: Catalog, instance: InstanceType, gpus: int, weights_gib: float, staging_gib: int = 0) -> PodResources:
    """
    Return the requests of a pod with *gpus* GPUs on *instance*; the type must have allocatable figures. *staging_gib* is for each GPU.
    """
    cpu = int((catalog.assumed("pod_cpu_base") + catalog.assumed("pod_cpu_per_gpu") * gpus) * MILLICORES)
    shm = int(catalog.assumed("pod_shm_per_gpu") * gpus * MIB_PER_GIB)
    weights = catalog.assumed("pod_memory_weights_share") * Decimal(str(weights_gib))
    host = catalog.assumed("pod_memory_base") + weights + (catalog.assumed("pod_memory_per_gpu") + staging_gib) * gpus
    memory = math.ceil(host * MIB_PER_GIB) + shm
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
