"""
Rules of what each model serves and how fast, as its engines count it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.rule import Group, Recording
from servewright.resources.monitoring.slo_counts import FIRST_TOKEN, TOKEN_TIME

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan
    from servewright.resources.monitoring.scope import Scope

_RUNNING: Final = "vllm:num_requests_running"

_QUANTILES: Final = (
    ("first_token_seconds:p50_5m", "0.5", FIRST_TOKEN),
    ("first_token_seconds:p95_5m", "0.95", FIRST_TOKEN),
    ("first_token_seconds:p99_5m", "0.99", FIRST_TOKEN),
    ("token_time_seconds:p50_5m", "0.5", TOKEN_TIME),
    ("token_time_seconds:p95_5m", "0.95", TOKEN_TIME),
    ("token_time_seconds:p99_5m", "0.99", TOKEN_TIME),
    ("request_seconds:p95_5m", "0.95", "vllm:e2e_request_latency_seconds"),
)
_RATES: Final = (
    ("requests:rate5m", "vllm:request_success_total"),
    ("input_tokens:rate5m", "vllm:prompt_tokens_total"),
    ("output_tokens:rate5m", "vllm:generation_tokens_total"),
)


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the group of rules of what the models serve.
    """
    return (Group(name="models", rules=tuple(rule for model in scope.plan.models for rule in _of_model(scope, model))),)


def _of_model(scope: Scope, model: ModelPlan) -> tuple[Recording, ...]:
    running = scope.of_model(_RUNNING, model)
    exprs = {
        **{
            name: f"histogram_quantile({quantile}, sum by (le) (rate({scope.of_model(f'{histogram}_bucket', model)}[5m])))"
            for name, quantile, histogram in _QUANTILES
        },
        **{name: f"sum(rate({scope.of_model(counter, model)}[5m]))" for name, counter in _RATES},
        "running": f"sum({running})",
        # A pod may hold several engines, each with series of its own; none at all is 0, not nothing.
        "replicas_serving": f"count(count by (pod) ({running})) or vector(0)",
    }
    return tuple(Recording(record=f"model:{name}", expr=expr, labels=scope.labels(model=model.name)) for name, expr in exprs.items())
