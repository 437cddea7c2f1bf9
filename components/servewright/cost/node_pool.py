"""
Karpenter node pools: instance hours of what the registered pods need, and the volumes of those nodes.

The hours come from the law in `plan.node_hours`, the rate from `catalog.rates`: the same two that made the plan choose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.cost.placement import Placement, place
from servewright.cost.pool import NODE_POOL, node_limit
from servewright.cost.registry import Context, Priced, priced_line, prices
from servewright.cost.storage import price_volumes
from servewright.plan.spot import spot_effects
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.model import Line
    from servewright.cost.records import ResourceRecord

_LAW: Final = frozenset({"daemonset_cpu_per_gpu_node", "daemonset_memory_per_gpu_node"})
_START: Final = frozenset({"node_launch", "image_pull_rate", "weights_read_rate", "engine_warm_up"})
_SPOT: Final = frozenset({"spot_fallback_share", "spot_recovery", "spot_band_missing"})

_REPLICAS: Final = ("replica", "replicas")


@prices(NODE_POOL)
def price_node_pool(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the pool's instance hours and its nodes' volumes.
    """
    placement = place(record, context)
    models = {work.model for work in placement.hosted}
    model = models.pop() if len(models) == 1 else None
    return _instance_hours(placement, model) + price_volumes(placement, model, context) + _basis(placement, context)


def lines_at_limit(record: ResourceRecord, context: Context) -> tuple[Line, ...] | None:
    """
    Return the pool's lines with as many nodes as its limits allow, all month; None where nothing limits them.
    """
    placement = place(record, context)
    nodes = node_limit(placement.offer.pool, placement.offer.instance)
    if nodes is None:
        return None
    full = replace(placement, hours=Range.exactly(nodes * HOURS_PER_MONTH))
    return (_instance_hours(full, None) + price_volumes(full, None, context)).lines


def _instance_hours(placement: Placement, model: str | None) -> Priced:
    offer = placement.offer
    price = offer.rate.expected.price if offer.price_gap is None else None
    return priced_line(
        offer.pool.record,
        why=offer.price_gap or placement.gap,
        component="GPU nodes" if offer.instance.gpu_count > 0 else "CPU nodes",
        model=model,
        purchase=offer.pool.purchase,
        name=f"instance hours ({offer.instance.name}, {offer.pool.purchase})",
        unit="hours",
        quantity=placement.hours,
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
        nothing = f"{placement.offer.pool.record.name}: 0 node-hours, because no registered pod selects its nodes"
        return Priced(assumptions=(nothing,))
    spot = placement.offer.pool.purchase == "spot"
    return Priced(
        assumptions=(_packing(placement), *_spot_words(placement, context), *_minimum_words(placement)),
        assumed=_LAW | _START | (_SPOT if spot else frozenset()),
    )


def _packing(placement: Placement) -> str:
    pool, kind = placement.offer.pool, placement.offer.instance.name
    share = "" if pool.expected_share is None else f", {pool.expected_share:%} of the expected hours"
    others = ", ".join(name for name in pool.instance_types if name != kind)
    widened = f"; billed as {kind}, the cheapest admitted type (min and max also cover {others})" if others else ""
    return f"{pool.record.name}: {placement.per_node} {_REPLICAS[placement.per_node > 1]} per {kind}{share}{widened}"


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
