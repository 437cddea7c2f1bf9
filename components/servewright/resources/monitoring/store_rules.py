"""
Rules of the stores behind gateway and engines, and of what the response cache earns.

Stores in the cluster have an exporter beside the server. Those at ElastiCache have none: their memory, evictions and connections are in
CloudWatch, and no rule here speaks of them. What the cache answers is counted by the gateway, wherever the store is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.gateway_pods import EXPORTER
from servewright.resources.gateway.scaling import REQUESTS
from servewright.resources.monitoring.promql import number, string
from servewright.resources.monitoring.rule import Alert, Group, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.gateway_plan import CacheTier
    from servewright.resources.monitoring.scope import Scope

_FULL: Final = 0.8
"""
Above this part of its memory a store that evicts nothing is soon full. Judgement.
"""

_POOR: Final = 0.5
"""
A store that evicts and finds fewer than half of what it is asked for. Judgement.
"""

_SHOWN: Final = Decimal("0.0001")
_TENTH: Final = Decimal("0.1")

_SHORT_S: Final = 300
_LASTING_S: Final = 900
_HALF_HOUR_S: Final = 1800
_HOUR_S: Final = 3600
"""
How long something has to last before somebody hears of it. Judgement.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return a group for each store in the cluster, and one for what the cache answers.
    """
    stores = tuple(
        Group(name=f"store-{tier.key}", rules=(*_recordings(scope, tier), *_alerts(scope, tier)))
        for tier in scope.plan.tiers
        if tier.provider == "cluster"
    )
    earned = _hits_below_plan(scope)
    return stores if earned is None else (*stores, Group(name="cache-hits", rules=(earned,)))


def _of_store(scope: Scope, tier: CacheTier, metric: str) -> str:
    """
    Return the series *metric* of the pods of *tier*, which are called after it.
    """
    return scope.of_stack(metric, f"container={string(EXPORTER.name)}", f"pod=~{string(f'{tier.key}-[0-9]+')}")


def _recordings(scope: Scope, tier: CacheTier) -> Iterator[Recording]:
    def total(metric: str, window: str = "") -> str:
        series = _of_store(scope, tier, metric)
        return f"sum(rate({series}[{window}]))" if window else f"sum({series})"

    hits, misses = total("redis_keyspace_hits_total", "15m"), total("redis_keyspace_misses_total", "15m")
    recorded = {
        "store:up": f"min({_of_store(scope, tier, 'redis_up')}) or vector(0)",
        "store:keys": total("redis_db_keys"),
        "store:memory_use_ratio": f"{total('redis_memory_used_bytes')} / ({total('redis_memory_max_bytes')} > 0)",
        "store:hit_ratio:rate15m": f"{hits} / ({hits} + {misses} > 0)",
        "store:evictions:rate5m": total("redis_evicted_keys_total", "5m"),
        "store:rejected_connections:rate15m": total("redis_rejected_connections_total", "15m"),
    }
    if tier.persistent:
        recorded["store:saved"] = f"min({_of_store(scope, tier, 'redis_aof_last_write_status')})"
    for name, expr in recorded.items():
        yield Recording(record=name, expr=expr, labels=scope.labels(tier=tier.key))


def _alerts(scope: Scope, tier: CacheTier) -> Iterator[Alert]:
    yield _down(scope, tier)
    yield _memory_high(scope, tier) if tier.eviction == "noeviction" else _evicting(scope, tier)
    yield _rejects(scope, tier)
    if tier.persistent:
        yield _not_saved(scope, tier)


def _recorded(scope: Scope, tier: CacheTier, name: str) -> str:
    return scope.recorded(name, tier=tier.key)


def _labels(tier: CacheTier) -> tuple[tuple[str, str], ...]:
    return (("tier", tier.key),)


def _down(scope: Scope, tier: CacheTier) -> Alert:
    return Alert(
        name="StoreDown",
        expr=f"{_recorded(scope, tier, 'store:up')} == 0",
        for_s=_SHORT_S,
        severity="page" if _relied_on(scope, tier) else "ticket",
        summary="The store {{ $labels.tier }} does not answer",
        description=(
            f"{_WITHOUT[tier.purpose]} See whether its pod is pending, restarts or has lost its volume, and whether its certificate has "
            "run out."
        ),
        labels=_labels(tier),
    )


def _memory_high(scope: Scope, tier: CacheTier) -> Alert:
    return Alert(
        name="StoreMemoryHigh",
        expr=f"{_recorded(scope, tier, 'store:memory_use_ratio')} > {number(_FULL)}",
        for_s=_LASTING_S,
        severity="ticket",
        summary="The store {{ $labels.tier }} has used {{ $value | humanizePercentage }} of its memory",
        description=(
            "It evicts nothing: when it is full it refuses every write, and each proxy counts limits and budgets by itself. See which keys "
            "grow."
        ),
        labels=_labels(tier),
    )


def _evicting(scope: Scope, tier: CacheTier) -> Alert:
    evictions, keys = _recorded(scope, tier, "store:evictions:rate5m"), _recorded(scope, tier, "store:keys")
    hits = _recorded(scope, tier, "store:hit_ratio:rate15m")
    return Alert(
        name="StoreEvicting",
        expr=f"avg_over_time({hits}[1h]) < {number(_POOR)} and avg_over_time({evictions}[1h]) * {_HOUR_S} > {keys}",
        for_s=_HALF_HOUR_S,
        severity="ticket",
        summary="The store {{ $labels.tier }} drops in an hour more than it holds, and finds {{ $value | humanizePercentage }}",
        description=(
            "Entries are dropped for want of room before anybody asks for them again. Give the store more memory, or keep fewer "
            "things in it: a shorter time to live, fewer models."
        ),
        labels=_labels(tier),
    )


def _rejects(scope: Scope, tier: CacheTier) -> Alert:
    return Alert(
        name="StoreRejectsConnections",
        expr=f"{_recorded(scope, tier, 'store:rejected_connections:rate15m')} > 0",
        for_s=_SHORT_S,
        severity="ticket",
        summary="The store {{ $labels.tier }} rejects connections",
        description=(
            "It has as many clients as it allows. See how many proxies and engines are connected and whether one of them opens "
            "connections without closing them."
        ),
        labels=_labels(tier),
    )


def _not_saved(scope: Scope, tier: CacheTier) -> Alert:
    return Alert(
        name="StoreNotSaved",
        expr=f"{_recorded(scope, tier, 'store:saved')} == 0",
        for_s=_SHORT_S,
        severity="ticket",
        summary="The store {{ $labels.tier }} cannot write to its volume",
        description=(
            "Its last write to disk failed: it refuses writes, and what it holds is lost with its pod. See whether the volume is "
            "full or gone."
        ),
        labels=_labels(tier),
    )


_WITHOUT: Final = {
    "responses": "Every request goes to the engines, also those that the cache was planned to answer.",
    "counters": "Each proxy counts by itself: limits and budgets are as many times as high as there are proxies.",
    "contexts": "Engines compute the beginnings of prompts again that they would have read from it.",
}
"""
What is without a store of each purpose; calls succeed without any of them (tests/gateway/test_operation.py).
"""


def _relied_on(scope: Scope, tier: CacheTier) -> bool:
    """
    Tell whether replicas are planned without the requests that *tier* answers: then the engines are too few without it.
    """
    return tier.purpose == "responses" and any(each.hits.low > 0 for each in scope.plan.effects)


def _hits_below_plan(scope: Scope) -> Alert | None:
    """
    Return the alert of a cache that answers less than it was planned to; None where nothing is expected of it.
    """
    part, gateway = scope.monitoring.request.thresholds.cache_hits, scope.plan.gateway
    answered = sum(each.offered * each.hits.expected for each in scope.plan.effects)
    if part is None or gateway is None or not answered or not gateway.rate:
        return None
    planned = answered / gateway.rate
    requests = scope.of_stack(REQUESTS, 'status_code=~"2.."')
    enough = f"sum by (namespace) (increase({requests}[1h])) >= {scope.monitoring.request.minimum_requests}"
    share, limit = scope.recorded("gateway:cache_answer_ratio:rate15m"), number((part * planned).quantize(_SHOWN))
    return Alert(
        name="CacheHitsBelowPlan",
        expr=f"avg_over_time({share}[1h]) < {limit} and on (namespace) {enough}",
        for_s=_HOUR_S,
        severity="ticket",
        summary="The cache answers {{ $value | humanizePercentage }} of the requests, far below the plan",
        description=(
            f"The plan counts on {number((planned * 100).quantize(_TENTH))} % of all requests being answered from the cache. The engines "
            "get the others, which costs replicas. See whether requests have temperature 0, repeat at all, and live long enough; then put "
            "what you measure into the spec."
        ),
    )
