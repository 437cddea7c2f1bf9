"""
Which pods run on which pools, and what that asks of the law of node-hours.

A pool hosts a Deployment whose nodeSelector its labels fulfil. Pools that host the same Deployments form a group: the replicas of the
group are planned jointly and split over its pools by their shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.pool import NODE_POOL, Pool, node_labels, node_limit, read_pool
from servewright.cost.pool_offer import PoolOffer, instance_of, offer_of
from servewright.cost.properties import UnreadableProperty, dotted, read_text
from servewright.cost.requirements import EVERYWHERE, NODE_POOL_LABEL, offered_labels
from servewright.cost.workload import DEPLOYMENT, Workload, node_selector, read_workload
from servewright.plan import annotation_keys
from servewright.plan.node_hours import PoolDemand, ReplicaDemand, node_starts, pool_hours
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.spot import NO_INTERRUPTION, spot_effects
from servewright.ranges import ZERO, Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

UNBOUNDED: Final = "unbounded: the pool has no limit that Karpenter knows (cpu, memory, nodes, nvidia.com/gpu)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """
    What runs on a pool and the *hours* a month of nodes that it takes; *starts* counts expected node launches a month.

    *per_node* is the packing, 0 where nothing runs here. *bounded* is False where the pool has no limit. *standing* are the hours of nodes
    that are there, fewer than *hours* where capacity bought ahead is paid and not used. *why* says why the expected hours are not known.
    """

    offer: PoolOffer
    hosted: tuple[Workload, ...]
    per_node: int
    hours: Range
    starts: Decimal
    bounded: bool
    standing: Range
    why: str | None = None

    @property
    def gap(self) -> str | None:
        """
        Why the hours are not known to their end, None where they are.
        """
        unbounded = None if self.hours.max is not None else UNBOUNDED
        return "; ".join(reason for reason in (self.why, unbounded) if reason) or None


def place(record: ResourceRecord, context: Context) -> Placement:
    """
    Return what the registered Deployments make of the NodePool *record*.
    """
    return context.once(_place, record)


def _place(record: ResourceRecord, context: Context) -> Placement:
    pool = read_pool(record, context.catalog)
    hosted_here = context.once(_hosted_by, record)
    if not hosted_here:
        return Placement(
            offer=offer_of(pool, context),
            hosted=(),
            per_node=0,
            hours=_paid(pool, ZERO),
            starts=Decimal(0),
            bounded=bool(pool.limits),
            standing=ZERO,
        )
    hosted = tuple(read_workload(made, context) for made in hosted_here)
    group = [read_pool(made, context.catalog) for made in context.of_type(NODE_POOL) if context.once(_hosted_by, made) == hosted_here]
    demand = _demand(hosted, group, context)
    asked = [_pool_demand(offer_of(p, context), hosted, len(group), context) for p in group]
    _check_shares(record, asked)
    (mine,) = (each for each in asked if each.pool == record.urn)
    hours = pool_hours(demand, asked)[record.urn]
    needed = hours if pool.limits else Range(hours.min, hours.expected, None)
    return Placement(
        offer=offer_of(pool, context),
        hosted=hosted,
        per_node=mine.replicas_per_node,
        hours=_paid(pool, needed),
        starts=node_starts(demand, asked)[record.urn],
        bounded=bool(pool.limits),
        standing=needed,
    )


def _paid(pool: Pool, needed: Range) -> Range:
    """
    Return the hours that are paid: what is bought ahead whether used or not.
    """
    ahead = pool.committed_nodes * HOURS_PER_MONTH
    return Range(*(None if hours is None else max(hours, ahead) for hours in (needed.min, needed.expected, needed.max)))


def hosts(deployment: ResourceRecord, context: Context) -> tuple[ResourceRecord, ...]:
    """
    Return the NodePools that may host the pods of *deployment*.
    """
    return tuple(made for made in context.of_type(NODE_POOL) if _may_host(made, deployment, context))


def _hosted_by(pool: ResourceRecord, context: Context) -> tuple[ResourceRecord, ...]:
    return tuple(made for made in context.of_type(DEPLOYMENT) if _may_host(pool, made, context))


def _may_host(pool: ResourceRecord, deployment: ResourceRecord, context: Context) -> bool:
    """
    Tell whether the labels of *pool* fulfil the nodeSelector of *deployment*; pods that select nothing of their own stay on existing nodes.
    """
    selector, labels = context.once(_selected, deployment), context.once(_offered, pool)
    return bool(selector.keys() - EVERYWHERE) and all(labels.get(key) == value for key, value in selector.items())


def _selected(deployment: ResourceRecord, _context: Context) -> Mapping[str, Any]:
    return node_selector(deployment)


def _offered(pool: ResourceRecord, _context: Context) -> Mapping[str, Any]:
    named = read_text(pool, "metadata", "name")
    return {**offered_labels(pool), **({} if named is None else {NODE_POOL_LABEL: named}), **node_labels(pool)}


def _demand(hosted: tuple[Workload, ...], group: list[Pool], context: Context) -> ReplicaDemand:
    zones = {zone for pool in group for zone in pool.zones}
    spread = any(w.spread for w in hosted)
    if spread and not zones:
        raise UnreadableProperty(group[0].record, "topology.kubernetes.io/zone", "is not said, though pods are spread over zones")
    launch = int(context.catalog.assumed("node_launch"))
    return ReplicaDemand(
        by_hour=tuple(sum(hour) for hour in zip(*(w.by_hour for w in hosted), strict=True)),
        minimum=sum(w.minimum for w in hosted),
        maximum=sum(w.maximum for w in hosted),
        start_seconds=max(launch if w.start_seconds is None else w.start_seconds for w in hosted),
        zones=len(zones) if spread else 1,
        models=len(hosted),
    )


def _pool_demand(offer: PoolOffer, hosted: tuple[Workload, ...], pools_in_group: int, context: Context) -> PoolDemand:
    pool = offer.pool
    share = pool.expected_share
    if share is None:
        if pools_in_group > 1:
            raise UnreadableProperty(pool.record, dotted("metadata", "annotations", annotation_keys.EXPECTED_SHARE), "is missing")
        share = Decimal(1)
    band = offer.rate.expected.interruption_band
    effects = spot_effects(context.catalog, band) if pool.purchase == "spot" else NO_INTERRUPTION
    return PoolDemand(
        pool=pool.record.urn,
        replicas_per_node=_per_node(offer, hosted, context),
        expected_share=share,
        max_share=pool.max_share,
        idle_seconds=pool.idle_seconds,
        recovery_overlap=effects.recovery_overlap,
        unit_price=offer.rate.price,
        node_limit=node_limit(pool, offer.instance),
    )


def _per_node(offer: PoolOffer, hosted: tuple[Workload, ...], context: Context) -> int:
    """
    Return how many replicas one node holds; the same for all admitted types and pods, else it cannot be said.
    """
    daemonsets = assumed_daemonsets(context.catalog)
    record = offer.pool.record
    types = [instance_of(offer.pool, name, context) for name in offer.pool.instance_types]
    found = {(t.name, replicas_per_node(t, w.pod, daemonsets)) for t in types for w in hosted}
    counts = {count for _, count in found}
    said = ", ".join(f"{name}: {'unknown' if count is None else count}" for name, count in sorted(found, key=str))
    if counts & {None, 0}:
        raise UnreadableProperty(record, "node.kubernetes.io/instance-type", f"names a type that does not hold the pods ({said})")
    if len(counts) > 1 or len({w.pod for w in hosted}) > 1:
        raise UnreadableProperty(record, "node.kubernetes.io/instance-type", f"leaves open how many pods share a node ({said})")
    (count,) = counts
    return count or 1


def _check_shares(record: ResourceRecord, asked: list[PoolDemand]) -> None:
    together = sum((demand.expected_share for demand in asked), Decimal(0))
    if together != 1:
        path = dotted("metadata", "annotations", annotation_keys.EXPECTED_SHARE)
        raise UnreadableProperty(record, path, f"and those of the pools beside it add up to {together}, not 1")
