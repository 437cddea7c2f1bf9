"""
The stores behind the gateway, one for each purpose, each as large as what it has to hold.

    responses   answers, vectors: may be lost, evicts what is used least    entries (`cache_entries`) + 64 MiB
    counters    limits, budgets, cool-downs: must not be lost or evicted    256 MiB
    contexts    KV blocks of prompts: may be lost, evicts the oldest        bytes of a token x tokens (`kv_offload`)

Two nodes, the second in another zone, where a store must outlive a node or a prod stack would send all of its hits to the engines at
once; one where an empty store costs no more than what it saved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.cache_entries import stored
from servewright.plan.cache_nodes import Host, TooLarge, cache_node, cache_pod
from servewright.plan.gateway_plan import CacheTier
from servewright.plan.gateway_pods import EXPORTER
from servewright.plan.kv_offload import context_mib
from servewright.spec.gateway_request import Ladder
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.cache_entries import Stored
    from servewright.plan.gateway_plan import EvictionPolicy, GatewayPlan, Purpose
    from servewright.plan.traffic import ModelWeek
    from servewright.spec.cache_request import CacheProvider, CachesRequest
    from servewright.spec.request import Request

_BYTES_PER_MIB: Final = 2**20

_CPU: Final[dict[Purpose, int]] = {"responses": 500, "counters": 250, "contexts": 1000}
"""
Millicores of a pod. One core of Valkey serves tens of thousands of small commands a second; TLS and values of tens of MiB cost more.
Judgement.
"""

_COUNTERS_DISK_GIB: Final = 4
"""
The log of appended commands, twice while it is rewritten, and the snapshot; judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTooLarge:
    """
    A store that no node of *provider* holds: at which *path* of the spec it is asked for, and the *arithmetic* of its size.
    """

    path: str
    provider: CacheProvider
    found: TooLarge
    arithmetic: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """
    What a tier must keep, and how: *path* is where the spec asks for it.
    """

    purpose: Purpose
    path: str
    mib: int
    eviction: EvictionPolicy
    nodes: int
    reasons: tuple[str, ...]
    why_nodes: str
    persistent: bool = False
    entries: int = 0
    entry_bytes: int = 0


def cache_tiers(
    request: Request, gateway: GatewayPlan | None, weeks: tuple[ModelWeek, ...], catalog: Catalog
) -> tuple[CacheTier | TierTooLarge, ...]:
    """
    Return the stores that *request* needs, those of the *gateway* included.
    """
    caches = request.caches
    needs = []
    provider: CacheProvider = "cluster" if caches is None else caches.provider
    if caches is not None and (caches.responses or caches.embeddings):
        needs.append(_responses(request, caches, weeks, catalog))
    if gateway is not None and (gateway.request.limited or gateway.replicas.maximum > 1):
        needs.append(_counters(catalog, provider))
    if caches is not None and caches.contexts is not None:
        needs.append(_contexts(caches, weeks, catalog))
    return tuple(_tier(request, need, provider, catalog) for need in needs)


def _tier(request: Request, need: _Need, provider: CacheProvider, catalog: Catalog) -> CacheTier | TierTooLarge:
    managed = provider == "elasticache"
    cpu = _CPU[need.purpose]
    beside = None if request.monitoring is None else EXPORTER
    host = cache_node(need.mib, request.stack, catalog) if managed else cache_pod(need.mib, request.stack, cpu, catalog, beside=beside)
    if isinstance(host, TooLarge):
        return TierTooLarge(path=need.path, provider=provider, found=host, arithmetic=need.reasons)
    nodes = need.nodes if managed else 1
    return CacheTier(
        purpose=need.purpose,
        provider=provider,
        maxmemory_mib=host.maxmemory_mib,
        memory_mib=host.memory_mib,
        cpu_millicores=0 if managed else cpu,
        node_type=host.node_type,
        nodes=nodes,
        eviction=need.eviction,
        persistent=need.persistent,
        disk_gib=_COUNTERS_DISK_GIB if need.persistent and not managed else 0,
        entries=need.entries,
        entry_bytes=need.entry_bytes,
        monthly=host.monthly(nodes),
        reasons=(
            *need.reasons,
            _host_words(host, need.mib),
            need.why_nodes if managed else "one pod: it is placed anew where its node is lost",
        ),
    )


