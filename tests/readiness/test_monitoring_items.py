"""
The items of the list about monitoring: each holds for a good stack, fails for its reason, and does not apply where nothing watches.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from checked_stacks import PROD, case_of, preview_of, records_with
from servewright.readiness.checklist import judge
from servewright.report.secret import secrets_needed

if TYPE_CHECKING:
    from servewright.readiness.model import Checked
    from servewright.report.model import Preview

UNWATCHED, HEARD = PROD.split("monitoring:\n")
CONCERNED = ("alerts", "alert-receivers", "alert-texts", "metrics-read", "samples-kept", "dashboards")


def verdicts(preview: Preview) -> dict[str, Checked]:
    """
    Return the items by id.
    """
    return {item.id: item for item in judge(case_of(preview)).items}


def changed(kind: str, name: str, path: str, value: Any) -> Preview:
    """
    Return the good stack with one change in a resource.
    """
    made = preview_of(PROD)
    return replace(made, records=records_with(kind, name, path, value, made.records))


def test_a_stack_that_is_watched_is_ready() -> None:
    """
    What hangs on the cluster's own Prometheus and Alertmanager is named with the command that shows it; the rest holds.
    """
    found = verdicts(preview_of(PROD))

    assert [found[name].state for name in CONCERNED] == ["pass", "not-verifiable", "pass", "pass", "not-verifiable", "pass"]
    assert found["alerts"].evidence == tuple(f"chat: models[0].slo.{target}" for target in ("ttft_p95", "itl_p95", "availability"))
    assert "pages: on-call" in found["alert-receivers"].evidence


def test_a_stack_that_nothing_watches_is_not_ready() -> None:
    """
    One item says so with its fix, the others have nothing to judge.
    """
    found = verdicts(preview_of(f"{UNWATCHED}monitoring: off\n"))

    assert [found[name].state for name in CONCERNED] == ["fail"] + ["not-applicable"] * 5
    assert found["alerts"].fix == ("monitoring", "{}")


def test_alerts_that_nobody_hears_fail() -> None:
    """
    Each severity that an alert has needs a receiver.
    """
    alone = HEARD.replace("[page, ticket]", "[page]")

    assert verdicts(preview_of(f"{UNWATCHED}monitoring: {{}}\n"))["alert-receivers"].state == "fail"
    assert verdicts(preview_of(f"{UNWATCHED}monitoring:\n{alone}"))["alert-receivers"].evidence == ("tickets: nobody hears them",)


def _name(kind: str, part: str) -> str:
    found = [
        str(record.inputs["metadata"]["name"])
        for record in preview_of(PROD).records
        if record.inputs.get("kind") == kind and part in str(record.inputs["metadata"]["name"])
    ]
    return found[0]


def test_a_target_without_its_alerts_fails() -> None:
    """
    Rules that are gone leave the targets that they watched.
    """
    found = verdicts(changed("PrometheusRule", _name("PrometheusRule", "slo"), "spec groups", []))["alerts"]

    assert (found.state, len(found.evidence)) == ("fail", 3)


def test_an_alert_without_words_fails() -> None:
    """
    Who is called must read what is the case.
    """
    rule = {"alert": "Silent", "expr": "vector(1)", "labels": {"severity": "page"}, "annotations": {"summary": "short"}}
    group = [{"name": "own", "rules": [rule]}]
    found = verdicts(changed("PrometheusRule", _name("PrometheusRule", "missing"), "spec groups", group))["alert-texts"]

    assert (found.state, found.evidence) == ("fail", ("Silent: without summary or description",))


def test_pods_that_no_monitor_selects_fail() -> None:
    """
    A monitor of other labels reads nothing.
    """
    found = verdicts(changed("PodMonitor", "engines", "spec selector matchLabels", {"app.kubernetes.io/name": "other"}))["metrics-read"]

    assert found.state == "fail"
    assert all("chat" in line for line in found.evidence)


def test_a_stack_may_go_without_dashboards() -> None:
    """
    A stack that wants none is not asked for them.
    """
    without = preview_of(f"{PROD}  grafana: off\n")

    assert verdicts(without)["dashboards"].state == "not-applicable"


@pytest.mark.parametrize("installed", [False, True])
def test_what_the_stack_installs_itself_needs_no_look_into_the_cluster(*, installed: bool) -> None:
    """
    With its own Prometheus retention and selectors are the stack's.
    """
    operators = 'cluster: {name: shared-prod, kubernetes_version: "1.35"}'
    text = PROD.replace(operators, f"{operators}\n  operators: {{prometheus: install}}") if installed else PROD
    found = verdicts(preview_of(text))

    assert {found[name].state for name in ("alert-receivers", "samples-kept")} == ({"pass"} if installed else {"not-verifiable"})


def test_the_secrets_of_receivers_are_listed() -> None:
    """
    What only the operator reads must exist as well: the list names every secret that the preview asks for.
    """
    made = preview_of(PROD)
    listed = verdicts(made)["secrets-exist"].evidence

    assert f"{made.plan.stack.namespace}/alerts" in listed
    assert {f"{each.namespace}/{each.name}" for each in secrets_needed(made.plan)} <= set(listed)


def test_the_password_of_an_installed_grafana_is_listed() -> None:
    """
    Grafana reads it in the namespace of the stack that installs it.
    """
    installs = PROD.replace("platform:\n", "platform:\n  operators: {prometheus: install}\n", 1)
    made = preview_of(f"{installs}  grafana: {{admin: {{secret: grafana-admin, key: password}}}}\n")

    assert "monitoring/grafana-admin" in verdicts(made)["secrets-exist"].evidence
