"""
The planner's story: plan each model, gather the pools, and say everything that stands against it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan.dated import dated_notices
from servewright.plan.decision import Decision
from servewright.plan.model import Plan
from servewright.plan.model_plan import plan_model
from servewright.plan.node_pool import cpu_pool
from servewright.plan.notices import notices

if TYPE_CHECKING:
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.spec.request import Request


def plan_stack(request: Request, catalog: Catalog, as_of: date | None = None) -> Plan:
    """
    Return the plan of *request*; *as_of* is the clock for what depends on a date (default: the day the catalogue was built).

    Raises InvalidInputError with the planning faults of all models.
    """
    outcomes = [plan_model(request, model, catalog) for model in request.models]
    decisions = [o for o in outcomes if isinstance(o, Decision)]
    found = tuple(d for o in outcomes if not isinstance(o, Decision) for d in o)
    if found:
        raise InvalidInputError(found)
    pools = tuple(pool for d in decisions for pool in d.pools)
    if request.stack.system_nodes == "pool":
        pools = (*pools, cpu_pool(request.stack))
    return Plan(
        stack=request.stack,
        models=tuple(d.model for d in decisions),
        pools=pools,
        operators=request.operators,
        budget=request.budget,
        defaults=(*request.defaults, *(default for d in decisions for default in d.defaults)),
        warnings=(*request.warnings, *notices(request, decisions), *dated_notices(request, pools, catalog, as_of or catalog.build_date)),
    )
