"""
The planning diagnostics of the gateway and its stores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.engine_arguments import SHUTDOWN_TIMEOUT_S
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.plan.cache_tier import TierTooLarge
    from servewright.plan.gateway import TooFewReplicas
    from servewright.plan.gateway_plan import CacheEffect, CacheTier, GatewayPlan
    from servewright.plan.model import ModelPlan

_SMALLER = {
    "caches.responses": "a shorter ttl, fewer models, or a deterministic_share where not all requests are",
    "caches.embeddings": "a shorter ttl, or fewer models",
    "caches.contexts": "fewer reusable_tokens, a smaller size, or fewer models",
}


def too_few_replicas(source: SourceMap, found: TooFewReplicas) -> Diagnostic:
    """
    Return the fault of a limit of the gateway's replicas below what the busiest hour needs.
    """
    return source.diagnostic(
        "SW319",
        "gateway.replicas.max",
        f"the busiest hour needs {found.needed} replicas of the gateway",
        value=str(found.most),
        hint=found.arithmetic,
    )


def tier_too_large(source: SourceMap, found: TierTooLarge) -> Diagnostic:
    """
    Return the fault of a store that is larger than any node.
    """
    needs, most = (mib / MIB_PER_GIB for mib in (found.found.needs_mib, found.found.most_mib))
    smaller = _SMALLER.get(found.path, "")
    if found.provider == "cluster" and found.path != "caches.contexts":
        smaller += "; or provider: elasticache, which has larger nodes"
    lines = (*found.arithmetic, f"with a quarter for fragmentation and buffers: {needs:,.1f} GiB", smaller)
    return source.diagnostic(
        "SW320",
        found.path,
        f"this needs a store of {needs:,.1f} GiB, the largest node that one runs on ({found.found.largest}) has {most:,.1f}",
        hint="\n".join(line for line in lines if line),
    )


def cut_short(source: SourceMap, gateway: GatewayPlan, models: tuple[ModelPlan, ...]) -> tuple[Diagnostic, ...]:
    """
    Return a warning for each model on spot whose requests may take longer than an engine has to end.
    """
    return tuple(_cut_short(source, gateway, models))


def dearer_than_spared(source: SourceMap, tiers: tuple[CacheTier, ...], effects: tuple[CacheEffect, ...]) -> tuple[Diagnostic, ...]:
    """
    Return a warning where a store of answers costs more than its hits are expected to spare; none where either is not known.
    """
    answers = next((tier for tier in tiers if tier.purpose == "responses"), None)
    if answers is None or answers.monthly is None or not effects:
        return ()
    pairs = [(each.without, each.expected) for each in effects]
    spared = [without - expected for without, expected in pairs if without is not None and expected is not None]
    if len(spared) < len(pairs) or sum(spared) >= answers.monthly:
        return ()
    costs = f"the store of answers costs ${answers.monthly:,.0f} a month ({answers.nodes} x {answers.node_type})"
    return (
        source.diagnostic(
            "SW446",
            "caches",
            f"{costs}, and its hits are expected to spare ${sum(spared):,.0f} of GPU nodes",
            severity="warning",
            hint="state a hit_rate, shorten ttl, fewer models, or caches: off",
        ),
    )


def _cut_short(source: SourceMap, gateway: GatewayPlan, models: tuple[ModelPlan, ...]) -> Iterator[Diagnostic]:
    limits = dict(gateway.timeout_s)
    stated = gateway.request.retries.timeout_s is not None
    for model in models:
        spot = any(share.purchase == "spot" for share in model.shares)
        if spot and limits[model.name] > SHUTDOWN_TIMEOUT_S:
            yield source.diagnostic(
                "SW444",
                "gateway.retries.timeout" if stated else model.path,
                f"a request to {model.name} may take {limits[model.name]} s, and an engine whose spot node is reclaimed ends after "
                f"{SHUTDOWN_TIMEOUT_S} s: it cuts such a request, and what was already sent cannot be begun anew elsewhere",
                severity="warning",
            )
