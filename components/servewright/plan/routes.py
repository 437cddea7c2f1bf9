"""
What a route's mix of models costs: the expected price of the GPU nodes for a million tokens, over the tokens that each model gets
when the rungs in force have moved theirs.

    mix = sum( share x tokens of a request x price ) / sum( share x tokens of a request )
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.gateway_plan import RoutePlan

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan
    from servewright.spec.gateway_request import Ladder, Route, RouteTarget


def plan_routes(routes: tuple[Route, ...], models: tuple[ModelPlan, ...], ladder: Ladder) -> tuple[RoutePlan, ...]:
    """
    Return *routes* over *models* with what the rungs of *ladder* that are in force leave of their shares, and what their mixes cost.
    """
    by_name = {model.name: model for model in models}
    return tuple(_plan_route(route, by_name, ladder) for route in routes)


def _plan_route(route: Route, models: dict[str, ModelPlan], ladder: Ladder) -> RoutePlan:
    shifted = _shifted(route, ladder)
    targets = shifted or route.targets
    parts = [(target.share * _tokens(models[target.model]), models[target.model].token_price.blended) for target in targets]
    # A model may stand in a route several times, once for each tier.
    prices = {target.model: models[target.model].token_price.blended for target in targets}
    known = [tokens * price for tokens, price in parts if price is not None]
    tokens = sum((each for each, _ in parts), Decimal(0))
    mix = sum(known, Decimal(0)) / tokens if tokens and len(known) == len(parts) else None
    return RoutePlan(route=route, usd_per_1m_tokens=mix, usd_per_1m_tokens_by_model=tuple(prices.items()), shifted=shifted)


def _shifted(route: Route, ladder: Ladder) -> tuple[RouteTarget, ...]:
    """
    Return the targets of *route* after the rungs in force, each model once for each tier or tag; nothing where none is shifted.
    """
    if all(ladder.split(target.model) == ((target.model, Decimal(1)),) for target in route.targets):
        return ()
    found: dict[tuple[str, str | None], RouteTarget] = {}
    for target in route.targets:
        for name, share in ladder.split(target.model):
            before = found.get((name, target.when))
            gets = target.share * share + (Decimal(0) if before is None else before.share)
            found[name, target.when] = replace(target, model=name, share=gets)
    return tuple(found.values())


def _tokens(model: ModelPlan) -> Decimal:
    """
    Return the tokens of a mean request, prompt and answer.
    """
    made = model.traffic.output_tokens
    return model.traffic.input_tokens.mean + (Decimal(0) if made is None else made.mean)
