"""
What monitoring is where a spec does not say: off, or with every default written down and its reason.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from front_specs import asked, faults, front
from monitoring_made import REQUEST
from servewright.spec import merge
from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.monitoring_request import MonitoringRequest, Receiver, RemoteWrite, Traces
from servewright.spec.request import SecretRef

PAGER = "pagerduty: {routing_key: {secret: alerts, key: pagerduty}}"


def monitoring(section: str | None, more: str = "", *, environment: str = "dev") -> MonitoringRequest | None:
    """
    Return the monitoring that is asked for by *section*, as it stands behind its name (None: it is absent).
    """
    line = "" if section is None else f"monitoring: {section}\n"
    return asked(front("off", more=f"{more}{line}", environment=environment)).monitoring


def made(section: str, more: str = "", *, environment: str = "dev") -> MonitoringRequest:
    """
    Return the monitoring that *section* really asks for.
    """
    found = monitoring(section, more, environment=environment)
    assert found is not None
    return found


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_off_is_off_everywhere(environment: str) -> None:
    """
    Whatever the environment would pick, off is off.
    """
    assert monitoring("off", environment=environment) is None


@pytest.mark.parametrize(("environment", "on"), [("dev", False), ("staging", True), ("prod", True)])
def test_the_environment_turns_it_on(environment: str, on: bool) -> None:  # noqa: FBT001
    """
    Absent, it follows the rule of the environment, which is told.
    """
    assert (monitoring(None, environment=environment) is not None) is on
    told = [default.why for default in asked(front("off", environment=environment)).defaults if default.path.startswith("monitoring")]
    assert any(why.startswith(f"the rule of {environment}") for why in told)


@pytest.mark.parametrize(("environment", "retention", "window"), [("dev", 15, 15), ("staging", 30, 30), ("prod", 30, 30)])
def test_the_defaults_are_those_of_the_environment(environment: str, retention: int, window: int) -> None:
    """
    Metrics of dev are kept for half a month; a budget looks back a month, or as far as there are samples.
    """
    found = made("{}", environment=environment)
    assert (found.prometheus.retention_days, found.window_days) == (retention, window)
    assert found.thresholds == REQUEST.thresholds
    assert found.minimum_requests == REQUEST.minimum_requests
    assert found.spend == replace(REQUEST.spend, hourly=None, per_request=None, per_million_tokens=None)
    assert replace(found.prometheus, retention_days=30) == REQUEST.prometheus
    assert (found.receivers, found.traces, found.runbooks, found.logs) == ((), None, None, "info")


@pytest.mark.parametrize(
    "field", ["prometheus.retention", "slo.window", "thresholds.waiting", "receivers", "spend.over_plan", "logs.level"]
)
def test_every_default_is_written_down_once_with_its_reason(field: str) -> None:
    """
    Who reads the preview sees what was taken and why; a field that is given is not listed.
    """
    defaults = asked(front("off", more="monitoring: {}\n")).defaults
    (found,) = [default for default in defaults if default.path == f"monitoring.{field}"]
    assert found.why
    given = {
        "prometheus.retention": "{prometheus: {retention: 20d}}",
        "slo.window": "{slo: {window: 7d}}",
        "thresholds.waiting": "{thresholds: {waiting: 100}}",
        "receivers": "{receivers: []}",
        "spend.over_plan": "{spend: {over_plan: 20%}}",
        "logs.level": "{logs: {level: warning}}",
    }[field]
    paths = [default.path for default in asked(front("off", more=f"monitoring: {given}\n")).defaults]
    assert f"monitoring.{field}" not in paths


def test_a_spec_with_the_defaults_written_out_says_the_same() -> None:
    """
    What is written down as taken can be written into the spec, and nothing changes.
    """
    tree: dict[str, Any] = {}
    for default in asked(front("off", more="monitoring: {}\n")).defaults:
        if default.path.startswith("monitoring.") and default.value != "null":
            section, _, name = default.path.removeprefix("monitoring.").partition(".")
            tree.setdefault(section, {})[name] = default.value
    parts = (f"{name}: {fields['']}" if "" in fields else f"{name}: {{{_fields(fields)}}}" for name, fields in tree.items())
    assert made(f"{{{', '.join(parts)}}}") == made("{}")


def _fields(fields: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in fields.items())


@pytest.mark.parametrize(
    ("section", "more", "expected"),
    [
        ("{}", "", None),
        ("{}", "platform: {operators: {prometheus: install}}\n", None),
        ("{grafana: off}", "platform: {operators: {prometheus: install}}\n", None),
        ("{grafana: {provider: amazon}}", "platform: {operators: install}\n", None),
        ("{grafana: {admin: {secret: a, key: b}}}", "platform: {operators: install}\n", SecretRef(secret="a", key="b")),  # noqa: S106 - a name
    ],
)
def test_a_password_is_needed_only_where_the_spec_names_one(section: str, more: str, expected: SecretRef | None) -> None:
    """
    Without one the first deployment needs nothing made by hand: the chart of an installed Grafana makes its own.
    """
    assert made(section, more).grafana.admin == expected


def test_everything_that_is_given_arrives() -> None:
    """
    Amounts are exact, times are seconds, secrets stay references.
    """
    found = made(
        """{
  prometheus: {scrape_interval: 30s, evaluation_interval: 1m, retention: 60d, storage: 1TiB, storage_class: gp3,
               remote_write: {url: https://metrics.example.com/push, token: {secret: metrics, key: token}}},
  receivers: [
    {name: on-call, severities: [page], pagerduty: {routing_key: {secret: alerts, key: pagerduty}}},
    {name: chat, severities: [page, ticket], slack: {webhook: {secret: alerts, key: slack}, channel: C0123ABCD}},
    {name: mail, severities: [ticket], email: {to: [a@example.com], from: b@example.com, smarthost: "smtp.example.com:587",
     username: alerts, password: {secret: alerts, key: smtp}}}],
  slo: {window: 28d, minimum_requests: 10},
  thresholds: {waiting: 100, gpu_use: off, cache_hits: off},
  spend: {hourly: 70 USD, per_request: 0.0002 USD, per_million_tokens: 5 USD},
  traces: {endpoint: "http://otel-collector.observability:4317"},
  logs: {level: warning}, runbooks: "https://wiki.example.com/runbooks"}""".replace("\n", "\n  "),
        "platform: {operators: {prometheus: install}}\n",
    )
    token = SecretRef(secret="metrics", key="token")  # noqa: S106 - the name of a Secret
    store = found.prometheus
    assert (store.scrape_s, store.evaluation_s, store.retention_days, store.storage_gib, store.storage_class) == (30, 60, 60, 1024, "gp3")
    assert store.remote_write == RemoteWrite(url="https://metrics.example.com/push", token=token)
    assert [receiver.kind for receiver in found.receivers] == ["pagerduty", "slack", "email"]
    assert found.receivers[2] == Receiver(
        path="monitoring.receivers[2]",
        name="mail",
        kind="email",
        severities=("ticket",),
        secret=SecretRef(secret="alerts", key="smtp"),  # noqa: S106 - the name of a Secret
        to=("a@example.com",),
        sender="b@example.com",
        smarthost="smtp.example.com:587",
        username="alerts",
    )
    assert (found.window_days, found.minimum_requests) == (28, 10)
    assert (found.thresholds.waiting, found.thresholds.gpu_use, found.thresholds.cache_hits) == (Decimal(100), None, None)
    assert found.spend.per_request == Decimal("0.0002")
    assert found.traces == Traces(endpoint="http://otel-collector.observability:4317", share=Decimal("0.1"))
    assert (found.logs, found.runbooks) == ("warning", "https://wiki.example.com/runbooks")


def test_receivers_of_files_that_extend_merge_by_name() -> None:
    """
    A team adds its receiver to those of the platform, and changes one by its name.
    """
    assert merge.NAMED_LISTS["monitoring.receivers"] == "name"


LATENCIES = st.integers(10, 5000)


@given(p50=st.none() | LATENCIES, p95=st.none() | LATENCIES, p99=st.none() | LATENCIES, name=st.sampled_from(["ttft", "itl"]))
@settings(max_examples=100, deadline=None)
def test_targets_at_higher_percentiles_are_never_smaller(p50: int | None, p95: int | None, p99: int | None, name: str) -> None:
    """
    Targets arrive as they are given and in order, or each that is below the one before it is told with both values.
    """
    given_ = [(f"{name}_{each}", value) for each, value in (("p50", p50), ("p95", p95), ("p99", p99)) if value is not None]
    slo = ", ".join(f"{field}: {value}ms" for field, value in given_)
    text = front("off", more="monitoring: {}\n").replace("{ttft_p95: 800ms, itl_p95: 60ms}", f"{{{slo}}}", 1)
    wrong = [(field, value, small) for (_, small), (field, value) in pairwise(given_) if value < small]
    if wrong:
        said = faults(text)
        assert [(fault.code, fault.path) for fault in said] == [("SW284", f"models[0].slo.{field}") for field, _, _ in wrong]
        assert all(
            f"{value}ms" in fault.message and f"{small}ms" in fault.message for fault, (_, value, small) in zip(said, wrong, strict=True)
        )
        return
    slo_made = asked(text).models[0].slo
    assert [getattr(slo_made, f"{field}_ms") for field, _ in given_] == [value for _, value in given_]


def test_targets_that_nothing_watches_are_said() -> None:
    """
    The plan follows the 95th percentile alone: the others are for monitoring.
    """
    slo = "{ttft_p50: 300ms, ttft_p95: 800ms, itl_p99: 80ms, itl_p95: 60ms}"
    for section, codes in (("off", ["SW448", "SW448"]), ("{}", [])):
        text = front("off", more=f"monitoring: {section}\n").replace("{ttft_p95: 800ms, itl_p95: 60ms}", slo, 1)
        said = [found for found in asked(text).warnings if found.code == "SW448"]
        assert [found.code for found in said] == codes
        assert [found.path for found in said] == ["models[0].slo.ttft_p50", "models[0].slo.itl_p99"][: len(codes)]


@pytest.mark.parametrize("field", ["itl_p50", "itl_p95", "itl_p99"])
def test_a_model_that_only_reads_has_no_time_per_token(field: str) -> None:
    """
    Its latency is that of the whole request.
    """
    text = front("off", more="monitoring: {}\n").replace("slo: {ttft_p95: 300ms}", f"slo: {{ttft_p95: 300ms, {field}: 60ms}}")
    (fault,) = faults(text)
    assert (fault.code, fault.path) == ("SW211", f"models[2].slo.{field}")
    assert f"slo.{field.replace('itl', 'ttft')}" in fault.message


def test_a_receiver_of_the_spec_is_told_whatever_else_is_left_out() -> None:
    """
    The place of a receiver in the spec goes with it, for what is said about it later.
    """
    found = made(f"{{receivers: [{{name: on-call, severities: [page, ticket], {PAGER}}}]}}")
    assert [(receiver.path, receiver.name, receiver.severities) for receiver in found.receivers] == [
        ("monitoring.receivers[0]", "on-call", ("page", "ticket"))
    ]
