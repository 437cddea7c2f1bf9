"""
Gateways and caches as the spec stage hands them to the planner, made by hand, any part of them replaced.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from servewright.spec.cache_request import NO_HITS, CachesRequest, ContextCache, EmbeddingCache, HitRate, ResponseCache, SemanticCache
from servewright.spec.gateway_request import Batching, GatewayRequest, Ladder, RequestLimits, Retries, Route, RouteTarget, Rung, Shift, Team
from servewright.spec.request import SecretRef

RETRIES = Retries(attempts=1, timeout_s=None, first_token_timeout_s=None, failures=2, cooldown_s=15)
_LIMITS = RequestLimits(request_bytes=2**20, input_tokens=None, output_tokens=None, in_flight=400, queued=100, queue_timeout_s=5)
_GATEWAY = GatewayRequest(
    public=None,
    min_replicas=2,
    max_replicas=None,
    keys=SecretRef(secret="gateway-keys", key="keys.json"),  # noqa: S106 - the name of a Secret
    master_key=SecretRef(secret="gateway-keys", key="master-key"),  # noqa: S106 - as above
    database=None,
    teams=(),
    limits=_LIMITS,
    retries=RETRIES,
    fallbacks=(),
    routes=(),
    ladder=Ladder(),
)
_TEAM = Team(
    name="support",
    models=(),
    requests_per_minute=None,
    tokens_per_minute=None,
    parallel_requests=None,
    budget=None,
    budget_days=30,
    priority="normal",
)


def gateway_request(**changes: Any) -> GatewayRequest:
    """
    Return an internal gateway of two replicas and more, without teams, routes or rungs.
    """
    return replace(_GATEWAY, **changes)


def team(name: str = "support", **changes: Any) -> Team:
    """
    Return a team that may use everything.
    """
    return replace(_TEAM, name=name, **changes)


def hits(low: str, expected: str, high: str) -> HitRate:
    """
    Return a hit rate of three shares.
    """
    return HitRate(low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def response_cache(*models: str, **changes: Any) -> ResponseCache:
    """
    Return a cache of answers of *models* for an hour, of which nothing is known.
    """
    made = ResponseCache(
        models=models,
        ttl_s=3600,
        memory_ttl_s=30,
        deterministic_share=None,
        hit_rate=NO_HITS,
        volatility=Decimal(0),
        eviction="lfu",
        single_flight=True,
    )
    return replace(made, **changes)


def embedding_cache(*models: str, **changes: Any) -> EmbeddingCache:
    """
    Return a cache of vectors of *models* for an hour.
    """
    made = EmbeddingCache(models=models, ttl_s=3600, hit_rate=NO_HITS, volatility=Decimal(0), eviction="lfu")
    return replace(made, **changes)


def semantic_cache(embedding_model: str, *models: str, **changes: Any) -> SemanticCache:
    """
    Return a semantic cache of *models* for an hour.
    """
    made = SemanticCache(embedding_model=embedding_model, models=models, threshold=Decimal("0.95"), ttl_s=3600, hit_rate=NO_HITS)
    return replace(made, **changes)


def context_cache(*models: str, tokens: int | None = 100_000, gib: str | None = None) -> ContextCache:
    """
    Return a cache of prompts of *models*: room for *tokens* of each, or for *gib* in all.
    """
    return ContextCache(models=models, reusable_tokens=tokens if gib is None else None, size_gib=None if gib is None else Decimal(gib))


def caches_request(**changes: Any) -> CachesRequest:
    """
    Return caches in the cluster, none of them on.
    """
    made = CachesRequest(
        provider="cluster",
        tls="cache-tls",
        subnets=(),
        security_groups=(),
        responses=None,
        embeddings=None,
        semantic=None,
        contexts=None,
    )
    return replace(made, **changes)


def route(*targets: tuple[str, str], **changes: Any) -> Route:
    """
    Return a route by weight of 10 requests a second: *targets* are pairs of a model and its share.
    """
    made = Route(
        path="gateway.routes[0]",
        name="auto",
        policy="weight",
        requests_per_second=Decimal(10),
        targets=tuple(RouteTarget(model=model, share=Decimal(share), when=None) for model, share in targets),
    )
    return replace(made, **changes)


def batching_rung(model: str, tokens: int) -> Rung:
    """
    Return a rung that gives the engines of *model* steps of *tokens* tokens when many requests wait.
    """
    return Rung(
        path="gateway.ladder.rungs[0]",
        name="larger batches",
        trigger="waiting",
        above=Decimal(20),
        for_s=300,
        batching=Batching(model=model, max_num_batched_tokens=tokens),
    )


def shifting(*steps: tuple[str, str, str]) -> Ladder:
    """
    Return a ladder of shifts that are all in force: *steps* are a model, the one that takes over, and the share.
    """
    rungs = [
        Rung(
            path=f"gateway.ladder.rungs[{number}]",
            name=f"shift {number}",
            trigger="waiting",
            above=Decimal(20),
            for_s=300,
            shift=Shift(model=model, to=to, share=Decimal(share)),
        )
        for number, (model, to, share) in enumerate(steps)
    ]
    return Ladder(rungs=tuple(rungs), level=len(rungs))
