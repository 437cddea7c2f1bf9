"""
The plan that the gateway is tried with: every kind of model, team, route and limit in one configuration, with times short enough for tests.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import gateways_made
from servewright.plan.gateway_plan import RoutePlan
from servewright.spec.cache_request import NO_HITS, EmbeddingCache
from servewright.spec.gateway_request import RequestLimits, Retries, Route, RouteTarget, Team

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan

HOSTILE_TEAM = "a:b} {\"'\n../öl $(id) os.environ/HOME"
"""
What no team should be called: it must neither break a key of the store nor be read as another team's.
"""
HOSTILE_MODEL = "Org/Odd:1.5 'name'-base"
TTL_S, MEMORY_TTL_S, VECTOR_TTL_S = 6, 2, 900
REQUESTS, TOKENS, PARALLEL = 3, 40, 2
IN_FLIGHT, QUEUED = 60, 10
REQUEST_BYTES, INPUT_TOKENS, OUTPUT_TOKENS = 65_536, 2000, 1000


def plan() -> Plan:
    """
    Return the plan of the lab.
    """
    small, large = gateways_made.small(), gateways_made.large()
    odd, embed = _named(small, HOSTILE_MODEL), replace(_named(small, "embed"), task="embed")
    limits = RequestLimits(
        request_bytes=REQUEST_BYTES,
        input_tokens=INPUT_TOKENS,
        output_tokens=OUTPUT_TOKENS,
        in_flight=IN_FLIGHT,
        queued=QUEUED,
        queue_timeout_s=1,
    )
    request = replace(
        gateways_made.REQUEST,
        teams=TEAMS,
        limits=limits,
        retries=Retries(attempts=1, timeout_s=None, first_token_timeout_s=None, failures=2, cooldown_s=3),
        routes=ROUTES,
    )
    gateway = gateways_made.gateway(request=request, timeout_s=_each(15), first_token_timeout_s=_each(5))
    responses = replace(gateways_made.RESPONSES, models=("small", "large", HOSTILE_MODEL), ttl_s=TTL_S, memory_ttl_s=MEMORY_TTL_S)
    embeddings = EmbeddingCache(models=("embed",), ttl_s=VECTOR_TTL_S, hit_rate=NO_HITS, volatility=Decimal(0), eviction="lfu")
    return gateways_made.plan(
        models=(small, large, odd, embed),
        gateway=gateway,
        caches=replace(gateways_made.CACHES, responses=responses, embeddings=embeddings),
        routes=tuple(RoutePlan(route=route, usd_per_1m_tokens=None, usd_per_1m_tokens_by_model=()) for route in ROUTES),
    )


def _team(name: str, **changes: Any) -> Team:
    whole: dict[str, Any] = {"models": (), "requests_per_minute": None, "tokens_per_minute": None, "parallel_requests": None}
    return Team(**{"name": name, **whole, "budget": None, "budget_days": 30, "priority": "normal", **changes})


def _route(name: str, policy: Any, *targets: tuple[str, str, str | None]) -> Route:
    made = tuple(RouteTarget(model=model, share=Decimal(share), when=when) for model, share, when in targets)
    return Route(path="gateway.routes[0]", name=name, policy=policy, requests_per_second=Decimal(1), targets=made)


def _each(seconds: int) -> tuple[tuple[str, int], ...]:
    return tuple((name, seconds) for name in ("small", "large", HOSTILE_MODEL, "embed"))


def _named(model: ModelPlan, name: str) -> ModelPlan:
    arguments = tuple(f"--served-model-name={name}" if each.startswith("--served-model-name=") else each for each in model.engine.arguments)
    return replace(model, name=name, engine=replace(model.engine, arguments=arguments))


TEAMS = (
    _team("support", models=("small", "auto"), priority="high"),
    _team("batch", priority="low"),
    _team("alpha"),
    _team("beta"),
    _team("hasty", requests_per_minute=REQUESTS),
    _team("wordy", tokens_per_minute=TOKENS),
    _team("terse", tokens_per_minute=TOKENS),
    _team("wide", parallel_requests=PARALLEL),
    _team("poor", budget=Decimal("0.00001")),
    _team(HOSTILE_TEAM, requests_per_minute=1000),
)
ROUTES = (
    _route("auto", "complexity", ("small", "0.8", "simple"), ("large", "0.2", "complex")),
    _route("tagged", "tag", ("small", "0.5", "interactive"), ("large", "0.5", "batch")),
    _route("mixed", "weight", ("small", "0.5", None), ("large", "0.5", None)),
)
