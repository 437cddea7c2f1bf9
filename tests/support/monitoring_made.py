"""
Plans with monitoring, made by hand: those of `gateways_made` with receivers, objectives and thresholds.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import front_doors_made
import gateways_made
import plans
from servewright.catalog.load import load_catalog
from servewright.plan.monitoring_plan import MonitoringPlan, Objective
from servewright.resources.monitoring.scope import Scope
from servewright.spec.monitoring_request import (
    GrafanaRequest,
    MonitoringRequest,
    PrometheusRequest,
    Receiver,
    SpendRequest,
    Thresholds,
)
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from servewright.plan.model import Plan

RECEIVERS = (
    Receiver(
        path="monitoring.receivers[0]",
        name="on-call",
        kind="pagerduty",
        severities=("page",),
        secret=SecretRef(secret="alerts", key="pagerduty"),  # noqa: S106 - the name of a Secret
    ),
    Receiver(
        path="monitoring.receivers[1]",
        name="team-chat",
        kind="slack",
        severities=("page", "ticket"),
        secret=SecretRef(secret="alerts", key="slack"),  # noqa: S106
        channel="#llm-alerts",
    ),
    Receiver(
        path="monitoring.receivers[2]",
        name="mail",
        kind="email",
        severities=("ticket",),
        secret=SecretRef(secret="alerts", key="smtp"),  # noqa: S106
        to=("ml-platform@example.com",),
        sender="alerts@example.com",
        smarthost="smtp.example.com:587",
        username="alerts",
    ),
)

REQUEST = MonitoringRequest(
    prometheus=PrometheusRequest(
        provider="cluster", scrape_s=15, evaluation_s=30, retention_days=30, storage_gib=None, storage_class=None, remote_write=None
    ),
    grafana=GrafanaRequest(provider="cluster", admin=SecretRef(secret="grafana-admin", key="password")),  # noqa: S106
    receivers=RECEIVERS,
    window_days=30,
    minimum_requests=50,
    thresholds=Thresholds(
        waiting=None,
        kv_usage=Decimal("0.95"),
        gpu_use=None,
        gpu_temperature_c=85,
        cache_hits=Decimal("0.5"),
        pending_s=900,
        load=Decimal("1.2"),
    ),
    spend=SpendRequest(hourly=Decimal(40), over_plan=Decimal("0.2"), per_request=Decimal("0.02"), per_million_tokens=Decimal(5)),
    traces=None,
    logs="info",
)

OBJECTIVES = tuple(
    objective
    for place, model in enumerate(("small", "large"))
    for objective in (
        Objective(
            path=f"models[{place}].slo.ttft_p95",
            model=model,
            indicator="first-token",
            share=Decimal("0.95"),
            bound_ms=Decimal(800),
            judged_ms=Decimal(750),
        ),
        Objective(
            path=f"models[{place}].slo.itl_p95",
            model=model,
            indicator="token-time",
            share=Decimal("0.95"),
            bound_ms=Decimal(60),
            judged_ms=Decimal(50),
        ),
        Objective(path=f"models[{place}].slo.availability", model=model, indicator="availability", share=Decimal("0.999")),
    )
)

MONITORING = MonitoringPlan(
    request=REQUEST, objectives=OBJECTIVES, series=12_000, storage_gib=12, memory_mib=2048, reasons=("monitoring made by hand",)
)


def monitoring(**changes: Any) -> MonitoringPlan:
    """
    Return the plan of monitoring with *changes* to its request.
    """
    return replace(MONITORING, request=replace(REQUEST, **changes))


def plan(**changes: Any) -> Plan:
    """
    Return the stack "demo" with gateway, stores in the cluster, a ladder and monitoring.
    """
    return replace(front_doors_made.front_door(), **{"monitoring": MONITORING, **changes})


def without_gateway() -> Plan:
    """
    Return the stack of one model that clients call directly, with monitoring.
    """
    objectives = tuple(replace(each, model="chat") for each in OBJECTIVES if each.model == "small")
    return replace(plans.plan(), monitoring=replace(MONITORING, objectives=objectives))


def elasticache() -> Plan:
    """
    Return the stack with its stores at ElastiCache, with monitoring.
    """
    return replace(gateways_made.elasticache(), monitoring=MONITORING)


def scope(made: Plan | None = None) -> Scope:
    """
    Return what rules and panels of *made* are made from (default: those of `plan()`).
    """
    found = Scope.of(made or plan(), load_catalog())
    assert found is not None
    return found
