"""
CloudWatch, Managed Prometheus, Managed Grafana.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster_records import record
from service_bills import bill_of, expected, reasons

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def alarm(**inputs: Any) -> dict[str, str]:
    """
    Return the lines of an alarm.
    """
    return expected(bill_of(record(ALARM, "alarm", inputs)))


def metric(period: int) -> dict[str, Any]:
    """
    Return the query of one metric.
    """
    return {"id": "m", "metric": {"metricName": "x", "period": period}}


def test_an_alarm_below_a_minute_is_of_high_resolution() -> None:
    """
    60 s are standard, 10 s are not.
    """
    assert alarm(period=60) == {"alarm (standard resolution, 1 metric)": "0.10"}
    assert alarm(period=10) == {"alarm (high resolution, 1 metric)": "0.30"}


def test_an_alarm_is_billed_for_each_metric() -> None:
    """
    Expressions cost nothing; the shortest period decides; a band is three metrics.
    """
    queries = [metric(300), metric(30), {"id": "e", "expression": "m1/m2"}]

    assert alarm(metricQueries=queries) == {"alarm (high resolution, 2 metrics)": "0.60"}
    band = [metric(300), {"id": "band", "expression": "ANOMALY_DETECTION_BAND(m)"}]
    assert alarm(metricQueries=band, thresholdMetricId="band") == {"alarm (standard resolution, 3 metrics)": "0.30"}


@pytest.mark.parametrize(
    "queries",
    [
        [{"id": "q", "expression": ' select AVG(CPUUtilization) FROM SCHEMA("AWS/EC2")'}],
        [metric(60), {"id": "q", "expression": "SELECT MAX(x) FROM y"}],
        [{"id": "q", "expression": "ANY(OTHER)"}],
    ],
)
def test_an_alarm_on_a_search_is_not_one_metric(queries: list[dict[str, Any]]) -> None:
    """
    Each metric that a query finds is billed: how many is unknown, never one.
    """
    assert alarm(metricQueries=queries) == {"alarm (Metrics Insights)": "unknown"}


def test_logs_are_written_and_kept() -> None:
    """
    10 GB at 0.5 and 5 GB-months at 0.03.
    """
    assert expected(bill_of(record("aws:cloudwatch/logGroup:LogGroup", "logs", {}))) == {"logs written": "5.00", "logs kept": "0.15"}


@pytest.mark.parametrize("kind", ["INFREQUENT_ACCESS", "DELIVERY"])
def test_other_classes_of_logs_have_no_row(kind: str) -> None:
    """
    The price of the standard class is not that of another one.
    """
    made = record("aws:cloudwatch/logGroup:LogGroup", "logs", {"logGroupClass": kind})

    assert expected(bill_of(made)) == {f"logs written ({kind})": "unknown"}


def test_dashboards_and_metrics_of_filters() -> None:
    """
    Three dollars and thirty cents a month.
    """
    board = record("aws:cloudwatch/dashboard:Dashboard", "board", {})
    made = record("aws:cloudwatch/logMetricFilter:LogMetricFilter", "errors", {})

    assert expected(bill_of(board, made)) == {"dashboard": "3.00", "custom metric": "0.30"}


def test_managed_prometheus_is_unknown_while_its_prices_name_no_region() -> None:
    """
    Rows of no region answer no look-up: the quantities are there, the amounts are not.
    """
    bill = bill_of(record("aws:amp/workspace:Workspace", "metrics", {}))
    (written,) = (line for line in bill.lines if line.name == "samples written")

    assert set(expected(bill).values()) == {"unknown"}
    assert written.quantity.expected == 438
    why = "AMP has rows in our price table for no region, since their sources name none"
    assert f"no price for AMP samples ingested: {why}" in reasons(bill)


def test_grafana_is_billed_by_its_people() -> None:
    """
    Two who edit at 9 and five who look at 5.
    """
    assert expected(bill_of(record("aws:grafana/workspace:Workspace", "g", {}))) == {
        "users, editing (Grafana)": "18.00",
        "users, viewing (Grafana)": "25.00",
    }
