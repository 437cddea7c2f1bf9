"""
Readiness: what is promised is watched, somebody hears when it is not kept, and what watches has something to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.operators import INSTALL, PROMETHEUS
from servewright.readiness.case import Item, by_lines, fails, holds, not_applicable, not_verifiable
from servewright.readiness.reading import mapped, maps, text, texts
from servewright.readiness.words import many
from servewright.spec.monitoring_request import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.plan.monitoring_plan import Objective
    from servewright.readiness.case import Case
    from servewright.readiness.inventory import Pod
    from servewright.readiness.model import Verdict

_OFF: Final = "nothing watches the stack: monitoring is off"
_MONITORS: Final = ("PodMonitor", "ServiceMonitor")
_TEXTS: Final = ("summary", "description")


def _alerts(case: Case) -> list[Mapping[str, Any]]:
    groups = [group for each in case.inventory.of("PrometheusRule") for group in maps(each.inputs, "spec", "groups")]
    return [rule for group in groups for rule in maps(group, "rules") if "alert" in rule]


def _watched(case: Case) -> Verdict:
    planned = case.plan.monitoring
    if planned is None:
        return fails(_OFF)
    if not planned.objectives:
        return not_applicable("no model has a target")
    alerts = _alerts(case)
    return by_lines((_has_alert(alerts, each), f"{each.model}: {each.path}") for each in planned.objectives)


def _has_alert(alerts: list[Mapping[str, Any]], objective: Objective) -> bool:
    """
    Return True where an alert carries the name of the objective's model and its share.
    """
    share = f"{(objective.share * 100).normalize():f}%"
    return any((text(each, "labels", "model"), text(each, "labels", "objective")) == (objective.model, share) for each in alerts)


def _heard(case: Case) -> Verdict:
    if case.plan.monitoring is None:
        return not_applicable(_OFF)
    spoken = {text(each, "labels", "severity") for each in _alerts(case)}
    heard = dict(_routes(case))
    lines = [(severity in heard, _hears(severity, heard)) for severity in SEVERITIES if severity in spoken]
    found = by_lines(lines)
    if found.state == "fail" or _installs_prometheus(case):
        return found
    command = "kubectl get alertmanager --all-namespaces --output yaml"
    said = "the cluster's Alertmanager must select AlertmanagerConfigs of this namespace"
    return not_verifiable(*found.evidence, said, place="in the cluster", command=command)


def _hears(severity: str, heard: Mapping[str, list[str]]) -> str:
    return f"{severity}s: {', '.join(heard[severity])}" if severity in heard else f"{severity}s: nobody hears them"


def _routes(case: Case) -> Iterator[tuple[str, list[str]]]:
    """
    Yield each severity that a route of an AlertmanagerConfig asks for, with the receivers of those routes.
    """
    found: dict[str, list[str]] = {}
    for each in case.inventory.of("AlertmanagerConfig"):
        for route in maps(each.inputs, "spec", "route", "routes"):
            for matcher in maps(route, "matchers"):
                if text(matcher, "name") == "severity":
                    for severity in (text(matcher, "value") or "").split("|"):
                        found.setdefault(severity, []).append(text(route, "receiver") or "?")
    yield from found.items()


def _described(case: Case) -> Verdict:
    alerts = _alerts(case)
    if not alerts:
        return not_applicable(_OFF) if case.plan.monitoring is None else fails("no alert is registered")
    silent = sorted({str(each["alert"]) for each in alerts if not all(text(each, "annotations", key) for key in _TEXTS)})
    if silent:
        return fails(*(f"{name}: without summary or description" for name in silent))
    pages = sum(text(each, "labels", "severity") == "page" for each in alerts)
    return holds(f"{many(len(alerts), 'alert')}, {pages} of them call somebody at once; each says what to do first")


def _scraped(case: Case) -> Verdict:
    if case.plan.monitoring is None:
        return not_applicable(_OFF)
    monitors = case.inventory.of(*_MONITORS)
    lines = [(any(_selects(each.inputs, pod) for each in monitors), pod.owner.label) for pod in case.inventory.pods]
    return by_lines(lines) if lines else not_applicable("the stack has no pods")


def _selects(monitor: Mapping[str, Any], pod: Pod) -> bool:
    """
    Return True where the labels that *monitor* asks for are those of *pod*, or its expressions hold for them.
    """
    wanted = mapped(monitor, "spec", "selector", "matchLabels")
    asked = maps(monitor, "spec", "selector", "matchExpressions")
    equal = all(pod.labels.get(key) == value for key, value in wanted.items())
    among = all(pod.labels.get(str(each.get("key"))) in texts(each, "values") for each in asked if each.get("operator") == "In")
    return equal and among and bool(wanted or asked)


def _kept(case: Case) -> Verdict:
    planned = case.plan.monitoring
    if planned is None:
        return not_applicable(_OFF)
    asked = planned.request
    said = f"error budgets over {many(asked.window_days, 'day')}, samples kept for {many(asked.prometheus.retention_days, 'day')}"
    if _installs_prometheus(case):
        return holds(f"{said}, in {planned.storage_gib} GiB")
    command = "kubectl get prometheus --all-namespaces --output jsonpath='{.items[*].spec.retention}'"
    return not_verifiable(said, place="in the cluster", command=command)


def _shown(case: Case) -> Verdict:
    planned = case.plan.monitoring
    if planned is None:
        return not_applicable(_OFF)
    if planned.request.grafana.provider == "off":
        return not_applicable("the spec wants no dashboards")
    found = [each for each in case.inventory.of("ConfigMap") if text(each.inputs, "metadata", "labels", "grafana_dashboard") is not None]
    return (
        holds(f"{many(len(found), 'dashboard')}: {', '.join(each.name for each in found)}") if found else fails("there are no dashboards")
    )


def _installs_prometheus(case: Case) -> bool:
    return any(each.name == PROMETHEUS and each.mode == INSTALL for each in case.plan.operators)


ITEMS: Final = (
    Item(
        id="alerts",
        group="operation",
        what="every target of every model has alerts that watch its error budget",
        why="a target that nobody is told about is a wish",
        judge=_watched,
        fix=("monitoring", "{}"),
    ),
    Item(
        id="alert-receivers",
        group="operation",
        what="somebody hears every alert",
        why="an alert that nobody hears is a line in a database",
        judge=_heard,
        fix=(
            "monitoring.receivers",
            "[{name: on-call, pagerduty: {routing_key: {secret: alerts, key: pagerduty}}, severities: [page, ticket]}]",
        ),
    ),
    Item(
        id="alert-texts",
        group="operation",
        what="every alert says what is the case and what to do first",
        why="who is woken at three has no time to find out",
        judge=_described,
        fix=("monitoring", "{}"),
    ),
    Item(
        id="metrics-read",
        group="operation",
        what="the metrics of every pod of the stack are read",
        why="what is not read can neither alert nor be scaled on",
        judge=_scraped,
        fix=("monitoring", "{}"),
    ),
    Item(
        id="samples-kept",
        group="operation",
        what="samples are kept as long as the error budgets look back",
        why="a budget over days that are forgotten is always whole",
        judge=_kept,
        fix=("monitoring", "{}"),
    ),
    Item(
        id="dashboards",
        group="operation",
        what="dashboards come with the stack",
        why="an alert says that something is wrong, a dashboard where",
        judge=_shown,
        fix=("monitoring", "{}"),
    ),
)
