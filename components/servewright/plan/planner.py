"""
The planner's story: rank what can serve each model, choose for all together, gather the pools, put the gateway and its stores in front,
and say what stands against it at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan.cache_effect import cache_effects
from servewright.plan.cpu_pool import cpu_pool
from servewright.plan.dated import dated_notices
from servewright.plan.decision import Choice, decide
from servewright.plan.front_door import front_door
from servewright.plan.gateway_faults import dearer_than_spared
from servewright.plan.joint import settle, shared_groups
from servewright.plan.lock_fit import NO_FIT, fit_of, lock_use, narrowed
from servewright.plan.model import Plan
from servewright.plan.model_plan import Candidates, market_of, rank_model, rejected
from servewright.plan.monitoring import plan_monitoring
from servewright.plan.node_pool import gpu_pools
from servewright.plan.notices import lock_misfits, notices
from servewright.plan.traffic import ModelWeek

if TYPE_CHECKING:
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.plan.decision import Decision
    from servewright.plan.lock import Lock
    from servewright.plan.lock_fit import Fit
    from servewright.plan.model import ModelPlan, PoolPlan
    from servewright.plan.pool_group import PoolGroup
    from servewright.plan.ranking import Ranked
    from servewright.spec.request import Request


def plan_stack(
    request: Request, catalog: Catalog, as_of: date | None = None, *, lock: Lock | None = None, lock_file: str | None = None
) -> Plan:
    """
    Return the plan of *request*; *as_of* is the clock for what depends on a date (default: the day the catalogue was built).

    Where *lock* (from the file of that name) fits the request, its decisions are taken. A model that asks for something else is planned
    afresh, beside those that stay; where the lock is of another stack, all are.
    Raises InvalidInputError with the planning faults of all models.
    """
    decided = _decide_all(request, catalog, lock)
    fit, decisions = decided.fit, decided.decisions
    weeks = tuple(ModelWeek(model=d.model, factors=c.question.factors) for d, c in zip(decisions, decided.candidates, strict=True))
    front = front_door(request, weeks, catalog)
    models = tuple(d.model for d in decisions)
    watched = plan_monitoring(request, models, decided.pools, front, catalog)
    pools = decided.pools
    if request.stack.system_nodes == "pool":
        pools = (*pools, cpu_pool(request.stack, request.operators, catalog, front.gateway, front.tiers, monitoring=watched.plan))
    lost = narrowed(fit, models, pools)
    use = replace(lock_use(fit, lock, lock_file), narrowed=tuple(each.path for each in lost))
    plan = Plan(
        stack=request.stack,
        models=models,
        pools=pools,
        operators=request.operators,
        budget=request.budget,
        gates=request.gates,
        defaults=(*request.defaults, *(default for d in decisions for default in d.defaults)),
        warnings=(
            *request.warnings,
            *lock_misfits(request, (*fit.misfits, *lost), use),
            *notices(request, decisions, pools, use),
            *front.warnings,
            *watched.warnings,
            *dated_notices(request, pools, catalog, as_of or catalog.build_date),
        ),
        lock=use,
        trace=request.trace,
        gateway=front.gateway,
        caches=request.caches,
        tiers=front.tiers,
        routes=front.routes,
        monitoring=watched.plan,
    )
    effects = cache_effects(request, plan, catalog, partial(_models_again, catalog), lock)
    dearer = dearer_than_spared(request.source, plan.tiers, effects)
    return replace(plan, effects=effects, warnings=(*plan.warnings, *dearer))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """
    What was decided for the models together: a decision for each of the *candidates*, the *pools* of their nodes, the *fit* of the lock.
    """

    candidates: list[Candidates]
    decisions: list[Decision]
    pools: tuple[PoolPlan, ...]
    fit: Fit


def _decide_all(request: Request, catalog: Catalog, lock: Lock | None) -> _Decided:
    fit = NO_FIT if lock is None else fit_of(lock, request, catalog)
    outcomes = [rank_model(request, model, catalog, fit.model(model.name)) for model in request.models]
    candidates = [o for o in outcomes if isinstance(o, Candidates)]
    found = tuple(d for o in outcomes if not isinstance(o, Candidates) for d in o)
    if found:
        raise InvalidInputError(found)
    market = market_of(request, catalog)
    chosen = settle(market, [each.ranked for each in candidates])
    groups = shared_groups(market, chosen)
    return _Decided(
        candidates=candidates,
        decisions=[decide(request, catalog, _choice(c, best, groups, catalog)) for c, best in zip(candidates, chosen, strict=True)],
        pools=tuple(pool for group in groups for pool in gpu_pools(request.stack, group)),
        fit=fit,
    )


def _models_again(catalog: Catalog, request: Request, lock: Lock) -> tuple[ModelPlan, ...]:
    return tuple(decision.model for decision in _decide_all(request, catalog, lock).decisions)


def _choice(candidates: Candidates, best: Ranked, groups: tuple[PoolGroup, ...], catalog: Catalog) -> Choice:
    homes = {tenant.key: group for group in groups for tenant in group.tenants}
    return Choice(
        question=candidates.question,
        best=best,
        cheapest=min(candidates.ranked, key=lambda r: r.price),
        locked=candidates.locked,
        groups=tuple(homes[tenant.key] for tenant in best.placement.tenants),
        rejected=rejected(candidates, best, catalog),
    )
