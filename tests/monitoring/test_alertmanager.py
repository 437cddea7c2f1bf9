"""
Who is told of which alert, as an object: what it asks of the operator, and that it holds neither secrets nor templates of a user's.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import monitoring_made
from crds import find_folder, shape_faults
from servewright.report.secret import secrets_needed
from servewright.resources.monitor import monitor_labels
from servewright.resources.monitoring.alertmanager import NOBODY, alertmanager_objects, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan
    from servewright.spec.monitoring_request import Receiver

ON_CALL, TEAM_CHAT, MAIL = monitoring_made.RECEIVERS
HOSTILE = replace(
    MAIL,
    to=('{{define`x`}}{{template"x"}}@example.com',),
    sender="{{.CommonLabels}}@example.com",
    username="{{printf}}$(id)",
)


def with_receivers(*receivers: Receiver) -> Plan:
    """
    Return the plan with *receivers*.
    """
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(receivers=receivers))


def manifests(plan: Plan | None = None) -> list[Any]:
    """
    Return the objects of *plan*.
    """
    return [json.loads(json.dumps(each.manifest)) for each in alertmanager_objects(monitoring_made.scope(plan))]


def routes(plan: Plan | None = None) -> list[dict[str, Any]]:
    """
    Return the routes to the receivers of *plan*.
    """
    return [route for each in manifests(plan) for route in each["spec"]["route"]["routes"]]


def way(kind: str, plan: Plan | None = None) -> dict[str, Any]:
    """
    Return how the first receiver of *kind* is told.
    """
    found: dict[str, Any] = next(
        receiver[kind][0] for each in manifests(plan) for receiver in each["spec"]["receivers"] if kind in receiver
    )
    return found


def strings(value: Any) -> Iterator[str]:
    """
    Yield every string in *value*.
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def seconds(text: str) -> int:
    """
    Return a time of Prometheus in seconds.
    """
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[text[-1]]


def test_without_receivers_there_is_no_object() -> None:
    """
    Nobody to tell, nothing to register.
    """
    assert alertmanager_objects(monitoring_made.scope(with_receivers())) == ()


def test_amazon_tells_on_its_own() -> None:
    """
    Where Amazon evaluates the rules no object is left for an operator that has none of the alerts.
    """
    amazon = replace(monitoring_made.REQUEST.prometheus, provider="amazon")
    plan = monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=amazon))

    assert alertmanager_objects(monitoring_made.scope(plan)) == ()


def test_the_operator_finds_the_objects() -> None:
    """
    Each object stands in the stack's namespace with the labels of the stack's monitors.
    """
    plan = monitoring_made.plan()

    for each in manifests(plan):
        assert each["metadata"]["namespace"] == plan.stack.namespace
        assert each["metadata"]["labels"].items() >= dict(monitor_labels(plan)).items()


def test_each_receiver_has_an_object_of_its_own() -> None:
    """
    A Secret that is missing silences its own receiver alone: no object names the Secret of another, and none leads to another.
    """
    made = manifests()

    assert [each["metadata"]["name"] for each in made] == ["alerts-on-call", "alerts-team-chat", "alerts-mail"]
    assert [[receiver["name"] for receiver in each["spec"]["receivers"]] for each in made] == [
        ["on-call", NOBODY],
        ["team-chat", NOBODY],
        ["mail", NOBODY],
    ]
    assert [{route["receiver"] for route in each["spec"]["route"]["routes"]} for each in made] == [{"on-call"}, {"team-chat"}, {"mail"}]


def test_each_receiver_has_a_route_for_each_severity_that_it_hears() -> None:
    """
    A route asks for one severity and lets the next ones be asked too.
    """
    assert [(each["receiver"], each["matchers"]) for each in routes()] == [
        ("on-call", [{"name": "severity", "matchType": "=", "value": "page"}]),
        ("team-chat", [{"name": "severity", "matchType": "=", "value": "page"}]),
        ("team-chat", [{"name": "severity", "matchType": "=", "value": "ticket"}]),
        ("mail", [{"name": "severity", "matchType": "=", "value": "ticket"}]),
    ]
    assert all(each["continue"] for each in routes())


