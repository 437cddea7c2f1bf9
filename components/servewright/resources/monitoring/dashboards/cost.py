"""
The dashboard of cost: an hour against the plan, and what tokens and requests come to.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.dashboard import Dashboard
from servewright.resources.monitoring.dashboards.layout import Section
from servewright.resources.monitoring.dashboards.panel import ORANGE, RED, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import recorded
from servewright.resources.monitoring.prices import node_prices, planned, planned_dearest_day
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.resources.monitoring.dashboards.panel import Unit
    from servewright.resources.monitoring.scope import Scope

_NODES: Final = "Nodes alone, at the prices that made the plan; what they really cost is on the bill."

_NEAR: Final = Decimal("0.8")
"""
A budget is nearly spent at four fifths; judgement.
"""

_THIS_MONTH: Final = "now/M"
_LONGEST_MONTH: Final = 31


def dashboard(scope: Scope) -> Dashboard:
    """
    Return the dashboard of cost.
    """
    return Dashboard(
        key="cost",
        title="cost",
        question="What does an hour cost now, is that as planned, and what do a million tokens or a request come to?",
        sections=(
            Section(title=None, lines=(_state(scope), (_against_plan(scope), _by_pool(scope)), (*_per_unit(scope), *_prices(scope)))),
        ),
        by_model=False,
        range="now-7d",
    )


def _state(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the figures of this moment, of the last day and of this month.
    """
    spend, hour, day = scope.monitoring.request.spend, recorded(scope, "stack:usd_per_hour"), _day(scope, "stack:usd_per_hour")
    read, written = _day(scope, "stack:input_tokens:increase1h"), _day(scope, "stack:output_tokens:increase1h")
    return (
        _panel("Dollars an hour now", f"What the nodes that stand now cost an hour. {_NODES}", hour, _limit(spend.hourly)),
        *_ratio(scope),
        _month(scope),
        _panel(
            "A month at this rate",
            f"The last 24 hours, for the {HOURS_PER_MONTH:f} hours of a month. {_NODES}",
            f"{day} * {HOURS_PER_MONTH:f}",
            _limit(scope.plan.budget.limit),
            decimals=0,
        ),
        _panel(
            "A million tokens, last day",
            "What a million tokens, read and written, cost in the last 24 hours. An alert judges the last week.",
            f"{day} / ({read} + {written} > 0) * 1e6",
            _limit(spend.per_million_tokens),
            no_value="no tokens",
        ),
        _panel(
            "A request, last day",
            "What a request cost in the last 24 hours. An alert judges the last week.",
            f"{day} / ({_day(scope, 'stack:requests:increase1h')} > 0)",
            _limit(spend.per_request),
            decimals=4,
            no_value="no requests",
        ),
    )


def _day(scope: Scope, name: str) -> str:
    return f"avg_over_time({recorded(scope, name)}[1d])"


