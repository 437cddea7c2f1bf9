"""
What is said of a field that does not exist: how we call it, and where it stands.
"""

from __future__ import annotations

import pytest

from spec_files import MODEL, TOP, faults_of


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("model: x", "Nearest: models"),
        ("tags: {a: b}", "write labels"),
        ("env: dev", "write environment"),
        ("rps: 3", "write requests_per_second, which stands below models[].traffic or gateway.routes[]"),
        ("replicas: 2", "write scaling: {min, max}, which stands below models[]"),
        ("ttft_p95: 1s", "ttft_p95 stands below models[].slo"),
    ],
)
def test_a_name_of_another_tool_or_place_leads_to_ours(line: str, hint: str) -> None:
    """
    A field that stands here is named as it is; one that stands elsewhere comes with its place.
    """
    (fault,) = faults_of({TOP: f"{MODEL}{line}\n"})
    assert (fault.code, fault.hint) == ("SW201", hint)


RECEIVER = "monitoring: {receivers: [{name: x, severities: [page], %s}]}\n"


@pytest.mark.parametrize(
    ("line", "path", "hint"),
    [
        ('slack: {url: hunter2SECRET, channel: "#a"}', "slack.url", "write webhook: {secret: <name>, key: <key>}"),
        ('slack: {webhook_url: hunter2SECRET, channel: "#a"}', "slack.webhook_url", "write webhook: {secret: <name>, key: <key>}"),
        ("pagerduty: {service_key: hunter2SECRET}", "pagerduty.service_key", "write routing_key: {secret: <name>, key: <key>}"),
        ("teams: hunter2SECRET", "teams", "Fields here: name, severities, slack, pagerduty, email"),
    ],
)
def test_a_receiver_leads_to_its_own_fields_and_shows_nothing(line: str, path: str, hint: str) -> None:
    """
    What is written into an unknown field of a receiver is masked; the hint names fields of the receiver only.
    """
    faults = faults_of({TOP: MODEL + RECEIVER % line})
    (fault,) = (each for each in faults if each.path == f"monitoring.receivers[0].{path}")
    assert (fault.code, fault.value, fault.hint) == ("SW201", "***", hint)
    assert "hunter2" not in str(faults)


def test_the_address_of_a_webhook_leads_to_its_reference() -> None:
    """
    The address of an incoming webhook is a secret wherever it stands; the hint names the field that takes the reference.
    """
    slack = 'slack: {url: "https://hooks.slack.com/services/T000/B000/hunter2SECRET", channel: "#a"}'
    faults = faults_of({TOP: MODEL + RECEIVER % slack})
    (fault,) = (each for each in faults if each.path.endswith(".url"))
    assert (fault.code, fault.value) == ("SW210", "***")
    assert "as webhook: {secret: <name>, key: <key>}" in str(fault.hint)
    assert "hunter2" not in str(faults)
