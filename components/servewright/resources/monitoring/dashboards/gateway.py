"""
The dashboard of gateway and caches: what clients ask, what fails, and what the caches spare.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.gateway.scaling import REQUESTS
from servewright.resources.monitoring.dashboards.dashboard import Dashboard
from servewright.resources.monitoring.dashboards.layout import Section, lines_of
from servewright.resources.monitoring.dashboards.panel import GREEN, ORANGE, RED, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import RATE, exported, recorded

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.resources.monitoring.dashboards.panel import Kind, Unit
    from servewright.resources.monitoring.scope import Scope

_FAILED: Final = Decimal("0.05")
_SLOW_S: Final = Decimal("0.25")
_FULL: Final = Decimal("0.8")
"""
Where the alerts of the gateway and of the stores begin (gateway_rules, store_rules).
"""


def dashboard(scope: Scope) -> Dashboard | None:
    """
    Return the dashboard of gateway and caches; None where clients call the engines.
    """
    gateway = scope.plan.gateway
    if gateway is None:
        return None
    stores = _stores(scope)
    last = (Section(title="Stores in the cluster", lines=lines_of(stores)),) if stores else ()
    return Dashboard(
        key="gateway",
        title="gateway and caches",
        question="What do clients ask, what fails on the way, and how much do the caches answer?",
        sections=(
            Section(title=None, lines=(_state(scope, gateway), _traffic(scope, gateway), _way(scope, gateway))),
            *last,
        ),
        by_model=False,
    )


def _state(scope: Scope, gateway: GatewayPlan) -> tuple[Panel, ...]:
    """
    Return the figures of this moment.
    """
    asked = f"sum({recorded(scope, 'gateway:requests:rate5m')})"
    busiest = (Step(value=gateway.rate, color=ORANGE),) if gateway.rate > 0 else ()
    figures = [
        _panel(
            "Requests now", "reqps", "Requests a second that clients send now; above the planned busiest hour it is marked.", asked, busiest
        ),
        _panel(
            "Failed, worst name",
            "percentunit",
            "Share of the requests of the last 5 minutes that failed or were turned away, of the model or route that fares worst.",
            f"max({recorded(scope, 'gateway:failed_ratio:rate5m')})",
            (Step(value=_FAILED),),
        ),
        _panel(
            "Time in the gateway now",
            "s",
            "What the gateway itself adds to 95 % of the requests.",
            recorded(scope, "gateway:overhead_seconds:p95_5m"),
            (Step(value=_SLOW_S, color=ORANGE),),
        ),
    ]
    if _caches(scope):
        figures.append(
            _panel(
                "Answered from the cache now",
                "percentunit",
                "Share of the answers of the last 15 minutes that came from the cache and cost no GPU.",
                recorded(scope, "gateway:cache_answer_ratio:rate15m"),
            )
        )
    return tuple(figures)


def _traffic(scope: Scope, gateway: GatewayPlan) -> tuple[Panel, ...]:
    """
    Return the graphs of requests and failures.
    """
    by_code = f"sum by (status_code) (rate({exported(scope, REQUESTS)}[{RATE}]))"
    planned = (Step(value=gateway.rate, color=ORANGE),) if gateway.rate > 0 else ()
    return (
        _panel(
            "Requests by name",
            "reqps",
            "Requests a second by the model or route that clients ask for. The dashed line is the planned busiest hour of all together.",
            recorded(scope, "gateway:requests:rate5m"),
            planned,
            kind="timeseries",
            legend="{{model}}",
        ),
        _panel(
            "Failed share by name",
            "percentunit",
            "Share of the requests that failed (5xx) or were turned away by a limit (429). The dashed line is where an alert begins.",
            recorded(scope, "gateway:failed_ratio:rate5m"),
            (Step(value=_FAILED),),
            kind="timeseries",
            legend="{{model}}",
        ),
        _panel(
            "Requests by status code",
            "reqps",
            "429: a limit of a team or of the gateway. 5xx: an engine fails or does not answer in time. 4xx: the client's own fault.",
            by_code,
            kind="timeseries",
            legend="{{status_code}}",
        ),
    )


def _way(scope: Scope, gateway: GatewayPlan) -> tuple[Panel, ...]:
    """
    Return the graphs of what happens between a request and its answer.
    """
    panels = [
        _panel(
            "Time in the gateway",
            "s",
            "What the gateway itself adds to 95 % of the requests. The dashed line is where an alert begins: it needs more replicas.",
            recorded(scope, "gateway:overhead_seconds:p95_5m"),
            (Step(value=_SLOW_S),),
            kind="timeseries",
            legend="p95",
        ),
        _panel(
            "Engines put to rest",
            "none",
            "How often the gateway left an engine alone after failures, within the range of a point, by the reason of the last one.",
            f"sum by (exception_status) (increase({exported(scope, 'litellm_deployment_cooled_down_total')}[{RATE}])) > 0",
            kind="timeseries",
            legend="{{exception_status}}",
            no_value="none rests",
        ),
    ]
    if gateway.request.fallbacks:
        panels.append(_fallbacks(scope))
    if _caches(scope):
        panels.append(_answers(scope, gateway))
    return tuple(panels)


def _fallbacks(scope: Scope) -> Panel:
    """
    Return the graph of requests that another model answered, or could not either.
    """
    counters = {what: exported(scope, f"litellm_deployment_{what}_fallbacks_total") for what in ("successful", "failed")}
    targets = tuple(
        Target(
            expr=f"sum by (requested_model, fallback_model) (rate({counters[what]}[{RATE}]))",
            legend="{{requested_model}} to {{fallback_model}}: " + word,
        )
        for what, word in (("successful", "answered"), ("failed", "failed too"))
    )
    return Panel(
        kind="timeseries",
        title="Fallbacks",
        unit="reqps",
        description="Requests a second that went to another model because the one that was asked for failed.",
        targets=targets,
        no_value="none",
    )


def _answers(scope: Scope, gateway: GatewayPlan) -> Panel:
    """
    Return the graph of what the cache answers, with a line at what the plan counts on.
    """
    answered = sum((each.offered * each.hits.expected for each in scope.plan.effects), Decimal(0))
    planned = (Step(value=answered / gateway.rate),) if answered and gateway.rate else ()
    said = " The dashed line is what the plan expects: below it the engines get more than they were planned for." if planned else ""
    return Panel(
        kind="timeseries",
        title="Answered from the cache",
        unit="percentunit",
        description=f"Share of the answers of the last 15 minutes that came from the cache.{said}",
        targets=(Target(expr=recorded(scope, "gateway:cache_answer_ratio:rate15m"), legend="from the cache"),),
        first=RED if planned else GREEN,
        steps=tuple(Step(value=each.value, color=GREEN) for each in planned),
        no_value="no answers",
    )


def _stores(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of the stores that have an exporter: those in the cluster.
    """
    if not any(tier.provider == "cluster" for tier in scope.plan.tiers):
        return ()
    return tuple(
        _panel(title, unit, description, recorded(scope, name), steps, kind="timeseries", legend="{{tier}}")
        for name, title, unit, description, steps in _STORE_GRAPHS
    )


