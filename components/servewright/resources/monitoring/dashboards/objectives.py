"""
Panels of the objectives: what is left of their error budgets, and how fast these burn.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.panel import GREEN, ORANGE, RED, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import SELECTED, constant, recorded
from servewright.resources.monitoring.promql import number
from servewright.resources.monitoring.slo_counts import counts
from servewright.resources.monitoring.slo_rules import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.monitoring_plan import Indicator, Objective
    from servewright.resources.monitoring.scope import Scope
    from servewright.spec.monitoring_request import Severity

_NAMES: Final[dict[Indicator, tuple[str, str]]] = {
    "first-token": ("first_token", "time to the first token"),
    "token-time": ("token_time", "time per output token"),
    "availability": ("availability", "availability"),
}
"""
Each indicator in the names of recorded series, and in words.
"""

_BURNS: Final = (("1h", Decimal("14.4")), ("6h", Decimal(6)))
"""
Windows with the factors above which somebody is called (the SRE Workbook, chapter 5: "Alerting on SLOs").
"""

_LOW: Final = Decimal("0.25")
"""
The budget is low when a quarter of it is left; judgement.
"""

_SEVERITIES: Final[tuple[tuple[Severity, str, str], ...]] = (
    ("page", RED, "Alerts that call somebody"),
    ("ticket", ORANGE, "Alerts for the next working day"),
)


def state(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the figures that answer first: whether somebody is called, and what is left of each budget.
    """
    return (*(_alerts(scope, *each) for each in _SEVERITIES), *(_budget(scope, each) for each in indicators(scope)))


def burns(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of how fast the budgets burn, and of the share of bad requests of the last minutes.
    """
    return tuple(_burn(scope, window, factor) for window, factor in _BURNS) if judged(scope) else ()


def bad_requests(scope: Scope) -> Panel | None:
    """
    Return the graph of requests that fail; None where no objective counts them.
    """
    shares = sorted({each.budget for each in judged(scope) if each.indicator == "availability"})
    if not shares:
        return None
    return Panel(
        kind="timeseries",
        title="Failed requests",
        unit="percentunit",
        description="Share of the requests of the last 5 minutes that failed. The dashed line is what the objective allows.",
        targets=(Target(expr=recorded(scope, "slo:availability:bad_ratio_rate5m", SELECTED), legend="{{model}}"),),
        steps=tuple(Step(value=each) for each in shares),
        no_value="no requests",
    )


def indicators(scope: Scope) -> tuple[Indicator, ...]:
    """
    Return the indicators that the stack has objectives of.
    """
    given = {each.indicator for each in judged(scope)}
    return tuple(each for each in _NAMES if each in given)


def judged(scope: Scope) -> tuple[Objective, ...]:
    """
    Return the objectives that rules are made for.
    """
    models = {model.name: model for model in scope.plan.models}
    return tuple(each for each in scope.monitoring.objectives if counts(scope, models[each.model], each) is not None)


def _alerts(scope: Scope, severity: Severity, color: str, title: str) -> Panel:
    stack = f"stack={constant(scope.names.stack)}"
    firing = f'{scope.metric("ALERTS")}{{namespace={constant(scope.names.namespace)},{stack},alertstate="firing",severity="{severity}"}}'
    return Panel(
        kind="stat",
        title=title,
        unit="none",
        description=f'How many alerts of the severity "{severity}" fire now in this stack.',
        targets=(Target(expr=f"count({firing}) or vector(0)", legend=severity),),
        steps=(Step(value=Decimal(1), color=color),),
        decimals=0,
    )


def _budget(scope: Scope, indicator: Indicator) -> Panel:
    recorded_as, words = _NAMES[indicator]
    days = scope.monitoring.request.window_days
    return Panel(
        kind="stat",
        title=f"Budget left: {words}",
        unit="percentunit",
        description=f"What is left of the error budget of the last {days} days: 100 % is untouched, below 0 % the objective is missed.",
        targets=(Target(expr=recorded(scope, f"slo:{recorded_as}:budget_left_ratio", SELECTED), legend="{{model}} {{objective}}"),),
        first=RED,
        steps=(Step(value=Decimal(0), color=ORANGE), Step(value=_LOW, color=GREEN)),
        decimals=0,
        no_value="no requests yet",
    )


def _burn(scope: Scope, window: str, factor: Decimal) -> Panel:
    return Panel(
        kind="timeseries",
        title=f"Burn rate over {window}",
        unit="none",
        description=(
            "How fast the error budgets are spent: at 1 a budget lasts exactly as long as its period. "
            f"Above {factor}, in a shorter window too, somebody is called."
        ),
        targets=tuple(_burning(scope, window)),
        steps=(Step(value=Decimal(1), color=ORANGE), Step(value=factor)),
        decimals=1,
        no_value="no requests",
    )


def _burning(scope: Scope, window: str) -> Iterator[Target]:
    """
    Yield a question for each indicator and share, all models together: burn is the bad share over the budget.
    """

    def kind(objective: Objective) -> tuple[Indicator, Decimal]:
        return objective.indicator, objective.share

    for (indicator, share), alike in groupby(sorted(judged(scope), key=kind), key=kind):
        recorded_as, words = _NAMES[indicator]
        budget = next(alike).budget
        if budget > 0:
            bad = recorded(scope, f"slo:{recorded_as}:bad_ratio_rate{window}", SELECTED, objective=percent(share))
            yield Target(expr=f"{bad} / {number(budget)}", legend="{{model}}: " + f"{words} {percent(share)}")
