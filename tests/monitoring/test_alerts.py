"""
Every alert fires when it should and is silent when it should, by Prometheus' own unit tests, and has its runbook.

The cases are in `cases`, one file for each file of rules.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

import monitoring_made
from alert_case import AlertCase, write_cases
from servewright.resources.monitoring.rule import Alert, Group
from servewright.resources.monitoring.rule_objects import group_values
from servewright.resources.monitoring.rules import rule_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from servewright.plan.model import Plan

HERE: Final = Path(__file__).resolve().parent
RUNBOOKS: Final = HERE.parents[1] / "docs" / "runbooks"
SECTIONS: Final = ("Meaning", "Impact", "Check", "Mend")
PLANS: Final = (monitoring_made.plan, monitoring_made.without_gateway, monitoring_made.elasticache)

_COMPARISON: Final = re.compile(r" (>=|<=|==|!=|>|<) ")
_INVERTED: Final = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}

needs_promtool = [
    pytest.mark.promtool,
    pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: .ci/tools/prometheus installs it"),
]


def all_cases() -> tuple[AlertCase, ...]:
    """
    Return the cases of every file in `cases`.
    """
    found: list[AlertCase] = []
    for file in sorted((HERE / "cases").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"cases_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += module.CASES
    return tuple(found)


CASES: Final = all_cases()
BY_PLAN: Final[dict[str, Callable[[], Plan]]] = {made.__name__: made for made in (*PLANS, *(case.plan for case in CASES))}


def emitted(made: Callable[[], Plan]) -> tuple[Group, ...]:
    """
    Return the groups of rules of a plan.
    """
    return rule_groups(monitoring_made.scope(made()))


def alerts() -> dict[str, Alert]:
    """
    Return one alert of each name that any of the plans emits.
    """
    return {rule.name: rule for made in BY_PLAN.values() for group in emitted(made) for rule in group.rules if isinstance(rule, Alert)}


def inverted(groups: Iterable[Group]) -> tuple[Group, ...]:
    """
    Return *groups* with every comparison of every alert the other way round.
    """

    def turned(rule: Alert) -> Alert:
        return replace(rule, expr=_COMPARISON.sub(lambda found: f" {_INVERTED[found[1]]} ", rule.expr))

    return tuple(replace(group, rules=tuple(turned(rule) if isinstance(rule, Alert) else rule for rule in group.rules)) for group in groups)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """
    Return what promtool says.
    """
    # One stream, since it depends on the version on which a failure is said.
    command = ["promtool", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)


def of_plan(name: str) -> list[AlertCase]:
    """
    Return the cases of one plan.
    """
    return [case for case in CASES if case.plan.__name__ == name]


def some_of_each(name: str) -> list[AlertCase]:
    """
    Return of each alert of one plan the first two cases in which it fires, and the first two in which it is silent.
    """
    kinds: dict[tuple[str, bool], list[AlertCase]] = {}
    for case in of_plan(name):
        kinds.setdefault((case.alert, bool(case.firing)), []).append(case)
    return [case for cases in kinds.values() for case in cases[:2]]


def test_every_alert_has_a_case_that_fires_and_one_that_is_silent() -> None:
    """
    No alert is emitted that nobody has seen firing, and none that nobody has seen silent.
    """
    fires = {case.alert for case in CASES if case.firing}
    silent = {case.alert for case in CASES if not case.firing}

    assert {"never seen firing": set(alerts()) - fires, "never seen silent": set(alerts()) - silent} == {
        "never seen firing": set(),
        "never seen silent": set(),
    }


def test_every_case_is_of_an_alert_that_its_plan_emits() -> None:
    """
    A silent case of an alert that is not there would prove nothing.
    """
    there = {
        name: {rule.name for group in emitted(made) for rule in group.rules if isinstance(rule, Alert)} for name, made in BY_PLAN.items()
    }

    assert [(case.alert, case.name) for case in CASES if case.alert not in there[case.plan.__name__]] == []


def test_plans_and_cases_have_names_of_their_own() -> None:
    """
    A failure names its case, and cases are put together by the names of their plans.
    """
    cases = [(case.alert, case.name, case.plan.__name__) for case in CASES]

    assert [each for each in cases if cases.count(each) > 1] == []
    assert {case.plan.__name__ for case in CASES if BY_PLAN[case.plan.__name__] is not case.plan} == set()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """
    Whoever is paged finds the page, and no page is left of an alert that is gone.
    """
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}
    missing, left_over = set(alerts()) - pages, pages - set(alerts())

    assert {"without a page": missing, "without an alert": left_over} == {"without a page": set(), "without an alert": set()}


@pytest.mark.parametrize("page", sorted(set(RUNBOOKS.glob("*.md")) - {RUNBOOKS / "README.md"}), ids=lambda page: page.stem)
def test_a_runbook_says_what_where_and_how(page: Path) -> None:
    """
    Each page has its alert's name and the four sections, and fits a screen.
    """
    lines = page.read_text(encoding="utf-8").splitlines()

    assert lines[0] == f"# {page.stem}"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == list(SECTIONS)
    assert len(lines) <= 40


def test_the_index_lists_every_runbook(*, update_goldens: bool) -> None:
    """
    The index has each alert with its severities and the first sentence of what it means.
    """
    severities: dict[str, set[str]] = {}
    for made in BY_PLAN.values():
        for group in emitted(made):
            for rule in group.rules:
                if isinstance(rule, Alert):
                    severities.setdefault(rule.name, set()).add(rule.severity)
    rows = []
    for page in sorted(RUNBOOKS.glob("*.md")):
        if page.stem != "README":
            meaning = page.read_text(encoding="utf-8").partition("## Meaning\n")[2].partition("\n## ")[0]
            sentence = re.split(r"(?<=\.)\s", " ".join(meaning.split()))[0]
            rows.append(f"| [{page.stem}]({page.name}) | {', '.join(sorted(severities.get(page.stem, ())))} | {sentence} |")
    index = RUNBOOKS / "README.md"
    head, marker, _ = index.read_text(encoding="utf-8").partition("|---|---|---|\n")
    if update_goldens:
        index.write_text(head + marker + "\n".join(rows) + "\n", encoding="utf-8")

    assert index.read_text(encoding="utf-8") == head + marker + "\n".join(rows) + "\n"


class TestWithPromtool:
    """
    What Prometheus itself says of the rules.
    """

    pytestmark = needs_promtool

    @pytest.mark.parametrize("name", sorted(BY_PLAN))
    def test_the_rules_are_clean(self, name: str, tmp_path: Path) -> None:
        """
        Every rule that is emitted passes all of promtool's checks.
        """
        file = tmp_path / "rules.yaml"
        values = group_values(monitoring_made.scope(BY_PLAN[name]()))
        file.write_text(yaml.safe_dump({"groups": list(values)}, width=1000), encoding="utf-8")
        checked = promtool("check", "rules", "--lint=all", "--lint-fatal", file)

        assert checked.returncode == 0, checked.stdout

    @pytest.mark.parametrize("name", sorted({case.plan.__name__ for case in CASES}))
    def test_alerts_fire_and_are_silent_as_their_cases_say(self, name: str, tmp_path: Path) -> None:
        """
        In each case the alerts that must fire do, with their labels and those of the stack, and no other of the name does.
        """
        scope = monitoring_made.scope(BY_PLAN[name]())
        files = write_cases(tmp_path, rule_groups(scope), scope.common_labels, of_plan(name))
        tested = promtool("test", "rules", *files)

        assert tested.returncode == 0, tested.stdout

    @pytest.mark.parametrize("name", sorted({case.plan.__name__ for case in CASES}))
    def test_an_alert_with_its_comparisons_inverted_fails(self, name: str, tmp_path: Path) -> None:
        """
        The cases notice an alert that compares the wrong way, whichever it is.
        """
        scope = monitoring_made.scope(BY_PLAN[name]())
        groups = rule_groups(scope)
        compares = {rule.name for group in groups for rule in group.rules if isinstance(rule, Alert) and _COMPARISON.search(rule.expr)}
        files = write_cases(
            tmp_path, inverted(groups), scope.common_labels, [case for case in some_of_each(name) if case.alert in compares]
        )
        said = {file.name: promtool("test", "rules", file) for file in files}

        assert [name for name, result in said.items() if result.returncode == 0 or "FAILED" not in result.stdout] == []
