"""
The dashboard of the service: whether the objectives are met, for which model not, and how much is asked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.dashboard import Dashboard
from servewright.resources.monitoring.dashboards.layout import Section, lines_of
from servewright.resources.monitoring.dashboards.objectives import bad_requests, burns, indicators, judged, state
from servewright.resources.monitoring.dashboards.panel import ORANGE, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import SELECTED, recorded
from servewright.resources.monitoring.promql import number
from servewright.resources.monitoring.slo_rules import percent

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan
    from servewright.plan.monitoring_plan import Indicator
    from servewright.resources.monitoring.dashboards.layout import Line
    from servewright.resources.monitoring.scope import Scope

_MS: Final = Decimal(1000)
_P95: Final = Decimal("0.95")

_OPEN: Final = 3
"""
Sections of single models that are open at first; with more of them nobody would scroll. Judgement.
"""

_FIRST_TOKEN: Final = "Time to the first token"  # noqa: S105 - a title
_TOKEN_TIME: Final = "Time per output token"  # noqa: S105


def dashboard(scope: Scope) -> Dashboard:
    """
    Return the dashboard of the service.
    """
    models = scope.plan.models
    failed = bad_requests(scope)
    top = (state(scope), (*burns(scope), *([failed] if failed else [])), *([] if len(models) == 1 else [_overview(scope)]))
    folded = len(models) > _OPEN
    return Dashboard(
        key="service",
        title="service",
        question="Are the objectives met, for which model not, and how much is asked?",
        sections=(
            Section(title=None, lines=tuple(line for line in top if line)),
            *(Section(title=f"Model {model.name}", lines=(_model(scope, model),), folded=folded) for model in models),
            Section(title="Requests and tokens", lines=lines_of(_amounts(scope))),
        ),
    )


def _overview(scope: Scope) -> Line:
    """
    Return the graphs over all models, with a target where all have the same.
    """
    made: dict[Indicator, tuple[str, str]] = {"first-token": (_FIRST_TOKEN, "first_token"), "token-time": (_TOKEN_TIME, "token_time")}
    latencies = [
        Panel(
            kind="timeseries",
            title=f"{title}, 95th percentile",
            unit="s",
            description="Which model is slow: the 95th percentile over the requests of the last 5 minutes.",
            targets=(Target(expr=recorded(scope, f"model:{name}_seconds:p95_5m", SELECTED), legend="{{model}}"),),
            steps=_shared(scope, indicator),
            no_value="no requests",
        )
        for indicator, (title, name) in made.items()
        if indicator in indicators(scope)
    ]
    return (*latencies, _requests(scope))


def _shared(scope: Scope, indicator: Indicator) -> tuple[Step, ...]:
    """
    Return the bound of 95 % of the requests where it is the same for all models.
    """
    bounds = {each.bound_ms for each in judged(scope) if each.indicator == indicator and each.share == _P95}
    return tuple(Step(value=each / _MS) for each in bounds if each is not None and len(bounds) == 1)


def _requests(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Requests",
        unit="reqps",
        description="Requests a second that the engines of each model finish, over the last 5 minutes.",
        targets=(Target(expr=recorded(scope, "model:requests:rate5m", SELECTED), legend="{{model}}"),),
    )


def _model(scope: Scope, model: ModelPlan) -> Line:
    """
    Return the graphs of one model against its targets.
    """
    whole, rate = _whole(scope, model), _rate(scope, model)
    if model.reads_only:
        return whole, rate
    latencies = (_latency(scope, model, "first-token", _FIRST_TOKEN), _latency(scope, model, "token-time", _TOKEN_TIME))
    return (*latencies, whole, rate)


def _latency(scope: Scope, model: ModelPlan, indicator: Indicator, title: str) -> Panel:
    """
    Return the graph of three percentiles with a line at each bound that the model has an objective of.
    """
    name = indicator.replace("-", "_")
    targets = [each for each in judged(scope) if each.model == model.name and each.indicator == indicator]
    said = [
        f"{percent(each.share)} of the requests within {number(each.bound_ms)} ms (judged at {number(each.judged_ms)} ms)"
        for each in targets
        if each.bound_ms is not None and each.judged_ms is not None
    ]
    promised = f"The dashed lines are the objectives: {'; '.join(said)}." if said else "There is no objective of it."
    return Panel(
        kind="timeseries",
        title=title,
        unit="s",
        description=f"Half, 95 % and 99 % of the requests of the last 5 minutes were not slower. {promised}",
        targets=tuple(
            Target(expr=recorded(scope, f"model:{name}_seconds:{point}_5m", model=model.name), legend=point)
            for point in ("p50", "p95", "p99")
        ),
        steps=tuple(Step(value=each / _MS) for each in sorted({each.bound_ms for each in targets if each.bound_ms is not None})),
        no_value="no requests",
    )


def _whole(scope: Scope, model: ModelPlan) -> Panel:
    return Panel(
        kind="timeseries",
        title="Whole request",
        unit="s",
        description="95 % of the requests of the last 5 minutes were answered to the end within this time.",
        targets=(Target(expr=recorded(scope, "model:request_seconds:p95_5m", model=model.name), legend="p95"),),
        no_value="no requests",
    )


def _rate(scope: Scope, model: ModelPlan) -> Panel:
    planned = Step(value=model.engine_rate, color=ORANGE)
    return Panel(
        kind="timeseries",
        title="Requests against the plan",
        unit="reqps",
        description="Requests a second. The dashed line is the mean of the busiest hour that the replicas were planned for.",
        targets=(Target(expr=recorded(scope, "model:requests:rate5m", model=model.name), legend="requests"),),
        steps=(planned,) if model.engine_rate > 0 else (),
    )


def _amounts(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of how much all models do.
    """
    requests = _requests(scope)
    read = Panel(
        kind="timeseries",
        title="Input tokens, all models",
        unit="suffix: tok/s",
        description="Tokens a second that the engines read, those too that they find in their prefix cache.",
        targets=(Target(expr=recorded(scope, "model:input_tokens:rate5m", SELECTED), legend="{{model}}"),),
        stacked=True,
    )
    written = Panel(
        kind="timeseries",
        title="Output tokens, all models",
        unit="suffix: tok/s",
        description="Tokens a second that the engines write.",
        targets=(Target(expr=recorded(scope, "model:output_tokens:rate5m", SELECTED), legend="{{model}}"),),
        stacked=True,
    )
    return (*([requests] if len(scope.plan.models) == 1 else []), read, written)
