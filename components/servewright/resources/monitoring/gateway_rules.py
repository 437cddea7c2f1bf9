"""
Rules of the gateway.

What LiteLLM counts (docs/gateway-facts.md): its requests already include those that failed; a deployment's state stays as it was until the
next call reaches it, so that resting is told from the counter of cool-downs; misses of the cache are counted of streams only, so that
the share of answers from the cache is hits by answers.

The label `model` of what is recorded is the name that clients asked for, a model's or a route's. Other names, which clients make up, are
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.gateway.scaling import REQUESTS, scaled
from servewright.resources.monitoring.promql import number, one_of, string
from servewright.resources.monitoring.rule import Alert, Group, Recording
from servewright.resources.naming import GATEWAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.resources.monitoring.scope import Scope

_HITS: Final = "litellm_cache_hits_metric_total"
_OVERHEAD: Final = "litellm_overhead_latency_metric_bucket"
_RESTS: Final = "litellm_deployment_cooled_down_total"
_FELL_BACK: Final = "litellm_deployment_successful_fallbacks_total"
_FELL_THROUGH: Final = "litellm_deployment_failed_fallbacks_total"

_FAILED: Final = 'status_code=~"5..|429"'
_ANSWERED: Final = 'status_code=~"2.."'

_MOST_FAILED: Final = 0.05
_LEAST_REQUESTS: Final = 20
"""
More than one in twenty, of at least twenty in ten minutes: of fewer, one would be too many already. Judgement.
"""

_MOST_RESTS: Final = 3
"""
So many cool-downs in a quarter of an hour: each time it was tried again it failed again. Judgement.
"""

_MOST_OVERHEAD_S: Final = 0.25
"""
What a request may take in the gateway itself, a bound of LiteLLM's histogram; a call costs it some 30 ms of CPU. Judgement.
"""

_SHORT_S: Final = 300
_SOON_S: Final = 600
_LASTING_S: Final = 900
"""
How long something has to last before somebody hears of it. Judgement.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the group of rules of the gateway, none where there is no gateway.
    """
    gateway = scope.plan.gateway
    if gateway is None:
        return ()
    return (Group(name="gateway", rules=(*_recordings(scope), *_alerts(scope, gateway))),)


def _recordings(scope: Scope) -> Iterator[Recording]:
    answers = f"(sum(rate({scope.of_stack(REQUESTS, _ANSWERED)}[15m])) > 0)"
    hits = f"(sum(rate({scope.of_stack(_HITS)}[15m])) or vector(0))"
    overhead = f"sum by (le) (rate({scope.of_stack(_OVERHEAD)}[5m]))"
    recorded = {
        "gateway:requests:rate5m": _by_name(scope, "5m"),
        "gateway:requests:rate10m": _by_name(scope, "10m"),
        "gateway:failed_ratio:rate5m": _failed_ratio(scope, "5m"),
        "gateway:failed_ratio:rate10m": _failed_ratio(scope, "10m"),
        "gateway:cache_answer_ratio:rate15m": f"{hits} / {answers}",
        "gateway:overhead_seconds:p95_5m": f"histogram_quantile(0.95, {overhead})",
        "gateway:replicas_serving": f"sum(up{{{_target(scope)}}}) or vector(0)",
    }
    for name, expr in recorded.items():
        yield Recording(record=name, expr=expr, labels=scope.labels())


def _target(scope: Scope) -> str:
    """
    Return what selects the gateway's pods among what is scraped.
    """
    namespace = scope.names.namespace
    return f"namespace={string(namespace)},job={string(f'{namespace}/{GATEWAY}')}"


def _by_name(scope: Scope, window: str, *more: str) -> str:
    """
    Return the requests a second by the name that clients asked for.
    """
    names = one_of([*(model.name for model in scope.plan.models), *(each.route.name for each in scope.plan.routes)])
    rate = f"rate({scope.of_stack(REQUESTS, f'requested_model=~{names}', *more)}[{window}])"
    return f'sum by (model) (label_replace({rate}, "model", "$1", "requested_model", "(.+)"))'


def _failed_ratio(scope: Scope, window: str) -> str:
    """
    Return the share of failures by name, 0 where nothing has failed.
    """
    every = _by_name(scope, window)
    return f"({_by_name(scope, window, _FAILED)} or 0 * {every}) / ({every} > 0)"


def _alerts(scope: Scope, gateway: GatewayPlan) -> Iterator[Alert]:
    yield _errors(scope)
    if gateway.request.fallbacks:
        yield from _fallbacks(scope)
    yield _resting(scope)
    yield _overhead(scope)
    if scaled(gateway):
        yield _at_maximum(scope, gateway)


def _errors(scope: Scope) -> Alert:
    judged = any(each.indicator == "availability" for each in scope.monitoring.objectives)
    enough = f"{scope.recorded('gateway:requests:rate10m')} * {_SOON_S} >= {_LEAST_REQUESTS}"
    return Alert(
        name="GatewayErrors",
        expr=f"{scope.recorded('gateway:failed_ratio:rate10m')} > {number(_MOST_FAILED)} and {enough}",
        for_s=_SHORT_S,
        # Where an objective judges availability, its own alert calls somebody.
        severity="ticket" if judged else "page",
        summary="{{ $value | humanizePercentage }} of the requests for {{ $labels.model }} fail",
        description=(
            "The gateway answers with 5xx or 429. 429 of one team alone is that team's limit; 429 and 503 of all are engines that rest or "
            "a queue that is full. Group litellm_proxy_total_requests_metric_total by status_code, team and model_id to tell."
        ),
    )


def _fallbacks(scope: Scope) -> Iterator[Alert]:
    by = "sum by (namespace, requested_model, fallback_model)"
    yield Alert(
        name="GatewayFallbacksInUse",
        expr=f"{by} ({_events(scope, _FELL_BACK, '10m')}) > 0",
        for_s=_SOON_S,
        severity="ticket",
        summary="Requests for {{ $labels.requested_model }} are answered by {{ $labels.fallback_model }}",
        description=(
            "The engines that should answer fail or rest, so that another model answers: clients get answers, of another quality and at "
            "another price. See why the model's own engines fail."
        ),
    )
    yield Alert(
        name="GatewayFallbacksFail",
        expr=f"{by} ({_events(scope, _FELL_THROUGH, '10m')}) > 0",
        for_s=_SHORT_S,
        severity="ticket",
        summary="Requests for {{ $labels.requested_model }} fail, and the fallback fails too",
        description=(
            "Neither the model nor the one that stands in for it answers: clients get the error. See the engines of both, and whether the "
            "one that stands in takes prompts as long as the first does."
        ),
    )


def _resting(scope: Scope) -> Alert:
    return Alert(
        name="DeploymentResting",
        expr=f"sum by (namespace, model_id) ({_events(scope, _RESTS, '15m')}) >= {_MOST_RESTS}",
        for_s=_SHORT_S,
        severity="ticket",
        summary="The gateway rests {{ $labels.model_id }} again and again",
        description=(
            "Calls to these engines fail, are tried again after a pause and fail again; the others get their load. The label model_id is "
            "the name that was asked for and the Service behind it: see that Service's pods."
        ),
    )


def _events(scope: Scope, metric: str, window: str) -> str:
    """
    Return how often something has happened in *window*, by series.

    LiteLLM has no series of what has not happened yet: it begins at 1, and its increase lacks the first event. What a series that was not
    there before the window says is all new. An hour is looked back, lest a pause of Prometheus made every series a new one.
    """
    counter = scope.of_stack(metric)
    return f"({counter} unless last_over_time({counter}[1h] offset {window})) or increase({counter}[{window}])"


def _overhead(scope: Scope) -> Alert:
    return Alert(
        name="GatewayOverheadHigh",
        expr=f"{scope.recorded('gateway:overhead_seconds:p95_5m')} > {number(_MOST_OVERHEAD_S)}",
        for_s=_LASTING_S,
        severity="ticket",
        summary="The gateway itself takes {{ $value | humanizeDuration }} of a request (95th percentile)",
        description=(
            "That time comes on top of the engines'. The proxies lack CPU, or a store behind them answers slowly. Compare their CPU with "
            "the request, and the store's latency."
        ),
    )


def _at_maximum(scope: Scope, gateway: GatewayPlan) -> Alert:
    most = gateway.replicas.maximum
    asked = f"sum by (namespace) ({scope.recorded('gateway:requests:rate5m')})"
    return Alert(
        name="GatewayAtMaximum",
        expr=f"{scope.recorded('gateway:replicas_serving')} >= {most} and {asked} > {number(most * gateway.requests_per_replica)}",
        for_s=_LASTING_S,
        severity="ticket",
        summary="All {{ $value }} replicas that the gateway may have serve, and more is asked than they are planned for",
        description=(
            f"Each replica is planned for {number(gateway.requests_per_replica)} requests a second. Raise gateway.replicas.max, or the "
            "requests that the plan is made for, before calls wait in the proxies' queues."
        ),
    )
