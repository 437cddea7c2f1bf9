"""
Dashboards are what Grafana reads, by its own schema and by the rules of its linter; they fill the screen, and two stacks share none.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest

import monitoring_made
from dashboards_read import PLANS, boxes, emitted, panels, questions
from kubernetes_objects import object_faults
from servewright.resources.monitoring.dashboards import dashboard_objects
from servewright.resources.monitoring.dashboards.layout import COLUMNS, Section, lines_of, placed
from servewright.resources.monitoring.dashboards.panel import Panel, Step, Target
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.spec.request import Environment

SCHEMA: Final = json.loads((Path(__file__).parent / "data" / "grafana-dashboard-v11.6.jsonschema.json").read_text(encoding="utf-8"))

ALL: Final = {f"{name}: {key}": dashboard for name, made in PLANS.items() for key, dashboard in emitted(made()).items()}

RANGED: Final = re.compile(r"\b(?:rate|irate)\(")

KIBIBYTES: Final = 1024
CONFIG_MAP: Final = 1024 * KIBIBYTES
ANNOTATION: Final = 256 * KIBIBYTES
"""
etcd takes objects of 1 MiB; `kubectl apply` keeps a copy of an object in an annotation, and annotations end at 256 KiB.
"""

GRAPH: Final = Panel(kind="timeseries", title="t", unit="none", description="d", targets=(Target(expr="up", legend=""),))


def schema_faults(dashboard: dict[str, Any]) -> list[str]:
    """
    Return what Grafana's schema says against *dashboard*.
    """
    return [f"{list(each.path)} {each.message}" for each in jsonschema.Draft7Validator(SCHEMA).iter_errors(dashboard)]


def stacked(environment: Environment, name: str = "demo") -> Plan:
    """
    Return the plan as a stack of another environment or name.
    """
    plan = monitoring_made.plan()
    return replace(plan, stack=replace(plan.stack, environment=environment, name=name, namespace=f"{name}-{environment}"))


def crowded(count: int) -> Plan:
    """
    Return a plan of *count* models with three objectives each.
    """
    plan, monitoring = monitoring_made.without_gateway(), monitoring_made.MONITORING
    names = [f"a-model-with-a-long-name-{at}" for at in range(count)]
    objectives = tuple(replace(each, model=name) for name in names for each in monitoring.objectives if each.model == "small")
    models = tuple(replace(plan.models[0], name=name) for name in names)
    return replace(plan, models=models, monitoring=replace(monitoring, objectives=objectives))


@pytest.mark.parametrize("name", ALL)
def test_grafana_reads_it(name: str) -> None:
    """
    Each dashboard is valid by the schema that Grafana publishes.
    """
    assert schema_faults(ALL[name]) == []


@pytest.mark.parametrize(
    "change",
    [{"schemaVersion": "41"}, {"unknown": 1}, {"panels": [{"title": "no type"}]}, {"panels": [{"type": "stat", "gridPos": {"h": "4"}}]}],
)
def test_the_schema_finds_faults(change: dict[str, Any]) -> None:
    """
    A wrong version, an unknown field, a panel without type, a wrong place.
    """
    assert schema_faults({**ALL["plan: dashboard-service"], **change})


@pytest.mark.parametrize("name", ALL)
def test_panels_fill_the_grid(name: str) -> None:
    """
    No two panels overlap, and no place between the first and the last is empty.
    """
    dashboard = ALL[name]
    taken = Counter(_cells(dashboard["panels"]))
    bottom = max(row for _, row in taken)

    assert set(taken.values()) == {1}
    assert len(taken) == COLUMNS * (bottom + 1)


def _cells(given: list[dict[str, Any]]) -> list[tuple[int, int]]:
    places = [each["gridPos"] for each in given]
    return [(x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]


@pytest.mark.parametrize("name", ALL)
def test_every_panel_says_what_it_shows(name: str) -> None:
    """
    Each panel has a title that no other of its section has, a description that is a sentence, a unit, and a text for no data.
    """
    for panel in panels(ALL[name]):
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert defaults["unit"]
        assert defaults["noValue"]
    titles = Counter((panel["title"], panel["gridPos"]["y"]) for panel in panels(ALL[name]))
    assert set(titles.values()) == {1}


@pytest.mark.parametrize("name", ALL)
def test_graphs_and_figures_have_titles_of_their_own(name: str) -> None:
    """
    A title means one thing in a dashboard; only the sections of single models repeat them.
    """
    repeated = {title for title, count in Counter(panel["title"] for panel in panels(ALL[name])).items() if count > 1}

    assert repeated <= {"Time to the first token", "Time per output token", "Whole request", "Requests against the plan"}


@pytest.mark.parametrize("name", ALL)
def test_the_linter_would_agree(name: str) -> None:
    """
    Grafana's linter asks for these: a data source that can be chosen and is used everywhere, unique numbers, ranges of rates that follow
    the zoom, one letter for each question.
    """
    dashboard = ALL[name]
    variables = {each["name"]: each for each in dashboard["templating"]["list"]}
    chosen = {"type": "prometheus", "uid": "${datasource}"}

    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    assert len({each["id"] for each in boxes(dashboard)}) == len(boxes(dashboard))
    for panel in panels(dashboard):
        assert panel["datasource"] == chosen
        assert [target["datasource"] for target in panel["targets"]] == [chosen] * len(panel["targets"])
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]) > 0
    for place, expr, _ in questions(dashboard):
        assert expr.count("[$__rate_interval]") >= len(RANGED.findall(expr)), place
        assert ("$model" in expr) <= ("model" in variables), place


@pytest.mark.parametrize("name", ALL)
def test_the_model_that_is_picked_matters(name: str) -> None:
    """
    Where models can be picked, some panel follows the choice.
    """
    dashboard = ALL[name]
    offered = any(each["name"] == "model" for each in dashboard["templating"]["list"])

    assert offered == any("$model" in expr for _, expr, _ in questions(dashboard))


def test_each_plan_gets_the_dashboards_that_make_sense() -> None:
    """
    Without a gateway there is no dashboard of one; stores without an exporter have no panels; who buys no spot sees none.
    """
    plan = monitoring_made.plan()
    no_spot = replace(plan, pools=tuple(replace(pool, purchase="on-demand") for pool in plan.pools if pool.role != "fallback"))
    every = ["service", "engine", "gpus", "capacity", "gateway", "cost"]

    assert list(emitted(plan)) == [f"dashboard-{each}" for each in every]
    assert "dashboard-gateway" not in emitted(monitoring_made.without_gateway())
    assert any("store:" in expr for _, expr, _ in questions(emitted(plan)["dashboard-gateway"]))
    assert not any("store:" in expr for _, expr, _ in questions(emitted(monitoring_made.elasticache())["dashboard-gateway"]))
    assert "nodeclaims_disrupted" in json.dumps(emitted(plan))
    assert "nodeclaims_disrupted" not in json.dumps(emitted(no_spot))
    assert "Fallback nodes" not in json.dumps(emitted(no_spot))


def test_nobody_shows_dashboards() -> None:
    """
    With grafana: off there is none.
    """
    grafana = replace(monitoring_made.REQUEST.grafana, provider="off")

    assert (
        dashboard_objects(monitoring_made.scope(replace(monitoring_made.plan(), monitoring=monitoring_made.monitoring(grafana=grafana))))
        == ()
    )


def test_stacks_share_no_dashboard() -> None:
    """
    Every uid, title and file is the stack's own, and a uid is no longer than Grafana takes.
    """
    plans = [stacked("dev"), stacked("prod"), stacked("prod", "demo-dev"), stacked("dev", "a" * 39 + "b"), stacked("dev", "a" * 39 + "c")]
    made = [dashboard for plan in plans for dashboard in emitted(plan).values()]
    files = [name for plan in plans for each in dashboard_objects(monitoring_made.scope(plan)) for name in each.manifest["data"]]

    assert len({each["uid"] for each in made}) == len({each["title"] for each in made}) == len(set(files)) == len(made)
    assert max(len(each["uid"]) for each in made) <= 40
    for plan in plans:
        assert all(each["title"].startswith(f"{Names.of(plan.stack).stack}: ") for each in emitted(plan).values())


def test_the_sidecar_finds_them() -> None:
    """
    Label, folder and namespace are as the sidecar of kube-prometheus-stack reads them, and Kubernetes takes the objects.
    """
    scope = monitoring_made.scope()
    for each in dashboard_objects(scope):
        metadata = each.manifest["metadata"]
        assert metadata["labels"]["grafana_dashboard"] == "1"
        assert metadata["annotations"] == {"grafana_folder": scope.names.stack}
        assert metadata["namespace"] == scope.names.namespace
        assert object_faults(dict(each.manifest)) == ()
        assert each.part == "monitoring"


def test_many_models_fit() -> None:
    """
    A stack of twenty models stays below what `kubectl apply` can take, one of a hundred below what etcd keeps.
    """
    for count, most in ((20, ANNOTATION), (100, CONFIG_MAP)):
        sizes = [len(json.dumps(dict(each.manifest))) for each in dashboard_objects(monitoring_made.scope(crowded(count)))]
        assert max(sizes) < most


def test_sections_of_many_models_are_folded() -> None:
    """
    With many models those of single ones are closed, and nothing is lost.
    """
    dashboard = emitted(crowded(5))["dashboard-service"]
    folded = [each for each in dashboard["panels"] if each.get("collapsed")]

    assert len(folded) == 5
    assert all(len(each["panels"]) == 4 for each in folded)
    assert schema_faults(dashboard) == []


def test_targets_of_the_plan_are_lines() -> None:
    """
    The bound of a latency stands as a dashed line in the graph of its model, in seconds, and within its axis.
    """
    (panel, *_) = [each for each in panels(ALL["plan: dashboard-service"]) if each["title"] == "Time to the first token"]
    defaults = panel["fieldConfig"]["defaults"]

    assert [step["value"] for step in defaults["thresholds"]["steps"]] == [None, 0.8]
    assert defaults["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert defaults["custom"]["axisSoftMax"] > 0.8
    assert "judged at 750 ms" in panel["description"]


def test_limits_of_the_spec_are_lines() -> None:
    """
    The limit of an hour's cost, of tokens and of requests, and the heat of a GPU are the spec's.
    """

    def lines(dashboard: str, title: str) -> list[float]:
        (panel,) = [each for each in panels(ALL[f"plan: dashboard-{dashboard}"]) if each["title"] == title]
        return [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1:]]

    assert lines("cost", "Dollars an hour against the plan") == [40]
    assert lines("cost", "Dollars for a million tokens") == [5]
    assert lines("cost", "Dollars for a request") == [0.02]
    assert lines("gpus", "Temperature") == [85]
    assert lines("engine", "KV cache, fullest replica") == [0.95]


@pytest.mark.parametrize("count", range(1, 14))
def test_any_number_of_panels_fills_lines(count: int) -> None:
    """
    Lines are as long as one another, and each is as wide as the grid.
    """
    lines = lines_of([GRAPH] * count)
    made = placed([Section(title="s", lines=lines)], "15s")

    assert sum(len(line) for line in lines) == count
    assert max(len(line) for line in lines) - min(len(line) for line in lines) <= 1
    assert len(set(_cells(made))) == len(_cells(made)) == COLUMNS * (1 + 8 * len(lines))


def test_steps_stand_in_ascending_order() -> None:
    """
    Grafana takes the last step that a value reaches, so they ascend whatever order they were given in.
    """
    panel = replace(GRAPH, steps=(Step(value=Decimal(6)), Step(value=Decimal(1))))
    steps = panel.as_dict(1, {}, "15s")["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert [step["value"] for step in steps] == [None, 1, 6]
