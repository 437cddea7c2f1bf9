"""
The planner's story: plan each model, gather the pools, and say everything that stands against it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan.decision import Decision
from servewright.plan.model import Plan
from servewright.plan.model_plan import plan_model
from servewright.plan.node_pool import cpu_pool

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.spec.request import Request


def plan_stack(request: Request, catalog: Catalog) -> Plan:
    """
    Return the plan of *request*.

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
        warnings=(*request.warnings, *_unlocked(request)),
    )


def _unlocked(request: Request) -> tuple[Diagnostic, ...]:
    """
    Return the warning that staging and prod are planned afresh: without a lock a price refresh can change the hardware.
    """
    if request.stack.environment == "dev":
        return ()
    return (
        request.source.diagnostic(
            "SW430",
            "environment",
            f"{request.stack.environment} is planned afresh: a refresh of prices or constants can change the hardware",
            severity="warning",
            value=request.stack.environment,
        ),
    )
