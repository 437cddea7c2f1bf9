"""
No rule and no trigger of an autoscaler names a metric or a label that nobody exports: read from the parsed expressions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

import monitoring_made
from metric_check import Known, exprs, known
from promql_names import names_in, selected, structure
from servewright.catalog.load import load_catalog
from servewright.catalog.metrics import Metrics
from servewright.resources.manifests import kubernetes_objects
from servewright.resources.monitoring.rules import rule_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.model import Plan

PLANS: Final[dict[str, Callable[[], Plan]]] = {
    made.__name__: made for made in (monitoring_made.plan, monitoring_made.without_gateway, monitoring_made.elasticache)
}


def of(made: Callable[[], Plan], metrics: Metrics | None = None) -> Known:
    """
    Return what expressions of a plan may name, by *metrics* or the shipped catalogue.
    """
    return known(metrics or load_catalog().metrics, rule_groups(monitoring_made.scope(made())))


def triggers(plan: Plan) -> list[tuple[str, str]]:
    """
    Return what the autoscalers of *plan* ask Prometheus.
    """
    return [
        (f"{each.key}: {trigger['name']}", trigger["metadata"]["query"])
        for each in kubernetes_objects(plan, load_catalog())
        if each.kind == "ScaledObject"
        for trigger in each.manifest["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]


@pytest.mark.parametrize("name", sorted(PLANS))
def test_rules_name_what_exists(name: str) -> None:
    """
    Each series of a rule is in the catalogue or recorded, with the labels that are matched, and rates are of counters.
    """
    exist = of(PLANS[name])
    faults = [(rule, fault) for rule, expr in exprs(rule_groups(monitoring_made.scope(PLANS[name]()))) for fault in exist.faults(expr)]

    assert faults == []


@pytest.mark.parametrize("name", sorted(PLANS))
def test_autoscalers_ask_for_what_exists(name: str) -> None:
    """
    A trigger whose metric is gone would never scale, and say nothing.
    """
    asked = triggers(PLANS[name]())

    assert asked
    assert [(trigger, fault) for trigger, query in asked for fault in of(PLANS[name]).faults(query)] == []


def test_a_metric_that_is_gone_is_found() -> None:
    """
    Whatever metric that rules or triggers use is taken out of the catalogue, the check fails, and for that one.
    """
    metrics = load_catalog().metrics
    plan = monitoring_made.plan()
    groups = rule_groups(monitoring_made.scope(plan))
    everything = [*exprs(groups), *triggers(plan)]
    recorded = known(metrics, groups).recorded
    used = {metric.name for _, expr in everything for name in names_in(expr) if (metric := metrics.find(name)) is not None}

    assert used
    for gone in used - {"ALERTS"}:
        without = replace(metrics, by_name={name: metric for name, metric in metrics.by_name.items() if name != gone})
        exist = Known(without, recorded)
        faults = {fault for _, expr in everything for fault in exist.faults(expr)}
        assert faults
        assert all(gone in fault for fault in faults)


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        ("vllm:gpu_cache_usage_perc", "nobody exports or records vllm:gpu_cache_usage_perc"),
        ("vllm:time_to_first_token_seconds", "nobody exports or records vllm:time_to_first_token_seconds"),
        ('sum(vllm:num_requests_waiting{model="a"})', "vllm:num_requests_waiting has no label model"),
        ("rate(vllm:num_requests_waiting[5m])", "rate over vllm:num_requests_waiting, which is no counter"),
        ("increase(model:running[5m])", "increase over model:running, which is no counter"),
        ('up{le="1.0"}', "up has no label le"),
        ('{job="a"}', "nobody exports or records a series without a name"),
    ],
)
def test_a_wrong_expression_is_found(expr: str, fault: str) -> None:
    """
    A name that is gone, a histogram without its ending, a label of another metric, a rate over a gauge.
    """
    assert of(monitoring_made.plan).faults(expr) == [fault]


@pytest.mark.parametrize(
    ("expr", "names"),
    [
        ("1 - sum(rate(a[5m])) / (b > 0)", {"a", "b"}),
        ("a unless on (x) group_left () b{y!='c'} or vector(0)", None),
        ("histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m] offset 1h)))", {"a_bucket"}),
        ("max_over_time((a + b)[1h:5m])", {"a", "b"}),
        ("topk(3, -a)", {"a"}),
        ('{__name__="a"}', {"a"}),
        ("quantile(scalar(a), b)", {"a", "b"}),
    ],
)
def test_names_are_read_from_every_kind_of_expression(expr: str, names: set[str] | None) -> None:
    """
    Operators, aggregations with parameters, functions, subqueries; an expression that is none is refused.
    """
    if names is None:
        with pytest.raises(ValueError, match="group"):
            names_in(expr)
    else:
        assert names_in(expr) == names


def test_a_rate_is_seen_through_brackets_and_subqueries() -> None:
    """
    What a rate is taken over may stand in brackets.
    """
    rated = [(each.name, each.is_rated) for each in selected("rate((a)[5m:1m]) + rate(b[5m]) + sum(rate(c[5m])) + avg_over_time(d[5m])")]

    assert rated == [("a", True), ("b", True), ("c", True), ("d", False)]


@pytest.mark.parametrize(
    "other",
    [
        'sum(rate(a{x=~"1"}[5m]))',
        'sum(rate(a{y="1"}[5m]))',
        'sum(rate(a{x="1"}[6m]))',
        'sum by (x) (rate(a{x="1"}[5m]))',
        'sum(rate(b{x="1"}[5m]))',
    ],
)
def test_structures_differ_by_anything_but_values(other: str) -> None:
    """
    Operators of matchers, labels, ranges, groups and names are structure; a value is not.
    """
    assert structure('sum(rate(a{x="1"}[5m]))') == structure('sum(rate(a{x="}2\\n{"}[5m]))')
    assert structure('sum(rate(a{x="1"}[5m]))') != structure(other)
