"""
Panels of what happens to requests within the engines: the parts of their time, and how replicas differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.panel import Panel, Target
from servewright.resources.monitoring.dashboards.series import RATE, SELECTED_ENGINE, exported, quantile

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope

_P95: Final = "0.95"

_MOST_PODS: Final = 10
"""
Replicas that a graph names: more lines than these cannot be told apart. Judgement.
"""


def times(scope: Scope, *, generates: bool) -> tuple[Panel, ...]:
    """
    Return the graphs of the parts of a request's time.
    """
    parts = (
        ("vllm:request_queue_time_seconds", "In the queue", "Requests that wait long need more replicas."),
        ("vllm:request_prefill_time_seconds", "Reading the input", "Long inputs or few found prefixes make it grow."),
        ("vllm:request_decode_time_seconds", "Writing the output", "Long outputs or large batches make it grow."),
    )
    return tuple(
        Panel(
            kind="timeseries",
            title=f"{title}, 95th percentile",
            unit="s",
            description=f"The time of this part that 95 % of the requests did not exceed. {meaning}",
            targets=(
                Target(
                    expr=quantile(_P95, exported(scope, f"{metric}_bucket", SELECTED_ENGINE), "model_name"),
                    legend="{{model_name}}",
                ),
            ),
            no_value="no requests",
        )
        for metric, title, meaning in (parts if generates else parts[:1])
    )


def replicas(scope: Scope, *, generates: bool) -> tuple[Panel, ...]:
    """
    Return the graphs that tell one replica from the others.
    """
    gauges = (
        ("vllm:num_requests_waiting", "Waiting, longest queues", "none", "One replica alone: requests are placed badly, or it is ill."),
        ("vllm:kv_cache_usage_perc", "KV cache, fullest replicas", "percentunit", "One replica alone: long requests met there."),
    )
    panels = [
        Panel(
            kind="timeseries",
            title=title,
            unit="percentunit" if unit == "percentunit" else "none",
            description=f"The {_MOST_PODS} highest replicas. {meaning}",
            targets=(Target(expr=f"topk({_MOST_PODS}, {exported(scope, metric, SELECTED_ENGINE)})", legend="{{pod}}"),),
        )
        for metric, title, unit, meaning in (gauges if generates else gauges[:1])
    ]
    finished = Panel(
        kind="timeseries",
        title="Why requests end",
        unit="reqps",
        description="Requests a second by reason: stop is a whole answer, length a cut one, abort one given up, error a failure.",
        targets=(
            Target(
                expr=f"sum by (finished_reason) (rate({exported(scope, 'vllm:request_success_total', SELECTED_ENGINE)}[{RATE}]))",
                legend="{{finished_reason}}",
            ),
        ),
        stacked=True,
    )
    return (*panels, finished)
