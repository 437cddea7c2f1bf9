"""
The one law of node-hours. The planner calls it with what it decided, the bill with what it reads back from the resources.

    nodes(r)  = sum over the z zones that the replicas are spread over of ceil(r_z / replicas per node)
    limit     = ceil(max share x maximum) replicas, at most those that the pool's own node limit has room for
    min       = part / minimum x nodes(minimum) x 730, the parts of the minimum replicas cheapest pool first
    week      = sum over 168 hours of nodes(replicas in that hour)
              + for each node and each gap in which it is not needed: the shorter of the gap and (start + idle) time
    traffic   = week x 730/168 x (1 + recovery overlap), at most nodes(maximum) x 730
    part(h)   = expected share x replicas in hour h
    expected  = sum of part(h) / sum of replicas x traffic, at most nodes(limit) x 730
    max       = most(part) x 730, the parts of the maximum replicas dearest pool first
    most(r)   = nodes(r) + (models - 1) where several models share nodes that hold several replicas in several zones, else nodes(r)

No part is ever above its pool's limit: what exceeds it moves to the pool with the highest limit, then to the next one that has room.
So nothing that any pool may hold is lost; replicas above all limits together stay pending and cost nothing.

A node is launched *start* seconds before its replica serves (cold-start overlap) and stays *idle* seconds after the last one has
left; a gap shorter than both together is paid whole, since the node is kept or launched again at once. The week is a circle.

Laws (tests/properties/test_bill_laws.py): with the pools' prices, min <= expected <= max over the pools of one packing together;
their expected hours add up to those of one pool without limits; more replicas never need fewer hours. Hours are exact to HOUR_STEP,
so every amount made from them is an exact decimal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Final

from servewright.plan.paid_week import paid_week_seconds
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HOUR_STEP: Final = Decimal("0.000001")
"""
Quantities are rounded to millionths, half to even: 730/168 has no finite decimal form, and money must be exact from here on.
"""

_CONTEXT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_UNKNOWN_PRICE: Final = 0
_MONTH: Final = Fraction(HOURS_PER_MONTH)
_MONTHS_PER_WEEK_SECOND: Final = _MONTH / (HOURS_PER_WEEK * SECONDS_PER_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaDemand:
    """
    The replicas that a group of pools serves: *by_hour* over 168 hours, within *minimum* and *maximum* of the autoscaler.

    *start_seconds* is from node launch to ready replica. *zones* counts the zones that a rule spreads them over (1: none): each
    zone then rounds up to whole nodes by itself. *models* counts those whose replicas these are: each is spread by itself.
    """

    by_hour: tuple[int, ...]
    minimum: int
    maximum: int
    start_seconds: int
    zones: int = 1
    models: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDemand:
    """
    One pool of the group.

    *expected_share* of the replica-hours runs here; over the group the shares add up to 1. *max_share* of the maximum replicas at most
    (rounded up to whole ones; 1: no limit); *node_limit* is what the pool's own limits allow (None: not bounded). *idle_seconds* a
    node stays when nothing runs on it. *recovery_overlap* is `spot.SpotEffects.recovery_overlap`, 0 for on-demand. *unit_price* in
    USD an hour only orders the pools for min and max; an unknown price counts as nothing there, so that every known
    part of the bill is a true lower bound.
    """

    pool: str
    replicas_per_node: int
    expected_share: Decimal
    idle_seconds: int
    unit_price: Range
    max_share: Decimal = Decimal(1)
    recovery_overlap: Decimal = Decimal(0)
    node_limit: int | None = None


def pool_hours(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> dict[str, Range]:
    """
    Return the hours a month of each pool's nodes, by pool name.
    """
    split = _split(demand, pools)
    served, limits = split.served, split.limits
    least = _filled(served.minimum, sorted(pools, key=lambda pool: (_cost_of_minimum(served, pool), pool.pool)), limits)
    most = _filled(served.maximum, sorted(pools, key=lambda pool: (-_price_per_replica(pool), pool.pool)), limits)
    return {
        pool.pool: Range(
            _hours_of_minimum(served, pool, least[pool.pool]),
            _rounded(split.shares[pool.pool] * split.traffic[pool.pool]),
            _month(most_nodes(most[pool.pool], pool.replicas_per_node, served.zones, served.models)),
        )
        for pool in pools
    }


def node_starts(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> dict[str, Decimal]:
    """
    Return how many nodes the traffic launches on each pool in an average month; replacements after interruptions are not among them.
    """
    split = _split(demand, pools)
    return {pool.pool: _rounded(_launches_a_month(split.served, pool) * split.shares[pool.pool]) for pool in pools}


def node_count(replicas: int, replicas_per_node: int, zones: int = 1) -> int:
    """
    Return the nodes that *replicas* need when they are spread evenly over *zones* and each zone takes whole nodes.

    >>> node_count(5, 4), node_count(5, 4, zones=2), node_count(0, 4)
    (2, 2, 0)
    """
    each, more = divmod(replicas, zones)
    return more * -(-(each + 1) // replicas_per_node) + (zones - more) * -(-each // replicas_per_node)


def most_nodes(replicas: int, replicas_per_node: int, zones: int, models: int) -> int:
    """
    Return the most nodes that *replicas* of *models* models can need.

    Each model is spread over the zones by itself, so the odd replicas of several may meet in one zone and leave room in another: one node
    more for each further model. A node that holds one replica, or one zone, leaves no such room.

    >>> most_nodes(4, 2, zones=2, models=3), most_nodes(4, 2, zones=2, models=1), most_nodes(4, 1, zones=2, models=3)
    (4, 2, 4)
    """
    nodes = node_count(replicas, replicas_per_node, zones)
    if zones == 1 or replicas_per_node == 1:
        return nodes
    return min(replicas, nodes + models - 1)


def nodes_from_hours(hours: Range) -> Range:
    """
    Return the mean number of nodes behind *hours* a month.
    """
    return Range(*(None if h is None else _quotient(h, HOURS_PER_MONTH) for h in (hours.min, hours.expected, hours.max)))


def quantity(value: Fraction) -> Decimal:
    """
    Return *value* as a quantity of the bill: rounded to HOUR_STEP, half to even, whatever the caller's decimal context is.
    """
    return _rounded(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """
    How a group of pools shares its demand, by pool name.

    *served* is the demand within the autoscaler's bounds and the group's limits, *limits* are in replicas, *traffic* are the hours a
    month if all replicas ran on the pool, *shares* the parts of them that are expected on it.
    """

    served: ReplicaDemand
    limits: dict[str, int]
    traffic: dict[str, Fraction]
    shares: dict[str, Fraction]


def _split(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> _Split:
    limits = {pool.pool: _replica_limit(demand, pool) for pool in pools}
    served = _served(demand, sum(limits.values()))
    traffic = {pool.pool: _traffic_hours(served, pool) for pool in pools}
    order = sorted(limits, key=lambda name: (-limits[name], name))
    shares = _shares_of_replicas(served, pools, limits, order)
    # A pool whose share of the idle time goes beyond its limit standing all month: the same rule again.
    most = {pool.pool: _most_of_traffic(served, pool, limits[pool.pool], traffic[pool.pool]) for pool in pools}
    return _Split(served=served, limits=limits, traffic=traffic, shares=_within(shares, most, order))


def _served(demand: ReplicaDemand, together: int) -> ReplicaDemand:
    """
    Return *demand* with its hours within its bounds, and all of it within the replicas that the pools may hold *together*.
    """
    minimum, maximum = min(demand.minimum, together), min(demand.maximum, together)
    if (minimum, maximum) == (demand.minimum, demand.maximum) and minimum <= min(demand.by_hour) and max(demand.by_hour) <= maximum:
        return demand
    within = {replicas: min(max(replicas, minimum), maximum) for replicas in set(demand.by_hour)}
    by_hour = tuple(within[replicas] for replicas in demand.by_hour)
    return replace(demand, by_hour=by_hour, minimum=minimum, maximum=maximum)


def _shares_of_replicas(
    demand: ReplicaDemand, pools: Sequence[PoolDemand], limits: Mapping[str, int], order: Sequence[str]
) -> dict[str, Fraction]:
    """
    Return each pool's share of the week's replica-hours: its expected share, held to its limit hour by hour.
    """
    expected = {pool.pool: Fraction(pool.expected_share) for pool in pools}
    busiest = max(demand.by_hour)
    if all(share * busiest <= limits[name] for name, share in expected.items()):
        return expected  # no limit is reached in any hour
    week = sum(demand.by_hour)
    parts = [
        (hours, _within({name: share * replicas for name, share in expected.items()}, limits, order))
        for replicas, hours in Counter(demand.by_hour).items()
    ]
    return {name: sum((hours * part[name] for hours, part in parts), Fraction()) / week for name in expected}


def _within(parts: Mapping[str, Fraction], limits: Mapping[str, int | Fraction], order: Sequence[str]) -> dict[str, Fraction]:
    """
    Return *parts* held to *limits*; what exceeds them moves to the pools in *order*, to each as far as it has room.
    """
    if all(part <= limits[name] for name, part in parts.items()):
        return dict(parts)
    held = {name: min(part, Fraction(limits[name])) for name, part in parts.items()}
    left = sum(parts.values(), Fraction()) - sum(held.values(), Fraction())
    for name in order:
        moved = min(left, limits[name] - held[name])
        held[name] += moved
        left -= moved
    return held


def _filled(replicas: int, order: Iterable[PoolDemand], limits: Mapping[str, int]) -> dict[str, int]:
    """
    Return whole *replicas* by pool: the first in *order* takes what it may, the next one the rest.
    """
    left = replicas
    parts: dict[str, int] = {}
    for pool in order:
        parts[pool.pool] = min(left, limits[pool.pool])
        left -= parts[pool.pool]
    return parts


def _nodes(demand: ReplicaDemand, pool: PoolDemand, replicas: int) -> int:
    return node_count(replicas, pool.replicas_per_node, demand.zones)


def _paid_seconds(demand: ReplicaDemand, pool: PoolDemand, linger_seconds: int) -> int:
    return _paid_by_replicas(demand.by_hour, pool.replicas_per_node, demand.zones, linger_seconds)


@lru_cache(maxsize=4096)
def _paid_by_replicas(by_hour: tuple[int, ...], replicas_per_node: int, zones: int, linger_seconds: int) -> int:
    """
    Return `paid_week_seconds` of the nodes that the replicas *by_hour* need; most placements of a search ask for the same few weeks.
    """
    nodes = {replicas: node_count(replicas, replicas_per_node, zones) for replicas in set(by_hour)}
    return paid_week_seconds([nodes[replicas] for replicas in by_hour], linger_seconds)


def _traffic_hours(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    """
    Return the hours a month if all replicas ran on *pool*: never more than its nodes at the maximum standing all the time.
    """
    seconds = _paid_seconds(demand, pool, demand.start_seconds + pool.idle_seconds)
    hours = seconds * _MONTHS_PER_WEEK_SECOND * (1 + Fraction(pool.recovery_overlap))
    return min(hours, _nodes(demand, pool, demand.maximum) * _MONTH)


def _most_of_traffic(demand: ReplicaDemand, pool: PoolDemand, limit: int, traffic: Fraction) -> Fraction:
    return _nodes(demand, pool, limit) * _MONTH / traffic if traffic else Fraction(1)


def _launches_a_month(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    # A gap that costs one second is one in which the node goes and comes back.
    gaps = _paid_seconds(demand, pool, 1) - _paid_seconds(demand, pool, 0)
    return gaps * _MONTH / HOURS_PER_WEEK


def _hours_of_minimum(demand: ReplicaDemand, pool: PoolDemand, part: int) -> Decimal:
    """
    Return the hours of *part* of the minimum: like the expected hours a share of those that the whole would take.
    """
    if not part:
        return Decimal(0)
    whole = _month(_nodes(demand, pool, demand.minimum))
    return whole if part == demand.minimum else _rounded(Fraction(whole) * Fraction(part, demand.minimum))


def _replica_limit(demand: ReplicaDemand, pool: PoolDemand) -> int:
    by_share = demand.maximum if pool.max_share >= 1 else ceil(Fraction(pool.max_share) * demand.maximum)
    if pool.node_limit is None:
        return by_share
    # Spread evenly, each replica beyond full rows of one node per zone opens a node in another zone.
    rows, more = divmod(pool.node_limit, demand.zones)
    return min(by_share, rows * demand.zones * pool.replicas_per_node + more)


def _price_per_replica(pool: PoolDemand) -> Fraction:
    price = pool.unit_price.max
    return Fraction(_UNKNOWN_PRICE) if price is None else Fraction(price) / pool.replicas_per_node


def _cost_of_minimum(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    price = pool.unit_price.min
    return Fraction(_UNKNOWN_PRICE if price is None else price) * _nodes(demand, pool, demand.minimum)


def _month(nodes: int) -> Decimal:
    return nodes * HOURS_PER_MONTH


def _rounded(value: Fraction) -> Decimal:
    return _quotient(Decimal(value.numerator), Decimal(value.denominator))


def _quotient(amount: Decimal, by: Decimal) -> Decimal:
    return _CONTEXT.divide(amount, by).quantize(HOUR_STEP, context=_CONTEXT)
