"""
Routes: one name for several models, with the share of each and what a million tokens of the mix cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import per_million, percent, rate
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.spec.gateway_request import TIERS, tiers_taken

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import RoutePlan
    from servewright.plan.model import Plan
    from servewright.spec.gateway_request import RoutePolicy, RouteTarget

POLICIES: Final[dict[RoutePolicy, str]] = {
    "complexity": "by complexity: LiteLLM's rules score the words of each request, without a call",
    "tag": "by the tag that a client sends (header x-litellm-tags or metadata.tags); a request without one goes to any of them",
    "weight": "by weight: at random, in these shares",
}
"""
Who gets a request, in words.
"""

_TARGETS: Final = (Column(), *(Column(side="right"),) * 2, Column(side="right"), Column(wrap=True, style=QUIET))


def routes(screen: Screen, plan: Plan) -> None:
    """
    Write each route with its models; nothing where there are none.
    """
    if not plan.routes:
        return
    degraded = plan.gateway is not None and plan.gateway.request.ladder.level > 0
    shares = f"the shares are expected{', after the rungs in force' if degraded else ''}, and size the replicas"
    screen.heading("Routes", f"{shares}; $ per 1M tokens of the GPU nodes")
    for planned in plan.routes:
        screen.paragraph((planned.route.name, STRONG), f"  {route_words(planned)}", hang=4)
        rows: list[tuple[Span, ...]] = [tuple((name, QUIET) for name in ("model", "share", "req/s", "$ per 1M", ""))]
        rows += [(model, share, load, price, when) for model, share, load, price, when in target_rows(planned)]
        screen.table(_TARGETS, rows, indent=4)


def route_words(planned: RoutePlan) -> str:
    """
    Return how much a route gets, by which policy, and what the mix costs.
    """
    route = planned.route
    mix = f"{per_million(planned.usd_per_1m_tokens)} per 1M tokens of the mix"
    return f"{rate(route.requests_per_second)} req/s, {mix}; {POLICIES[route.policy]}"


def target_rows(planned: RoutePlan) -> list[tuple[str, str, str, str, str]]:
    """
    Return for each target its model, share, requests a second, price per million tokens and when it is taken.
    """
    prices = dict(planned.usd_per_1m_tokens_by_model)
    whole = planned.route.requests_per_second
    return [
        (target.model, percent(target.share), rate(whole * target.share), per_million(prices.get(target.model)), _when(planned, target))
        for target in planned.targets
    ]


def _when(planned: RoutePlan, target: RouteTarget) -> str:
    if target.when is None:
        return ""
    if planned.route.policy == "tag":
        return f"tag {target.when}"
    return f"{' and '.join(_tiers(planned, target))} requests"


def _tiers(planned: RoutePlan, target: RouteTarget) -> list[str]:
    """
    Return the tiers that *target* gets: its own and those above it that have no model, of the lowest one those below it too.
    """
    taken = tiers_taken({each.when for each in planned.targets})
    return [tier for tier in TIERS if taken[tier] == target.when]
