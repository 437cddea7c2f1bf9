"""
Karpenter node pools: instance hours of what the registered pods need, and the volumes of those nodes.

The hours come from the law in `plan.node_hours`, the rate from `catalog.rates`: the same two that made the plan choose.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.cost.aws.partial import part
from servewright.cost.aws.sizes import USAGE_KEY
from servewright.cost.cpu_pool import cpu_basis, is_cpu_pool, place_cpu_pods
from servewright.cost.foreign_pool import keeps_nodes, place_alone, words_alone
from servewright.cost.placement import Placement, place
from servewright.cost.pool import NODE_POOL, is_foreign, node_limit
from servewright.cost.pool_offer import PoolOffer, offer_of
from servewright.cost.registry import Context, Priced, priced_line, prices
from servewright.cost.storage import price_volumes
from servewright.cost.usage import usage_of
from servewright.plan.pool_price import split_hours
from servewright.plan.spot import spot_effects
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.catalog.model import Term
    from servewright.cost.model import Line
    from servewright.cost.pool import Pool
    from servewright.cost.records import ResourceRecord

_LAW: Final = frozenset({"daemonset_cpu_per_gpu_node", "daemonset_memory_per_gpu_node"})
_START: Final = frozenset({"node_launch", "image_pull_rate", "weights_read_rate", "engine_warm_up"})
_SPOT: Final = frozenset({"spot_fallback_share", "spot_recovery", "spot_band_missing"})

_REPLICAS: Final = ("replica", "replicas")
_YEARS: Final[dict[Term, int]] = {"1y": 1, "3y": 3}


@prices(NODE_POOL)
def price_node_pool(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the pool's instance hours and its nodes' volumes.
    """
    if is_cpu_pool(record):
        placement = place_cpu_pods(record, context)
        return _instance_hours(placement, None, context) + price_volumes(placement, None, context) + cpu_basis(placement, context)
    if is_foreign(record):
        return _foreign(record, context)
    placement = place(record, context)
    models = {work.model for work in placement.hosted}
    model = models.pop() if len(models) == 1 else None
    return _instance_hours(placement, model, context) + price_volumes(placement, model, context) + _basis(placement, context)


