"""
Replicas per node.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.catalog.model import InstanceType
from servewright.plan.model import PodResources
from servewright.plan.packing import DaemonSets, assumed_daemonsets, replicas_per_node

NODE = InstanceType(
    name="test.large",
    gpu_id="l4",
    gpu_count=Decimal(4),
    vcpu=16,
    memory_mib=65_536,
    architecture="amd64",
    allocatable_cpu_millicores=15_400,
    allocatable_memory_mib=60_900,
    max_pods=20,
    local_nvme_gb=0,
    efa_interfaces=0,
    source="made for tests",
)
DAEMONS = DaemonSets(cpu_millicores=400, memory_mib=900, pods=5)


def pod(cpu: int = 1000, memory: int = 1000, gpus: int = 1) -> PodResources:
    """
    Return a pod with these requests.
    """
    return PodResources(cpu_millicores=cpu, memory_mib=memory, gpus=gpus, shm_mib=0)


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (pod(), 4),  # GPUs bind: 4 / 1
        (pod(gpus=2), 2),
        (pod(gpus=5), 0),  # more than the node has
        (pod(cpu=7500), 2),  # CPU binds: (15,400 - 400) / 7,500 is 2 exactly
        (pod(cpu=7501), 1),
        (pod(memory=20_000), 3),  # memory binds: (60,900 - 900) / 20,000 is 3 exactly
        (pod(memory=20_001), 2),
        (pod(cpu=0, memory=0, gpus=0), 15),  # pods bind: 20 - 5
        (pod(memory=70_000), 0),
    ],
)
def test_the_scarcest_resource_decides(requests: PodResources, expected: int) -> None:
    """
    Replicas per node is the smallest quotient over CPU, memory, GPUs and pods after the DaemonSets.
    """
    assert replicas_per_node(NODE, requests, DAEMONS) == expected


@pytest.mark.parametrize(
    "node",
    [replace(NODE, allocatable_cpu_millicores=None), replace(NODE, allocatable_memory_mib=None), replace(NODE, max_pods=None)],
    ids=["cpu", "memory", "pods"],
)
def test_unknown_allocatable_is_unknown(node: InstanceType) -> None:
    """
    A node whose allocatable is not known holds an unknown number of replicas, not 0.
    """
    assert replicas_per_node(node, pod(), DAEMONS) is None


def test_a_fraction_of_a_gpu_is_no_gpu() -> None:
    """
    A type with a fractional GPU holds no pod that asks for a whole one.
    """
    assert replicas_per_node(replace(NODE, gpu_count=Decimal("0.25")), pod(), DAEMONS) == 0


@given(st.integers(0, 20_000), st.integers(0, 70_000), st.integers(0, 5))
def test_what_is_packed_fits_and_one_more_does_not(cpu: int, memory: int, gpus: int) -> None:
    """
    The replicas found fit into the node beside the DaemonSets, and one more would not.
    """

    def fits(count: int) -> bool:
        return cpu * count <= 15_000 and memory * count <= 60_000 and gpus * count <= 4 and count <= 15

    count = replicas_per_node(NODE, pod(cpu, memory, gpus), DAEMONS)

    assert count is not None
    assert fits(count)
    assert not fits(count + 1)


def test_daemonsets_are_the_assumed_ones() -> None:
    """
    What is reserved on each node stands in the table of assumptions.
    """
    catalog = load_catalog()
    daemons = assumed_daemonsets(catalog)

    assert daemons.cpu_millicores == catalog.assumed("daemonset_cpu_per_gpu_node")
    assert daemons.memory_mib == catalog.assumed("daemonset_memory_per_gpu_node")
