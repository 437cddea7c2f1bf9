"""
Monitoring in the plan's part of the JSON: absent where nothing watches the stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.report.export_numbers import exact, rounded

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import Objective
    from servewright.spec.monitoring_request import MonitoringRequest, Receiver


def monitoring_value(plan: Plan) -> dict[str, Any]:
    """
    Return the monitoring of *plan* under its field of the schema's plan.
    """
    planned = plan.monitoring
    if planned is None:
        return {}
    asked = planned.request
    return {
        "monitoring": {
            **_samples(asked),
            "series": planned.series,
            "storage_gib": planned.storage_gib,
            "grafana": asked.grafana.provider,
            "window_days": asked.window_days,
            "minimum_requests": asked.minimum_requests,
            "objectives": [_objective(each) for each in planned.objectives],
            "receivers": [_receiver(each) for each in asked.receivers],
            "thresholds": _thresholds(asked),
            "spend": _spend(asked),
            "traces": None if asked.traces is None else {"endpoint": asked.traces.endpoint, "share": rounded(asked.traces.share)},
            "logs": asked.logs,
            "reasons": list(planned.reasons),
        }
    }


def _samples(asked: MonitoringRequest) -> dict[str, Any]:
    where = asked.prometheus
    return {
        "prometheus": where.provider,
        "scrape_seconds": where.scrape_s,
        "evaluation_seconds": where.evaluation_s,
        "retention_days": where.retention_days,
        "remote_write": None if where.remote_write is None else where.remote_write.url,
    }


def _objective(objective: Objective) -> dict[str, Any]:
    bound, judged = objective.bound_ms, objective.judged_ms
    return {
        "model": objective.model,
        "indicator": objective.indicator,
        "share": rounded(objective.share),
        "bound_ms": None if bound is None else rounded(bound),
        "judged_ms": None if judged is None else rounded(judged),
    }


def _receiver(receiver: Receiver) -> dict[str, Any]:
    return {
        "name": receiver.name,
        "kind": receiver.kind,
        "severities": list(receiver.severities),
        "channel": receiver.channel,
        "to": list(receiver.to),
    }


def _thresholds(asked: MonitoringRequest) -> dict[str, Any]:
    given = asked.thresholds
    return {
        "waiting": None if given.waiting is None else rounded(given.waiting),
        "kv_usage": rounded(given.kv_usage),
        "gpu_use": None if given.gpu_use is None else rounded(given.gpu_use),
        "gpu_temperature": given.gpu_temperature_c,
        "cache_hits": None if given.cache_hits is None else rounded(given.cache_hits),
        "pending_seconds": given.pending_s,
        "load": rounded(given.load),
    }


def _spend(asked: MonitoringRequest) -> dict[str, Any]:
    given = asked.spend
    return {
        "hourly": exact(given.hourly),
        "over_plan": rounded(given.over_plan),
        "per_request": exact(given.per_request),
        "per_million_tokens": exact(given.per_million_tokens),
    }
