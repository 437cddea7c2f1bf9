"""
The one law of node-hours. The planner calls it with what it decided, the bill with what it reads back from the resources.

    nodes(r)    = sum over the z zones that the replicas are spread over of ceil(r_z / replicas per node)
    min         = nodes(minimum) x 730 on the pool where that costs least, 0 on the others
    week        = sum over 168 hours of nodes(replicas in that hour)
                + for each node and each gap in which it is not needed: the shorter of the gap and (start + idle) time
    traffic     = week x 730/168 x (1 + recovery overlap), at most nodes(maximum) x 730
    expected    = share x traffic, at most nodes(ceil(max share x maximum)) x 730
    max         = nodes(its part of maximum) x 730, the parts from ONE assignment of the maximum replicas: dearest pool first,
                  each pool up to ceil(max share x maximum) replicas, never above its node limit

A node is launched *start* seconds before its replica serves (cold-start overlap) and stays *idle* seconds after the last one has
left; a gap shorter than both together is paid whole, since the node is kept or launched again at once. The week is a circle.
What a pool's ceiling cuts off its share goes to the pools that may hold all replicas.

Laws (tests/properties/test_bill_laws.py): with the pools' prices, min <= expected <= max over the pools of one packing together;
more replicas never need fewer hours. Hours are exact to HOUR_STEP, so every amount made from them is an exact decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_STEP: Final = Decimal("0.000001")
"""
Quantities are rounded to millionths, half to even: 730/168 has no finite decimal form, and money must be exact from here on.
"""

_CONTEXT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_UNKNOWN_PRICE: Final = 10**9
_MONTHS_PER_WEEK_SECOND: Final = Fraction(HOURS_PER_MONTH) / (HOURS_PER_WEEK * SECONDS_PER_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaDemand:
    """
    The replicas that a group of pools serves: *by_hour* over 168 hours, within *minimum* and *maximum* of the autoscaler.

    *start_seconds* is from node launch to ready replica. *zones* counts the zones that a rule spreads them over (1: none): each
    zone then rounds up to whole nodes by itself.
    """

    by_hour: tuple[int, ...]
    minimum: int
    maximum: int
    start_seconds: int
    zones: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDemand:
    """
    One pool of the group.

    *expected_share* of the replica-hours runs here; over the group the shares add up to 1. *max_share* of the replicas at most
    (rounded up to whole ones; 1: no limit); *node_limit* is what the pool's own limits allow (None: not bounded). *idle_seconds* a
    node stays when nothing runs on it. *recovery_overlap* is `spot.SpotEffects.recovery_overlap`, 0 for on-demand. *unit_price* in
    USD an hour only orders the pools for min and max; an unknown price counts as the dearest.
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
    cheapest = min(pools, key=lambda pool: (_cost_of_minimum(demand, pool), pool.pool))
    parts = _worst_assignment(demand, pools)
    expected = _expected(demand, pools)
    return {
        pool.pool: Range(
            _month(_nodes(demand, pool, demand.minimum)) if pool is cheapest else Decimal(0),
            _rounded(expected[pool.pool]),
            _month(_nodes(demand, pool, parts[pool.pool])),
        )
        for pool in pools
    }


def node_starts(demand: ReplicaDemand, pool: PoolDemand) -> Decimal:
    """
    Return how many nodes the traffic launches on *pool* in an average month; replacements after interruptions are not among them.
    """
    nodes = _nodes_by_hour(demand, pool)
    # A gap that costs less than itself is one in which the node goes and comes back.
    starts = Fraction(paid_week_seconds(nodes, 1) - sum(nodes) * SECONDS_PER_HOUR)
    return _rounded(starts * Fraction(HOURS_PER_MONTH) / HOURS_PER_WEEK * Fraction(pool.expected_share))


