"""
Everything in front of the engines: the gateway, its routes and its stores, with what stands against them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.errors import InvalidInputError
from servewright.plan import gateway_faults
from servewright.plan.cache_tier import TierTooLarge, cache_tiers
from servewright.plan.gateway import TooFewReplicas, plan_gateway
from servewright.plan.gateway_plan import CacheTier, GatewayPlan
from servewright.plan.ladder import ladder_faults
from servewright.plan.offload_faults import offload_faults, offload_warnings
from servewright.plan.routes import plan_routes

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.plan.gateway_plan import RoutePlan
    from servewright.plan.traffic import ModelWeek
    from servewright.spec.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """
    The *gateway* (None: clients call the engines), its *routes*, the stores behind it, and the warnings that go with them.
    """

    gateway: GatewayPlan | None
    tiers: tuple[CacheTier, ...]
    routes: tuple[RoutePlan, ...]
    warnings: tuple[Diagnostic, ...]


def front_door(request: Request, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> FrontDoor:
    """
    Return what stands in front of the models of *weeks*.

    Raises InvalidInputError where the gateway may have fewer replicas than it needs, no node holds a store, or engines cannot take a rung.
    """
    models = tuple(week.model for week in weeks)
    planned = _gateway(request, weeks, catalog)
    gateway = planned if isinstance(planned, GatewayPlan) else None
    found = cache_tiers(request, gateway, weeks, catalog)
    faults = [gateway_faults.too_few_replicas(request.source, planned)] if isinstance(planned, TooFewReplicas) else []
    faults += [gateway_faults.tier_too_large(request.source, each) for each in found if isinstance(each, TierTooLarge)]
    if request.gateway is not None:
        faults += ladder_faults(request.source, request.gateway.ladder, models, catalog)
    faults += offload_faults(request, models, catalog)
    if faults:
        raise InvalidInputError(tuple(faults))
    return FrontDoor(
        gateway=gateway,
        tiers=tuple(each for each in found if isinstance(each, CacheTier)),
        routes=() if gateway is None else plan_routes(gateway.request.routes, models, gateway.request.ladder),
        warnings=(*(() if gateway is None else gateway_faults.cut_short(request.source, gateway, models)), *offload_warnings(request)),
    )


def _gateway(request: Request, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> GatewayPlan | TooFewReplicas | None:
    if request.gateway is None:
        return None
    near = None if request.caches is None else request.caches.semantic
    return plan_gateway(request.gateway, weeks, max(model.headroom for model in request.models), catalog, near=near)
