"""
The second half of the search: on which instance types a shape runs, how many replicas and nodes that takes, and what it costs.

A placement is priced as if its model were alone in the stack; `joint` prices those of several models together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan.kv_offload import STAGING_GIB
from servewright.plan.offers import Market, allowed, share_rate
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pod import pod_resources
from servewright.plan.pool_group import PoolGroup, PricedPool, Tenant, price_group
from servewright.plan.shares import ShareReplicas, split_shares, together
from servewright.plan.start_time import start_time
from servewright.plan.traffic import plan_replicas
from servewright.ranges import Range, total

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType
    from servewright.plan.lock import LockedModel
    from servewright.plan.model import PodResources, Replicas, Role, StartTime
    from servewright.plan.question import Question
    from servewright.plan.shapes import Shape
    from servewright.spec.request import ModelRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """
    A shape on an instance type with the replicas of the whole model and its pools. *groups* has one for each share, the base first.

    *needed* are the replicas that traffic and autoscaler ask for before any are bought as a base.
    """

    shape: Shape
    instance: InstanceType
    replicas: Replicas
    needed: Replicas
    start: StartTime
    groups: tuple[PoolGroup, ...]

    @property
    def pools(self) -> tuple[PricedPool, ...]:
        """
        The pools of all shares, the one filled first in front.
        """
        return tuple(pool for group in self.groups for pool in group.pools)

    @property
    def monthly(self) -> Range:
        """
        What the model costs a month alone.
        """
        return total(group.monthly for group in self.groups)

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        """
        The model's own share of each group.
        """
        return tuple(group.tenants[0] for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSold:
    """
    A placement that cannot be had in the region as far as our sources go; *why* names them.
    """

    shape: Shape
    instance: InstanceType
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """
    What a shape has to serve wherever it runs: the replicas that the traffic needs as a *whole*, the *shares* they are bought in and what
    all shares run *together*; how long a replica takes to *start*. *held* as in `Tenant`.
    """

    shape: Shape
    whole: Replicas
    shares: tuple[ShareReplicas, ...]
    together: Replicas
    start: StartTime
    load_bytes: float
    held: tuple[tuple[Role, tuple[str, ...]], ...]


def placements(market: Market, question: Question, shape: Shape, locked: LockedModel | None = None) -> tuple[Placement | NotSold, ...]:
    """
    Return one placement for each instance type that can hold *shape*, by name; with a lock, that of the *locked* type alone.
    """
    request = question.request
    asked = _demand(market, question, shape, locked)
    found = []
    for instance in _types(market, request, shape, locked):
        staging = STAGING_GIB if request.offloads else 0
        pod = pod_resources(market.catalog, instance, shape.gpus, shape.memory.replica_weights_gib, staging)
        if not _holds(market, instance, pod):
            continue
        not_sold = _not_sold(market, shape, instance, asked.shares)
        found.append(not_sold or _place(market, request, asked, instance, pod))
    return tuple(found)


def _demand(market: Market, question: Question, shape: Shape, locked: LockedModel | None) -> _Demand:
    whole = plan_replicas(question.request, question.factors, shape.capacity, shape.extra_headroom)
    shares = split_shares(market.capacity, whole)
    load_bytes = question.load_bytes(shape)
    return _Demand(
        shape=shape,
        whole=whole,
        shares=shares,
        together=together(shares),
        start=start_time(market.catalog, load_bytes),
        load_bytes=load_bytes,
        held=() if locked is None else locked.types,
    )


def _types(market: Market, request: ModelRequest, shape: Shape, locked: LockedModel | None) -> tuple[InstanceType, ...]:
    of_gpu = market.catalog.instances_with_gpu(shape.gpu.id)
    if locked is not None:
        return tuple(instance for instance in of_gpu if instance.name == locked.instance_type)
    return tuple(instance for instance in of_gpu if allowed(market, request, instance, shape.gpus))


def _holds(market: Market, instance: InstanceType, pod: PodResources) -> bool:
    fits = replicas_per_node(instance, pod, assumed_daemonsets(market.catalog))
    return bool(fits) and pod.cpu_millicores > 0 and pod.memory_mib > 0


def _not_sold(market: Market, shape: Shape, instance: InstanceType, shares: tuple[ShareReplicas, ...]) -> NotSold | None:
    rates = [share_rate(market, each.share, instance) for each in shares]
    gone = next((rate for rate in rates if rate.not_sold), None)
    return None if gone is None else NotSold(shape=shape, instance=instance, why=gone.reason or "not sold here")


def _place(market: Market, request: ModelRequest, asked: _Demand, instance: InstanceType, pod: PodResources) -> Placement:
    tenants = [
        Tenant(
            request=request,
            share=each.share,
            instance=instance,
            pod=pod,
            replicas=each.replicas,
            start=asked.start,
            weights_gib=asked.load_bytes / 2**30,
            held=asked.held,
        )
        for each in asked.shares
    ]
    groups = tuple(price_group(market, (tenant,)) for tenant in tenants)
    return Placement(
        shape=asked.shape,
        instance=instance,
        replicas=asked.together,
        needed=asked.whole,
        start=asked.start,
        groups=groups,
    )