def _caches(scope: Scope) -> bool:
    return any(tier.purpose == "responses" for tier in scope.plan.tiers)


def _panel(
    title: str,
    unit: Unit,
    description: str,
    expr: str,
    steps: tuple[Step, ...] = (),
    *,
    kind: Kind = "stat",
    legend: str = "",
    no_value: str = "no requests",
) -> Panel:
    target = Target(expr=expr, legend=legend)
    return Panel(kind=kind, title=title, unit=unit, description=description, targets=(target,), steps=steps, no_value=no_value)


_STORE_GRAPHS: Final[tuple[tuple[str, str, Unit, str, tuple[Step, ...]], ...]] = (
    (
        "store:memory_use_ratio",
        "Memory of each store",
        "percentunit",
        "Share of its memory that a store uses. A cache may be full; a store of counters that is full refuses writes.",
        (Step(value=_FULL, color=ORANGE),),
    ),
    (
        "store:hit_ratio:rate15m",
        "Found in each store",
        "percentunit",
        "Share of what a store was asked for in the last 15 minutes that it had.",
        (),
    ),
    (
        "store:evictions:rate5m",
        "Evictions of each store",
        "suffix: /s",
        "Entries a second that a full store throws out for others. Many of them with few found: the store is too small.",
        (),
    ),
)
