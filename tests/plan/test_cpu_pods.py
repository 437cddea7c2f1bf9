"""
First fit, decreasing: by hand, and its laws against every other packing.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.catalog.model import InstanceType
from servewright.plan.cpu_pods import CpuPod, nodes_needed
from servewright.plan.packing import DaemonSets

NODE = InstanceType(
    name="example",
    gpu_id=None,
    gpu_count=Decimal(0),
    vcpu=2,
    memory_mib=8192,
    architecture="amd64",
    allocatable_cpu_millicores=1900,
    allocatable_memory_mib=6900,
    max_pods=29,
    local_nvme_gb=0,
    efa_interfaces=0,
    source="this test",
)
DAEMONSETS = DaemonSets(cpu_millicores=400, memory_mib=900, pods=5)
"""
Leaves 1,500 m, 6,000 MiB and 24 places.
"""


def pod(name: str, cpu: int, memory: int = 100, replicas: int = 1, *, apart: bool = False) -> CpuPod:
    """
    Return *replicas* equal pods.
    """
    return CpuPod(workload=name, cpu_millicores=cpu, memory_mib=memory, replicas=replicas, apart=apart)


PODS = st.lists(
    st.builds(
        pod,
        st.sampled_from("abcdef"),
        st.integers(1, 1500),
        st.integers(1, 6000),
        st.integers(1, 2),
        apart=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda p: p.workload,
)


def test_packing_by_hand() -> None:
    """
    900 + 600 fill a node to the last millicore; 700 + 500 + 300 fill the next; 100 more open a third.
    """
    sizes = [pod("a", 500), pod("b", 900), pod("c", 300), pod("d", 600), pod("e", 700)]

    assert nodes_needed(sizes, NODE, DAEMONSETS) == 2
    assert nodes_needed([*sizes, pod("f", 100)], NODE, DAEMONSETS) == 3
    assert nodes_needed([], NODE, DAEMONSETS) == 0


def test_every_resource_counts() -> None:
    """
    CPU, memory and places for pods each end a node.
    """
    assert nodes_needed([pod("a", 750, replicas=4)], NODE, DAEMONSETS) == 2
    assert nodes_needed([pod("a", 10, 3000, replicas=4)], NODE, DAEMONSETS) == 2
    assert nodes_needed([pod("a", 10, 10, replicas=25)], NODE, DAEMONSETS) == 2


def test_pods_apart_never_share_a_node() -> None:
    """
    Two small replicas apart take two nodes, and both workloads share them.
    """
    pair = [pod("a", 100, replicas=2, apart=True), pod("b", 100, replicas=2, apart=True)]

    assert nodes_needed(pair, NODE, DAEMONSETS) == 2
    assert nodes_needed([replace(each, apart=False) for each in pair], NODE, DAEMONSETS) == 1


def test_what_fits_on_no_node_is_said() -> None:
    """
    A pod larger than a node less its DaemonSets, or a type whose allocatable is not known, has no number of nodes.
    """
    assert nodes_needed([pod("a", 1500)], NODE, DAEMONSETS) == 1
    assert nodes_needed([pod("a", 1501)], NODE, DAEMONSETS) is None
    assert nodes_needed([pod("a", 1, 6001)], NODE, DAEMONSETS) is None
    assert nodes_needed([pod("a", 1)], replace(NODE, allocatable_memory_mib=None), DAEMONSETS) is None


@given(pods=PODS)
@settings(deadline=None)
def test_the_number_is_that_of_a_real_packing(pods: list[CpuPod]) -> None:
    """
    So many nodes do hold the pods, by a search that knows no order; one node per pod is the most, and the order does not matter.
    """
    found = nodes_needed(pods, NODE, DAEMONSETS)

    assert found is not None
    assert found == nodes_needed(pods[::-1], NODE, DAEMONSETS)
    assert found <= sum(each.replicas for each in pods)
    assert _packs([p for p in pods for _ in range(p.replicas)], [[] for _ in range(found)])


def _packs(left: list[CpuPod], nodes: list[list[CpuPod]]) -> bool:
    """
    Tell whether *left* can be put onto *nodes* beside what is there, by trying every place.
    """
    if not left:
        return True
    first, rest = left[0], left[1:]
    return any(_fits([*node, first]) and _packs(rest, [*nodes[:at], [*node, first], *nodes[at + 1 :]]) for at, node in enumerate(nodes))


def _fits(node: list[CpuPod]) -> bool:
    apart = [p.workload for p in node if p.apart]
    held = sum(p.cpu_millicores for p in node) <= 1500 and sum(p.memory_mib for p in node) <= 6000
    return held and len(apart) == len(set(apart))
