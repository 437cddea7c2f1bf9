"""
Rules of error budgets: how fast each is burnt, and what is left of it.

An objective of 95 % has a budget of 5 %: so many requests of its period may be bad. It burns at factor 1 when exactly so many are. The
windows, factors and severities are those of the SRE workbook (chapter "Alerting on SLOs", table 5-8): a fast fire pages, a slow one is
looked at in the morning; the short window lets an alert end soon after its cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import duration
from servewright.resources.monitoring.rule import Alert, Group, Recording
from servewright.resources.monitoring.slo_counts import Counts, counts
from servewright.resources.monitoring.slo_words import Words, bound, words
from servewright.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.plan.monitoring_plan import Objective
    from servewright.resources.monitoring.scope import Scope
    from servewright.spec.monitoring_request import Severity

_MINUTE: Final = 60
_HOUR: Final = SECONDS_PER_HOUR
_DAY: Final = 24 * _HOUR

_WINDOWS: Final = (5 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 6 * _HOUR, _DAY, 3 * _DAY)
_SHORTEST: Final = _WINDOWS[0]

_SPENT_FOR_S: Final = 15 * _MINUTE
"""
As long as the other tickets wait.
"""


@dataclass(frozen=True, slots=True)
class _Burn:
    """
    A budget that burns *factor* times too fast over the windows *long_s* and *short_s*, for *for_s*.
    """

    long_s: int
    short_s: int
    factor: Decimal
    severity: Severity
    for_s: int


_BURNS: Final = (
    _Burn(_HOUR, 5 * _MINUTE, Decimal("14.4"), "page", 2 * _MINUTE),
    _Burn(6 * _HOUR, 30 * _MINUTE, Decimal(6), "page", 2 * _MINUTE),
    _Burn(_DAY, 2 * _HOUR, Decimal(3), "ticket", 15 * _MINUTE),
    _Burn(3 * _DAY, 6 * _HOUR, Decimal(1), "ticket", 15 * _MINUTE),
)


LEAST_BAD: Final[dict[Severity, int]] = {"page": 5, "ticket": 3}
"""
Bad requests that an alert needs beside its share: at 99.9 % one of sixty is seventeen times too many, and yet chance. Judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Budget:
    """
    An *objective*, what it *counts*, and the series that are recorded for it.
    """

    scope: Scope
    objective: Objective
    counts: Counts

    @property
    def labels(self) -> dict[str, str]:
        """
        What tells its series from others of the stack. Its alerts set them too: promtool holds two alerts of the same labels for one.
        """
        return {"model": self.objective.model, "objective": percent(self.objective.share)}

    @property
    def words(self) -> Words:
        """
        What its alerts say.
        """
        return words(self.objective.indicator, gateway=self.scope.plan.gateway is not None)

    @property
    def window_s(self) -> int:
        """
        The period of the budget.
        """
        return self.scope.monitoring.request.window_days * _DAY

    def name(self, what: str) -> str:
        """
        Return the name of the series that holds *what*.
        """
        return f"slo:{self.objective.indicator.replace('-', '_')}:{what}"

    def record(self, what: str, expr: str) -> Recording:
        """
        Return the rule that records *what*.
        """
        return Recording(record=self.name(what), expr=expr, labels=self.scope.labels(**self.labels))

    def read(self, what: str) -> str:
        """
        Return the selector of *what*.
        """
        return self.scope.recorded(self.name(what), **self.labels)


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the groups of rules of error budgets, one for each model that has an objective.
    """
    made = ((f"slo-{scope.names.workload(model.name)}", tuple(_rules(scope, model))) for model in scope.plan.models)
    return tuple(Group(name=name, rules=rules) for name, rules in made if rules)


def _rules(scope: Scope, model: ModelPlan) -> Iterator[Recording | Alert]:
    for objective in scope.monitoring.objectives:
        counted = counts(scope, model, objective) if objective.model == model.name else None
        if counted is not None:
            budget = _Budget(scope=scope, objective=objective, counts=counted)
            yield from _recordings(budget)
            yield from _burns(budget)
            yield _spent(budget)


def percent(share: Decimal) -> str:
    """
    Return *share* as the label `objective` has it.

    >>> percent(Decimal("0.95")), percent(Decimal("0.999")), percent(Decimal("0.50"))
    ('95%', '99.9%', '50%')
    """
    return f"{_plain(share * 100)}%"


def _recordings(budget: _Budget) -> Iterator[Recording]:
    """
    Return how much was bad over each window that is kept long enough, and what is left of the budget.

    What is left is computed from rates over five minutes, each as heavy as the requests in it, so that nobody reads counters of a month.
    """
    counted = budget.counts
    yield budget.record("requests_rate5m", counted.requests(_SHORTEST))
    yield budget.record("bad_requests_rate5m", counted.bad_requests(_SHORTEST))
    kept_s = budget.scope.monitoring.request.prometheus.retention_days * _DAY
    for window in _WINDOWS:
        if window <= kept_s:
            yield budget.record(f"bad_ratio_rate{duration(window)}", counted.bad_ratio(window))
    period = duration(budget.window_s)
    bad, every = (f"sum_over_time({budget.read(what)}[{period}])" for what in ("bad_requests_rate5m", "requests_rate5m"))
    yield budget.record("budget_left_ratio", f"1 - {bad} / ({every} > 0) / {_plain(budget.objective.budget)}")


def _burns(budget: _Budget) -> Iterator[Alert]:
    """
    Return the alerts of a budget that burns. Left out: what needs samples older than are kept, and a share of bad requests that cannot be,
    since it would be more than all. A few requests are no trend: there have to be as many as asked for in the long window, some bad.
    """
    objective, request, said = budget.objective, budget.scope.monitoring.request, budget.words
    for burn in _BURNS:
        limit = burn.factor * objective.budget
        if limit >= 1 or burn.long_s > request.prometheus.retention_days * _DAY:
            continue
        long, short = duration(burn.long_s), duration(burn.short_s)
        over = (f"{budget.read(f'bad_ratio_rate{window}')} > {_plain(limit)}" for window in (long, short))
        enough = f"{budget.counts.number(burn.long_s)} >= {request.minimum_requests}"
        several = f"{budget.counts.bad_number(burn.long_s)} >= {LEAST_BAD[burn.severity]}"
        days = _plain((request.window_days / burn.factor).quantize(Decimal("0.1")))
        yield Alert(
            name=said.alert,
            expr=f"{' and '.join(over)} and on () ({enough}) and on () ({several})",
            for_s=burn.for_s,
            severity=burn.severity,
            summary=f"{{{{ $labels.model }}}}: {said.when}, {{{{ $value | humanizePercentage }}}} of the requests over {long}",
            description=(
                f"The objective is that {percent(objective.share)} of the requests are good{bound(objective)}. At this speed the error"
                f" budget of {request.window_days} days is spent within {days} days. {said.first}"
            ),
            labels=(*budget.labels.items(), ("window", long)),
        )


def _spent(budget: _Budget) -> Alert:
    """
    Return the alert of a budget that is spent, however slowly.
    """
    objective, request = budget.objective, budget.scope.monitoring.request
    every, bad = (
        f"sum_over_time({budget.read(what)}[{duration(budget.window_s)}]) * {request.prometheus.evaluation_s}"
        for what in ("requests_rate5m", "bad_requests_rate5m")
    )
    several = f"{bad} >= {LEAST_BAD['ticket']}"
    return Alert(
        name="ErrorBudgetSpent",
        expr=f"{budget.read('budget_left_ratio')} < 0 and on () ({every} >= {request.minimum_requests}) and on () ({several})",
        for_s=_SPENT_FOR_S,
        severity="ticket",
        # The labels that a rule sets itself cannot be read in its texts.
        summary=f"{{{{ $labels.model }}}}: the error budget of {budget.words.what} at {percent(objective.share)} is spent",
        description=(
            f"More requests of the last {request.window_days} days were bad than the objective allows{bound(objective)}: what is left of"
            " the budget is {{ $value | humanizePercentage }}. Changes that can wait should wait until it has grown back."
        ),
        labels=(*budget.labels.items(), ("indicator", objective.indicator)),
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
