"""
Cases of alerts: samples that go in, alerts that must fire then and no other; and the files that promtool runs them from.

A case lives in `tests/monitoring/cases/<rules file>.py`, in the tuple CASES; `tests/monitoring/test_alerts.py` runs all of them:

    from alert_case import AlertCase

    CASES = (
        AlertCase(
            alert="EngineMissing",
            name="an engine that is not scraped any more",
            plan=monitoring_made.plan,
            series=(('up{namespace="demo",job="demo/engines",pod="a"}', "0x90"),),
            at="90m",
            firing=({"model": "small"},),
        ),
        AlertCase(alert="EngineMissing", name="...", plan=monitoring_made.plan, series=(...,), at="90m", firing=()),
    )
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from promql_names import names_in
from servewright.resources.monitoring.promql import selector
from servewright.resources.monitoring.rule import Alert, Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from servewright.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCase:
    """
    With *series* (selector, values in promtool's notation, one each *interval*) exactly the alerts *firing* of the name *alert* fire at the
    time *at*, () for none.

    Each of *firing* has the labels that tell it from the others (of `model`, `objective`, `window`, `severity`, …); those that every alert
    of the stack has are checked without being named. *name* says in a few words what is the case. Rules are evaluated every *evaluated*;
    rarely is fast.
    """

    alert: str
    name: str
    plan: Callable[[], Plan]
    series: tuple[tuple[str, str], ...]
    at: str
    firing: tuple[Mapping[str, str], ...] = ()
    interval: str = "1m"
    evaluated: str = "1m"


def needed(groups: Iterable[Group], alert: str) -> tuple[Group, ...]:
    """
    Return of *groups* the alerts called *alert* and, in their order, the rules that record what these use.
    """
    kept: list[Group] = []
    wanted: set[str] = set()
    everything = list(groups)
    # A rule may use what a later group records (of the evaluation before), so until nothing is added.
    while True:
        before = len(wanted)
        kept = []
        for group in everything:
            rules = tuple(rule for rule in group.rules if (rule.name == alert if isinstance(rule, Alert) else rule.record in wanted))
            wanted.update(name for rule in rules for name in names_in(rule.expr))
            if rules:
                kept.append(Group(name=group.name, rules=rules))
        if len(wanted) == before:
            return tuple(kept)


def rule_file(groups: Iterable[Group], common: Mapping[str, str], runbooks: str | None = None) -> str:
    """
    Return a file of rules as Prometheus reads it.
    """
    named = [
        {
            "name": group.name,
            "rules": [rule.as_rule(dict(common), runbooks) if isinstance(rule, Alert) else rule.as_rule() for rule in group.rules],
        }
        for group in groups
    ]
    return yaml.safe_dump({"groups": named}, sort_keys=False, width=1000)


def write_cases(folder: Path, groups: Iterable[Group], common: Mapping[str, str], cases: Iterable[AlertCase]) -> list[Path]:
    """
    Write to *folder* files for `promtool test rules`, one per alert of *cases* and interval of evaluation, beside those rules of *groups*
    that it needs, and return their paths. *common* are the labels that every alert has.
    """
    everything = tuple(groups)
    by_alert: dict[tuple[str, str], list[AlertCase]] = {}
    for case in cases:
        by_alert.setdefault((case.alert, case.evaluated), []).append(case)
    files = []
    for (alert, evaluated), its_cases in by_alert.items():
        used = needed(everything, alert)
        (folder / f"{alert}.rules.yaml").write_text(rule_file(used, common), encoding="utf-8")
        test = {
            "rule_files": [f"{alert}.rules.yaml"],
            "evaluation_interval": evaluated,
            "group_eval_order": [group.name for group in used],
            "tests": [_test(case, common) for case in its_cases],
        }
        file = folder / f"{alert}.{evaluated}.test.yaml"
        file.write_text(yaml.safe_dump(test, sort_keys=False, width=1000), encoding="utf-8")
        files.append(file)
    return files


def _test(case: AlertCase, common: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the test of *case*: how many alerts there are by the labels that it names, and how many in all.
    """
    labels = sorted({label for alert in case.firing for label in alert})
    fired = selector("ALERTS", {"alertname": case.alert, "alertstate": "firing"})
    of_stack = selector("ALERTS", {"alertname": case.alert, "alertstate": "firing", **common})
    named = [",".join(f"{label}={_quoted(alert[label])}" for label in labels if label in alert) for alert in case.firing]
    by_labels = [{"labels": f"{{{each}}}", "value": named.count(each)} for each in dict.fromkeys(named)]
    in_all = [{"labels": "{}", "value": len(named)}] if named else []
    return {
        "name": f"{case.alert}: {case.name}",
        "interval": case.interval,
        "input_series": [{"series": series, "values": values} for series, values in case.series],
        "promql_expr_test": [
            {"expr": f"count by ({', '.join(labels)}) ({of_stack})", "eval_time": case.at, "exp_samples": by_labels},
            {"expr": f"count({fired})", "eval_time": case.at, "exp_samples": in_all},
        ],
    }


def _quoted(text: str) -> str:
    encoded = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{encoded}"'
