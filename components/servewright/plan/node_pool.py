"""
From the chosen placement to the pools that are registered.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.model import PoolPlan
from servewright.plan.node_hours import most_nodes, nodes_from_hours

if TYPE_CHECKING:
    from servewright.plan.pool_group import PoolGroup, PricedPool
    from servewright.spec.request import Stack

_WEIGHT: Final = {"base": 100, "burst": 50, "fallback": 10}
"""
Karpenter tries pools of higher weight first (1 to 100); the order is what matters, the gaps leave room.
"""

_SPARE_NODES: Final = 1
"""
Room in the limit for one replacement: with limits equal to the maximum neither drift nor a rolling update could ever proceed.
"""


def gpu_pools(stack: Stack, group: PoolGroup) -> tuple[PoolPlan, ...]:
    """
    Return the pools of *group*, the first to be filled first.
    """
    return tuple(_gpu_pool(stack, group, pool) for pool in group.pools)


def shape_name(group: PoolGroup) -> str:
    """
    Return the name of a kind of node and of what a replica takes of it: "g6-xlarge-x1", "p5-48xlarge-x4".
    """
    return f"{group.instance.name.replace('.', '-')}-x{group.pod.gpus}"


def replicas_on(maximum: int, pool: PricedPool) -> int:
    """
    Return the most of *maximum* replicas that *pool* may hold.
    """
    return math.ceil(maximum * min(pool.offer.max_share, Decimal(1)))


def _gpu_pool(stack: Stack, group: PoolGroup, pool: PricedPool) -> PoolPlan:
    """
    Return the plan of *pool*, named by its nodes: a model that comes or goes moves no other model to nodes of another name.
    """
    maximum = sum(tenant.replicas.maximum for tenant in group.tenants)
    most = most_nodes(replicas_on(maximum, pool), group.replicas_per_node, group.zones, len(group.tenants))
    shape = shape_name(group)
    return PoolPlan(
        name=f"{shape}-{pool.offer.role}",
        purpose="gpu",
        share=group.share,
        role=pool.offer.role,
        purchase=pool.offer.purchase,
        shape=shape,
        gpu_id=group.instance.gpu_id,
        instance_types=tuple(t.name for t in pool.offer.types),
        zones=stack.zones,
        serves=tuple(tenant.request.name for tenant in group.tenants),
        replicas_per_node=group.replicas_per_node,
        nodes=nodes_from_hours(pool.hours),
        limit_nodes=most + _SPARE_NODES,
        weight=_WEIGHT[pool.offer.role],
        root_volume_gib=group.disk.root_volume_gib,
        use_local_nvme=group.disk.use_local_nvme,
        consolidate_after_s=group.consolidate_after_s,
        expected_share=pool.offer.expected_share,
        monthly=pool.monthly,
        max_share=pool.offer.max_share if pool.offer.role == "fallback" else None,
        commitment=pool.offer.commitment,
    )
