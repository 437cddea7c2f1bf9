"""
What an hour of a stack's nodes costs, by the one rate function that made the plan and makes the bill.

    node           price of its type as its pool buys it, for those types that the pools admit
    bought ahead   nodes bought x their rate, used or not, and the on-demand price for each node beyond
    plan           sum over pools of expected nodes x price of the type expected to launch: the mean over the week
    dearest day    the same with a burst's nodes in proportion to its replicas in the 24 hours that need most of them

Karpenter calls a node that a commitment pays for "on-demand": the commitment is a term of the invoice. So types and capacity types have
the price without it, and the commitment is counted once, by pool. Volumes, load balancers, stores and traffic are on the bill, not here.

A price that is not known is None, and so is all that is made from it; it is never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.pool_price import pool_rate, rate_of
from servewright.resources.monitoring.node_series import CAPACITY_TYPES, committed_nodes
from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.catalog.model import Commitment
    from servewright.plan.model import PoolPlan, Purchase
    from servewright.resources.monitoring.scope import Scope

_HOURS_PER_DAY: Final = 24

_CENT_OF_A_CENT: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtAhead:
    """
    What is bought ahead in *pool*: *nodes* at *rate* USD an hour each, and each one beyond at *beyond*; None is not known.
    """

    pool: PoolPlan
    nodes: int
    rate: Decimal | None
    beyond: Decimal | None


def node_prices(scope: Scope) -> dict[tuple[str, str], Decimal]:
    """
    Return the USD an hour of a node by instance type and Karpenter's capacity type, of those whose price is known.
    """
    prices: dict[tuple[str, str], Decimal] = {}
    for pool in scope.plan.pools:
        purchase, commitment = _beyond(pool)
        for instance_type in pool.instance_types:
            price = rate_of(scope.catalog, scope.plan.stack, instance_type, purchase, commitment).price
            if price is None:
                continue
            known = prices.setdefault((instance_type, CAPACITY_TYPES[pool.purchase]), price.amount)
            if known != price.amount:
                msg = f"{instance_type} has two prices as {CAPACITY_TYPES[pool.purchase]}: {known} and {price.amount} USD an hour"
                raise InternalError(msg)
    return prices


def bought_ahead(scope: Scope) -> tuple[BoughtAhead, ...]:
    """
    Return what is bought ahead, by pool.
    """
    return tuple(
        BoughtAhead(
            pool=pool,
            nodes=committed_nodes(pool),
            rate=_price(scope, pool, pool.purchase, pool.commitment),
            beyond=_price(scope, pool, *_beyond(pool)),
        )
        for pool in scope.plan.pools
        if committed_nodes(pool)
    )


def plain_pools(scope: Scope) -> tuple[PoolPlan, ...]:
    """
    Return the pools of which nothing is bought ahead.
    """
    return tuple(pool for pool in scope.plan.pools if not committed_nodes(pool))


def planned(scope: Scope) -> Decimal | None:
    """
    Return the USD an hour that the plan expects, a mean over the week.
    """
    return _total(scope, dearest_day=False)


def planned_dearest_day(scope: Scope) -> Decimal | None:
    """
    Return the USD an hour that the plan expects, a mean over the 24 hours of the week that need the most replicas.
    """
    return _total(scope, dearest_day=True)


def _total(scope: Scope, *, dearest_day: bool) -> Decimal | None:
    total = Decimal(0)
    for pool in scope.plan.pools:
        nodes = committed_nodes(pool) or pool.nodes.expected
        price = _price(scope, pool, pool.purchase, pool.commitment)
        if nodes is None or (price is None and nodes):
            return None
        total += nodes * (price or 0) * (_busiest_day(scope, pool) if dearest_day else 1)
    return total.quantize(_CENT_OF_A_CENT)


def _busiest_day(scope: Scope, pool: PoolPlan) -> Decimal:
    """
    Return the replicas of *pool*'s tenants in the 24 hours that need most of them, as a multiple of their mean over the week; the week is
    a circle.
    """
    hosted: list[tuple[int, ...]] = [
        work.replicas.by_hour
        for model in scope.plan.models
        if model.name in pool.serves
        for work in model.workloads
        if (work.shape, work.share) == (pool.shape, pool.share)
    ]
    week: list[int] = [sum(hour) for hour in zip(*hosted, strict=True)]
    if not sum(week):
        return Decimal(1)
    circle = week + week
    most = max(sum(circle[hour : hour + _HOURS_PER_DAY]) for hour in range(HOURS_PER_WEEK))
    return Decimal(most * HOURS_PER_WEEK) / (_HOURS_PER_DAY * sum(week))


def _beyond(pool: PoolPlan) -> tuple[Purchase, Commitment | None]:
    """
    Return how a node of *pool* is paid that no commitment pays for.
    """
    return ("on-demand", None) if pool.purchase == "reserved" else (pool.purchase, pool.commitment)


def _price(scope: Scope, pool: PoolPlan, purchase: Purchase, commitment: Commitment | None) -> Decimal | None:
    """
    Return the price of the type of *pool* that is expected to launch.
    """
    rates = tuple(rate_of(scope.catalog, scope.plan.stack, each, purchase, commitment) for each in pool.instance_types)
    return pool_rate(rates).price.expected