def test_all_routes_are_for_alerts_of_the_own_namespace() -> None:
    """
    A cluster whose operator adds no matcher of the namespace must not send us the alerts of others.
    """
    plan = monitoring_made.plan()

    for each in manifests(plan):
        assert each["spec"]["route"]["matchers"] == [{"name": "namespace", "matchType": "=", "value": plan.stack.namespace}]


def test_a_page_is_told_sooner_and_repeated_more_often_than_a_ticket() -> None:
    """
    Of the two severities of one receiver every time of the page is the shorter one, and repetitions fall on updates.
    """
    page, ticket = (each for each in routes() if each["receiver"] == "team-chat")

    for field in ("groupWait", "groupInterval", "repeatInterval"):
        assert seconds(page[field]) < seconds(ticket[field])
    for each in (page, ticket):
        assert seconds(each["repeatInterval"]) % seconds(each["groupInterval"]) == 0
        assert seconds(each["repeatInterval"]) < 120 * 3600


def test_a_page_silences_the_ticket_of_the_same_alert_and_model() -> None:
    """
    The rule names what both must share. It stands in every object, since any may be left out.
    """
    for each in manifests():
        (rule,) = each["spec"]["inhibitRules"]
        assert (rule["sourceMatch"][0]["value"], rule["targetMatch"][0]["value"]) == ("page", "ticket")
        assert rule["equal"] == ["alertname", "model", "namespace"]


def test_secrets_are_references() -> None:
    """
    Each way names the Secret and the key that the spec names.
    """
    assert way("pagerdutyConfigs")["routingKey"] == {"name": "alerts", "key": "pagerduty"}
    assert way("slackConfigs")["apiURL"] == {"name": "alerts", "key": "slack"}
    assert way("emailConfigs")["authPassword"] == {"name": "alerts", "key": "smtp"}


def test_mail_asks_for_tls_and_logs_in_only_with_a_user() -> None:
    """
    No password without TLS, no password without a user.
    """
    anonymous = way("emailConfigs", with_receivers(replace(MAIL, username=None, secret=None)))

    assert way("emailConfigs")["requireTLS"] is True
    assert way("emailConfigs")["to"] == "ml-platform@example.com"
    assert (anonymous["requireTLS"], {"authUsername", "authPassword"} & anonymous.keys()) == (True, set())


def test_every_way_also_tells_that_it_is_over() -> None:
    """
    Who heard of an alert hears of its end.
    """
    assert [way(kind)["sendResolved"] for kind in ("pagerdutyConfigs", "slackConfigs", "emailConfigs")] == [True, True, True]


def test_no_text_of_a_user_is_a_template() -> None:
    """
    What Alertmanager would execute is the same for every spec: texts of the user are encoded, or stand where nothing is executed.
    """
    harmless = replace(MAIL, to=("a@example.com",), sender="b@example.com", username="c")
    ours = set(strings(manifests(with_receivers(harmless))))
    theirs = set(strings(manifests(with_receivers(HOSTILE)))) - ours

    assert theirs == {literal(HOSTILE.to[0]), literal(HOSTILE.sender or ""), HOSTILE.username}


def test_the_secrets_of_receivers_are_listed() -> None:
    """
    Who reads the preview learns which Secrets must exist for alerts to be told; Amazon's Alertmanager needs none.
    """
    (found,) = (each for each in secrets_needed(monitoring_made.plan()) if each.name == "alerts")
    amazon = replace(monitoring_made.REQUEST.prometheus, provider="amazon")
    without = monitoring_made.plan(monitoring=monitoring_made.monitoring(prometheus=amazon))

    assert found.keys == ("pagerduty", "slack", "smtp")
    assert found.used_by == ("receiver on-call", "receiver team-chat", "receiver mail")
    assert found.waits == "the receivers of alerts wait"
    assert [each for each in secrets_needed(without) if each.name == "alerts"] == []


@pytest.mark.crds
@pytest.mark.skipif(find_folder() is None, reason="no CRD schemas: set SERVEWRIGHT_CRDS")
@pytest.mark.parametrize("plan", [monitoring_made.plan(), with_receivers(HOSTILE), with_receivers(ON_CALL, TEAM_CHAT)])
def test_the_object_has_the_form_of_its_kind(plan: Plan) -> None:
    """
    The schema of the operator's release takes it, without a field that it would drop.
    """
    assert [shape_faults(each) for each in manifests(plan)] == [()] * len(manifests(plan))
