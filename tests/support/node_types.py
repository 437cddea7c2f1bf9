"""
What a node of an instance type has: its capacity, which counts against a pool's limits, and what pods can have of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from object_names import parse_quantity
from servewright.catalog.load import load_catalog
from servewright.catalog.model import InstanceType

Resources = dict[str, Decimal]

GPU: Final = "nvidia.com/gpu"
DAEMON_PODS: Final = 5
"""
Pods of DaemonSets on a GPU node: device plugin, DCGM exporter, CNI, kube-proxy, log agent (judgement, as docs/billing.md states).
"""

_KUBELET_DISK: Final = Decimal(2**30)
_EVICTED_AT: Final = Decimal("0.1")
"""
Disk that the kubelet keeps: 1 GiB, and a tenth below which it evicts (karpenter-provider-aws v1.14.1, instancetype/types.go).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """
    An instance type in a pool: *capacity* as the pool's limits count it, *allocatable* beside the DaemonSets.
    """

    name: str
    capacity: Resources
    allocatable: Resources


def node_types(node_class: Mapping[str, Any]) -> tuple[NodeType, ...]:
    """
    Return every type of the catalogue whose allocatable is known, with the disk that *node_class* gives it.
    """
    return tuple(_node_type(each, node_class["spec"]) for each in load_catalog().instances if each.allocatable_cpu_millicores is not None)


def quantities(values: Mapping[str, Any]) -> Resources:
    """
    Return resource quantities as numbers: cores, bytes, devices; ValueError for one that is none.
    """
    found = {name: parse_quantity(value) for name, value in values.items()}
    wrong = [name for name, value in found.items() if value is None]
    if wrong:
        msg = f"not a quantity: {wrong}"
        raise ValueError(msg)
    return {name: value for name, value in found.items() if value is not None}


def added(one: Resources, other: Resources) -> Resources:
    """
    Return the sum of both.
    """
    return {name: one.get(name, Decimal(0)) + other.get(name, Decimal(0)) for name in one | other}


def fits(need: Resources, room: Resources) -> bool:
    """
    Return True where *room* has all of *need*.
    """
    return all(value <= room.get(name, 0) for name, value in need.items())


def _node_type(instance: InstanceType, spec: Mapping[str, Any]) -> NodeType:
    catalog = load_catalog()
    cpu = instance.allocatable_cpu_millicores or 0
    memory = instance.allocatable_memory_mib or 0
    disk = _disk(instance, spec)
    gpus = Decimal(math.floor(instance.gpu_count))
    capacity = {"nodes": Decimal(1), "cpu": Decimal(instance.vcpu), "memory": Decimal(instance.memory_mib * 2**20), GPU: gpus}
    allocatable = {
        "cpu": (cpu - catalog.assumed("daemonset_cpu_per_gpu_node")) / 1000,
        "memory": (memory - catalog.assumed("daemonset_memory_per_gpu_node")) * 2**20,
        "pods": Decimal((instance.max_pods or 0) - DAEMON_PODS),
        "ephemeral-storage": disk - _KUBELET_DISK - math.ceil(disk * _EVICTED_AT),
        GPU: gpus,
    }
    return NodeType(name=instance.name, capacity=capacity, allocatable=allocatable)


def _disk(instance: InstanceType, spec: Mapping[str, Any]) -> Decimal:
    """
    Return the bytes for images and volumes of pods: the local disks where they are made one, else the root volume.
    """
    if spec.get("instanceStorePolicy") == "RAID0" and instance.local_nvme_gb:
        return Decimal(instance.local_nvme_gb) * 10**9
    (root,) = [each["ebs"]["volumeSize"] for each in spec["blockDeviceMappings"] if each.get("rootVolume")]
    return quantities({"disk": root})["disk"]
