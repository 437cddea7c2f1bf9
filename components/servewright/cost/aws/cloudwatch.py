"""
CloudWatch: alarms by the metrics that they watch, dashboards, and the metrics that log filters make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, no_row, says, stated
from servewright.cost.properties import read, read_count, read_list, read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_STANDARD: Final[Key] = ("CloudWatch", "alarm standard resolution", "")
_HIGH: Final[Key] = ("CloudWatch", "alarm high resolution", "")
_DASHBOARD: Final[Key] = ("CloudWatch", "dashboard", "")
_METRIC: Final[Key] = ("CloudWatch", "custom metric", "")

_HIGH_RESOLUTION_BELOW: Final = 60
"""
Seconds: an alarm on periods below a minute is one of high resolution (https://aws.amazon.com/cloudwatch/pricing, 2026).
"""
_METRICS_OF_A_BAND: Final = 3
"""
An anomaly alarm is billed for the metric and the two edges of its band (the price table's row says the same).
"""


@prices("aws:cloudwatch/metricAlarm:MetricAlarm")
def price_alarm(record: ResourceRecord, context: Context) -> Priced:
    """
    Return one alarm-metric-month for each metric that the alarm watches.
    """
    if _searches(record):
        why = "a Metrics Insights query reads every metric that it finds, and each is billed: how many is not on the resource"
        return no_row(record, component="monitoring", name="alarm (Metrics Insights)", unit="alarm-metric-months", why=why)
    metrics, shortest = _watched(record)
    high = shortest is not None and shortest < _HIGH_RESOLUTION_BELOW
    count = metrics * (_METRICS_OF_A_BAND if says(record, "thresholdMetricId") else 1)
    resolution = "high resolution" if high else "standard resolution"
    words = f"{resolution}, {count} metric{'' if count == 1 else 's'}"
    key, unit = _HIGH if high else _STANDARD, "alarm-metric-months"
    return stated(record, context, key, component="monitoring", name=f"alarm ({words})", unit=unit, count=count)


@prices("aws:cloudwatch/dashboard:Dashboard")
def price_dashboard(record: ResourceRecord, context: Context) -> Priced:
    """
    Return one dashboard-month; that the first three of an account are free is not subtracted.
    """
    return stated(record, context, _DASHBOARD, component="monitoring", name="dashboard", unit="dashboard-months", count=1)


@prices("aws:cloudwatch/logMetricFilter:LogMetricFilter")
def price_metric_filter(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the custom metric that the filter makes: one, since dimensions come from what the logs say.
    """
    return stated(record, context, _METRIC, component="monitoring", name="custom metric", unit="metric-months", count=1)


def _searches(record: ResourceRecord) -> bool:
    """
    Tell whether the alarm reads what a query finds: SELECT of Metrics Insights, which needs no metric of its own.
    """
    queries = range(len(read_list(record, "metricQueries")))
    texts = [read_text(record, "metricQueries", index, "expression") or "" for index in queries]
    named = any(read(record, "metricQueries", index, "metric") is not None for index in queries)
    return bool(texts) and (not named or any(text.lstrip().upper().startswith("SELECT") for text in texts))


def _watched(record: ResourceRecord) -> tuple[int, int | None]:
    """
    Return how many metrics the alarm reads, and the shortest of their periods in seconds.
    """
    indices = [i for i in range(len(read_list(record, "metricQueries"))) if read(record, "metricQueries", i, "metric") is not None]
    if not indices:
        return 1, read_count(record, "period")
    periods = [read_count(record, "metricQueries", i, "metric", "period") for i in indices]
    known = [period for period in periods if period is not None]
    return len(indices), min(known, default=None)
