"""
Several models in one stack: which placement of each, so that the whole costs least, and the pools that they then share.

Each model is first planned as if it were alone. Then one model at a time may move to a placement that costs less beside the others,
because it fills nodes that they leave half empty or shares idle and starting time with them; that is repeated until none moves. A
model moves only where it is planned for price: with another priority its own best placement stays.

Who moves first decides what the others find: once the dearest model goes first and once the cheapest, and the cheaper outcome is taken.
So the order of the models in the spec makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.pool_group import PoolGroup, Tenant, price_group
from servewright.plan.ranking import compared_price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servewright.plan.offers import Market
    from servewright.plan.ranking import Ranked
    from servewright.spec.request import ModelRequest

_Key = tuple[str, str, int]

_ROUNDS: Final = 4
_TRIED: Final = 16
"""
Rounds over all models, and a model's own best placements that are tried in each beside those on nodes that others use already; both
judgement: the price falls with every move, and what comes later in the ranking is dearer alone by more than sharing saves.
"""


def settle(market: Market, ranked: Sequence[list[Ranked]]) -> tuple[Ranked, ...]:
    """
    Return the placement of each model that together cost least, from the rankings of each, best first.
    """
    alone = [candidates[0] for candidates in ranked]
    if len(alone) == 1:
        return tuple(alone)
    prices = _Prices(market)
    dearest_first = sorted(range(len(alone)), key=lambda index: (-alone[index].price, _request(alone[index]).name))
    found = [_settled(prices, ranked, order) for order in (dearest_first, dearest_first[::-1])]
    return min(found, key=prices.whole)


def shared_groups(market: Market, chosen: Sequence[Ranked]) -> tuple[PoolGroup, ...]:
    """
    Return the pool groups of all *chosen* placements, in the order in which the models first need them.
    """
    return tuple(price_group(market, tenants) for tenants in _tenants_by_key(chosen).values())


def _settled(prices: _Prices, ranked: Sequence[list[Ranked]], order: list[int]) -> tuple[Ranked, ...]:
    """
    Return the placements after each model in *order* has moved to where it adds least, until none moves.
    """
    chosen = [candidates[0] for candidates in ranked]
    for _ in range(_ROUNDS):
        moved = False
        for index in order:
            candidates = ranked[index]
            if _request(candidates[0]).priority != "cost":
                continue
            others = [r for place, r in enumerate(chosen) if place != index]
            best = _cheapest_beside(prices, others, _worth_trying(candidates, others), chosen[index])
            moved = moved or best is not chosen[index]
            chosen[index] = best
        if not moved:
            break
    return tuple(chosen)


def _request(ranked: Ranked) -> ModelRequest:
    return ranked.placement.tenants[0].request


def _cheapest_beside(prices: _Prices, others: Sequence[Ranked], candidates: Sequence[Ranked], now: Ranked) -> Ranked:
    """
    Return the candidate that adds least to what *others* cost; the one of *now* unless another is really cheaper.
    """
    beside = _tenants_by_key(others)
    best, least = now, prices.added(beside, now)
    for candidate in candidates:
        added = prices.added(beside, candidate)
        if added < least:
            best, least = candidate, added
    return best


def _worth_trying(candidates: Sequence[Ranked], others: Sequence[Ranked]) -> list[Ranked]:
    used = {tenant.key for other in others for tenant in other.placement.tenants}
    sharing = [c for c in candidates[_TRIED:] if any(tenant.key in used for tenant in c.placement.tenants)]
    return [*candidates[:_TRIED], *sharing]


def _tenants_by_key(chosen: Sequence[Ranked]) -> dict[_Key, tuple[Tenant, ...]]:
    found: dict[_Key, list[Tenant]] = defaultdict(list)
    for ranked in chosen:
        for tenant in ranked.placement.tenants:
            found[tenant.key].append(tenant)
    return {key: tuple(tenants) for key, tenants in found.items()}


class _Prices:
    """
    The price of each group of tenants, computed once.
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        self._known: dict[tuple[tuple[str, _Key, int], ...], Decimal] = {}

    def whole(self, chosen: Sequence[Ranked]) -> Decimal:
        """
        Return what all *chosen* placements cost together.
        """
        return sum((self._of(tenants) for tenants in _tenants_by_key(chosen).values()), Decimal(0))

    def added(self, beside: Mapping[_Key, tuple[Tenant, ...]], candidate: Ranked) -> Decimal:
        """
        Return by how much *candidate* raises the price of the tenants *beside* it.
        """
        total = Decimal(0)
        for tenant in candidate.placement.tenants:
            there = beside.get(tenant.key, ())
            with_it = self._of((*there, tenant))
            if with_it.is_infinite():
                return with_it
            total += with_it - (self._of(there) if there else Decimal(0))
        return total

    def _of(self, tenants: tuple[Tenant, ...]) -> Decimal:
        key = tuple(sorted((tenant.request.path, tenant.key, id(tenant)) for tenant in tenants))
        if key not in self._known:
            group = price_group(self._market, tenants)
            self._known[key] = sum((compared_price(self._market.catalog, self._market.stack, pool) for pool in group.pools), Decimal(0))
        return self._known[key]