def _responses(request: Request, caches: CachesRequest, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> _Need:
    ladder = Ladder() if request.gateway is None else request.gateway.ladder
    parts = stored(caches, ladder, weeks, catalog)
    entries, size = sum(part.entries for part in parts), sum(part.bytes for part in parts)
    server = int(catalog.assumed("cache_server_memory"))
    mib = math.ceil(size / _BYTES_PER_MIB) + server
    prod = request.stack.environment == "prod"
    return _Need(
        purpose="responses",
        path=_path(caches),
        mib=mib,
        eviction=_eviction(caches),
        nodes=2 if prod else 1,
        entries=entries,
        entry_bytes=math.ceil(size / entries) if entries else 0,
        reasons=(*_words(parts), f"{size / _BYTES_PER_MIB:,.0f} MiB of entries + {server} MiB of the server = {mib:,} MiB"),
        why_nodes="a second node in another zone: without its answers the engines get everything at once"
        if prod
        else "one node: an empty cache only costs the hits of its first hours",
    )


def _words(parts: tuple[Stored, ...]) -> tuple[str, ...]:
    return tuple(part.words for part in parts)


def _path(caches: CachesRequest) -> str:
    """
    Return where the spec asks for the response tier first.
    """
    if caches.responses is not None:
        return "caches.responses"
    return "caches.embeddings"


def _eviction(caches: CachesRequest) -> EvictionPolicy:
    """
    Return the policy of the response tier.
    """
    asked = caches.responses or caches.embeddings
    return "allkeys-lru" if asked is not None and asked.eviction == "lru" else "allkeys-lfu"


def _counters(catalog: Catalog, provider: CacheProvider) -> _Need:
    mib = int(catalog.assumed("cache_counters_memory"))
    kept = "ElastiCache keeps no log on disk: the second node is what outlives the first" if provider == "elasticache" else "a log on disk"
    return _Need(
        purpose="counters",
        path="gateway",
        mib=mib,
        eviction="noeviction",
        nodes=2,
        persistent=True,
        reasons=(f"limits, budgets and cool-downs of all replicas together: {mib} MiB, never evicted, or a limit would begin anew", kept),
        why_nodes="a second node in another zone: what was spent must not be forgotten",
    )


def _contexts(caches: CachesRequest, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> _Need:
    contexts = caches.contexts
    assert contexts is not None  # noqa: S101 - the caller asked
    served = tuple(week.model for week in weeks if week.model.name in contexts.models)
    mib = context_mib(served, contexts, catalog)
    tokens = contexts.reusable_tokens
    what = f"{tokens:,} tokens of prompts of each of {', '.join(contexts.models)}" if tokens is not None else "as much as the spec says"
    return _Need(
        purpose="contexts",
        path="caches.contexts",
        mib=mib,
        eviction="allkeys-lru",
        nodes=1,
        reasons=(f"KV blocks, {what}: {mib / MIB_PER_GIB:,.1f} GiB",),
        why_nodes="one node: what is lost is computed again",
    )


def _host_words(host: Host, needed_mib: int) -> str:
    if host.node_type is None:
        return f"a pod of {host.memory_mib:,} MiB: {needed_mib:,} / 0.75 for fragmentation and buffers"
    price = "at no known price, the smallest" if host.hourly is None else f"${host.hourly} an hour, the cheapest"
    return f"{host.node_type}: {host.memory_mib:,} MiB, of which {host.maxmemory_mib:,} hold {needed_mib:,} MiB; {price} that does"
