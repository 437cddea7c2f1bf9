"""
Rules of engines under load: how many requests wait, what memory and caches of the engines hold, and whether replicas can still be added.

What waits before a replica is a gauge of the engine. A model that only reads has its gauges at 0 under any load
(`resources.scaling`), so there the seconds that requests waited in each second stand in: by Little's law that is how many waited.

Replicas are counted by what Prometheus scrapes: a replica that loads its weights does not serve yet. The load is what the engines
finish, after the caches; what they cannot finish shows as a queue.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import number
from servewright.resources.monitoring.replica_rules import of_model, recorded_of, replica_alerts
from servewright.resources.monitoring.rule import Alert, Group, Recording
from servewright.resources.scaling import KV_USAGE, WAITED, WAITING, waiting_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.resources.monitoring.scope import Scope
    from servewright.spec.monitoring_request import Severity

_RUNNING: Final = "vllm:num_requests_running"
_PREEMPTED: Final = "vllm:num_preemptions_total"
_FINISHED: Final = "vllm:e2e_request_latency_seconds_count"
_TOKENS_ASKED: Final = "vllm:prefix_cache_queries_total"
_TOKENS_FOUND: Final = "vllm:prefix_cache_hits_total"
_TOKENS_FOUND_OUTSIDE: Final = "vllm:external_prefix_cache_hits_total"

_TOO_LONG: Final = 2
"""
A queue this many times as long as the autoscaler holds: it is behind. Judgement.
"""

_PREEMPTED_SHARE: Final = 0.05
"""
More preemptions than one for twenty requests: each computes its tokens again. Judgement.
"""

_OF_THE_PLAN: Final = 2
"""
The prefix cache finds less than one part in this many of what the plan counted on. Judgement.
"""

_SHORT_S: Final = 300
_SOON_S: Final = 600
_LASTING_S: Final = 900
_LONG_S: Final = 3600
"""
How long something has to last before somebody hears of it. Judgement.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return a group for each model: its recordings, then its alerts.
    """
    return tuple(
        Group(name=f"saturation-{model.name}", rules=(*_recordings(scope, model), *_alerts(scope, model))) for model in scope.plan.models
    )


def _recordings(scope: Scope, model: ModelPlan) -> Iterator[Recording]:
    replicas = f"count(count by (pod) ({scope.of_model(_RUNNING, model)}))"
    waiting = f"rate({scope.of_model(WAITED, model)}[5m])" if model.reads_only else scope.of_model(WAITING, model)
    finished = f"sum(rate({scope.of_model(_FINISHED, model)}[15m]))"
    preempted = f"sum(rate({scope.of_model(_PREEMPTED, model)}[15m]))"
    found = f"sum(rate({scope.of_model(_TOKENS_FOUND, model)}[15m]))"
    outside = f"(sum(rate({scope.of_model(_TOKENS_FOUND_OUTSIDE, model)}[15m])) or vector(0))"
    asked = f"(sum(rate({scope.of_model(_TOKENS_ASKED, model)}[15m])) > 0)"
    recorded = {
        "model:waiting_per_replica": f"sum({waiting}) / {replicas}",
        "model:kv_usage:max": f"max({scope.of_model(KV_USAGE, model)})",
        "model:preemptions:rate5m": f"sum(rate({scope.of_model(_PREEMPTED, model)}[5m]))",
        "model:preemptions_per_request:rate15m": f"{preempted} / ({finished} > 0)",
        "model:prefix_hit_ratio:rate15m": f"({found} + {outside}) / {asked}",
        "model:finished_requests:rate15m": finished,
    }
    for name, expr in recorded.items():
        yield Recording(record=name, expr=expr, labels=scope.labels(model=model.name))


def _alerts(scope: Scope, model: ModelPlan) -> Iterator[Alert]:
    yield _queue_long(scope, model)
    yield from _load_above_plan(scope, model)
    yield from replica_alerts(scope, model)
    if not model.reads_only:
        yield from _kv_cache(scope, model)
        yield from _prefix_cache(scope, model)


def longest_queue(scope: Scope, model: ModelPlan) -> Decimal:
    """
    Return how many requests may wait before each replica of *model* until somebody hears of it.
    """
    asked = scope.monitoring.request.thresholds.waiting
    return Decimal(_TOO_LONG * waiting_target(model)) if asked is None else asked


def _queue_long(scope: Scope, model: ModelPlan) -> Alert:
    limit = longest_queue(scope, model)
    return Alert(
        name="QueueLong",
        expr=f"avg_over_time({recorded_of(scope, model, 'model:waiting_per_replica')}[5m]) > {number(limit)}",
        for_s=_SHORT_S,
        severity=_unless_judged(scope, model),
        summary="{{ $value | humanize }} requests wait before each replica of {{ $labels.model }}",
        description=(
            f"More than {number(limit)} requests a replica have waited for ten minutes. See whether replicas are being added "
            "(ScalingAtMaximum, pods that are pending) and whether the load is above the plan (LoadAbovePlan)."
        ),
        labels=of_model(model),
    )


def _unless_judged(scope: Scope, model: ModelPlan) -> Severity:
    """
    Return who hears of what clients of *model* feel: where an objective judges the first token, its own alert calls somebody.
    """
    judged = any(each.model == model.name and each.indicator == "first-token" for each in scope.monitoring.objectives)
    return "ticket" if judged else "page"


def _kv_cache(scope: Scope, model: ModelPlan) -> Iterator[Alert]:
    limit = scope.monitoring.request.thresholds.kv_usage
    usage, preemptions = recorded_of(scope, model, "model:kv_usage:max"), recorded_of(scope, model, "model:preemptions:rate5m")
    yield Alert(
        name="KVCacheSaturated",
        expr=f"avg_over_time({usage}[5m]) > {number(limit)} and {preemptions} > 0",
        for_s=_SOON_S,
        severity="ticket",
        summary="The KV cache of {{ $labels.model }} is {{ $value | humanizePercentage }} full and requests are preempted",
        description=(
            "The fullest replica has no room for the requests that run on it: some lose what was computed and start again. Prompts or "
            "answers are longer than planned, or replicas are missing. Compare token lengths with the spec, then look at the queue."
        ),
        labels=of_model(model),
    )
    yield Alert(
        name="RequestsPreempted",
        expr=f"{recorded_of(scope, model, 'model:preemptions_per_request:rate15m')} > {number(_PREEMPTED_SHARE)}",
        for_s=_LASTING_S,
        severity="ticket",
        summary="{{ $labels.model }} preempts {{ $value | humanizePercentage }} of its requests",
        description=(
            "A preempted request computes its tokens again: it is late, and the GPU does the work twice. The engine admits more requests "
            "than its KV cache holds. Compare token lengths with the spec."
        ),
        labels=of_model(model),
    )


def _load_above_plan(scope: Scope, model: ModelPlan) -> Iterator[Alert]:
    limit = scope.monitoring.request.thresholds.load * model.engine_rate
    if limit <= 0:
        return
    yield Alert(
        name="LoadAbovePlan",
        expr=f"{recorded_of(scope, model, 'model:finished_requests:rate15m')} > {number(limit)}",
        for_s=_LASTING_S,
        severity="ticket",
        summary="The engines of {{ $labels.model }} serve {{ $value | humanize }} requests a second, more than planned",
        description=(
            f"Replicas, price and latency were planned for at most {number(model.engine_rate)} requests a second after the caches. "
            "If this is the new normal, raise traffic.requests_per_second and deploy the new plan."
        ),
        labels=of_model(model),
    )


def _prefix_cache(scope: Scope, model: ModelPlan) -> Iterator[Alert]:
    planned = model.traffic.prefix_share
    if not planned:
        return
    finished, least = recorded_of(scope, model, "model:finished_requests:rate15m"), scope.monitoring.request.minimum_requests
    ratio, limit = recorded_of(scope, model, "model:prefix_hit_ratio:rate15m"), number(planned / _OF_THE_PLAN)
    enough = f"avg_over_time({finished}[1h]) * {_LONG_S} >= {least}"
    yield Alert(
        name="PrefixCacheBelowPlan",
        expr=f"avg_over_time({ratio}[1h]) < {limit} and {enough}",
        for_s=_LONG_S,
        severity="ticket",
        summary="The prefix cache of {{ $labels.model }} holds {{ $value | humanizePercentage }} of the prompts, far below the plan",
        description=(
            f"The plan counts on {number(planned * 100)} % of the tokens of prompts being in the engine's cache (traffic.prefix_share). "
            "With less, a replica serves fewer requests than planned. See how requests are placed and whether prompts begin alike."
        ),
        labels=of_model(model),
    )
