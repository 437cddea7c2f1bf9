"""
What the caches spare each model, in money: the same stack on the same hardware, planned again at other hit rates.

The replicas are sized for what the caches surely answer, whatever they answer then; only the hours change. Without caches there are more
replicas. A lock made from the plan itself holds hardware and instance types, so that nothing else can differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan.gateway_plan import CacheEffect
from servewright.plan.lock import lock_of
from servewright.spec.cache_request import NO_HITS, HitRate

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from servewright.catalog.query import Catalog
    from servewright.plan.lock import Lock
    from servewright.plan.model import ModelPlan, Plan
    from servewright.spec.request import Request

    PlanAgain = Callable[[Request, Lock], tuple[ModelPlan, ...]]


def cache_effects(request: Request, plan: Plan, catalog: Catalog, again: PlanAgain, before: Lock | None) -> tuple[CacheEffect, ...]:
    """
    Return the effect on each model of *plan* that a cache answers for; nothing is planned again where none does.

    *again* plans a request with a lock; *before* is the lock that *plan* was made with.
    """
    cached = tuple(model for model in plan.models if model.hits.high > 0)
    if not cached:
        return ()
    lock = lock_of(plan, catalog, "", before)
    low = _months(request, lock, again, lambda hits: replace(hits, expected=hits.low))
    high = _months(request, lock, again, lambda hits: replace(hits, expected=hits.high))
    without = _months(request, lock, again, lambda _: NO_HITS)
    return tuple(
        CacheEffect(
            model=model.name,
            offered=model.traffic.requests_per_second,
            hits=model.hits,
            low=low.get(model.name),
            expected=model.monthly.expected,
            high=high.get(model.name),
            without=without.get(model.name),
        )
        for model in cached
    )


def _months(request: Request, lock: Lock, again: PlanAgain, hits: Callable[[HitRate], HitRate]) -> dict[str, Decimal | None]:
    """
    Return what the GPU nodes of each model cost a month when caches answer as *hits* says; nothing where that many requests have no plan.
    """
    models = tuple(replace(model, hits=hits(model.hits), max_replicas=None) for model in request.models)
    try:
        planned = again(replace(request, models=models), lock)
    except InvalidInputError:
        return {}
    return {model.name: model.monthly.expected for model in planned}
