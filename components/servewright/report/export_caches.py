"""
The caches in the plan's part of the JSON: the classes, their stores and what they spare each model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.report.export_numbers import exact, rounded
from servewright.spec.cache_request import NO_HITS

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.plan.gateway_plan import CacheEffect, CacheTier
    from servewright.plan.model import Plan
    from servewright.spec.cache_request import CachesRequest, HitRate


def caches_value(plan: Plan) -> dict[str, Any]:
    """
    Return what is cached and where it is kept.
    """
    return {
        "tls": all(tier.provider == "elasticache" for tier in plan.tiers) or (plan.caches is not None and plan.caches.tls is not None),
        "classes": [] if plan.caches is None else _classes(plan.caches),
        "tiers": [_tier(tier) for tier in plan.tiers],
        "effects": [_effect(each) for each in plan.effects],
    }


def _classes(asked: CachesRequest) -> list[dict[str, Any]]:
    found = []
    if (responses := asked.responses) is not None:
        share = responses.deterministic_share
        found.append(
            _class("responses", responses.models, responses.lasts_s, responses.hit_rate, share=share, memory=responses.memory_lasts_s)
        )
    if (vectors := asked.embeddings) is not None:
        found.append(_class("embeddings", vectors.models, vectors.lasts_s, vectors.hit_rate))
    if (near := asked.semantic) is not None:
        share = None if responses is None else responses.deterministic_share
        found.append(_class("semantic", near.models, asked.semantic_lasts_s, near.hit_rate, share=share, threshold=near.threshold))
    if (blocks := asked.contexts) is not None:
        found.append(_class("contexts", blocks.models, None, None))
    return found


def _class(
    name: str,
    models: tuple[str, ...],
    lasts: int | None,
    hits: HitRate | None,
    *,
    share: Decimal | None = None,
    memory: int | None = None,
    threshold: Decimal | None = None,
) -> dict[str, Any]:
    return {
        "class": name,
        "models": list(models),
        "seconds": lasts,
        "memory_seconds": memory,
        "deterministic_share": None if share is None else rounded(share),
        "threshold": None if threshold is None else rounded(threshold),
        "hit_rate": None if hits is None else _hits(hits),
    }


def _tier(tier: CacheTier) -> dict[str, Any]:
    return {
        "name": tier.key,
        "purpose": tier.purpose,
        "provider": tier.provider,
        "node_type": tier.node_type,
        "nodes": tier.nodes,
        "memory_mib": tier.memory_mib,
        "maxmemory_mib": tier.maxmemory_mib,
        "entries": tier.entries,
        "entry_bytes": tier.entry_bytes,
        "eviction": tier.eviction,
        "persistent": tier.persistent,
        "disk_gib": tier.disk_gib,
        "monthly": exact(tier.monthly),
        "reasons": list(tier.reasons),
    }


def _effect(each: CacheEffect) -> dict[str, Any]:
    hits = each.hits
    return {
        "model": each.model,
        "requests_per_second": rounded(each.offered),
        "hit_rate": _hits(hits),
        "engine_requests_per_second": {
            name: rounded(each.offered * (1 - share))
            for name, share in (("low", hits.low), ("expected", hits.expected), ("high", hits.high))
        },
        "monthly": {"low": exact(each.low), "expected": exact(each.expected), "high": exact(each.high), "without": exact(each.without)},
    }


def _hits(hits: HitRate) -> dict[str, Any]:
    return {
        "stated": hits != NO_HITS,
        "low": rounded(hits.low),
        "expected": rounded(hits.expected),
        "high": rounded(hits.high),
    }
