"""
Rules of monitoring: how long samples are kept and how often they are taken, and what only a Prometheus of the stack has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CONTRADICTION, RETENTION
from servewright.spec.finding import Finding
from servewright.spec.monitoring import BudgetWindowSpec, MonitoringOff
from servewright.spec.monitoring_defaults import SCRAPE_S
from servewright.spec.monitoring_stores import GrafanaSpec, PrometheusStoreSpec
from servewright.spec.section_defaults import installs_prometheus
from servewright.spec.spans import span_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.monitoring import MonitoringSpec

_LEAST_DAYS: Final = 3
"""
The longest window of the alerts on burning budgets (SRE workbook, chapter 5: 1 hour to 3 days).
"""

_PROMETHEUS: Final = "monitoring.prometheus"
_INSTALL: Final = "platform: {operators: {prometheus: install}}"


def section_of(scope: Scope) -> MonitoringSpec | None:
    """
    Return the section `monitoring` where it is written and not off.
    """
    section = scope.spec.monitoring
    return None if isinstance(section, MonitoringOff) else section


def _store(scope: Scope) -> PrometheusStoreSpec:
    section = section_of(scope)
    return PrometheusStoreSpec() if section is None or section.prometheus is None else section.prometheus


def _retention(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a retention below the longest window of an alert, and budgets that look back further than there are samples.
    """
    section = section_of(scope)
    if section is None:
        return
    given = _store(scope).retention
    retention = scope.defaults.retention_days if given is None else given
    if retention < _LEAST_DAYS:
        yield Finding(
            code=RETENTION,
            path=f"{_PROMETHEUS}.retention",
            message=f"{retention}d is less than the longest window of an alert, {_LEAST_DAYS}d: a slow burn would never be seen",
            hint=f"retention: {_LEAST_DAYS}d or more",
        )
        return
    window = (section.slo or BudgetWindowSpec()).window
    if window is not None and window > retention:
        whose = f" that {scope.environment} has by default" if given is None else ""
        yield Finding(
            code=RETENTION,
            path="monitoring.slo.window",
            message=f"{window}d look back further than the retention of {retention}d{whose}: {window - retention}d of it have no samples",
            hint=f"window: {retention}d, or prometheus: {{retention: {window}d}}",
            reads=(f"{_PROMETHEUS}.retention", "environment"),
        )


def _intervals(scope: Scope) -> Iterator[Finding]:
    """
    Refuse rules that run more often than there are new samples.
    """
    store = _store(scope)
    scrape = SCRAPE_S if store.scrape_interval is None else store.scrape_interval
    if store.evaluation_interval is not None and store.evaluation_interval < scrape:
        whose = " by default" if store.scrape_interval is None else ""
        yield Finding(
            code=CONTRADICTION,
            path=f"{_PROMETHEUS}.evaluation_interval",
            message=f"there are samples every {span_text(scrape)}{whose}: {_times(scrape, store.evaluation_interval)} evaluations see one",
            hint=f"evaluation_interval: {span_text(scrape)} or more",
            reads=(f"{_PROMETHEUS}.scrape_interval",),
        )


def _times(scrape: int, evaluation: int) -> str:
    return f"{round(scrape / evaluation, 1):g}"


def _installed(scope: Scope) -> Iterator[Finding]:
    """
    Refuse what only a Prometheus or a Grafana takes that the stack installs, where the cluster has them already.
    """
    section, store = section_of(scope), _store(scope)
    if section is None:
        return
    grafana = section.grafana or GrafanaSpec()
    if not installs_prometheus(scope.spec):
        others = (("storage", store.storage), ("storage_class", store.storage_class), ("remote_write", store.remote_write))
        given = [(f"{_PROMETHEUS}.{name}", "Prometheus") for name, value in others if value is not None]
        given += [("monitoring.grafana.admin", "Grafana")] if grafana.admin is not None else []
        for path, what in given:
            yield Finding(
                code=CONTRADICTION,
                path=path,
                message=f"{what} is taken as existing: whoever installed it sets this",
                hint=f"{_INSTALL} installs one; else leave {path.rsplit('.', 1)[-1]} out",
                reads=("platform",),
            )
    elif grafana.admin is not None and grafana.provider in {"amazon", "off"}:
        yield Finding(
            code=CONTRADICTION,
            path="monitoring.grafana.admin",
            message=f"with provider {grafana.provider} there is no administrator's password",
            hint="provider: cluster, or leave admin out",
            reads=("monitoring.grafana.provider",),
        )


def _remote_write(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a bearer token that would travel in clear.
    """
    write = _store(scope).remote_write
    if write is not None and write.token is not None and not write.url.startswith("https://"):
        yield Finding(
            code=CONTRADICTION,
            path=f"{_PROMETHEUS}.remote_write.url",
            message="the token would travel in clear",
            hint=f"url: https://{write.url.partition('://')[2]}, or leave token out",
            reads=(f"{_PROMETHEUS}.remote_write.token",),
        )


MONITORING_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_retention, _intervals, _installed, _remote_write)