def node_count(replicas: int, replicas_per_node: int, zones: int = 1) -> int:
    """
    Return the nodes that *replicas* need when they are spread evenly over *zones* and each zone takes whole nodes.

    >>> node_count(5, 4), node_count(5, 4, zones=2), node_count(0, 4)
    (2, 2, 0)
    """
    each, more = divmod(replicas, zones)
    return more * -(-(each + 1) // replicas_per_node) + (zones - more) * -(-each // replicas_per_node)


def nodes_from_hours(hours: Range) -> Range:
    """
    Return the mean number of nodes behind *hours* a month.
    """
    return Range(
        *(None if h is None else _rounded(Fraction(h) / Fraction(HOURS_PER_MONTH)) for h in (hours.min, hours.expected, hours.max))
    )


def quantity(value: Fraction) -> Decimal:
    """
    Return *value* as a quantity of the bill: rounded to HOUR_STEP, half to even, whatever the caller's decimal context is.
    """
    return _rounded(value)


def paid_week_seconds(nodes_by_hour: Sequence[int], linger_seconds: int) -> int:
    """
    Return the node-seconds of a week in which *nodes_by_hour* are needed and each gap of a node is bridged or costs *linger_seconds*.

    >>> paid_week_seconds([0] * 84 + [2] * 84, 600) - 2 * 84 * 3600
    1200
    """
    seconds = sum(nodes_by_hour) * SECONDS_PER_HOUR
    below = 0
    for level in sorted(set(nodes_by_hour) - {0}):
        # Between two neighbouring counts all nodes have the same gaps.
        gaps = _gaps([count >= level for count in nodes_by_hour])
        seconds += (level - below) * sum(min(gap * SECONDS_PER_HOUR, linger_seconds) for gap in gaps)
        below = level
    return seconds


def _gaps(needed: Sequence[bool]) -> list[int]:
    """
    Return the lengths of the runs of False in the circle *needed*, which has at least one True.
    """
    first = needed.index(True)
    gaps: list[int] = []
    length = 0
    for hour in (*needed[first:], *needed[: first + 1]):
        if hour and length:
            gaps.append(length)
        length = 0 if hour else length + 1
    return gaps


def _nodes(demand: ReplicaDemand, pool: PoolDemand, replicas: int) -> int:
    nodes = node_count(replicas, pool.replicas_per_node, demand.zones)
    return nodes if pool.node_limit is None else min(nodes, pool.node_limit)


def _nodes_by_hour(demand: ReplicaDemand, pool: PoolDemand) -> list[int]:
    within = (min(max(replicas, demand.minimum), demand.maximum) for replicas in demand.by_hour)
    return [_nodes(demand, pool, replicas) for replicas in within]


def _expected(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> dict[str, Fraction]:
    """
    Return the expected hours: each pool's share of the hours that the traffic takes on it, cut to the nodes that its part of the
    maximum allows; the pools that may hold all replicas take the rest.
    """
    whole = {pool.pool: _traffic_hours(demand, pool) for pool in pools}
    hours = {pool.pool: min(whole[pool.pool] * Fraction(pool.expected_share), _ceiling(demand, pool)) for pool in pools}
    taken = sum((hours[name] / whole[name] for name in whole if whole[name]), Fraction())
    rest = sum((Fraction(pool.expected_share) for pool in pools if whole[pool.pool]), Fraction()) - taken
    free = [pool.pool for pool in pools if _replica_limit(demand, pool) >= demand.maximum]
    for name in free:
        hours[name] += whole[name] * rest / len(free)
    return hours


def _traffic_hours(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    """
    Return the hours a month if all replicas ran on *pool*: never more than its nodes at the maximum standing all the time.
    """
    seconds = paid_week_seconds(_nodes_by_hour(demand, pool), demand.start_seconds + pool.idle_seconds)
    hours = seconds * _MONTHS_PER_WEEK_SECOND * (1 + Fraction(pool.recovery_overlap))
    return min(hours, Fraction(_month(_nodes(demand, pool, demand.maximum))))


def _ceiling(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    return Fraction(_month(_nodes(demand, pool, _replica_limit(demand, pool))))


def _worst_assignment(demand: ReplicaDemand, pools: Sequence[PoolDemand]) -> dict[str, int]:
    """
    Return the maximum replicas by pool, filled in order of the highest price per replica.
    """
    left = demand.maximum
    parts: dict[str, int] = {}
    for pool in sorted(pools, key=lambda pool: (-_price_per_replica(pool), pool.pool)):
        parts[pool.pool] = min(left, _replica_limit(demand, pool))
        left -= parts[pool.pool]
    return parts


def _replica_limit(demand: ReplicaDemand, pool: PoolDemand) -> int:
    by_share = ceil(Fraction(min(pool.max_share, Decimal(1))) * demand.maximum)
    return by_share if pool.node_limit is None else min(by_share, pool.node_limit * pool.replicas_per_node)


def _price_per_replica(pool: PoolDemand) -> Fraction:
    price = pool.unit_price.max
    return Fraction(_UNKNOWN_PRICE) if price is None else Fraction(price) / pool.replicas_per_node


def _cost_of_minimum(demand: ReplicaDemand, pool: PoolDemand) -> Fraction:
    price = pool.unit_price.min
    return Fraction(_UNKNOWN_PRICE if price is None else price) * _nodes(demand, pool, demand.minimum)


def _month(nodes: int) -> Decimal:
    return nodes * HOURS_PER_MONTH


def _rounded(value: Fraction) -> Decimal:
    exact = _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return exact.quantize(HOUR_STEP, context=_CONTEXT)
