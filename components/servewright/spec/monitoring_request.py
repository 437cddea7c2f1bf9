"""
What the spec asks of monitoring, with every default filled in: where samples and dashboards live, who hears of what, and when.

Shares are 0..1, times seconds unless the name says otherwise, money USD.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from servewright.spec.request import SecretRef

Severity = Literal["page", "ticket"]
"""
Somebody is called now, or somebody looks at it on the next working day.
"""

SEVERITIES: Final[tuple[Severity, ...]] = ("page", "ticket")

ReceiverKind = Literal["slack", "email", "pagerduty"]
PrometheusProvider = Literal["cluster", "amazon"]
GrafanaProvider = Literal["cluster", "amazon", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """
    Who hears of alerts of *severities*, and how. *secret* holds what the way needs: the URL of a Slack webhook, PagerDuty's routing key, or
    the password of the mail server. *channel* is Slack's; *to*, *sender*, *smarthost* ("smtp.example.com:587") and *username* are e-mail's.
    """

    path: str
    name: str
    kind: ReceiverKind
    severities: tuple[Severity, ...]
    secret: SecretRef | None
    channel: str | None = None
    to: tuple[str, ...] = ()
    sender: str | None = None
    smarthost: str | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteWrite:
    """
    Where samples are copied to: a *url*, with a bearer token of *token* (None: without one).
    """

    url: str
    token: SecretRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusRequest:
    """
    Where samples are kept and rules are evaluated: the cluster's Prometheus, or Amazon's beside it. *storage_gib* None: computed by the
    plan from series, interval and retention; *storage_class* None: one of the stack's own, where it installs Prometheus.

    Of a Prometheus that the cluster has, *retention_days* is what it is set to: the rules are made for it.
    """

    provider: PrometheusProvider
    scrape_s: int
    evaluation_s: int
    retention_days: int
    storage_gib: int | None
    storage_class: str | None
    remote_write: RemoteWrite | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaRequest:
    """
    Where the dashboards are shown. *admin* holds the administrator's password of a Grafana that the stack installs.
    """

    provider: GrafanaProvider
    admin: SecretRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """
    When saturation, GPUs and caches are alerted on. None: no such alert, but *waiting*, which the plan then sets (twice what the autoscaler
    holds).

    *waiting* is requests before each replica, *kv_usage* and *gpu_use* shares, *gpu_temperature_c* degrees Celsius, *cache_hits* the share
    of the planned hit rate below which the cache does not earn what it was planned for, *pending_s* how long a pod may wait for a node,
    *load* the share of the planned busiest hour's requests above which the plan is too small.
    """

    waiting: Decimal | None
    kv_usage: Decimal
    gpu_use: Decimal | None
    gpu_temperature_c: int
    cache_hits: Decimal | None
    pending_s: int
    load: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRequest:
    """
    When spending is alerted on: dollars an hour above *hourly* (None: no such limit), above the plan by *over_plan*, above
    *per_request* or *per_million_tokens* (None: no such limit). What the stack's nodes cost by the price book that made the plan.
    """

    hourly: Decimal | None
    over_plan: Decimal
    per_request: Decimal | None
    per_million_tokens: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """
    OpenTelemetry traces of the engines: sent to *endpoint* (OTLP over gRPC), of a *share* of the requests.
    """

    endpoint: str
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringRequest:
    """
    The monitoring that is asked for. *window_days* is the period of the error budgets; an alert of a burning budget needs at least
    *minimum_requests* in its long window. *logs* is the least severity that engines and gateway write. *runbooks* is the address under
    which the runbook of an alert is found (None: the alert carries its first steps, and no link).
    """

    prometheus: PrometheusRequest
    grafana: GrafanaRequest
    receivers: tuple[Receiver, ...]
    window_days: int
    minimum_requests: int
    thresholds: Thresholds
    spend: SpendRequest
    traces: Traces | None
    logs: Literal["debug", "info", "warning", "error"]
    runbooks: str | None = None
