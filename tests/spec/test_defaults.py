"""
Every gap is filled by environment, and every filling is written down.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.diagnostics import SourceMap
from servewright.spec.applied import written
from servewright.spec.default_name import name_from
from servewright.spec.infrastructure import KUBERNETES_VERSIONS
from servewright.spec.load import parse_request
from servewright.spec.traffic import PROFILE_NAME
from spec_texts import FULL, MINIMAL, zones_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.spec.request import AppliedDefault, Request

PINNED = MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"


def request(text: str) -> Request:
    """
    Return the request of a good spec.
    """
    return parse_request("spec.yaml", text.encode(), zones_of)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("dev", (("us-east-1a",), 1, "+1", Decimal("0.15"), None)),
        ("staging", (("us-east-1a", "us-east-1b"), 1, "+1", Decimal("0.25"), Decimal("0.995"))),
        ("prod", (("us-east-1a", "us-east-1b"), 2, "x1.5", Decimal("0.25"), Decimal("0.999"))),
    ],
)
def test_the_table_of_environments(environment: str, expected: tuple[object, ...]) -> None:
    """
    Each environment has the column of the design's table: zones, replicas, head-room, availability.
    """
    found = request(f"environment: {environment}\n{PINNED}")
    model = found.models[0]
    assert (found.stack.zones, model.min_replicas, model.max_replicas_rule, model.headroom, model.slo.availability) == expected
    assert model.max_replicas is None


def test_every_default_that_was_applied_is_written_down() -> None:
    """
    The shortest spec lists each value that it did not give, once, with a reason, at a path it could stand at.
    """
    defaults = request(MINIMAL).defaults
    paths = [default.path for default in defaults]
    assert len(paths) == len(set(paths))
    assert {
        "name",
        "environment",
        "owner",
        "platform.region",
        "platform.zones",
        "capacity.burst",
        "models[0].name",
        "models[0].traffic.profile",
    } <= set(paths)
    assert all(default.value and default.why for default in defaults)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_listed_default_can_be_pasted_back(environment: str) -> None:
    """
    Each default as it is printed, one by one and all together, is accepted at its path and gives the same request; all together leave
    nothing to list but what only the plan, the bill or the user can know.
    """
    short = request(pasted(environment, []))
    for default in short.defaults:
        assert asked(request(pasted(environment, [default]))) == asked(short), default
    long = request(pasted(environment, short.defaults))
    assert asked(long) == asked(short)
    assert list(long.defaults) == [default for default in short.defaults if default.value == "null"]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize(
    "capacity",
    [
        {"base": {"purchase": "on-demand"}},
        {"base": {"purchase": "reserved", "share": "60%"}},
        {"base": {"purchase": "reserved", "share": "100%", "term": "3y"}},
        {"base": {"purchase": "reserved"}, "burst": {"purchase": "on-demand"}},
        {"burst": {"purchase": "spot", "fallback": {"purchase": "on-demand"}}},
        {"allow_interruption": "true"},
    ],
    ids=str,
)
def test_what_is_filled_in_beside_a_given_capacity_can_be_pasted_back(environment: str, capacity: dict[str, Any]) -> None:
    """
    The same where one share is given, or both with gaps: one pasted default never takes another one away.
    """
    short = request(pasted(environment, [], capacity))
    filled = [default for default in short.defaults if default.path.startswith("capacity")]

    for default in filled:
        assert asked(request(pasted(environment, [default], capacity))) == asked(short), default
    long = request(pasted(environment, filled, capacity))
    assert asked(long) == asked(short)
    assert [default for default in long.defaults if default.path.startswith("capacity")] == []


def pasted(environment: str, defaults: Iterable[AppliedDefault], capacity: dict[str, Any] | None = None) -> str:
    """
    Return the minimal spec of *environment* and *capacity* with *defaults*, each with the text it is printed with.
    """
    traffic = {"requests_per_second": "2", "input_tokens": {"mean": "500"}, "output_tokens": {"mean": "150"}}
    source = {"source": "meta-llama/Llama-3.2-1B-Instruct", "revision": "6f6073b423013f6a7d4d9f39144961bfbfbc386b"}
    model: dict[str, Any] = {**source, "traffic": traffic, "slo": {"ttft_p95": "800ms", "itl_p95": "60ms"}}
    tree: dict[str, Any] = {"environment": environment, **({} if capacity is None else {"capacity": deepcopy(capacity)})}
    for default in defaults:
        place, path = (model, default.path.removeprefix("models[0].")) if default.path.startswith("models[0].") else (tree, default.path)
        *parents, name = path.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = default.value
    return f"{in_flow({**tree, 'models': f'[{in_flow(model)}]'})}\n"


def in_flow(value: Any) -> str:
    """
    Return fields as YAML on one line; the texts in them stand as they are.
    """
    return "{" + ", ".join(f"{key}: {in_flow(each)}" for key, each in value.items()) + "}" if isinstance(value, dict) else value


def asked(made: Request) -> Request:
    """
    Return what is asked for, without how it came about.
    """
    return replace(made, defaults=(), warnings=(), source=SourceMap("", {}))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.35", '"1.35"'),
        ("4711", '"4711"'),
        ("true", '"true"'),
        ("null", '"null"'),
        ("0.31.0", "0.31.0"),
        ("off", "off"),
        ("pool", "pool"),
    ],
)
def test_text_that_yaml_would_read_otherwise_is_quoted(value: str, text: str) -> None:
    """
    What is printed for a text reads back as that text.
    """
    assert written(value) == text


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_sections_that_are_not_given_are_defaults_too(environment: str) -> None:
    """
    Each absent section is listed with its state and the reason, or with what it takes where it is on; one that is written is not.
    """
    text = f"environment: {environment}\n{PINNED}"
    found = {default.path: (default.value, default.why) for default in request(text).defaults}
    assert found.get("monitoring") == (("off", "the rule of dev") if environment == "dev" else None)
    assert ("monitoring.prometheus.retention" in found) == (environment == "prod")
    assert {path: found[path][0] for path in ("network.rdma", "nodes.tuning")} == {"network.rdma": "auto", "nodes.tuning": "auto"}
    left = {default.path for default in request(f"{text}gateway: off\ncaches: off\nmonitoring: off\nnetwork: off\n").defaults}
    assert {"gateway", "caches", "monitoring", "network.rdma"} & left == set()


def test_the_shortest_spec_has_placeholders() -> None:
    """
    Account and cluster are placeholders that are marked as such and valid as names.
    """
    stack = request(MINIMAL).stack
    assert stack.account is None
    assert stack.cluster.placeholder
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", stack.cluster.name)
    assert (stack.owner, stack.region, stack.system_nodes) == ("unowned", "us-east-1", "pool")
    assert stack.namespace == "llama-3-2-1b-instruct-dev"


def test_the_full_spec_comes_through_as_written() -> None:
    """
    What is given is what is asked for.
    """
    found = request(FULL)
    stack, model = found.stack, found.models[0]
    assert (stack.name, stack.owner, stack.account, stack.namespace, stack.system_nodes) == (
        "support-chat",
        "team-support",
        "123456789012",
        "serving",
        "existing",
    )
    assert stack.labels == (("cost-center", "4711"), ("example.com/tier", "gold"))
    assert (stack.cluster.context, stack.cluster.node_role, stack.cluster.placeholder) == (
        "shared-prod-admin",
        "KarpenterNodeRole-other",
        False,
    )
    assert stack.cluster.discovery_tag == ("karpenter.sh/discovery", "other")
    assert (model.traffic.input_tokens.p95, model.traffic.output_tokens.p95) == (Decimal(4000), Decimal(600))
    assert (model.slo.ttft_p95_ms, model.slo.itl_p95_ms, model.slo.availability) == (Decimal(800), Decimal(60), Decimal("0.999"))
    assert (model.gpu, model.gpus_per_replica, model.tensor_parallel, model.context_length) == ("H100", 4, 4, 16384)
    assert (model.min_replicas, model.max_replicas, model.headroom) == (1, 6, Decimal("0.2"))
    assert model.token is not None
    assert (model.token.secret, model.token.key) == ("hub", "token")
    assert (found.budget.limit, found.budget.alerts) == (Decimal(60000), (Decimal("0.5"), Decimal("0.8"), Decimal(1)))
    assert {operator.name: operator.namespace for operator in found.operators}["keda"] == "scaling"


def test_ids_stand_in_for_the_discovery_tag() -> None:
    """
    With subnets and security groups by id there is no tag.
    """
    cluster = request(
        MINIMAL + "platform: {cluster: {name: c, subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}}\n"
    ).stack.cluster
    assert (cluster.discovery_tag, cluster.subnet_ids, cluster.security_group_ids) == (None, ("subnet-0a1b2c3d",), ("sg-0a1b2c3d",))
    assert not cluster.placeholder


def test_dev_uses_one_of_the_zones_given() -> None:
    """
    In dev the first is taken, and that is said; elsewhere all are taken.
    """
    zones = "platform: {zones: [us-east-1c, us-east-1a]}\n"
    found = request(MINIMAL + zones)
    assert found.stack.zones == ("us-east-1c",)
    assert "platform.zones" in {default.path for default in found.defaults}
    assert request(f"environment: prod\n{PINNED}{zones}").stack.zones == ("us-east-1c", "us-east-1a")


def test_prometheus_is_found_where_its_address_says() -> None:
    """
    The namespace of an address inside the cluster is the operator's, so that the network rule opens to the right one.
    """
    for address, namespace in (
        ("http://prom.observability:9090", "observability"),
        ("http://prom.observability.svc.cluster.local:9090", "observability"),
        ("https://prometheus.example.com", "monitoring"),
    ):
        operators = request(MINIMAL + f"platform: {{operators: {{prometheus: {{existing: {{address: '{address}'}}}}}}}}\n").operators
        assert {operator.name: (operator.address, operator.namespace) for operator in operators}["prometheus"] == (address, namespace)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("meta-llama/Llama-3.2-1B-Instruct", "llama-3-2-1b-instruct"),
        ("gpt2", "gpt2"),
        ("org/7B_model", "m-7b-model"),
        ("s3://bucket/weights/My.Model/", "my-model"),
        ("org/---", "model"),
    ],
)
def test_names_from_sources(source: str, name: str) -> None:
    """
    The last part of the source, in the letters that names have.
    """
    assert name_from(source) == name


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}", fullmatch=True))
def test_any_source_gives_a_valid_name(source: str) -> None:
    """
    A derived name is one that a spec could give.
    """
    assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", name_from(source))
    assert len(name_from(source)) <= 40


def test_long_sources_stay_apart() -> None:
    """
    Two sources that begin alike do not get one name.
    """
    assert name_from("a/" + "x" * 60) != name_from("a/" + "x" * 61)


def test_the_choices_are_those_of_the_catalogue() -> None:
    """
    Kubernetes versions and traffic profiles that the spec takes are those that the catalogue has.
    """
    catalog = load_catalog()
    assert set(KUBERNETES_VERSIONS) == set(catalog.kubernetes_versions())
    assert set(PROFILE_NAME.schema["enum"]) == set(catalog.profiles())
