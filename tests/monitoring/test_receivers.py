"""
Who hears of which alert: the emitted objects turned into alertmanager.yml by the operator's own code, and asked through amtool.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import alertmanager_lab
import monitoring_made
from alertmanager_lab import NOWHERE
from servewright.resources.monitoring.alertmanager import NOBODY, alertmanager_objects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from servewright.plan.model import Plan
    from servewright.spec.monitoring_request import Receiver

pytestmark = [
    pytest.mark.promtool,
    pytest.mark.skipif(bool(alertmanager_lab.missing()), reason="no Alertmanager: .ci/tools/prometheus installs it"),
]

SECRETS = {
    "pagerduty": "0123456789abcdef0123456789abcdef",
    "slack": "https://hooks.example.com/services/T/B/X",
    "smtp": "lab-password",
}
FIRING = {"status": "firing", "labels": {"alertname": "X"}, "annotations": {}}


def configured(folder: Path, plan: Plan, *, strategy: str = "OnNamespace") -> Path:
    """
    Return the configuration that the operator makes for *plan*.
    """
    manifests = [each.manifest for each in alertmanager_objects(monitoring_made.scope(plan))]
    secrets = [alertmanager_lab.secret(plan.stack.namespace, "alerts", SECRETS)]
    file = folder / "alertmanager.yml"
    file.write_text(alertmanager_lab.operator_configuration(manifests, secrets, strategy=strategy), encoding="utf-8")
    return file


def labels(severity: str, **changes: str) -> dict[str, str]:
    """
    Return the labels of an alert of the stack.
    """
    return {**monitoring_made.scope().common_labels, "alertname": "X", "severity": severity, **changes}


def heard(file: Path, alert: Mapping[str, str]) -> list[str]:
    """
    Return the names of the receivers as the spec has them, without those that tell nobody.
    """
    return sorted({each.rpartition("/")[2] for each in alertmanager_lab.receivers_of(file, alert)} - {NOBODY})


def way(plan: Plan, kind: str) -> dict[str, Any]:
    """
    Return how the first receiver of *kind* is told.
    """
    objects = alertmanager_objects(monitoring_made.scope(plan))
    way: dict[str, Any] = next(each[kind][0] for found in objects for each in found.manifest["spec"]["receivers"] if kind in each)
    return way


def with_receivers(*receivers: Receiver) -> Plan:
    """
    Return the plan with *receivers*.
    """
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(receivers=receivers))


def notification(status: str, **annotations: str) -> dict[str, Any]:
    """
    Return what a template is given for one alert of the model "small".
    """
    own = labels("page", model="small")
    group = {name: own[name] for name in ("alertname", "model", "stack")}
    alert = {"status": status, "labels": own, "annotations": annotations}
    return {"status": status, "alerts": [alert], "groupLabels": group, "commonLabels": own, "commonAnnotations": annotations}


@pytest.mark.parametrize("strategy", ["OnNamespace", "None"])
def test_alertmanager_takes_the_configuration(tmp_path: Path, strategy: str) -> None:
    """
    Amtool finds the three receivers, each with ours for nobody, beside the chart's, and the rule of inhibition of each.
    """
    said = alertmanager_lab.check(configured(tmp_path, monitoring_made.plan(), strategy=strategy))

    assert "SUCCESS" in said
    assert " - 7 receivers" in said
    assert " - 3 inhibit rules" in said


@pytest.mark.parametrize("strategy", ["OnNamespace", "None"])
@pytest.mark.parametrize(("severity", "expected"), [("page", ["on-call", "team-chat"]), ("ticket", ["mail", "team-chat"])])
def test_each_severity_reaches_exactly_its_receivers(tmp_path: Path, strategy: str, severity: str, expected: list[str]) -> None:
    """
    Several receivers hear of one alert, and none that did not ask for its severity.
    """
    assert heard(configured(tmp_path, monitoring_made.plan(), strategy=strategy), labels(severity)) == expected


@pytest.mark.parametrize("strategy", ["OnNamespace", "None"])
@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_an_alert_of_another_namespace_reaches_nobody(tmp_path: Path, strategy: str, severity: str) -> None:
    """
    The alerts of the cluster's other stacks are not ours to hear, whatever the cluster's operator is set to.
    """
    file = configured(tmp_path, monitoring_made.plan(), strategy=strategy)

    assert heard(file, labels(severity, namespace="llm-other")) == [NOWHERE]
    assert heard(file, {"alertname": "Watchdog", "severity": severity}) == [NOWHERE]


def test_a_severity_that_nobody_asked_for_reaches_nobody(tmp_path: Path) -> None:
    """
    With one receiver of pages alone, tickets go to nobody.
    """
    file = configured(tmp_path, with_receivers(monitoring_made.RECEIVERS[0]))

    assert (heard(file, labels("page")), heard(file, labels("ticket"))) == (["on-call"], [])


def test_mail_goes_to_the_addresses_as_written(tmp_path: Path) -> None:
    """
    An address that is written like a template is an address.
    """
    address = '{{template"x"}}{{`@example.com'
    plan = with_receivers(replace(monitoring_made.RECEIVERS[2], to=("a@example.com", address), sender=address))

    told = way(plan, "emailConfigs")
    assert alertmanager_lab.rendered(tmp_path, told["to"], FIRING).strip() == f"a@example.com, {address}"
    assert alertmanager_lab.rendered(tmp_path, told["from"], FIRING).strip() == address
    assert "SUCCESS" in alertmanager_lab.check(configured(tmp_path, plan))


def test_a_message_says_what_is_the_case_and_where_to_read_on(tmp_path: Path) -> None:
    """
    Title and text hold the severity, the alert, the model, the texts of the rule and the address of the runbook.
    """
    data = notification("firing", summary="late", description="act", runbook_url="https://wiki.example.com/X")
    mail, chat, page = (way(monitoring_made.plan(), kind) for kind in ("emailConfigs", "slackConfigs", "pagerdutyConfigs"))
    stack = monitoring_made.scope().names.stack

    assert alertmanager_lab.rendered(tmp_path, mail["headers"][0]["value"], data).strip() == f"PAGE: X small ({stack})"
    assert alertmanager_lab.rendered(tmp_path, mail["text"], data).split("\n")[:3] == ["late", "act", "Runbook: https://wiki.example.com/X"]
    assert alertmanager_lab.rendered(tmp_path, chat["text"], data).split("\n")[:3] == [
        "late",
        "act",
        "<https://wiki.example.com/X|Runbook>",
    ]
    assert alertmanager_lab.rendered(tmp_path, chat["color"], data).strip() == "danger"
    assert alertmanager_lab.rendered(tmp_path, page["severity"], data).strip() == "critical"
    assert alertmanager_lab.rendered(tmp_path, page["component"], data).strip() == "small"
    assert alertmanager_lab.rendered(tmp_path, page["description"], data).strip() == "late"


def test_a_message_says_that_it_is_over(tmp_path: Path) -> None:
    """
    What is resolved is called so, and looks so.
    """
    data = notification("resolved", summary="late", description="act")
    chat = way(monitoring_made.plan(), "slackConfigs")

    assert alertmanager_lab.rendered(tmp_path, chat["title"], data).startswith("RESOLVED: X small")
    assert alertmanager_lab.rendered(tmp_path, chat["text"], data).startswith("Resolved: late\nact\n")
    assert alertmanager_lab.rendered(tmp_path, chat["color"], data).strip() == "good"


def test_no_label_calls_everybody_in_the_channel(tmp_path: Path) -> None:
    """
    What Slack would read as a mention or a link is shown as it is written.
    """
    data = notification("firing", summary="<!channel> & <https://evil.example.com|here>", description="<@U1>")

    said = alertmanager_lab.rendered(tmp_path, way(monitoring_made.plan(), "slackConfigs")["text"], data)
    assert said.startswith("&lt;!channel&gt; &amp; &lt;https://evil.example.com|here&gt;\n&lt;@U1&gt;\n")
