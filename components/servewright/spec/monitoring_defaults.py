"""
Defaults of monitoring: what a spec does not say of samples, receivers and thresholds, with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.applied import percent
from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.monitoring import BudgetWindowSpec, LogsSpec, MonitoringSpec, SpendSpec, ThresholdsSpec
from servewright.spec.monitoring_request import (
    GrafanaRequest,
    MonitoringRequest,
    PrometheusRequest,
    Receiver,
    RemoteWrite,
    SpendRequest,
    Thresholds,
    Traces,
)
from servewright.spec.monitoring_stores import GrafanaSpec, PrometheusStoreSpec
from servewright.spec.request import SecretRef
from servewright.spec.section_defaults import has_monitoring, installs_prometheus
from servewright.spec.spans import span_text

if TYPE_CHECKING:
    from typing import Literal

    from servewright.spec.applied import Applied
    from servewright.spec.model import Spec
    from servewright.spec.monitoring import TracesSpec
    from servewright.spec.monitoring_receivers import EmailReceiverSpec, ReceiverSpec
    from servewright.spec.monitoring_request import GrafanaProvider, PrometheusProvider
    from servewright.spec.request import Environment
    from servewright.spec.served_model import SecretRefSpec

SCRAPE_S: Final = 15
EVALUATION_S: Final = 30
"""
The design's intervals: some twenty samples in the shortest window of five minutes, and rules that are at most half a minute behind.
"""

WINDOW_DAYS: Final = 30
"""
The period that the factors of burn rates are usually given for: https://sre.google/workbook/alerting-on-slos/.
"""

_MINIMUM_REQUESTS: Final = 50
_KV_USAGE: Final = Decimal("0.95")
_GPU_TEMPERATURE_C: Final = 85
_CACHE_HITS: Final = Decimal("0.5")
_PENDING_S: Final = 900
_LOAD: Final = Decimal("1.2")
_OVER_PLAN: Final = Decimal("0.2")
_TRACED: Final = Decimal("0.1")


def monitoring_of(spec: Spec, environment: Environment, applied: Applied) -> MonitoringRequest | None:
    """
    Return the monitoring of *spec*, None where the stack has none.
    """
    if not has_monitoring(spec, environment):
        return None
    given = spec.monitoring or MonitoringSpec()
    read = "what the autoscaler reads anyway"
    why = read if spec.monitoring is not None else f"the rule of {environment} has monitoring, {read}"
    prometheus = _prometheus(given.prometheus or PrometheusStoreSpec(), environment, why, applied)
    slo, logs = given.slo or BudgetWindowSpec(), given.logs or LogsSpec()
    window = min(WINDOW_DAYS, prometheus.retention_days)
    why = "about a month" if window == WINDOW_DAYS else "the retention: a budget cannot look back further"
    if given.receivers is None:
        applied.note("monitoring.receivers", "[]", "nobody is named: alerts are seen where Prometheus is looked at")
    if given.traces is None:
        applied.note("monitoring.traces", "null", "no collector is named")
    if given.runbooks is None:
        applied.note("monitoring.runbooks", "null", "an alert carries its first steps, and no link")
    level: Literal["info"] = "info"
    return MonitoringRequest(
        prometheus=prometheus,
        grafana=_grafana(given.grafana or GrafanaSpec(), spec, applied),
        receivers=tuple(_receiver(each, f"monitoring.receivers[{index}]") for index, each in enumerate(given.receivers or ())),
        window_days=applied.take("monitoring.slo.window", slo.window, window, why, shown=f"{window}d"),
        minimum_requests=applied.take(
            "monitoring.slo.minimum_requests", slo.minimum_requests, _MINIMUM_REQUESTS, "a share of fewer requests says little (judgement)"
        ),
        thresholds=_thresholds(given.thresholds or ThresholdsSpec(), applied),
        spend=_spend(given.spend or SpendSpec(), applied),
        traces=None if given.traces is None else _traces(given.traces, applied),
        logs=applied.take("monitoring.logs.level", logs.level, level, "what happens to requests is told, and not what they say"),
        runbooks=given.runbooks,
    )


def _prometheus(given: PrometheusStoreSpec, environment: Environment, why: str, applied: Applied) -> PrometheusRequest:
    where, days = "monitoring.prometheus", ENVIRONMENTS[environment].retention_days
    provider: PrometheusProvider = "cluster"
    often = "a window of five minutes has some twenty samples"
    if given.storage is None:
        applied.note(f"{where}.storage", "null", "the plan: series, scrape_interval and retention where the stack installs Prometheus")
    if given.storage_class is None:
        applied.note(f"{where}.storage_class", "null", "one of the stack's own, encrypted gp3, where it installs Prometheus")
    write = given.remote_write
    return PrometheusRequest(
        provider=applied.take(f"{where}.provider", given.provider, provider, why),
        scrape_s=applied.take(f"{where}.scrape_interval", given.scrape_interval, SCRAPE_S, often, shown=span_text(SCRAPE_S)),
        evaluation_s=applied.take(
            f"{where}.evaluation_interval",
            given.evaluation_interval,
            max(EVALUATION_S, given.scrape_interval or 0),
            "rules are hardly behind their samples",
            shown=span_text(max(EVALUATION_S, given.scrape_interval or 0)),
        ),
        retention_days=applied.take(f"{where}.retention", given.retention, days, f"the rule of {environment}", shown=f"{days}d"),
        storage_gib=given.storage,
        storage_class=given.storage_class,
        remote_write=None if write is None else RemoteWrite(url=write.url, token=_secret(write.token)),
    )


def _grafana(given: GrafanaSpec, spec: Spec, applied: Applied) -> GrafanaRequest:
    cluster: GrafanaProvider = "cluster"
    provider = applied.take("monitoring.grafana.provider", given.provider, cluster, "dashboards stand beside the samples")
    admin = _secret(given.admin)
    if admin is None and provider == "cluster" and installs_prometheus(spec):
        applied.note("monitoring.grafana.admin", "null", "the chart makes a random password in a Secret of its own")
    return GrafanaRequest(provider=provider, admin=admin)


def _receiver(given: ReceiverSpec, path: str) -> Receiver:
    if given.slack is not None:
        slack = given.slack
        return Receiver(
            path=path,
            name=given.name,
            kind="slack",
            severities=given.severities,
            secret=_secret(slack.webhook),
            channel=slack.channel,
        )
    if given.pagerduty is not None:
        key = _secret(given.pagerduty.routing_key)
        return Receiver(path=path, name=given.name, kind="pagerduty", severities=given.severities, secret=key)
    if given.email is None:
        msg = "a receiver of no kind is refused by the rules"
        raise TypeError(msg)
    return _mail(given.email, given, path)


def _mail(mail: EmailReceiverSpec, given: ReceiverSpec, path: str) -> Receiver:
    return Receiver(
        path=path,
        name=given.name,
        kind="email",
        severities=given.severities,
        secret=_secret(mail.password),
        to=mail.to,
        sender=mail.from_,
        smarthost=mail.smarthost,
        username=mail.username,
    )


def _secret(given: SecretRefSpec | None) -> SecretRef | None:
    return None if given is None else SecretRef(secret=given.secret, key=given.key)


def _thresholds(given: ThresholdsSpec, applied: Applied) -> Thresholds:
    where = "monitoring.thresholds"
    if given.waiting is None:
        applied.note(f"{where}.waiting", "null", "the plan: twice what the autoscaler holds in front of a replica")
    busy = "above it nothing is left for a burst (judgement)"
    off: Literal["off"] = "off"
    return Thresholds(
        waiting=given.waiting,
        kv_usage=applied.take(f"{where}.kv_usage", given.kv_usage, _KV_USAGE, busy, shown=percent(_KV_USAGE)),
        gpu_use=_unless_off(applied.take(f"{where}.gpu_use", given.gpu_use, off, "a GPU that decodes is nearly always busy", shown="off")),
        gpu_temperature_c=applied.take(
            f"{where}.gpu_temperature", given.gpu_temperature, _GPU_TEMPERATURE_C, "some degrees below where GPUs slow down (judgement)"
        ),
        cache_hits=_unless_off(
            applied.take(
                f"{where}.cache_hits",
                given.cache_hits,
                _CACHE_HITS,
                "half of what was planned: the store no longer earns its price (judgement)",
                shown=percent(_CACHE_HITS),
            )
        ),
        pending_s=applied.take(
            f"{where}.pending",
            given.pending,
            _PENDING_S,
            "longer than a node and its engine take to start (judgement)",
            shown=span_text(_PENDING_S),
        ),
        load=applied.take(f"{where}.load", given.load, _LOAD, "beyond what traffic on plan varies by (judgement)", shown=percent(_LOAD)),
    )


def _unless_off(value: Decimal | Literal["off"]) -> Decimal | None:
    return None if value == "off" else value


def _spend(given: SpendSpec, applied: Applied) -> SpendRequest:
    where = "monitoring.spend"
    for name, value in (("hourly", given.hourly), ("per_request", given.per_request), ("per_million_tokens", given.per_million_tokens)):
        if value is None:
            applied.note(f"{where}.{name}", "null", "no limit is stated")
    return SpendRequest(
        hourly=given.hourly,
        over_plan=applied.take(
            f"{where}.over_plan",
            given.over_plan,
            _OVER_PLAN,
            "nodes that are being replaced count twice (judgement)",
            shown=percent(_OVER_PLAN),
        ),
        per_request=given.per_request,
        per_million_tokens=given.per_million_tokens,
    )


def _traces(given: TracesSpec, applied: Applied) -> Traces:
    few = "enough to see where time goes (judgement)"
    return Traces(endpoint=given.endpoint, share=applied.take("monitoring.traces.share", given.share, _TRACED, few, shown=percent(_TRACED)))
