"""
The planner's story: rank what can serve each model, choose for all together, gather the pools, and say what stands against it at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan.cpu_pool import cpu_pool
from servewright.plan.dated import dated_notices
from servewright.plan.decision import Choice, decide
from servewright.plan.joint import settle, shared_groups
from servewright.plan.lock_fit import NO_FIT, fit_of, lock_use, narrowed
from servewright.plan.model import Plan
from servewright.plan.model_plan import Candidates, market_of, rank_model, rejected
from servewright.plan.node_pool import gpu_pools
from servewright.plan.notices import lock_misfits, notices

if TYPE_CHECKING:
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.plan.lock import Lock
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
    fit = NO_FIT if lock is None else fit_of(lock, request, catalog)
    use = lock_use(fit, lock, lock_file)
    outcomes = [rank_model(request, model, catalog, fit.model(model.name)) for model in request.models]
    candidates = [o for o in outcomes if isinstance(o, Candidates)]
    found = tuple(d for o in outcomes if not isinstance(o, Candidates) for d in o)
    if found:
        raise InvalidInputError(found)
    market = market_of(request, catalog)
    chosen = settle(market, [each.ranked for each in candidates])
    groups = shared_groups(market, chosen)
    decisions = [decide(request, catalog, _choice(c, best, groups, catalog)) for c, best in zip(candidates, chosen, strict=True)]
    pools = tuple(pool for group in groups for pool in gpu_pools(request.stack, group))
    if request.stack.system_nodes == "pool":
        pools = (*pools, cpu_pool(request.stack, request.operators, catalog))
    models = tuple(d.model for d in decisions)
    lost = narrowed(fit, models, pools)
    use = replace(use, narrowed=tuple(each.path for each in lost))
    return Plan(
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
            *dated_notices(request, pools, catalog, as_of or catalog.build_date),
        ),
        lock=use,
        trace=request.trace,
    )


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
