"""
Cases of the alerts of engines under load.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import monitoring_made
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan


def _engine(metric: str, model: str, pod: str = "a") -> str:
    return f'vllm:{metric}{{namespace="demo-dev",job="demo-dev/engines",pod="{model}-{pod}",model_name="{model}",engine="0"}}'


def _waiting(model: str, values: str, pods: str = "a") -> tuple[tuple[str, str], ...]:
    """
    Return *pods* that serve, each with *values* requests that wait.
    """
    return tuple(
        series
        for pod in pods
        for series in ((_engine("num_requests_running", model, pod), "4x120"), (_engine("num_requests_waiting", model, pod), values))
    )


def _full(usage: str, preempted: str) -> tuple[tuple[str, str], ...]:
    return (
        (_engine("kv_cache_usage_perc", "small"), usage),
        (_engine("num_preemptions_total", "small"), preempted),
        (_engine("e2e_request_latency_seconds_count", "small"), "0+60x120"),
    )


def _prefix(found: str, requests: str, outside: str = "0x180") -> tuple[tuple[str, str], ...]:
    return (
        (_engine("prefix_cache_queries_total", "small"), "0+1000x180"),
        (_engine("prefix_cache_hits_total", "small"), found),
        (_engine("external_prefix_cache_hits_total", "small"), outside),
        (_engine("e2e_request_latency_seconds_count", "small"), requests),
    )


def _changed(**changes: Any) -> Plan:
    """
    Return the plan with *changes* to its first model.
    """
    made = monitoring_made.plan()
    return replace(made, models=(replace(made.models[0], **changes), *made.models[1:]))


def _reads() -> Plan:
    return _changed(task="embed")


def _shared_prompts() -> Plan:
    return _changed(traffic=replace(monitoring_made.plan().models[0].traffic, prefix_share=Decimal("0.6")))


def _two_at_least() -> Plan:
    return _changed(replicas=replace(monitoring_made.plan().models[0].replicas, minimum=2))


def _without_objectives() -> Plan:
    return monitoring_made.plan(monitoring=replace(monitoring_made.MONITORING, objectives=()))


def _of_user() -> Plan:
    thresholds = replace(monitoring_made.REQUEST.thresholds, waiting=Decimal(100))
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(thresholds=thresholds))


_SMALL = {"model": "small"}
_TICKET = {"model": "small", "severity": "ticket"}
_PAGE = {"model": "small", "severity": "page"}

CASES = (
    AlertCase(
        alert="QueueLong",
        name="a queue of three before each replica, where the autoscaler holds one",
        plan=monitoring_made.plan,
        series=(*_waiting("small", "3x120", "ab"), *_waiting("large", "1x120")),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="QueueLong",
        name="a queue at one replica of two is none before each",
        plan=monitoring_made.plan,
        series=(*_waiting("small", "3x120"), *_waiting("small", "0x120", "b")),
        at="60m",
    ),
    AlertCase(
        alert="QueueLong",
        name="without an objective somebody is called",
        plan=_without_objectives,
        series=_waiting("small", "3x120"),
        at="60m",
        firing=(_PAGE,),
    ),
    AlertCase(
        alert="QueueLong",
        name="the user's own threshold counts",
        plan=_of_user,
        series=(*_waiting("small", "99x120"), *_waiting("large", "101x120")),
        at="60m",
        firing=({"model": "large"},),
    ),
    AlertCase(
        alert="QueueLong",
        name="a model that only reads is judged by seconds waited a second, its gauges are 0",
        plan=_reads,
        series=(*_waiting("small", "0x120"), (_engine("request_queue_time_seconds_sum", "small"), "0+240x120")),
        at="60m",
        firing=(_SMALL,),
    ),
    AlertCase(
        alert="QueueLong",
        name="one that only reads and waits little",
        plan=_reads,
        series=(*_waiting("small", "0x120"), (_engine("request_queue_time_seconds_sum", "small"), "0+60x120")),
        at="60m",
    ),
    AlertCase(
        alert="KVCacheSaturated",
        name="full, and requests are preempted",
        plan=monitoring_made.plan,
        series=_full("0.99x120", "0+1x120"),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="KVCacheSaturated",
        name="full without preemptions is well used",
        plan=monitoring_made.plan,
        series=_full("0.99x120", "5x120"),
        at="60m",
    ),
    AlertCase(
        alert="KVCacheSaturated",
        name="preemptions with room left",
        plan=monitoring_made.plan,
        series=_full("0.9x120", "0+1x120"),
        at="60m",
    ),
    AlertCase(
        alert="RequestsPreempted",
        name="one preemption for ten requests",
        plan=monitoring_made.plan,
        series=_full("0.5x120", "0+6x120"),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="RequestsPreempted",
        name="one preemption for sixty requests",
        plan=monitoring_made.plan,
        series=_full("0.5x120", "0+1x120"),
        at="60m",
    ),
    AlertCase(
        alert="RequestsPreempted",
        name="a burst that is over",
        plan=monitoring_made.plan,
        series=_full("0.5x120", "0+20x10 200x110"),
        at="60m",
    ),
    AlertCase(
        alert="LoadAbovePlan",
        name="2.5 requests a second over two replicas, where 2 are planned",
        plan=monitoring_made.plan,
        series=tuple((_engine("e2e_request_latency_seconds_count", "small", pod), "0+75x120") for pod in "ab"),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="LoadAbovePlan",
        name="1.9 requests a second",
        plan=monitoring_made.plan,
        series=((_engine("e2e_request_latency_seconds_count", "small"), "0+114x120"),),
        at="60m",
    ),
    AlertCase(
        alert="PrefixCacheBelowPlan",
        name="a fifth found of what was planned as three fifths",
        plan=_shared_prompts,
        series=_prefix("0+200x180", "0+60x180"),
        at="170m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="PrefixCacheBelowPlan",
        name="what a cache outside of the engine found counts",
        plan=_shared_prompts,
        series=_prefix("0+200x180", "0+60x180", "0+200x180"),
        at="170m",
    ),
    AlertCase(
        alert="PrefixCacheBelowPlan",
        name="too few requests to say",
        plan=_shared_prompts,
        series=_prefix("0+200x180", "0+0.5x180"),
        at="170m",
    ),
    AlertCase(
        alert="NoReplicaServes",
        name="one model's last engine is gone, the other one serves",
        plan=monitoring_made.plan,
        series=((_engine("num_requests_running", "small"), "1x60 _x60"), (_engine("num_requests_running", "large"), "1x120")),
        at="90m",
        firing=(_PAGE,),
    ),
    AlertCase(
        alert="NoReplicaServes",
        name="gone for less than a start takes",
        plan=monitoring_made.plan,
        series=((_engine("num_requests_running", "small"), "1x60 stale _x60"), (_engine("num_requests_running", "large"), "1x120")),
        at="64m",
    ),
    AlertCase(
        alert="ReplicasBelowMinimum",
        name="one of two",
        plan=_two_at_least,
        series=((_engine("num_requests_running", "small"), "1x120"),),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="ReplicasBelowMinimum",
        name="both",
        plan=_two_at_least,
        series=tuple((_engine("num_requests_running", "small", pod), "1x120") for pod in "ab"),
        at="60m",
    ),
    AlertCase(
        alert="ReplicasBelowMinimum",
        name="none at all is another alert",
        plan=_two_at_least,
        series=((_engine("num_requests_running", "large"), "1x120"),),
        at="60m",
    ),
    AlertCase(
        alert="ScalingAtMaximum",
        name="all four replicas serve, and two requests wait before each",
        plan=monitoring_made.plan,
        series=_waiting("small", "2x120", "abcd"),
        at="60m",
        firing=(_TICKET,),
    ),
    AlertCase(
        alert="ScalingAtMaximum",
        name="three of four serve",
        plan=monitoring_made.plan,
        series=_waiting("small", "2x120", "abc"),
        at="60m",
    ),
    AlertCase(
        alert="ScalingAtMaximum",
        name="all four serve, and nothing waits",
        plan=monitoring_made.plan,
        series=_waiting("small", "0x120", "abcd"),
        at="60m",
    ),
)
