"""
NodePools of programs that are not ours, where no registered pod selects their nodes or a usage file says how many run.

    expected = `nodes` of the usage file x 730; unknown where it says nothing: such a pool takes whatever pods the cluster has
    static   = `spec.replicas` x 730, whatever runs there and whichever registered pods select it
    max      = for each limit: limit / what one node takes of it x the node's highest price, of the type that makes it dearest;
               the tightest limit counts; unknown where there is none

Types may fill a limit together. So with several of them the max is the bound that no mixture exceeds, and no whole number of nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.sizes import USAGE_KEY
from servewright.cost.placement import Placement
from servewright.cost.pool import node_limit, nodes_by_limit, read_pool, static_nodes
from servewright.cost.pool_offer import PoolOffer, instance_of, offer_of
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Priced
from servewright.cost.usage import usage_of
from servewright.plan.node_hours import quantity
from servewright.plan.pool_price import PoolRate
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.pool import Pool
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_ZERO: Final = Decimal(0)
_MONTH: Final = Range.exactly(HOURS_PER_MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Most:
    """
    The dearest that a pool may come to: *nodes* at *price* (None: that of the pool's offer), and *disks*, the most nodes of any type.

    Nodes that nothing bounds are None.
    """

    nodes: Decimal | None
    disks: Decimal | None
    price: Decimal | None = None


def keeps_nodes(record: ResourceRecord) -> bool:
    """
    Tell whether the pool *record* is a static one, whose nodes no pods change; of what cannot be read its own price says so.
    """
    try:
        return static_nodes(record) is not None
    except UnreadableProperty:
        return True


def place_alone(record: ResourceRecord, context: Context) -> Placement:
    """
    Return the nodes of the pool *record*, without looking at registered pods.
    """
    pool = read_pool(record, context.catalog)
    offer = offer_of(pool, context)
    kept = static_nodes(record)
    most = _at_most(pool, offer, context) if kept is None else _static(offer, kept)
    low, expected, why = _nodes(record, kept, most, context)
    return Placement(
        offer=offer if most.price is None else _dearest(offer, most.price),
        hosted=(),
        per_node=0,
        hours=Range(low, expected, most.nodes).times(_MONTH),
        starts=_ZERO,
        bounded=most.nodes is not None,
        standing=Range(low, expected, most.disks).times(_MONTH),
        why=why,
    )


def words_alone(placement: Placement) -> Priced:
    """
    Return what the figures of such a pool rest on.
    """
    pool = placement.offer.pool
    if placement.hours.max == 0:
        return Priced(assumptions=(f"{pool.record.name}: 0 node-hours, because its limits allow no node",))
    known = "its replicas are kept whatever runs" if static_nodes(pool.record) is not None else "the usage file says how many nodes run"
    counted = "how many nodes run is not known" if placement.hours.expected is None else known
    words = f"{pool.record.name}: its pods are not registered here ({_types(pool)}); {counted}"
    preferred = (f"{pool.record.name}: spot nodes are expected, max is on demand: it may launch both",) if pool.fallback else ()
    return Priced(assumptions=(words, *preferred))


def _types(pool: Pool) -> str:
    if pool.open_types:
        return f"{len(pool.instance_types)} types of our catalogue and others may launch"
    if len(pool.instance_types) == 1:
        return pool.instance_types[0]
    return f"{len(pool.instance_types)} types may launch, the cheapest is expected"


def _nodes(record: ResourceRecord, kept: int | None, most: _Most, context: Context) -> tuple[Decimal, Decimal | None, str | None]:
    """
    Return the least and the expected number of nodes, and why the latter is not known.
    """
    if kept is not None:
        return Decimal(kept), Decimal(kept), None
    if most.nodes == 0:
        return _ZERO, _ZERO, None
    used = usage_of(record, USAGE_KEY, context)
    said = used.quantity.expected
    if not used.given or said is None:
        asked = f"give {USAGE_KEY} (their mean number) of {record.name} in a usage file"
        return _ZERO, None, f"how many nodes run depends on pods that are not registered here: {asked}"
    if most.disks is not None and said > most.disks:
        raise UnreadableProperty(record, USAGE_KEY, f"of the usage file is more than the limits of the pool allow: {said}")
    return used.quantity.min or _ZERO, said, None


def _static(offer: PoolOffer, kept: int) -> _Most:
    """
    Return the maximum of a static pool: its replicas, or the nodes that its limit leaves room for while one is replaced.
    """
    counted = {key: value for key, value in offer.pool.limits.items() if key == "nodes"}
    limit = node_limit(replace(offer.pool, limits=counted), offer.instance)
    nodes = Decimal(max(kept, limit or 0))
    return _Most(nodes=nodes, disks=nodes)


def _at_most(pool: Pool, offer: PoolOffer, context: Context) -> _Most:
    """
    Return what the limits allow: exactly for one type, else the bound over all of them.
    """
    if len(pool.instance_types) == 1:
        limit = node_limit(pool, offer.instance)
        nodes = None if limit is None else Decimal(limit)
        return _Most(nodes=nodes, disks=nodes)
    allowed = {name: nodes_by_limit(pool, instance_of(pool, name, context)) for name in pool.instance_types}
    bounding = [key for key in pool.limits if all(key in each for each in allowed.values())]
    if not bounding:
        return _Most(nodes=None, disks=None)
    disks = quantity(min(max(each[key] for each in allowed.values()) for key in bounding))
    prices = {name: offer_of(replace(pool, instance_types=(name,)), context).rate.price.max for name in allowed}
    known = {name: Fraction(price) for name, price in prices.items() if price is not None}
    if len(known) < len(prices):
        return _Most(nodes=disks, disks=disks)
    worst = [max((known[name] * each[key], each[key], name) for name, each in allowed.items()) for key in bounding]
    _, share, dearest = min(worst)
    return _Most(nodes=quantity(share), disks=disks, price=prices[dearest])


def _dearest(offer: PoolOffer, price: Decimal) -> PoolOffer:
    """
    Return *offer* with *price* as that of the nodes at the limit, so that quantity times price is what they cost.
    """
    rate = PoolRate(expected=offer.rate.expected, price=Range(offer.rate.price.min, offer.rate.price.expected, price))
    return replace(offer, rate=rate)
