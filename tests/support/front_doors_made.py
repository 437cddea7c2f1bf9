"""
Plans of `gateways_made` with what the planner adds: routes with prices, what caches spare, and a ladder.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import gateways_made
from servewright.plan.gateway_plan import CacheEffect, RoutePlan
from servewright.spec.cache_request import NO_HITS, ContextCache, EmbeddingCache, HitRate, SemanticCache
from servewright.spec.gateway_request import Batching, Ladder, Rung, Shift

if TYPE_CHECKING:
    from servewright.plan.model import Plan

HITS = HitRate(low=Decimal("0.2"), expected=Decimal("0.3"), high=Decimal("0.4"))

SPARED = CacheEffect(
    model="small",
    offered=Decimal(12),
    hits=HITS,
    low=Decimal(2900),
    expected=Decimal(2600),
    high=Decimal(2300),
    without=Decimal(3400),
)
NOT_SPARED = CacheEffect(
    model="large",
    offered=Decimal(4),
    hits=NO_HITS,
    low=Decimal(900),
    expected=Decimal(900),
    high=Decimal(900),
    without=Decimal(900),
)

PRICES = (("small", Decimal("0.064")), ("large", Decimal("0.81")))
ROUTE = RoutePlan(route=gateways_made.ROUTE, usd_per_1m_tokens=Decimal("0.21"), usd_per_1m_tokens_by_model=PRICES)

RUNGS = (
    Rung(
        path="gateway.ladder.rungs[0]",
        name="larger-batches",
        trigger="first-token",
        above=Decimal(1000),
        for_s=300,
        batching=Batching(model="large", max_num_batched_tokens=8192),
    ),
    Rung(path="gateway.ladder.rungs[1]", name="older-answers", trigger="waiting", above=Decimal(20), for_s=300, cache_ttl_s=14_400),
    Rung(
        path="gateway.ladder.rungs[2]",
        name="smaller-model",
        trigger="gpu-share",
        above=Decimal("0.9"),
        for_s=600,
        shift=Shift(model="large", to="small", share=Decimal("0.3")),
    ),
)

SEMANTIC = SemanticCache(
    embedding_model="embed",
    models=("small",),
    threshold=Decimal("0.95"),
    ttl_s=3600,
    hit_rate=NO_HITS,
)
EMBEDDINGS = EmbeddingCache(models=("embed",), ttl_s=86_400, hit_rate=NO_HITS, volatility=Decimal("0.25"), eviction="lru")
CONTEXTS = ContextCache(models=("large",), reusable_tokens=300_000, size_gib=None)


def front_door(level: int = 1) -> Plan:
    """
    Return the plan with a priced route, one model that the cache spares and one that it does not, and a ladder of three rungs.
    """
    made = gateways_made.asked(ladder=Ladder(rungs=RUNGS, level=level))
    return replace(made, routes=(ROUTE,), effects=(SPARED, NOT_SPARED))


def public() -> Plan:
    """
    Return the plan with a public address, stores at ElastiCache and every class of data cached (more than a spec may ask for together),
    without teams.
    """
    made = gateways_made.elasticache()
    assert made.gateway is not None
    assert made.caches is not None
    asked = replace(made.gateway.request, public=gateways_made.PUBLIC, teams=())
    caches = replace(made.caches, semantic=SEMANTIC, embeddings=EMBEDDINGS, contexts=CONTEXTS)
    tiers = (*made.tiers, gateways_made.elasticache_tier("contexts", node_type="cache.r7g.4xlarge", nodes=1, monthly=None))
    return replace(made, gateway=replace(made.gateway, request=asked), caches=caches, tiers=tiers)
