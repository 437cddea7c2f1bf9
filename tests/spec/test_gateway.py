"""
The section `gateway`: what is written comes through, what is left out is filled in and said.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from front_specs import CERTIFICATE, FRONT, HEAD, IN_CLUSTER, MODELS, asked, front
from servewright.diagnostics import SourceMap
from servewright.errors import InvalidInputError
from servewright.spec.gateway_request import (
    Batching,
    PublicAddress,
    RequestLimits,
    Retries,
    RouteTarget,
    Shift,
    Team,
)
from servewright.spec.request import Request, SecretRef
from servewright.spec.schema import spec_schema
from spec_files import TOP, faults_of, request_of

if TYPE_CHECKING:
    from servewright.spec.gateway_request import GatewayRequest


def gateway(text: str) -> GatewayRequest:
    """
    Return the gateway of a good spec that has one.
    """
    found = asked(text).gateway
    assert found is not None
    return found


def _ref(secret: str, key: str) -> SecretRef:
    return SecretRef(secret=secret, key=key)


def test_what_is_written_comes_through() -> None:
    """
    Every field of the section, in the units of the request: bytes, seconds, shares of 1.
    """
    made = gateway(FRONT)
    assert made.public == PublicAddress(hostname="models.example.com", certificate=CERTIFICATE, allow_from=("203.0.113.0/24",))
    assert (made.min_replicas, made.max_replicas) == (2, 6)
    assert (made.keys, made.master_key) == (_ref("front", "keys.json"), _ref("front", "admin"))
    assert made.database == _ref("front-db", "url")
    assert made.teams[0] == Team(
        name="support",
        models=("small", "auto"),
        requests_per_minute=600,
        tokens_per_minute=100_000,
        parallel_requests=20,
        budget=Decimal(500),
        budget_days=7,
        priority="high",
    )
    assert made.limits == RequestLimits(
        request_bytes=2 * 2**20, input_tokens=8000, output_tokens=2000, in_flight=300, queued=100, queue_timeout_s=4
    )
    assert made.retries == Retries(attempts=2, timeout_s=120, first_token_timeout_s=10, failures=3, cooldown_s=20)
    assert made.fallbacks == (("small", ("large",)),)
    assert (made.prioritised, made.limited) == (True, True)


def test_routes_and_rungs_come_through() -> None:
    """
    A target's tier or tag is when it is chosen; a rung has one trigger in its own unit and one change.
    """
    made = gateway(FRONT)
    assert [(route.name, route.policy, route.requests_per_second) for route in made.routes] == [
        ("auto", "complexity", Decimal(20)),
        ("jobs", "tag", Decimal(4)),
        ("trial", "weight", Decimal(10)),
    ]
    assert made.routes[0].targets[1] == RouteTarget(model="large", share=Decimal("0.45"), when="complex")
    assert [target.when for route in made.routes for target in route.targets] == ["simple", "complex", "batch", None, None]
    assert [(rung.trigger, rung.above, rung.for_s) for rung in made.ladder.rungs] == [
        ("first-token", 1000, 600),
        ("waiting", 20, 300),
        ("gpu-share", Decimal("0.9"), 300),
    ]
    assert made.ladder.rungs[1].shift == Shift(model="large", to="small", share=Decimal("0.5"))
    assert made.ladder.rungs[2].batching == Batching(model="large", max_num_batched_tokens=16384)
    assert [rung.name for rung in made.ladder.in_force] == ["older-answers"]


@pytest.mark.parametrize(("environment", "replicas"), [("dev", 1), ("staging", 2), ("prod", 2)])
def test_an_empty_section_is_a_safe_gateway(environment: str, replicas: int) -> None:
    """
    Inside the cluster, keys from a Secret, no database, the measured limits; two pods where an outage matters.
    """
    made = gateway(front("{}", environment=environment))
    assert (made.public, made.min_replicas, made.max_replicas, made.database, made.teams, made.routes) == (
        None,
        replicas,
        None,
        None,
        (),
        (),
    )
    assert made.keys == _ref("gateway-keys", "keys.json")
    assert made.master_key == _ref("gateway-keys", "master-key")
    assert made.limits == RequestLimits(
        request_bytes=2**20, input_tokens=None, output_tokens=None, in_flight=400, queued=200, queue_timeout_s=5
    )
    assert made.retries == Retries(attempts=1, timeout_s=None, first_token_timeout_s=None, failures=2, cooldown_s=15)
    assert (made.prioritised, made.limited) == (False, False)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_off_and_absent_are_none(environment: str) -> None:
    """
    The models are then called at their own Services, and nothing of the section is listed; absent, where no rule turns it on.
    """
    absent = [f"{HEAD}environment: {environment}\n{MODELS}"] if environment == "dev" else []
    for text in (front("off", environment=environment), *absent):
        made = asked(text)
        assert (made.gateway, made.caches) == (None, None)
        assert [default.path for default in made.defaults if default.path.startswith(("gateway.", "caches."))] == []


def test_a_written_section_is_no_longer_said_to_wait() -> None:
    """
    Nothing that is built is said to be missing; that nobody hears of alerts is said.
    """
    assert [found.code for found in asked(front("{}", "{}", environment="prod")).warnings] == ["SW447"]


@pytest.mark.parametrize(("environment", "gateway", "caches"), [("dev", False, False), ("staging", True, False), ("prod", True, True)])
def test_the_environment_turns_sections_on(environment: str, gateway: bool, caches: bool) -> None:  # noqa: FBT001 - a row of the table
    """
    The rule of the environment holds, without a warning; what is off says so, what is on says its defaults.
    """
    made = asked(f"{HEAD}environment: {environment}\n{MODELS}")
    assert (made.gateway is not None, made.caches is not None and made.caches.responses is not None) == (gateway, caches)
    assert {found.path for found in made.warnings} & {"gateway", "caches"} == set()
    off = {default.path for default in made.defaults if default.value == "off"}
    assert {name for name, on in (("gateway", gateway), ("caches", caches)) if not on} == off & {"gateway", "caches"}


def test_caches_of_the_environment_go_with_the_gateway() -> None:
    """
    Who turns the gateway off is not told that the caches need it, unless they are asked for.
    """
    made = asked(front("off", environment="prod"))
    assert (made.gateway, made.caches) == (None, None)
    assert ("caches", "off") in [(default.path, default.value) for default in made.defaults]


def plain(made: Request) -> Request:
    """
    Return what is asked for, without how it came about.
    """
    return replace(made, defaults=(), warnings=(), source=SourceMap("", {}))


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_every_default_of_the_sections_can_be_pasted_back(environment: str) -> None:
    """
    One by one and all together they change nothing; then only what the plan or the user knows is left to say.
    """
    short = asked(front("{}", "{}", environment=environment))
    filled = [default for default in short.defaults if default.path.startswith(("gateway.", "caches."))]
    assert len(filled) > 20
    for chosen in [*([default] for default in filled), filled]:
        tree: dict[str, Any] = {"gateway": {}, "caches": {}}
        for default in chosen:
            *parents, name = default.path.split(".")
            place = tree
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = default.value
        long = asked(front(in_flow(tree["gateway"]), in_flow(tree["caches"]), environment=environment))
        assert plain(long) == plain(short)
    left = [default for default in long.defaults if default.path.startswith(("gateway.", "caches."))]
    assert left == [default for default in filled if default.value == "null"]


def in_flow(value: Any) -> str:
    """
    Return fields as YAML on one line; the texts in them stand as they are.
    """
    return "{" + ", ".join(f"{key}: {in_flow(each)}" for key, each in value.items()) + "}" if isinstance(value, dict) else value


def test_lists_merge_by_name() -> None:
    """
    A file changes one team, route or rung of what it extends and adds others; the rest stays as it was.
    """
    upper = (
        "extends: base.yaml\n"
        "gateway:\n"
        "  teams: [{name: research, requests_per_minute: 5}, {name: sales}]\n"
        "  routes: [{name: trial, requests_per_second: 3}]\n"
        "  ladder: {rungs: [{name: larger-batches, when: {gpu_share: 95%}}, {name: later, when: {waiting: 50}, cache_ttl: 8h}]}\n"
    )
    merged = request_of({TOP: upper, "base.yaml": FRONT})
    made = merged.gateway
    assert made is not None
    assert [(team.name, team.requests_per_minute, team.priority) for team in made.teams] == [
        ("support", 600, "high"),
        ("research", 5, "low"),
        ("sales", None, "normal"),
    ]
    assert [(route.name, route.requests_per_second, len(route.targets)) for route in made.routes] == [
        ("auto", Decimal(20), 2),
        ("jobs", Decimal(4), 1),
        ("trial", Decimal(3), 2),
    ]
    assert [(rung.name, rung.above) for rung in made.ladder.rungs][2:] == [("larger-batches", Decimal("0.95")), ("later", 50)]


def test_entries_without_their_name_cannot_merge() -> None:
    """
    It could mean any entry of the other file, or a new one.
    """
    upper = "extends: base.yaml\ngateway: {fallbacks: [{to: [small]}]}\n"
    (fault,) = faults_of({TOP: upper, "base.yaml": FRONT})
    assert (fault.code, fault.path) == ("SW119", "gateway.fallbacks[0].model")
    assert fault.message == "model is missing: several files have gateway.fallbacks, which merge by their models"


def test_the_schema_knows_the_sections() -> None:
    """
    An editor shows no fault in a spec that gives every field of them, and shows slips.
    """
    inside = front("off", IN_CLUSTER)
    jsonschema.validate(yaml.safe_load(inside.replace(": off", ": 'off'")), spec_schema())
    tree = yaml.safe_load(FRONT.replace(": off", ": 'off'"))
    jsonschema.validate(tree, spec_schema())
    for where, bad in ((("gateway", "teams"), [{"name": "Team A"}]), (("caches", "responses"), {"ttl": 60}), (("gateway", "auth"), "jwt")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**tree, where[0]: {**tree[where[0]], where[1]: bad}}, spec_schema())


@settings(deadline=None, max_examples=200)
@given(
    st.integers(FRONT.index("gateway:"), len(FRONT) - 1),
    st.integers(0, 8),
    st.text(max_size=5) | st.sampled_from(["{", "}", "[", "off", "null", ": ", "5"]),
)
def test_any_slip_in_the_sections_has_an_answer(at: int, cut: int, put: str) -> None:
    """
    A few characters taken out or put in make a spec, or diagnostics with code, place and our words.
    """
    try:
        asked((FRONT[:at] + put + FRONT[at + cut :]).encode("utf-8", "replace").decode())
    except InvalidInputError as error:
        for fault in error.diagnostics:
            assert fault.code.startswith(("SW1", "SW2"))
            assert "Input should be" not in fault.message
            assert fault.line >= 1
