"""
The values that we give each chart are values that the chart has: helm takes an unknown one without a word.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from chart_values import find_folder, known_values, value_faults
from operators_made import ALL, installing
from servewright.catalog.load import load_catalog
from servewright.resources.operators.releases import operator_releases

CATALOG = load_catalog()
needs_charts = pytest.mark.skipif(find_folder() is None, reason="no tables of chart values: set SERVEWRIGHT_CHARTS")

pytestmark = needs_charts


def _releases(**stack: Any) -> dict[str, Any]:
    return {each.chart.name: each for each in operator_releases(installing(*ALL, **stack), CATALOG)}


@pytest.mark.parametrize("system_nodes", ["pool", "existing"])
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_value_is_one_of_the_charts_own(environment: str, system_nodes: str) -> None:
    """
    Each path exists in the pinned version of its chart, with our type; below free-form objects anything goes.
    """
    releases = _releases(environment=environment, system_nodes=system_nodes)
    assert sorted(releases) == ["dcgm-exporter", "keda", "kube-prometheus-stack", "nvidia-device-plugin", "prometheus-operator-crds"]

    assert {name: value_faults(name, each.chart.version, each.values) for name, each in releases.items()} == dict.fromkeys(releases, ())


@pytest.mark.parametrize(
    ("chart", "path", "value", "said"),
    [
        ("keda", ("operator", "replicas"), 2, "operator.replicas: the chart has no such value"),
        ("keda", ("operator", "replicaCount"), "2", "operator.replicaCount: is str, the chart has int"),
        ("keda", ("operator", "replicaCount"), True, "operator.replicaCount: is bool, the chart has int"),
        ("kube-prometheus-stack", ("prometheusOperator", "admissionWebhook"), {"enabled": False}, "prometheusOperator.admissionWebhook"),
        ("kube-prometheus-stack", ("prometheusOperator", "livenessProbe"), {"enable": True}, "prometheusOperator.livenessProbe.enable"),
        ("kube-prometheus-stack", ("kube-state-metrics", "resource"), {}, "kube-state-metrics.resource: the chart has no such value"),
        ("nvidia-device-plugin", ("toleration",), [], "toleration: the chart has no such value"),
        ("dcgm-exporter", ("serviceMonitor", "labels"), {"a": "b"}, "serviceMonitor.labels.a: the chart has no such value"),
    ],
)
def test_a_value_that_a_chart_does_not_have_is_found(chart: str, path: tuple[str, ...], value: object, said: str) -> None:
    """
    A slip in a name or a type, at any depth and in a subchart, is a fault.
    """
    release = _releases()[chart]
    values = copy.deepcopy(dict(release.values))
    place = values
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value

    (fault,) = value_faults(chart, release.chart.version, values)

    assert said in fault


def test_a_table_of_another_version_is_refused() -> None:
    """
    A green check against the wrong release is worth nothing.
    """
    with pytest.raises(LookupError, match=r"is of keda 2\.20\.2, not of keda 2\.21\.0"):
        known_values("keda", "2.21.0")