def _ratio(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the last day against the plan, as its alert compares them; nothing where a price of the plan is not known.
    """
    if planned_dearest_day(scope) is None:
        return ()
    over = scope.monitoring.request.spend.over_plan
    return (
        _panel(
            "Last day against the plan",
            f"The last 24 hours against the dearest 24 hours of a planned week. Above {1 + over:.0%} an alert begins.",
            f"{_day(scope, 'stack:usd_per_hour')} / {recorded(scope, 'plan:usd_per_hour:dearest_day')}",
            (Step(value=1 + over),),
            unit="percentunit",
            decimals=0,
        ),
    )


def _month(scope: Scope) -> Panel:
    """
    Return the sum of this month's hours: one sample for each, so that what is missing is not counted.
    """
    limit, kept = scope.plan.budget.limit, scope.monitoring.request.prometheus.retention_days
    budget = "" if limit is None else f" The budget is {limit:,.0f} dollars, for more than the nodes: see AWS Budgets for all of it."
    short = f" Samples are kept for {kept} days: what is older is missing." if kept < _LONGEST_MONTH else ""
    return Panel(
        kind="stat",
        title="This month so far",
        unit="currencyUSD",
        description=f"What the nodes have cost since the first of the month. {_NODES}{budget}{short}",
        targets=(Target(expr=f"sum_over_time({recorded(scope, 'stack:usd_per_hour')}[$__range:1h])", legend=""),),
        steps=() if limit is None else (Step(value=limit * _NEAR, color=ORANGE), Step(value=limit)),
        decimals=0,
        relative=_THIS_MONTH,
    )


def _against_plan(scope: Scope) -> Panel:
    limit = scope.monitoring.request.spend.hourly
    line = " The dashed line is the limit of an hour." if limit is not None else ""
    plan = (
        ("plan:usd_per_hour", "plan, mean of the week", planned(scope)),
        ("plan:usd_per_hour:dearest_day", "plan, dearest day", planned_dearest_day(scope)),
    )
    return Panel(
        kind="timeseries",
        title="Dollars an hour against the plan",
        unit="currencyUSD",
        description=f"What the nodes cost an hour, beside the plan where all its prices are known.{line} {_NODES}",
        targets=(
            Target(expr=recorded(scope, "stack:usd_per_hour"), legend="now"),
            *(Target(expr=recorded(scope, name), legend=legend) for name, legend, amount in plan if amount is not None),
        ),
        steps=_limit(limit),
    )


def _by_pool(scope: Scope) -> Panel:
    return Panel(
        kind="timeseries",
        title="Dollars an hour by pool",
        unit="currencyUSD",
        description=f"Which pool the money goes to. {_NODES}",
        targets=(Target(expr=recorded(scope, "pool:usd_per_hour"), legend="{{nodepool}}"),),
        stacked=True,
    )


def _per_unit(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of the price of what is served.
    """
    spend = scope.monitoring.request.spend
    tokens = Panel(
        kind="timeseries",
        title="Dollars for a million tokens",
        unit="currencyUSD",
        description=(
            "Cost of each hour by the tokens of that hour: at night it is high, since idle GPUs cost as much. "
            "The dashed line is the limit that the spec sets, where it sets one."
        ),
        targets=(
            Target(expr=recorded(scope, "stack:usd_per_million_tokens:1h"), legend="read and written"),
            Target(expr=recorded(scope, "stack:usd_per_million_output_tokens:1h"), legend="written alone"),
        ),
        steps=_limit(spend.per_million_tokens),
        no_value="no tokens",
    )
    requests = Panel(
        kind="timeseries",
        title="Dollars for a request",
        unit="currencyUSD",
        description="Cost of each hour by the requests of that hour. The dashed line is the limit that the spec sets, where it sets one.",
        targets=(Target(expr=recorded(scope, "stack:usd_per_request:1h"), legend="a request"),),
        steps=_limit(spend.per_request),
        decimals=4,
        no_value="no requests",
    )
    return tokens, requests


def _prices(scope: Scope) -> tuple[Panel, ...]:
    if not node_prices(scope):
        return ()
    price = recorded(scope, "price:node_usd_per_hour")
    return (
        Panel(
            kind="table",
            title="Price of a node-hour",
            unit="currencyUSD",
            description="The prices that these figures are computed with, by type and purchase.",
            targets=(Target(expr=f"max by (instance_type, capacity_type) ({price})", legend=""),),
            columns=(("instance_type", "Type"), ("capacity_type", "Purchase"), ("Value", "An hour")),
            decimals=3,
        ),
    )


def _limit(amount: Decimal | None) -> tuple[Step, ...]:
    return () if amount is None else (Step(value=amount, color=RED),)


def _panel(
    title: str,
    description: str,
    expr: str,
    steps: tuple[Step, ...] = (),
    *,
    unit: Unit = "currencyUSD",
    decimals: int | None = None,
    no_value: str = "no data",
) -> Panel:
    return Panel(
        kind="stat",
        title=title,
        unit=unit,
        description=description,
        targets=(Target(expr=expr, legend=""),),
        steps=steps,
        decimals=decimals,
        no_value=no_value,
    )
