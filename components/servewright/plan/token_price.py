"""
What a million tokens cost, and what one replica more would.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from servewright.plan.model import NextReplica, TokenPrice
from servewright.plan.node_hours import node_count
from servewright.plan.ranking import prompt_share
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.plan.pool_group import PoolGroup, PricedPool
    from servewright.plan.ranking import Ranked
    from servewright.plan.traffic import MonthlyTokens
    from servewright.ranges import Range
    from servewright.spec.request import ModelRequest

_MILLION = Decimal(10**6)
_SHARE_PLACES = 6
_CENT_OF_A_CENT = Decimal("0.0001")


def token_price(best: Ranked, monthly: Range, request: ModelRequest, factors: tuple[Decimal, ...], tokens: MonthlyTokens) -> TokenPrice:
    """
    Return USD per million tokens at the model's *monthly* price: *blended* over the month's expected tokens, *saturated* as if the
    same nodes ran at their capacity all the time.

    Input pays the share of the working time that prompts are predicted to add to the engine's steps at the replica's capacity, output the
    rest: input x its tokens + output x its tokens = the monthly price. Idle time is paid in the same proportion.
    """
    traffic = request.traffic
    expected, share = monthly.expected, Decimal(repr(round(prompt_share(traffic, best.placement.shape), _SHARE_PLACES)))
    blended = None if expected is None else _per_million(expected, tokens.all)
    capacity = Decimal(repr(best.placement.shape.capacity))
    used = request.expected_rate * sum(factors) / (capacity * sum(best.placement.replicas.by_hour))
    only_input = traffic.output_tokens is None
    return TokenPrice(
        input=None if expected is None else _per_million(expected * share, tokens.input),
        output=None if expected is None or only_input else _per_million(expected * (1 - share), tokens.output),
        blended=blended,
        saturated=None if blended is None else blended * used,
        utilisation=float(used),
        basis=f"expected price of the GPU pools over all {_counted(share, only_input=only_input)}",
    )


def _per_million(amount: Decimal, tokens: int) -> Decimal | None:
    return amount / tokens * _MILLION if tokens else None


def _counted(share: Decimal, *, only_input: bool) -> str:
    if only_input:
        return "input tokens of the month"
    return f"input and output tokens of the month; input pays {share * 100:.0f}%, the time that prompts are predicted to add at capacity"


def next_replica(group: PoolGroup) -> NextReplica:
    """
    Return what one replica more than the busiest hour's adds to *group* if it stays the whole month, bought as the others are.
    """
    busiest = sum(tenant.replicas.busiest for tenant in group.tenants)
    nodes = _nodes(group, busiest + 1) - _nodes(group, busiest)
    hourly = _mean_hourly(group)
    why = "fits the nodes of the busiest hour" if nodes == 0 else f"needs {nodes} x {group.pools[0].offer.types[0].name} more"
    return NextReplica(nodes=nodes, monthly=None if hourly is None else _rounded(nodes * hourly * HOURS_PER_MONTH), why=why)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT_OF_A_CENT, ROUND_HALF_EVEN)


def _nodes(group: PoolGroup, replicas: int) -> int:
    return node_count(replicas, group.replicas_per_node, group.zones)


def _mean_hourly(group: PoolGroup) -> Decimal | None:
    """
    Return the price of an hour of a node that is needed, with its volume and its replacements, over the pools by their expected shares.
    """
    parts = [(pool.offer.expected_share, _hourly(pool)) for pool in group.pools]
    known = [share * price for share, price in parts if price is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _hourly(pool: PricedPool) -> Decimal | None:
    hours, monthly = pool.hours.expected, pool.monthly.expected
    if not hours:
        return pool.offer.rate.price.expected
    return None if monthly is None else monthly / hours * (1 + pool.offer.effects.recovery_overlap)
