"""
Cases of the alerts of the stores, and of what the cache answers.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import front_doors_made
import monitoring_made
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_COUNTERS, _RESPONSES = "cache-counters", "cache-responses"


def _store(metric: str, tier: str, values: str, more: str = "") -> tuple[str, str]:
    return f'redis_{metric}{{namespace="demo-dev",pod="{tier}-0",container="exporter"{more}}}', values


def _both_up(counters: str = "1x120", responses: str = "1x120") -> tuple[tuple[str, str], ...]:
    return (_store("up", _COUNTERS, counters), _store("up", _RESPONSES, responses))


def _evicts(evicted: str, found: str) -> tuple[tuple[str, str], ...]:
    """
    Return a store of 3000 keys that is asked 60 times a minute.
    """
    return (
        _store("db_keys", _RESPONSES, "3000x180", ',db="db0"'),
        _store("evicted_keys_total", _RESPONSES, evicted),
        _store("keyspace_hits_total", _RESPONSES, found),
        _store("keyspace_misses_total", _RESPONSES, "0+60x180"),
    )


def _answers(hits: str, requests: str = "0+60x200") -> tuple[tuple[str, str], ...]:
    pod = 'namespace="demo-dev",pod="gateway-a"'
    return (
        (f'litellm_proxy_total_requests_metric_total{{{pod},requested_model="small",status_code="200"}}', requests),
        (f'litellm_proxy_total_requests_metric_total{{{pod},requested_model="small",status_code="429"}}', "0+600x200"),
        (f'litellm_cache_hits_metric_total{{{pod},model="small"}}', hits),
    )


def _not_relied_on() -> Plan:
    """
    Return the plan whose engines are as many as without the cache.
    """
    effect = front_doors_made.SPARED
    return monitoring_made.plan(effects=(replace(effect, hits=replace(effect.hits, low=Decimal(0))),))


def _at_elasticache() -> Plan:
    return replace(monitoring_made.elasticache(), effects=(front_doors_made.SPARED,))


CASES = (
    AlertCase(
        alert="StoreDown",
        name="the exporter finds no server, and replicas were planned with what it answers",
        plan=monitoring_made.plan,
        series=_both_up(responses="1x30 0x90"),
        at="60m",
        firing=({"tier": _RESPONSES, "severity": "page"},),
    ),
    AlertCase(
        alert="StoreDown",
        name="the pod is gone, and nothing was planned with it",
        plan=_not_relied_on,
        series=(_store("up", _COUNTERS, "1x120"),),
        at="60m",
        firing=({"tier": _RESPONSES, "severity": "ticket"},),
    ),
    AlertCase(alert="StoreDown", name="both are up", plan=monitoring_made.plan, series=_both_up(), at="60m"),
    AlertCase(
        alert="StoreMemoryHigh",
        name="a store that evicts nothing at 90 %, one that evicts is full all the time",
        plan=monitoring_made.plan,
        series=tuple(
            _store(metric, tier, f"{value}x120")
            for tier in (_COUNTERS, _RESPONSES)
            for metric, value in (("memory_used_bytes", 900), ("memory_max_bytes", 1000))
        ),
        at="60m",
        firing=({"tier": _COUNTERS, "severity": "ticket"},),
    ),
    AlertCase(
        alert="StoreMemoryHigh",
        name="at 70 %",
        plan=monitoring_made.plan,
        series=(_store("memory_used_bytes", _COUNTERS, "700x120"), _store("memory_max_bytes", _COUNTERS, "1000x120")),
        at="60m",
    ),
    AlertCase(
        alert="StoreEvicting",
        name="drops more in an hour than it holds, and finds a quarter",
        plan=monitoring_made.plan,
        series=_evicts("0+60x180", "0+20x180"),
        at="150m",
        firing=({"tier": _RESPONSES, "severity": "ticket"},),
    ),
    AlertCase(
        alert="StoreEvicting",
        name="drops as much, and finds two of three: what is left is what is asked for",
        plan=monitoring_made.plan,
        series=_evicts("0+60x180", "0+120x180"),
        at="150m",
    ),
    AlertCase(
        alert="StoreEvicting",
        name="finds little and drops little: more memory would not help",
        plan=monitoring_made.plan,
        series=_evicts("0+10x180", "0+20x180"),
        at="150m",
    ),
    AlertCase(
        alert="StoreRejectsConnections",
        name="rejects one a minute",
        plan=monitoring_made.plan,
        series=(_store("rejected_connections_total", _COUNTERS, "0+1x120"),),
        at="60m",
        firing=({"tier": _COUNTERS, "severity": "ticket"},),
    ),
    AlertCase(
        alert="StoreRejectsConnections",
        name="rejected some an hour ago",
        plan=monitoring_made.plan,
        series=(_store("rejected_connections_total", _COUNTERS, "0+1x10 10x110"),),
        at="60m",
    ),
    AlertCase(
        alert="StoreNotSaved",
        name="the last write failed",
        plan=monitoring_made.plan,
        series=(_store("aof_last_write_status", _COUNTERS, "1x30 0x90"),),
        at="60m",
        firing=({"tier": _COUNTERS, "severity": "ticket"},),
    ),
    AlertCase(
        alert="StoreNotSaved",
        name="the last write went well",
        plan=monitoring_made.plan,
        series=(_store("aof_last_write_status", _COUNTERS, "0x30 1x90"),),
        at="60m",
    ),
    AlertCase(
        alert="CacheHitsBelowPlan",
        name="one answer of sixty, where 6 % are planned; what was refused does not count",
        plan=monitoring_made.plan,
        series=_answers("0+1x200"),
        at="190m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="CacheHitsBelowPlan",
        name="no hit at all has no series, and ElastiCache is counted like any other store",
        plan=_at_elasticache,
        series=_answers("0x200")[:2],
        at="190m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="CacheHitsBelowPlan", name="4 of sixty", plan=monitoring_made.plan, series=_answers("0+4x200"), at="190m"),
    AlertCase(
        alert="CacheHitsBelowPlan",
        name="too few requests to say",
        plan=monitoring_made.plan,
        series=_answers("0x200", "0+0.5x200"),
        at="190m",
    ),
)
