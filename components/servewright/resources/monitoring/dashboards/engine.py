"""
The dashboard of the engines: why answers are slow, and on which replica.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.kv_offload import TRANSFER_FLAG
from servewright.resources.engine_pod import argument
from servewright.resources.monitoring.dashboards.dashboard import Dashboard
from servewright.resources.monitoring.dashboards.engine_requests import replicas, times
from servewright.resources.monitoring.dashboards.layout import Section, lines_of
from servewright.resources.monitoring.dashboards.panel import ORANGE, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import RATE, SELECTED, SELECTED_ENGINE, exported, quantile, ratio, recorded
from servewright.resources.monitoring.saturation_rules import longest_queue

if TYPE_CHECKING:
    from servewright.resources.monitoring.dashboards.panel import Kind, Unit
    from servewright.resources.monitoring.scope import Scope

_P95: Final = "0.95"


def dashboard(scope: Scope) -> Dashboard:
    """
    Return the dashboard of the engines.
    """
    generates = any(not model.reads_only for model in scope.plan.models)
    return Dashboard(
        key="engine",
        title="engines",
        question="Why are answers slow: too many at once, a full KV cache, or one replica that lags behind?",
        sections=(
            Section(title=None, lines=(_state(scope, generates=generates), *lines_of(_load(scope, generates=generates)))),
            Section(title="Where the time goes", lines=lines_of(times(scope, generates=generates))),
            Section(title="Replicas, one by one", lines=lines_of(replicas(scope, generates=generates))),
        ),
    )


def _of_models(
    scope: Scope,
    name: str,
    *,
    title: str,
    unit: Unit,
    description: str,
    steps: tuple[Step, ...] = (),
    kind: Kind = "timeseries",
    decimals: int | None = None,
) -> Panel:
    """
    Return a panel of the recorded series *name* of each model.
    """
    return Panel(
        kind=kind,
        title=title,
        unit=unit,
        description=description,
        targets=(Target(expr=recorded(scope, name, SELECTED), legend="{{model}}"),),
        steps=steps,
        decimals=decimals,
    )


def _state(scope: Scope, *, generates: bool) -> tuple[Panel, ...]:
    """
    Return the figures of this moment.
    """
    serving = _of_models(
        scope,
        "model:replicas_serving",
        title="Replicas that serve",
        unit="none",
        description="Engines whose figures Prometheus reads now.",
        kind="stat",
        decimals=0,
    )
    waiting = _of_models(
        scope,
        "model:waiting_per_replica",
        title="Waiting before each replica",
        unit="none",
        description="Requests that wait for a place in the batch, for each replica. More than a few delay the first token.",
        steps=_waiting(scope),
        kind="stat",
    )
    usage = _of_models(
        scope,
        "model:kv_usage:max",
        title="KV cache now, fullest replica",
        unit="percentunit",
        description="How full the KV cache of the fullest replica is. When it is full, requests are preempted and begin again.",
        steps=_full(scope),
        kind="stat",
    )
    preempted = _of_models(
        scope,
        "model:preemptions:rate5m",
        title="Preemptions now",
        unit="suffix: /s",
        description="Requests a second that lost their place in the KV cache and are computed again. It should be 0.",
        steps=(Step(value=Decimal("0.001"), color=ORANGE),),
        kind="stat",
    )
    return (serving, waiting, *((usage, preempted) if generates else ()))


def _load(scope: Scope, *, generates: bool) -> tuple[Panel, ...]:
    """
    Return the graphs of what the engines hold at once.
    """
    running = _of_models(
        scope,
        "model:running",
        title="Batch: requests that run",
        unit="none",
        description="Requests that all replicas of a model compute at once.",
    )
    waiting = _of_models(
        scope,
        "model:waiting_per_replica",
        title="Queue: waiting before each replica",
        unit="none",
        description="Requests that wait, for each replica. The dashed line is where the first alert of a model begins.",
        steps=_waiting(scope),
    )
    if not generates:
        return running, waiting
    return (
        running,
        waiting,
        _of_models(
            scope,
            "model:kv_usage:max",
            title="KV cache, fullest replica",
            unit="percentunit",
            description="How full the KV cache of the fullest replica is. The dashed line is where an alert begins.",
            steps=_full(scope),
        ),
        _of_models(
            scope,
            "model:preemptions:rate5m",
            title="Preemptions",
            unit="suffix: /s",
            description="Requests a second that are thrown out of a full KV cache and computed again.",
        ),
        _of_models(
            scope,
            "model:prefix_hit_ratio:rate15m",
            title="Prefix cache: share found",
            unit="percentunit",
            description="Share of the input tokens of the last 15 minutes that were in the KV cache already, so that no GPU read them.",
        ),
        _prompt_sources(scope) if _offloads(scope) else _step_size(scope),
    )


def _step_size(scope: Scope) -> Panel:
    bucket = exported(scope, "vllm:iteration_tokens_total_bucket", SELECTED_ENGINE)
    return Panel(
        kind="timeseries",
        title="Tokens per step, 95th percentile",
        unit="short",
        description="Tokens that an engine computes at once. Larger steps serve more and make each token wait longer.",
        targets=(Target(expr=quantile(_P95, bucket, "model_name"), legend="{{model_name}}"),),
    )


def _prompt_sources(scope: Scope) -> Panel:
    """
    Return the graph of hits outside of the GPU, for stacks that keep KV blocks there.
    """
    rates = [
        f"sum by (model_name) (rate({exported(scope, f'vllm:external_prefix_cache_{what}_total', SELECTED_ENGINE)}[{RATE}]))"
        for what in ("hits", "queries")
    ]
    return Panel(
        kind="timeseries",
        title="KV blocks outside of the GPU: share found",
        unit="percentunit",
        description="Share of the tokens asked of memory or stores outside of the GPU that were there.",
        targets=(Target(expr=ratio(*rates), legend="{{model_name}}"),),
        no_value="nothing asked",
    )


def _offloads(scope: Scope) -> bool:
    return any(argument(model.engine.arguments, TRANSFER_FLAG) is not None for model in scope.plan.models)


def _waiting(scope: Scope) -> tuple[Step, ...]:
    """
    Return where the alert of the model with the shortest queue begins.
    """
    return (Step(value=min(longest_queue(scope, model) for model in scope.plan.models)),)


def _full(scope: Scope) -> tuple[Step, ...]:
    return (Step(value=scope.monitoring.request.thresholds.kv_usage),)