def _foreign(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours and volumes of a pool that is not ours: what its volumes leave open does not take its hours away.
    """
    alone = keeps_nodes(record) or usage_of(record, USAGE_KEY, context).given
    placed = place_alone(record, context) if alone else place(record, context)
    counted = bool(placed.hosted)
    if not alone and not counted:
        placed = place_alone(record, context)
    others = f"{record.name}: only the registered pods that select its nodes are counted; others may run there"
    basis = _basis(placed, context) + Priced(assumptions=(others,)) if counted else words_alone(placed)
    return _instance_hours(placed, None, context) + part(record, "volumes", lambda: price_volumes(placed, None, context)) + basis


def lines_at_limit(record: ResourceRecord, context: Context) -> tuple[Line, ...] | None:
    """
    Return the pool's lines with as many nodes as its limits allow, all month; None where nothing limits them.
    """
    placement = place_cpu_pods(record, context) if is_cpu_pool(record) else place(record, context)
    if is_foreign(record) and (not placement.hosted or keeps_nodes(record)):
        return _at_limit_alone(place_alone(record, context), context)
    nodes = node_limit(placement.offer.pool, placement.offer.instance)
    if nodes is None:
        return None
    all_month = Range.exactly(nodes * HOURS_PER_MONTH)
    full = replace(placement, hours=all_month, standing=all_month)
    return (_instance_hours(full, None, context) + price_volumes(full, None, context)).lines


def _at_limit_alone(alone: Placement, context: Context) -> tuple[Line, ...] | None:
    if alone.hours.max is None:
        return None
    full = replace(alone, hours=Range.exactly(alone.hours.max), standing=Range.exactly(alone.standing.max))
    return (_instance_hours(full, None, context) + price_volumes(full, None, context)).lines


def _instance_hours(placement: Placement, model: str | None, context: Context) -> Priced:
    """
    Return the line of the node-hours; for reserved nodes also that of the hours beyond them, which are bought on demand.
    """
    pool = placement.offer.pool
    if pool.purchase != "reserved":
        return _hours_line(placement, model, placement.offer, placement.hours)
    within, beyond = split_hours(placement.hours, pool.committed_nodes * HOURS_PER_MONTH)
    line = _hours_line(placement, model, placement.offer, within)
    if not beyond.max and beyond.known:
        return line
    return line + _hours_line(placement, model, offer_of(replace(pool, purchase="on-demand", commitment=None), context), beyond)


def _hours_line(placement: Placement, model: str | None, offer: PoolOffer, hours: Range) -> Priced:
    price = offer.rate.expected.price if offer.price_gap is None else None
    return priced_line(
        offer.pool.record,
        why="; ".join(gap for gap in (offer.price_gap, placement.gap) if gap) or None,
        component="GPU nodes" if offer.instance.gpu_count > 0 else "CPU nodes",
        model=model,
        purchase=offer.pool.purchase,
        name=f"instance hours ({offer.instance.name}, {offer.pool.purchase})",
        unit="hours",
        quantity=hours,
        unit_price=offer.rate.price,
        source=None if price is None else price.source,
        as_of=None if price is None else price.as_of,
        as_of_from=None if price is None else price.as_of_from,
    )


def _basis(placement: Placement, context: Context) -> Priced:
    """
    Return what the pool's figures rest on.
    """
    if not placement.hosted:
        return Priced(assumptions=(_nothing(placement),))
    spot = placement.offer.pool.purchase == "spot"
    return Priced(
        assumptions=(
            _packing(placement),
            *_left_over(placement),
            *_ahead_words(placement, context),
            *_spot_words(placement, context),
            *_minimum_words(placement),
        ),
        assumed=_LAW | _START | (_SPOT if spot else frozenset()),
    )


def _nothing(placement: Placement) -> str:
    pool = placement.offer.pool
    if pool.committed_nodes:
        nodes = "1 node is" if pool.committed_nodes == 1 else f"{pool.committed_nodes} nodes are"
        return f"{pool.record.name}: {nodes} paid though no registered pod selects them ({pool.purchase}: bought ahead)"
    return f"{pool.record.name}: 0 node-hours, because no registered pod selects its nodes"


def _packing(placement: Placement) -> str:
    pool, kind = placement.offer.pool, placement.offer.instance.name
    share = "" if pool.expected_share is None else f", {pool.expected_share:%} of the expected hours"
    others = ", ".join(name for name in pool.instance_types if name != kind)
    widened = f"; billed as {kind}, the cheapest admitted type (min and max also cover {others})" if others else ""
    return f"{pool.record.name}: {placement.per_node} {_REPLICAS[placement.per_node > 1]} per {kind}{share}{widened}"


def _left_over(placement: Placement) -> tuple[str, ...]:
    """
    Return what of the paid GPUs no replica uses, where a node has more of them than one replica takes.
    """
    gpus, instance, paid = placement.hosted[0].pod.gpus, placement.offer.instance, placement.hours.expected
    if instance.gpu_count <= gpus or not paid:
        return ()
    share = placement.offer.pool.expected_share
    replica_hours = sum(sum(work.by_hour) for work in placement.hosted) * HOURS_PER_MONTH / HOURS_PER_WEEK
    used = min(Decimal(1), replica_hours * (1 if share is None else share) * gpus / (paid * instance.gpu_count))
    price = placement.offer.rate.price.expected
    amount = "" if price is None else f": ${(1 - used) * paid * price:,.0f} of the expected instance hours"
    name = placement.offer.pool.record.name
    return (f"{name}: {(1 - used) * 100:.0f}% of the paid GPU time has no replica (left over on nodes, starting or idle){amount}",)


def _ahead_words(placement: Placement, context: Context) -> tuple[str, ...]:
    """
    Return what a commitment is compared with: from which use of its nodes on it is cheaper than on demand.
    """
    pool, instance = placement.offer.pool, placement.offer.instance
    if pool.purchase not in ("reserved", "capacity-block") or pool.record.region is None:
        return ()
    plain = hourly_rate(context.catalog, instance.name, pool.record.region, "on-demand").price
    rate = placement.offer.rate.price.expected
    paid = f"{pool.record.name}: {pool.committed_nodes} {instance.name} are paid whether used or not{_owed(pool, rate)}"
    if plain is None or rate is None or not plain.amount:
        return (paid,)
    even = f"cheaper than on demand (${plain.amount}/h) where traffic needs them more than {rate / plain.amount * 100:.0f}% of the hours"
    return (f"{paid}; at ${rate}/h {even}",)


def _owed(pool: Pool, rate: Decimal | None) -> str:
    """
    Return what a commitment adds up to over its term, where that is known.
    """
    years = None if pool.commitment is None or pool.commitment.term is None else _YEARS[pool.commitment.term]
    if years is None or rate is None:
        return ""
    return f", ${rate * pool.committed_nodes * HOURS_PER_MONTH * 12 * years:,.0f} over {years} {'year' if years == 1 else 'years'}"


def _spot_words(placement: Placement, context: Context) -> tuple[str, ...]:
    if placement.offer.pool.purchase != "spot":
        return ()
    rate = placement.offer.rate.expected
    effects = spot_effects(context.catalog, rate.interruption_band)
    band = rate.interruption_band or "none published, taken as the worst"
    words = (
        f"{effects.interrupted_share:%} interrupted a month, {effects.recovery_overlap * 100:.2g}% more node-hours until replacements serve"
    )
    return (f"{placement.offer.pool.record.name}: interruption band of {rate.instance_type} {band}: {words}",)


def _minimum_words(placement: Placement) -> tuple[str, ...]:
    return tuple(
        f"{work.record.name}: carries no replicas by hour, its minimum of {work.minimum} stands for the expected ones"
        for work in placement.hosted
        if work.expected_is_minimum
    )
