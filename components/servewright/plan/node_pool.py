"""
From the chosen placement to the pools that are registered.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.model import PoolPlan
from servewright.plan.node_hours import node_count, nodes_from_hours
from servewright.ranges import ZERO

if TYPE_CHECKING:
    from servewright.plan.placements import Placement, PricedPool
    from servewright.spec.request import ModelRequest, Stack

_WEIGHT: Final = {"base": 100, "burst": 50, "fallback": 10}
"""
Karpenter tries pools of higher weight first (1 to 100); the order is what matters, the gaps leave room.
"""

_SPARE_NODES: Final = 1
"""
Room in the limit for one replacement: with limits equal to the maximum neither drift nor a rolling update could ever proceed.
"""

CPU_TYPES: Final = ("m7i.large", "m7i.xlarge")
"""
The CPU pool's types: current general-purpose Intel, priced in all seven regions of the price table.
"""

_CPU_LIMIT_NODES: Final = 2
_CPU_ROOT_GIB: Final = 30
_CPU_IDLE_S: Final = 300


def gpu_pools(stack: Stack, request: ModelRequest, placement: Placement) -> tuple[PoolPlan, ...]:
    """
    Return one pool for each share of *placement*, the first to be filled first.
    """
    return tuple(_gpu_pool(stack, request, placement, pool) for pool in placement.pools)


def cpu_pool(stack: Stack) -> PoolPlan:
    """
    Return the pool for everything of this stack that needs no GPU; it launches nothing until such a pod is registered.
    """
    return PoolPlan(
        name="system",
        purpose="cpu",
        role="base",
        purchase="on-demand",
        shape=f"{stack.name}-system",
        gpu_id=None,
        instance_types=CPU_TYPES,
        zones=stack.zones,
        serves=(),
        replicas_per_node=0,
        nodes=ZERO,
        limit_nodes=_CPU_LIMIT_NODES,
        weight=_WEIGHT["base"],
        root_volume_gib=_CPU_ROOT_GIB,
        use_local_nvme=False,
        consolidate_after_s=_CPU_IDLE_S,
        expected_share=Decimal(1),
        monthly=ZERO,
    )


def replicas_on(placement: Placement, pool: PricedPool) -> int:
    """
    Return the most replicas of *placement* that *pool* may hold.
    """
    return math.ceil(placement.replicas.maximum * min(pool.offer.max_share, Decimal(1)))


def _gpu_pool(stack: Stack, request: ModelRequest, placement: Placement, pool: PricedPool) -> PoolPlan:
    """
    Return the plan of *pool*. A model that gave its name to the stack is not named twice; the others keep their names apart from it.
    """
    most = node_count(replicas_on(placement, pool), placement.replicas_per_node, len(stack.zones))
    return PoolPlan(
        name=pool.offer.role if request.name == stack.name else f"{request.name}-{pool.offer.role}",
        purpose="gpu",
        role=pool.offer.role,
        purchase=pool.offer.purchase,
        shape=stack.name if request.name == stack.name else f"{stack.name}-{request.name}",
        gpu_id=placement.shape.gpu.id,
        instance_types=tuple(t.name for t in pool.offer.types),
        zones=stack.zones,
        serves=(request.name,),
        replicas_per_node=placement.replicas_per_node,
        nodes=nodes_from_hours(pool.hours),
        limit_nodes=most + _SPARE_NODES,
        weight=_WEIGHT[pool.offer.role],
        root_volume_gib=placement.disk.root_volume_gib,
        use_local_nvme=placement.disk.use_local_nvme,
        consolidate_after_s=placement.consolidate_after_s,
        expected_share=pool.offer.expected_share,
        monthly=pool.monthly,
        max_share=pool.offer.max_share if pool.offer.role == "fallback" else None,
    )
