"""
Monitoring: what is promised and how it is judged, who hears when it is not kept, and where samples and dashboards are.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import PROMETHEUS, installed
from servewright.report.figures import count, exact_dollars, exact_percent, milliseconds, period, plural
from servewright.report.screen import QUIET, STRONG, WARN, Column, Screen, Span
from servewright.spec.monitoring_request import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import Indicator, MonitoringPlan, Objective
    from servewright.spec.monitoring_request import MonitoringRequest, Receiver

OBJECTIVE_COLUMNS: Final = ("model", "objective", "judged at", "may fail")

_ROWS: Final = (Column(style=QUIET), Column(wrap=True))
_OBJECTIVES: Final = (Column(), Column(wrap=True), Column(style=QUIET), Column(side="right"))

_GOOD: Final[Mapping[Indicator, str]] = MappingProxyType(
    {"first-token": "have their first token within", "token-time": "take per token at most", "availability": "are answered"}
)
_KINDS: Final = MappingProxyType({"slack": "Slack", "email": "e-mail", "pagerduty": "PagerDuty"})
_NOBODY: Final = "nobody: monitoring.receivers names no one"


def monitoring(screen: Screen, plan: Plan, *, whole: bool = False) -> None:
    """
    Write what watches the stack; nothing where nothing does. *whole* adds thresholds and the reasons of the figures.
    """
    planned = plan.monitoring
    if planned is None:
        return
    screen.heading("Monitoring", headline(plan, planned.request))
    rows: list[tuple[Span, Span]] = [
        (name, (text, WARN) if text == _NOBODY else text) for name, text in monitoring_rows(planned, whole=whole)
    ]
    screen.table(_ROWS, rows)
    if planned.objectives:
        screen.blank()
        heading: list[Span] = [(name, QUIET) for name in OBJECTIVE_COLUMNS]
        own: list[list[Span]] = [[(model, STRONG), *rest] for model, *rest in objective_rows(plan, planned)]
        screen.table(_OBJECTIVES, [heading, *own])
        for note in objective_notes(planned):
            screen.paragraph((note, QUIET))
    if whole:
        for reason in planned.reasons:
            screen.paragraph(reason.replace(" x ", " × "), hang=4)


def headline(plan: Plan, asked: MonitoringRequest) -> str:
    """
    Return the monitoring in one line: who keeps the samples, and how often rules look at them.
    """
    own = PROMETHEUS in installed(plan.operators)
    inside = "Prometheus, installed by this stack for the whole cluster" if own else "the cluster's Prometheus"
    keeper = inside if asked.prometheus.provider == "cluster" else "Amazon Managed Prometheus"
    return f"{keeper}, rules every {period(asked.prometheus.evaluation_s)}"


def monitoring_rows(planned: MonitoringPlan, *, whole: bool) -> list[tuple[str, str]]:
    """
    Return what is to be known of it, as names and words.
    """
    asked = planned.request
    rows = [
        ("samples", _samples(planned)),
        *_heard(asked.receivers),
        ("spend alerts", _spending(planned)),
        ("dashboards", _dashboards(asked)),
    ]
    if asked.prometheus.remote_write is not None:
        rows.append(("copied to", asked.prometheus.remote_write.url))
    if asked.traces is not None:
        rows.append(("traces", f"{exact_percent(asked.traces.share)} of the requests, to {asked.traces.endpoint}"))
    if whole:
        rows += [("saturation", _saturation(planned)), ("error budget", _window(asked)), ("logs", f"from {asked.logs} up")]
        rows.append(("runbooks", asked.runbooks or "the first steps stand in each alert; monitoring.runbooks adds a link"))
    return rows


def objective_rows(plan: Plan, planned: MonitoringPlan) -> list[tuple[str, str, str, str]]:
    """
    Return each objective under OBJECTIVE_COLUMNS.
    """
    failed = "the engine's errors" if plan.gateway is None else "5xx and 429"
    return [(each.model, objective_words(each), _judged(each) or failed, exact_percent(each.budget)) for each in planned.objectives]


def objective_notes(planned: MonitoringPlan) -> list[str]:
    """
    Return what has to be said of the table as a whole.
    """
    between = any(each.judged_ms != each.bound_ms for each in planned.objectives)
    said = "The engine counts latencies in classes: a target between the bounds of two is judged at the lower one, so alerts come early."
    return [said] if between else []


def objective_words(objective: Objective) -> str:
    """
    Return what is promised: "95% have their first token within 800 ms".
    """
    bound = "" if objective.bound_ms is None else f" {milliseconds(objective.bound_ms)} ms"
    return f"{exact_percent(objective.share)} {_GOOD[objective.indicator]}{bound}"


def receiver_words(receiver: Receiver) -> str:
    """
    Return who hears, and how: "team-chat (Slack #llm)".
    """
    where = {"slack": receiver.channel, "email": ", ".join(receiver.to), "pagerduty": None}[receiver.kind]
    return f"{receiver.name} ({' '.join(filter(None, (_KINDS[receiver.kind], where)))})"


def _judged(objective: Objective) -> str | None:
    if objective.judged_ms is None:
        return None
    return f"{milliseconds(objective.judged_ms)} ms"


def _samples(planned: MonitoringPlan) -> str:
    asked = planned.request.prometheus
    read = f"every {period(asked.scrape_s)} from some {count(planned.series)} series"
    if asked.provider == "amazon":
        return f"{read}, kept for {plural(asked.retention_days, 'day')} by the workspace"
    if not planned.storage_gib:
        return f"{read}; rules are made for a retention of {plural(asked.retention_days, 'day')}, which is the cluster's to keep"
    return f"{read}, kept for {plural(asked.retention_days, 'day')} in {count(planned.storage_gib)} GiB"


def _heard(receivers: tuple[Receiver, ...]) -> Iterator[tuple[str, str]]:
    if not receivers:
        yield "alerts go to", _NOBODY
        return
    for severity in SEVERITIES:
        names = [receiver_words(each) for each in receivers if severity in each.severities]
        yield f"{severity}s go to", ", ".join(names) or "nobody"


def _spending(planned: MonitoringPlan) -> str:
    asked = planned.request.spend
    limits = (
        (asked.hourly, "an hour"),
        (asked.per_request, "a request"),
        (asked.per_million_tokens, "per million tokens"),
    )
    said = [f"{exact_dollars(amount)} {what}" for amount, what in limits if amount is not None]
    return f"above {', '.join([f'the plan by {exact_percent(asked.over_plan)}', *said])}"


def _dashboards(asked: MonitoringRequest) -> str:
    return {
        "cluster": "ConfigMaps that Grafana's sidecar loads",
        "amazon": "Amazon Managed Grafana; to be imported there",
        "off": "none",
    }[asked.grafana.provider]


def _saturation(planned: MonitoringPlan) -> str:
    asked = planned.request.thresholds
    waiting = "twice what scaling holds" if asked.waiting is None else f"{count(asked.waiting)} requests"
    said = [
        f"a queue above {waiting} per replica",
        f"KV cache above {exact_percent(asked.kv_usage)} with preemptions",
        f"traffic above {exact_percent(asked.load)} of the planned busiest hour",
        f"GPUs above {asked.gpu_temperature_c} °C",
        f"pods without a node for {period(asked.pending_s)}",
    ]
    if asked.gpu_use is not None:
        said.append(f"GPUs above {exact_percent(asked.gpu_use)} busy")
    if asked.cache_hits is not None:
        said.append(f"cache hits below {exact_percent(asked.cache_hits)} of those planned")
    return ", ".join(said)


def _window(asked: MonitoringRequest) -> str:
    least = plural(asked.minimum_requests, "request")
    return f"over {plural(asked.window_days, 'day')}; an alert needs at least {least} in its long window"
