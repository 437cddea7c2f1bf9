"""
How long a replica takes to become ready on a new node, and where its image and weights lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.model import StartTime

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.catalog.query import Catalog

_SYSTEM_GIB = 20
"""
Operating system, kubelet, logs and the engine's compile caches; judgement.
"""

_NVME_ROOT_GIB = 50
"""
The root volume of a node whose local NVMe carries images and pods: the system and its logs; judgement.
"""

ROOT_THROUGHPUT_MBPS = 250
"""
MB/s of a root volume that holds image and weights. gp3 gives 125 unasked; the start time assumes an image pull at 250 MB/s (assumption
image_pull_rate), which the volume has to be able to write.
"""

GP3_INCLUDED_MBPS = 125
"""
Throughput in the price of a gp3 volume (AWS EBS pricing page: "3,000 IOPS and 125 MB/s free").
"""

_STEP_GIB = 10
_BYTES_PER_GB = Decimal(10**9)
_GIB_PER_GB = Decimal(10**9) / 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """
    Where image and weights lie: on the node's NVMe, or on a root volume of *root_volume_gib*.
    """

    needed_gib: int
    root_volume_gib: int
    use_local_nvme: bool


def start_time(catalog: Catalog, weights_bytes: float) -> StartTime:
    """
    Return the time by part for a replica that loads *weights_bytes* from hub or S3.
    """
    image = catalog.image("vllm")
    megabytes = Decimal(image.compressed_bytes or 0) / 10**6
    read_rate = catalog.assumed("weights_read_rate") * _BYTES_PER_GB
    return StartTime(
        node_launch_s=int(catalog.assumed("node_launch")),
        image_pull_s=math.ceil(megabytes / catalog.assumed("image_pull_rate")),
        weights_load_s=math.ceil(Decimal(int(weights_bytes)) / read_rate),
        warm_up_s=int(catalog.assumed("engine_warm_up")),
    )


def disk(catalog: Catalog, weights_gib: float, replicas_per_node: int, types: tuple[InstanceType, ...]) -> Disk:
    """
    Return the disk of a node that holds the unpacked image once and the weights once per replica.
    """
    image = Decimal(catalog.image("vllm").compressed_bytes or 0) / 2**30 * catalog.assumed("vllm_image_unpacked_factor")
    weights = Decimal(str(weights_gib)) * replicas_per_node
    needed = math.ceil((image + weights + _SYSTEM_GIB) / _STEP_GIB) * _STEP_GIB
    nvme = min(math.floor(t.local_nvme_gb * _GIB_PER_GB) for t in types)
    local = nvme >= needed
    return Disk(needed_gib=needed, root_volume_gib=_NVME_ROOT_GIB if local else needed, use_local_nvme=local)
