"""
What the rules of a stack are as a whole: the series that dashboards rely on, no rule twice, objects that a cluster takes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

import monitoring_made
from crds import find_folder, shape_faults
from metric_check import known
from promql_names import labels_in, selected
from servewright.catalog.load import load_catalog
from servewright.resources.monitoring import slo_rules
from servewright.resources.monitoring.rule import Alert, Group, Recording
from servewright.resources.monitoring.rule_objects import rule_objects
from servewright.resources.monitoring.rules import rule_groups
from servewright.resources.monitoring.slo_counts import at_most

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import Objective

PLANS: Final[dict[str, Callable[[], Plan]]] = {
    made.__name__: made for made in (monitoring_made.plan, monitoring_made.without_gateway, monitoring_made.elasticache)
}
WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
MODEL: Final = (
    *(f"{what}_seconds:{quantile}_5m" for what in ("first_token", "token_time") for quantile in ("p50", "p95", "p99")),
    "request_seconds:p95_5m",
    *(f"{what}:rate5m" for what in ("requests", "input_tokens", "output_tokens", "preemptions")),
    "waiting_per_replica",
    "running",
    "replicas_serving",
    "kv_usage:max",
    "prefix_hit_ratio:rate15m",
)
OF_THE_STACK: Final = (
    "gateway:requests:rate5m",
    "gateway:failed_ratio:rate5m",
    "gateway:cache_answer_ratio:rate15m",
    "gateway:overhead_seconds:p95_5m",
    "stack:gpu_active_ratio",
    "stack:gpu_memory_use_ratio",
    "pool:nodes",
    "pool:cpu_limit_use_ratio",
    "pool:usd_per_hour",
    "stack:usd_per_hour",
    "plan:usd_per_hour",
    "stack:usd_per_million_tokens:1h",
    "stack:usd_per_million_output_tokens:1h",
    "stack:usd_per_request:1h",
)
OF_STORES: Final = ("store:memory_use_ratio", "store:hit_ratio:rate15m", "store:evictions:rate5m")


def rules_of(plan: Plan) -> list[Recording | Alert]:
    """
    Return every rule of *plan*.
    """
    return [rule for group in rule_groups(monitoring_made.scope(plan)) for rule in group.rules]


def recorded(plan: Plan) -> Counter[tuple[str, tuple[tuple[str, str], ...]]]:
    """
    Return how often each series is recorded.
    """
    return Counter((rule.record, tuple(sorted(rule.labels))) for rule in rules_of(plan) if isinstance(rule, Recording))


def with_objectives(*objectives: Objective, **changes: Any) -> Plan:
    """
    Return the plan with *objectives* alone, and *changes* to what is asked of its monitoring.
    """
    made = monitoring_made.plan()
    return replace(made, monitoring=replace(monitoring_made.monitoring(**changes), objectives=objectives))


def burns(plan: Plan) -> list[str]:
    """
    Return the windows of the alerts of burning budgets.
    """
    return [dict(rule.labels)["window"] for rule in rules_of(plan) if isinstance(rule, Alert) and rule.name.endswith("BudgetBurn")]


def objective(share: str) -> Objective:
    """
    Return an objective for first tokens of the model "small".
    """
    return replace(monitoring_made.OBJECTIVES[0], share=Decimal(share))


@pytest.mark.parametrize("indicator", ["first_token", "token_time", "availability"])
def test_budgets_are_recorded_for_every_objective(indicator: str) -> None:
    """
    Each objective has its seven windows, the rate of its requests, and what is left, under model and objective.
    """
    share = "99.9%" if indicator == "availability" else "95%"
    names = [*(f"bad_ratio_rate{window}" for window in WINDOWS), "requests_rate5m", "bad_requests_rate5m", "budget_left_ratio"]
    made = recorded(monitoring_made.plan())

    for model in ("small", "large"):
        labels = (("model", model), ("namespace", "demo-dev"), ("objective", share))
        assert [made[f"slo:{indicator}:{name}", labels] for name in names] == [1] * len(names)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_models_are_recorded(name: str) -> None:
    """
    Each model has all of its series.
    """
    plan = PLANS[name]()
    made = recorded(plan)
    expected = {(f"model:{what}", (("model", model.name), ("namespace", "demo-dev"))) for what in MODEL for model in plan.models}

    assert {series for series in expected if made[series] != 1} == set()


@pytest.mark.parametrize(
    ("series", "made"),
    [
        *((series, monitoring_made.plan) for series in (*OF_THE_STACK, *OF_STORES)),
        ("price:node_usd_per_hour", monitoring_made.plan),
        *((series, monitoring_made.elasticache) for series in ("gateway:requests:rate5m", "stack:usd_per_hour")),
        *((series, monitoring_made.without_gateway) for series in OF_THE_STACK if not series.startswith("gateway:")),
    ],
)
def test_what_dashboards_show_is_recorded(series: str, made: Callable[[], Plan]) -> None:
    """
    The stack's own series are there, each of them under the stack's namespace.
    """
    found = [labels for record, labels in recorded(made()) if record == series]

    assert found
    assert all(("namespace", "demo-dev") in labels for labels in found)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_nothing_is_recorded_twice(name: str) -> None:
    """
    No two rules of a stack record the same series.
    """
    assert [series for series, times in recorded(PLANS[name]()).items() if times > 1] == []


@pytest.mark.parametrize("name", sorted(PLANS))
def test_alerts_and_groups_have_names_of_their_own(name: str) -> None:
    """
    Two alerts of one name differ in their labels, as promtool wants it; groups and objects differ in their names.
    """
    scope = monitoring_made.scope(PLANS[name]())
    alerts = Counter((rule.name, rule.severity, frozenset(rule.labels)) for rule in rules_of(scope.plan) if isinstance(rule, Alert))
    groups = [group.name for group in rule_groups(scope)]

    assert [alert for alert, times in alerts.items() if times > 1] == []
    assert len(groups) == len(set(groups))
    assert len({each.key for each in rule_objects(scope)}) == len(groups)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_alerts_have_names_in_one_form_and_short_texts(name: str) -> None:
    """
    Names are words in capitals, a summary is one line of at most 120 characters, a description at most 500.
    """
    alerts = [rule for rule in rules_of(PLANS[name]()) if isinstance(rule, Alert)]

    assert [rule.name for rule in alerts if not re.fullmatch(r"([A-Z]+[a-z]+)+([A-Z]+)?", rule.name)] == []
    assert [rule.summary for rule in alerts if "\n" in rule.summary or len(rule.summary) > 120] == []
    assert [rule.description for rule in alerts if not rule.description or len(rule.description) > 500] == []


@pytest.mark.parametrize("name", sorted(PLANS))
def test_texts_read_labels_that_the_expression_gives(name: str) -> None:
    """
    A text can only read labels of the result: those that the rule itself sets are not among them.
    """
    scope = monitoring_made.scope(PLANS[name]())
    exist = known(load_catalog().metrics, rule_groups(scope))
    missing = []
    for rule in rules_of(scope.plan):
        if isinstance(rule, Alert):
            given = labels_in(rule.expr).union(*(exist.labels(each.name) for each in selected(rule.expr)))
            read = set(re.findall(r"\$labels\.(\w+)", rule.summary + rule.description))
            missing += [(rule.name, label) for label in read - given]

    assert missing == []


@pytest.mark.parametrize("name", sorted(PLANS))
def test_everything_is_of_its_own_stack(name: str) -> None:
    """
    Each selector of every rule names the stack's namespace or its node pools.
    """
    own = {"namespace", "exported_namespace", "nodepool"}
    loose = [(rule.expr, each.name) for rule in rules_of(PLANS[name]()) for each in selected(rule.expr) if not own & {*each.labels}]

    assert loose == []


@pytest.mark.parametrize(
    ("share", "windows"),
    [
        ("0.999", ["1h", "6h", "1d", "3d"]),
        ("0.95", ["1h", "6h", "1d", "3d"]),
        ("0.9", ["6h", "1d", "3d"]),
        ("0.7", ["1d", "3d"]),
        ("0.5", ["3d"]),
    ],
)
def test_an_alert_that_can_never_fire_is_left_out(share: str, windows: list[str]) -> None:
    """
    14.4 times a budget of 10 % would be 144 % of the requests.
    """
    assert burns(with_objectives(objective(share))) == windows


@pytest.mark.parametrize(("days", "windows"), [(1, ["1h", "6h", "1d"]), (2, ["1h", "6h", "1d"]), (3, ["1h", "6h", "1d", "3d"])])
def test_what_is_not_kept_is_not_looked_at(days: int, windows: list[str]) -> None:
    """
    Samples of two days tell nothing about three: neither alert nor recording.
    """
    prometheus = replace(monitoring_made.REQUEST.prometheus, retention_days=days)
    made = with_objectives(objective("0.95"), prometheus=prometheus, window_days=days)

    assert burns(made) == windows
    assert any(record.endswith("rate3d") for record, _ in recorded(made)) == (days == 3)


def test_a_latency_below_all_classes_has_no_rule() -> None:
    """
    What the engine does not count cannot be judged.
    """
    made = with_objectives(replace(objective("0.95"), judged_ms=None))

    assert slo_rules.groups(monitoring_made.scope(made)) == ()


@pytest.mark.parametrize(
    ("seconds", "matcher"),
    [("0.75", 'le="0.75"'), ("0.750", 'le="0.75"'), ("1", r'le=~"1|1\\.0"'), ("10.0", r'le=~"10|10\\.0"'), ("0.001", 'le="0.001"')],
)
def test_a_class_is_found_as_either_prometheus_writes_it(seconds: str, matcher: str) -> None:
    """
    Whole numbers with and without ".0", others as the engine exports them.
    """
    assert at_most(Decimal(seconds)) == matcher


def test_runbooks_are_linked_where_there_is_an_address() -> None:
    """
    With an address each alert has its own page under it, without one none.
    """
    linked = monitoring_made.plan(monitoring=monitoring_made.monitoring(runbooks="https://wiki.example.com/runbooks/"))

    def links(plan: Plan) -> set[tuple[str, str | None]]:
        objects = rule_objects(monitoring_made.scope(plan))
        rules = [rule for each in objects for group in each.manifest["spec"]["groups"] for rule in group["rules"] if "alert" in rule]
        return {(rule["alert"], rule["annotations"].get("runbook_url")) for rule in rules}

    assert all(link == f"https://wiki.example.com/runbooks/{alert}" for alert, link in links(linked))
    assert {link for _, link in links(monitoring_made.plan())} == {None}


class TestObjects:
    """
    The objects that carry the rules.
    """

    @pytest.mark.crds
    @pytest.mark.skipif(find_folder() is None, reason="the CRD schemas of the pinned versions are needed")
    @pytest.mark.parametrize("name", sorted(PLANS))
    def test_a_cluster_takes_them(self, name: str) -> None:
        """
        Each object fits the schema of its kind.
        """
        objects = rule_objects(monitoring_made.scope(PLANS[name]()))

        assert objects
        assert [fault for each in objects for fault in shape_faults(json.loads(json.dumps(each.manifest)))] == []

    @pytest.mark.parametrize("name", sorted(PLANS))
    def test_prometheus_picks_them(self, name: str) -> None:
        """
        They are in the stack's namespace, with the labels that the cluster's Prometheus selects rules by, after their namespace.
        """
        for each in rule_objects(monitoring_made.scope(PLANS[name]())):
            assert each.manifest["metadata"]["namespace"] == "demo-dev"
            assert each.manifest["metadata"]["labels"]["release"] == "kube-prometheus-stack"
            assert each.needs == (("Namespace", "namespace"),)
            assert each.part == "monitoring"

    def test_they_are_evaluated_as_often_as_asked(self) -> None:
        """
        The interval of every group is that of the spec, and every alert has the labels of the stack.
        """
        prometheus = replace(monitoring_made.REQUEST.prometheus, evaluation_s=60)
        plan = monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=prometheus))
        groups = [group for each in rule_objects(monitoring_made.scope(plan)) for group in each.manifest["spec"]["groups"]]
        common = {"namespace": "demo-dev", "stack": "demo-dev", "environment": "dev", "owner": "ml-platform"}

        assert {group["interval"] for group in groups} == {"1m"}
        assert all(common.items() <= rule["labels"].items() for group in groups for rule in group["rules"] if "alert" in rule)
        assert {rule["labels"]["severity"] for group in groups for rule in group["rules"] if "alert" in rule} == {"page", "ticket"}

    def test_they_stay_small_with_many_models(self) -> None:
        """
        An object holds at most 1 MiB; what a model adds goes to objects of its own or is little.
        """
        plan = monitoring_made.without_gateway()
        models = tuple(replace(plan.models[0], name=f"model-{number}") for number in range(50))
        objectives = tuple(replace(each, model=model.name) for model in models for each in monitoring_made.OBJECTIVES[:3])
        many = replace(plan, models=models, monitoring=replace(monitoring_made.MONITORING, objectives=objectives))

        assert max(len(json.dumps(each.manifest)) for each in rule_objects(monitoring_made.scope(many))) < 2**20 / 2

    def test_there_is_none_where_amazon_evaluates(self) -> None:
        """
        No Prometheus of the cluster would read them.
        """
        prometheus = replace(monitoring_made.REQUEST.prometheus, provider="amazon")
        plan = monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=prometheus))

        assert rule_objects(monitoring_made.scope(plan)) == ()


def test_a_rule_as_prometheus_reads_it() -> None:
    """
    A recording and an alert, with and without what is optional.
    """
    group = Group(
        name="a",
        rules=(
            Recording(record="x:y", expr="1", labels=(("model", "m"),)),
            Alert(name="Ab", expr="x:y > 0", for_s=0, severity="page", summary="s", description="d", labels=(("model", "{{m}}"),)),
        ),
    )
    recording, alert = group.rules
    assert isinstance(recording, Recording)
    assert isinstance(alert, Alert)

    assert recording.as_rule() == {"record": "x:y", "expr": "1", "labels": {"model": "m"}}
    assert alert.as_rule({"owner": "o"}, "https://w") == {
        "alert": "Ab",
        "expr": "x:y > 0",
        "labels": {"owner": "o", "severity": "page", "model": '{{"{{"}}m}}'},
        "annotations": {"summary": "s", "description": "d", "runbook_url": "https://w/Ab"},
    }
