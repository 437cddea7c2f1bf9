"""
How the nodes of a stack are counted: by the metrics of Karpenter, which names pool, type and capacity type of each.

A node is counted once however many of Karpenter's pods report it. A pool that is known and has no node counts 0; without Karpenter's
metrics there is no series at all, so that nothing is taken for 0 that nobody has seen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import one_of, selector, string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.plan.model import PoolPlan, Purchase
    from servewright.resources.monitoring.scope import Scope

CAPACITY_TYPES: Final[dict[Purchase, str]] = {
    "on-demand": "on-demand",
    "spot": "spot",
    "reserved": "on-demand",
    "capacity-reservation": "reserved",
    "capacity-block": "reserved",
}
"""
The label capacity_type of a pool's nodes, as `resources.node_pool` asks for it (a test compares them).
"""

ONE_RESOURCE: Final = f"resource_type={string('cpu')}"
"""
Each node has one series for each resource; every node has a CPU, and every pool of ours a limit of it.
"""


def nodes(scope: Scope, pools: tuple[PoolPlan, ...], *by: str) -> str:
    """
    Return how many nodes *pools* have, by the labels *by*.
    """
    each = f"group by ({', '.join((*by, 'node_name'))}) ({scope.of_pools('karpenter_nodes_allocatable', pools, ONE_RESOURCE)})"
    return f"count by ({', '.join(by)}) ({each})"


def known_pools(scope: Scope, pools: tuple[PoolPlan, ...]) -> str:
    """
    Return a series for each of *pools* that Karpenter knows, by nodepool: its limit of CPUs.
    """
    return f"max by (nodepool) ({scope.of_pools('karpenter_nodepools_limit', pools, ONE_RESOURCE)})"


def recorded_nodes(scope: Scope, pools: Iterable[PoolPlan]) -> str:
    """
    Return the recorded number of nodes of *pools*.
    """
    named = one_of(scope.names.pool(pool.name) for pool in pools)
    return selector("pool:nodes", {"namespace": scope.names.namespace}, f"nodepool=~{named}")


def committed_nodes(pool: PoolPlan) -> int:
    """
    Return how many nodes of *pool* are paid whether used or not, as its annotation tells the bill.
    """
    return 0 if pool.commitment is None else math.ceil(pool.nodes.expected or 0)
