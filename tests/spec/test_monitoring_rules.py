"""
What the fields of monitoring may not be, alone and together: each fault once, at the field it means.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from front_specs import asked, faults, front, told
from servewright.spec.monitoring_receiver_rules import RECEIVER_RULES
from servewright.spec.monitoring_rules import MONITORING_RULES

INSTALLED = "platform: {operators: {prometheus: install}}\n"
SLACK = 'slack: {webhook: {secret: alerts, key: slack}, channel: "#llm-alerts"}'
PAGER = "pagerduty: {routing_key: {secret: alerts, key: pagerduty}}"
MAIL = 'email: {to: [a@example.com], from: b@example.com, smarthost: "smtp.example.com:587"}'
HEARD = f"receivers: [{{name: all, severities: [page, ticket], {PAGER}}}]"


def watched(section: str, more: str = "", *, environment: str = "dev") -> str:
    """
    Return a spec with the section `monitoring` as it stands behind its name; *more* are other fields.
    """
    return front("off", more=f"{more}monitoring: {section}\n", environment=environment)


def receivers(*entries: str, provider: str = "cluster") -> str:
    """
    Return a spec with receivers of *entries*.
    """
    return watched(f"{{prometheus: {{provider: {provider}}}, receivers: [{', '.join(f'{{{entry}}}' for entry in entries)}]}}")


@pytest.mark.parametrize(
    ("section", "code", "path"),
    [
        ("true", "SW116", ""),
        ("{alerts: []}", "SW201", ".alerts"),
        ("{prometheus: {provider: datadog}}", "SW202", ".prometheus.provider"),
        ("{prometheus: {scrape_interval: 15}}", "SW117", ".prometheus.scrape_interval"),
        ("{prometheus: {scrape_interval: 61s}}", "SW118", ".prometheus.scrape_interval"),
        ("{prometheus: {scrape_interval: 1s}}", "SW118", ".prometheus.scrape_interval"),
        ("{prometheus: {evaluation_interval: 10s}}", "SW211", ".prometheus.evaluation_interval"),
        ("{prometheus: {scrape_interval: 1m, evaluation_interval: 59s}}", "SW211", ".prometheus.evaluation_interval"),
        ("{prometheus: {retention: 30}}", "SW117", ".prometheus.retention"),
        ("{prometheus: {retention: 1.5d}}", "SW117", ".prometheus.retention"),
        ("{prometheus: {retention: [30d]}}", "SW116", ".prometheus.retention"),
        ("{prometheus: {retention: 401d}}", "SW118", ".prometheus.retention"),
        ("{prometheus: {retention: 0d}}", "SW118", ".prometheus.retention"),
        ("{prometheus: {retention: 2d}}", "SW282", ".prometheus.retention"),
        ("{prometheus: {storage: 50GiB}}", "SW211", ".prometheus.storage"),
        ("{prometheus: {storage_class: gp3}}", "SW211", ".prometheus.storage_class"),
        ("{prometheus: {remote_write: {url: https://m.example.com}}}", "SW211", ".prometheus.remote_write"),
        ("{prometheus: {remote_write: {}}}", "SW119", ".prometheus.remote_write.url"),
        ("{grafana: {admin: {secret: a, key: b}}}", "SW211", ".grafana.admin"),
        ("{grafana: {provider: none}}", "SW202", ".grafana.provider"),
        ("{slo: {window: 16d}}", "SW282", ".slo.window"),
        ("{slo: {window: 31d}, prometheus: {retention: 30d}}", "SW282", ".slo.window"),
        ("{slo: {minimum_requests: 0}}", "SW118", ".slo.minimum_requests"),
        ("{thresholds: {waiting: 0}}", "SW118", ".thresholds.waiting"),
        ("{thresholds: {kv_usage: off}}", "SW117", ".thresholds.kv_usage"),
        ("{thresholds: {gpu_use: 0%}}", "SW118", ".thresholds.gpu_use"),
        ("{thresholds: {gpu_temperature: 20}}", "SW118", ".thresholds.gpu_temperature"),
        ("{thresholds: {pending: 59s}}", "SW118", ".thresholds.pending"),
        ("{thresholds: {load: 501%}}", "SW118", ".thresholds.load"),
        ("{spend: {hourly: 0 USD}}", "SW118", ".spend.hourly"),
        ("{spend: {per_request: 0 USD}}", "SW118", ".spend.per_request"),
        ("{spend: {per_million_tokens: 5}}", "SW117", ".spend.per_million_tokens"),
        ("{spend: {over_plan: -1%}}", "SW118", ".spend.over_plan"),
        ("{traces: {share: 10%}}", "SW119", ".traces.endpoint"),
        ("{traces: {endpoint: 'http://collector.observability'}}", "SW203", ".traces.endpoint"),
        ("{traces: {endpoint: 'http://collector.observability:70000'}}", "SW203", ".traces.endpoint"),
        ("{traces: {endpoint: 'http://collector.observability:4317/v1/traces'}}", "SW203", ".traces.endpoint"),
        ("{logs: {level: trace}}", "SW202", ".logs.level"),
        ("{runbooks: 'http://wiki.example.com'}", "SW203", ".runbooks"),
        ("{runbooks: 'https://wiki.example.com/?page=1'}", "SW203", ".runbooks"),
    ],
)
def test_one_fault_of_the_section(section: str, code: str, path: str) -> None:
    """
    Nothing is converted, and nothing looks back further than there are samples.
    """
    assert told(watched(section)) == [(code, f"monitoring{path}")]


@pytest.mark.parametrize(
    ("section", "code", "path"),
    [
        ("{prometheus: {storage: 1.5GiB}}", "SW118", ".prometheus.storage"),
        ("{prometheus: {storage: 17TiB}}", "SW118", ".prometheus.storage"),
        (
            "{prometheus: {remote_write: {url: 'http://m.example.com', token: {secret: a, key: b}}}}",
            "SW211",
            ".prometheus.remote_write.url",
        ),
        (
            "{prometheus: {remote_write: {url: 'https://m.example.com', token: bearer-of-things}}}",
            "SW210",
            ".prometheus.remote_write.token",
        ),
        ("{grafana: {provider: off, admin: {secret: a, key: b}}}", "SW211", ".grafana.admin"),
        ("{grafana: {provider: amazon, admin: {secret: a, key: b}}}", "SW211", ".grafana.admin"),
        ("{grafana: {admin: opensesame}}", "SW210", ".grafana.admin"),
    ],
)
def test_one_fault_of_an_installed_prometheus(section: str, code: str, path: str) -> None:
    """
    Volumes are whole GiB, and no secret stands in a spec or travels in clear.
    """
    (fault,) = faults(watched(section, INSTALLED))
    assert (fault.code, fault.path) == (code, f"monitoring{path}")
    assert "opensesame" not in str(fault)
    assert "bearer-of-things" not in str(fault)


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        (f"severities: [page], {PAGER}", "SW119", ".name"),
        (f"name: On-Call, severities: [page], {PAGER}", "SW203", ".name"),
        (f"name: a, {PAGER}", "SW119", ".severities"),
        (f"name: a, severities: [], {PAGER}", "SW118", ".severities"),
        (f"name: a, severities: [critical], {PAGER}", "SW202", ".severities[0]"),
        (f"name: a, severities: [page, page], {PAGER}", "SW209", ".severities[1]"),
        ("name: a, severities: [page]", "SW283", ""),
        (f"name: a, severities: [page], {PAGER}, {SLACK}", "SW283", ""),
        (f"name: a, severities: [page], {MAIL}, {SLACK}", "SW283", ""),
        ("name: a, severities: [page], webhook: {url: 'https://x.example.com'}", "SW201", ".webhook"),
        ("name: a, severities: [page], pagerduty: {}", "SW119", ".pagerduty.routing_key"),
        ("name: a, severities: [page], pagerduty: {routing_key: short}", "SW210", ".pagerduty.routing_key"),
        ('name: a, severities: [page], slack: {channel: "#a"}', "SW119", ".slack.webhook"),
        ('name: a, severities: [page], slack: {webhook: https://hooks.example.com/x, channel: "#a"}', "SW210", ".slack.webhook"),
        ("name: a, severities: [page], slack: {webhook: {secret: a, key: b}}", "SW119", ".slack.channel"),
        ("name: a, severities: [page], slack: {webhook: {secret: a, key: b}, channel: alerts}", "SW203", ".slack.channel"),
        (f"name: a, severities: [page], {MAIL.replace('a@example.com', 'example.com')}", "SW203", ".email.to[0]"),
        (f"name: a, severities: [page], {MAIL.replace('[a@example.com]', '[]')}", "SW118", ".email.to"),
        (f"name: a, severities: [page], {MAIL.replace('[a@example.com]', '[a@example.com, a@example.com]')}", "SW209", ".email.to[1]"),
        (f"name: a, severities: [page], {MAIL.replace('from: b@example.com, ', '')}", "SW119", ".email.from"),
        (f"name: a, severities: [page], {MAIL.replace(':587', '')}", "SW203", ".email.smarthost"),
        (f"name: a, severities: [page], {MAIL.replace(':587', ':0')}", "SW203", ".email.smarthost"),
        (f"name: a, severities: [page], {MAIL[:-1]}, username: alerts}}", "SW119", ".email.password"),
        (f"name: a, severities: [page], {MAIL[:-1]}, password: {{secret: a, key: b}}}}", "SW119", ".email.username"),
        (f"name: a, severities: [page], {MAIL[:-1]}, username: alerts, password: opensesame}}", "SW210", ".email.password"),
    ],
)
def test_one_fault_of_a_receiver(entry: str, code: str, path: str) -> None:
    """
    A receiver is told in exactly one way, with all that the way needs, and its secret stays in the cluster.
    """
    (fault,) = faults(receivers(entry, f"name: rest, severities: [page, ticket], {PAGER}"))
    assert (fault.code, fault.path) == (code, f"monitoring.receivers[0]{path}")
    assert "opensesame" not in str(fault)
    assert "hooks.example.com" not in str(fault)


def test_two_receivers_of_one_name_are_refused() -> None:
    """
    A receiver is named in routes and in files that extend.
    """
    entry = f"name: all, severities: [page, ticket], {PAGER}"
    assert told(receivers(entry, entry)) == [("SW209", "monitoring.receivers[1].name")]


@pytest.mark.parametrize(
    ("entry", "paths"),
    [
        (f"name: a, severities: [page, ticket], {SLACK}", [".slack"]),
        (f"name: a, severities: [page, ticket], {PAGER}", [".pagerduty"]),
        (f"name: a, severities: [page, ticket], {MAIL}", [".email.from", ".email.smarthost"]),
        ("name: a, severities: [page, ticket], email: {to: [a@example.com]}", []),
    ],
)
def test_amazon_tells_by_a_topic_alone(entry: str, paths: list[str]) -> None:
    """
    What a topic of SNS cannot do is refused with the reason; mail has only addresses.
    """
    text = receivers(entry, provider="amazon")
    if not paths:
        assert asked(text).monitoring is not None
        return
    said = faults(text)
    assert [(fault.code, fault.path) for fault in said] == [("SW283", f"monitoring.receivers[0]{path}") for path in paths]
    assert all("SNS only" in fault.message for fault in said)


@pytest.mark.parametrize(
    ("severities", "left"), [("[page]", "ticket"), ("[ticket]", "page"), ("[page, ticket]", None), (None, "page and ticket")]
)
def test_a_severity_that_nobody_receives_is_said(severities: str | None, left: str | None) -> None:
    """
    An alert that nobody hears of is a wish; that is a warning, since an Alertmanager may have routes of its own.
    """
    section = "{}" if severities is None else f"{{receivers: [{{name: a, severities: {severities}, {PAGER}}}]}}"
    said = [found for found in asked(watched(section)).warnings if found.code == "SW447"]
    assert [(found.path, found.severity) for found in said] == ([] if left is None else [("monitoring.receivers", "warning")])
    assert all(found.message.endswith(f"of alerts of severity {left}") for found in said)


def test_what_follows_from_a_fault_is_not_told() -> None:
    """
    A faulty retention may be long enough, a faulty receiver the one that is missed.
    """
    text = watched("{prometheus: {retention: long}, slo: {window: 60d}, receivers: [{name: a, severities: [pager]}]}")
    assert told(text) == [("SW117", "monitoring.prometheus.retention"), ("SW202", "monitoring.receivers[0].severities[0]")]


def test_a_section_that_is_off_has_no_rules() -> None:
    """
    Nothing is said about monitoring that is not there.
    """
    assert asked(front("off", more="monitoring: off\n")).warnings == ()
    assert MONITORING_RULES
    assert RECEIVER_RULES


@given(retention=st.integers(1, 400), window=st.integers(1, 400), environment=st.sampled_from(["dev", "prod"]))
@settings(max_examples=60, deadline=None)
def test_a_budget_never_looks_back_further_than_samples_are_kept(retention: int, window: int, environment: str) -> None:
    """
    Whatever is asked for is refused with one diagnostic, or leaves a window within the retention of at least three days.
    """
    text = watched(f"{{prometheus: {{retention: {retention}d}}, slo: {{window: {window}d}}}}", environment=environment)
    if retention < 3:
        assert told(text) == [("SW282", "monitoring.prometheus.retention")]
    elif window > retention:
        (fault,) = faults(text)
        assert (fault.code, fault.path) == ("SW282", "monitoring.slo.window")
        assert f"{window - retention}d of it" in fault.message
    else:
        made = asked(text).monitoring
        assert made is not None
        assert 1 <= made.window_days <= made.prometheus.retention_days


@given(scrape=st.integers(5, 60), evaluation=st.integers(5, 300))
@settings(max_examples=60, deadline=None)
def test_rules_run_no_more_often_than_samples_come(scrape: int, evaluation: int) -> None:
    """
    An evaluation between two samples is refused.
    """
    text = watched(f"{{prometheus: {{scrape_interval: {scrape}s, evaluation_interval: {evaluation}s}}}}")
    if evaluation < scrape:
        assert told(text) == [("SW211", "monitoring.prometheus.evaluation_interval")]
    else:
        made = asked(text).monitoring
        assert made is not None
        assert (made.prometheus.scrape_s, made.prometheus.evaluation_s) == (scrape, evaluation)
