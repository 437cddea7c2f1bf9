"""
What dashboards ask of Prometheus: series that somebody exports or records, whatever users call their models.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

import monitoring_made
from dashboards_read import PLANS, emitted, filled, panels, questions
from metric_check import Known, known
from promql_names import labels_in, selected, structure
from servewright.catalog.load import load_catalog
from servewright.resources.monitoring.dashboards.series import constant, constants
from servewright.resources.monitoring.rules import rule_groups

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.plan.model import Plan

HOSTILE: Final = (
    'a"b',
    'x"} or vector(1) or up{a="',
    "a\\",
    "line\nbreak",
    ".*",
    "{{pod}}",
    "$model",
    "${model:raw}",
    "[[model]]",
    "$__rate_interval",
    "</script><b>",
    "naïve ☃",
)

LABELS: Final = re.compile(r"\{\{(\w+)\}\}")


def existing(plan: Plan) -> Known:
    """
    Return what expressions of *plan* may name.
    """
    return known(load_catalog().metrics, rule_groups(monitoring_made.scope(plan)))


def renamed(value: Any, old: str, new: str) -> Any:
    """
    Return *value* with the text *old* replaced wherever it stands alone or as the name that an engine answers to.
    """
    if isinstance(value, str):
        return {old: new, f"--served-model-name={old}": f"--served-model-name={new}"}.get(value, value)
    if isinstance(value, tuple):
        return tuple(renamed(each, old, new) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [each.name for each in dataclasses.fields(value) if each.init]
        return replace(value, **{name: renamed(getattr(value, name), old, new) for name in fields})
    return value


def called(text: str) -> Plan:
    """
    Return the plan with its first model called *text*.
    """
    made: Plan = renamed(monitoring_made.plan(), "small", text)
    return made


@pytest.mark.parametrize("name", PLANS)
def test_every_question_names_what_exists(name: str) -> None:
    """
    Each series is in the catalogue or recorded by the stack's own rules, with the labels that are matched; rates are of counters.
    """
    plan = PLANS[name]()
    exist = existing(plan)
    asked = [(key, place, filled(expr)) for key, dashboard in emitted(plan).items() for place, expr, _ in questions(dashboard)]

    assert len(asked) > 40
    assert [(key, place, fault) for key, place, expr in asked for fault in exist.faults(expr)] == []


@pytest.mark.parametrize("name", PLANS)
def test_legends_and_columns_name_labels_that_the_answers_have(name: str) -> None:
    """
    A label in a legend is one that the expression keeps or that its series has; so is each column of a table.
    """
    plan = PLANS[name]()
    exist = existing(plan)
    for dashboard in emitted(plan).values():
        for place, expr, legend in questions(dashboard):
            series = selected(filled(expr))
            have = labels_in(filled(expr)).union(*(exist.labels(each.name) for each in series))
            assert set(LABELS.findall(legend)) <= have, place
        for panel in (each for each in panels(dashboard) if each["type"] == "table"):
            shown = panel["transformations"][0]["options"]["include"]["names"]
            assert set(shown) - {"Value"} <= labels_in(filled(panel["targets"][0]["expr"]))


@pytest.mark.parametrize("name", PLANS)
def test_every_question_keeps_to_the_stack(name: str) -> None:
    """
    Each selector is bound to the stack's namespace or to pools of its own.
    """
    plan = PLANS[name]()
    for dashboard in emitted(plan).values():
        for place, expr, _ in questions(dashboard):
            for each in selected(filled(expr)):
                assert {"namespace", "exported_namespace", "nodepool"} & set(each.labels), place


def test_an_unknown_series_is_found() -> None:
    """
    A metric that is gone from the catalogue, or a rule that records nothing more, is named by the check.
    """
    plan = monitoring_made.plan()
    exist = existing(plan)
    asked = [filled(expr) for dashboard in emitted(plan).values() for _, expr, _ in questions(dashboard)]

    assert exist.metrics.find("vllm:num_requests_waiting") is not None
    for gone in ("kube_replicaset_created", "vllm:num_requests_waiting"):
        metrics = replace(exist.metrics, by_name={name: each for name, each in exist.metrics.by_name.items() if name != gone})
        assert any(gone in fault for expr in asked for fault in Known(metrics, exist.recorded).faults(expr))
    without = {name: labels for name, labels in exist.recorded.items() if name != "model:kv_usage:max"}
    assert any("model:kv_usage:max" in fault for expr in asked for fault in Known(exist.metrics, without).faults(expr))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_changes_no_structure(text: str) -> None:
    """
    A model of any name has the same panels, questions and legends; its name stands in matchers and in the title of its section alone.
    """
    plain, made = emitted(called("plain")), emitted(called(text))

    def shape(dashboards: dict[str, dict[str, object]]) -> list[tuple[str, str, str]]:
        return [(place, structure(filled(expr)), legend) for each in dashboards.values() for place, expr, legend in questions(each)]

    assert shape(made) == shape(plain)
    assert f"Model {text}" in [each.get("title") for each in made["dashboard-service"]["panels"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_grafana_finds_no_variable_in_a_name(text: str) -> None:
    """
    What is left of the questions when our own variables are filled in holds none: neither "$x" nor "[[x]]".
    """
    for dashboard in emitted(called(text)).values():
        for place, expr, _ in questions(dashboard):
            rest = filled(expr).replace('"$1"', "")
            assert "$" not in rest, place
            assert "[[" not in rest, place


@pytest.mark.parametrize("text", HOSTILE)
def test_descriptions_hold_no_name(text: str) -> None:
    """
    Grafana renders descriptions as Markdown: they are the same for every name.
    """

    def said(plan: Plan) -> list[str]:
        return [panel["description"] for dashboard in emitted(plan).values() for panel in panels(dashboard)]

    assert said(called(text)) == said(called("plain"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_read_back(text: str) -> None:
    """
    Encoded for Grafana and PromQL both, a text is still the same value.
    """
    expr = f"up{{a={constant(text)},b=~{constants([text])}}}"

    assert structure(expr) == structure('up{a="x",b=~"x"}')
    assert text == _unquoted(constant(text))


def _unquoted(encoded: str) -> str:
    """
    Return the value of a PromQL string, whose escapes are Go's, of which we write these.
    """
    value: str = json.loads(encoded.replace(r"\x24", "$").replace(r"\x5b", "["))
    return value


@pytest.mark.promtool
@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: .ci/tools/prometheus installs it")
def test_prometheus_reads_every_question(tmp_path: Path) -> None:
    """
    Prometheus' own parser takes each expression, with hostile names too.
    """
    plans = [made() for made in PLANS.values()] + [called(text) for text in HOSTILE]
    exprs = {filled(expr) for plan in plans for dashboard in emitted(plan).values() for _, expr, _ in questions(dashboard)}
    rules = [{"record": f"asked:{at}", "expr": expr} for at, expr in enumerate(sorted(exprs))]
    file = tmp_path / "questions.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "questions", "rules": rules}]}), encoding="utf-8")

    done = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert f"{len(rules)} rules found" in done.stdout
