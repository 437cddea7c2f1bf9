"""
Hostile texts in the gateway and the stores of a plan: configuration, policy and objects have the structure of a benign twin's.

The texts go into the plan itself, past the spec's rules, as in test_hostile_plans. What stands in a file of a ConfigMap is read as its
reader reads it; maps that a user's name is a key of are compared by what they hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pytest
import yaml

import gateways_made
from hostile_plans import emitted
from hostile_structure import changed_leaves, leaves, shape_of, skeleton
from hostile_texts import BENIGN, HOSTILE
from quick_plans import CATALOG
from servewright.errors import InvalidInputError
from servewright.plan.gateway_plan import RoutePlan
from servewright.plan.model import Plan
from servewright.resources.caches import elasticache_policies
from servewright.resources.naming import Names
from servewright.spec.gateway_request import GatewayRequest
from servewright.spec.load import parse_request
from servewright.spec.request import SecretRef

Put = Callable[[Plan, str], Plan]

NAMED: Final = {"teams", "models"}
"""
Maps of the hooks' policy whose keys are names that the user gives.
"""

_DIGEST = re.compile(r"(?<=:)[0-9a-f]{12}$")


def base() -> Plan:
    """
    Return a plan with a public gateway, a route, teams and stores, in the cluster and at ElastiCache.
    """
    made = gateways_made.asked(public=gateways_made.PUBLIC, database=SecretRef(secret="db", key="url"))  # noqa: S106 - names
    route = RoutePlan(route=gateways_made.ROUTE, usd_per_1m_tokens=None, usd_per_1m_tokens_by_model=())
    caches = replace(gateways_made.CACHES, subnets=("subnet-1",), security_groups=("sg-1",))
    return replace(
        made, routes=(route,), caches=caches, tiers=(gateways_made.elasticache_tier("counters"), gateways_made.tier("responses"))
    )


def _asked(change: Callable[[GatewayRequest, str], GatewayRequest]) -> Put:
    def put(plan: Plan, text: str) -> Plan:
        assert plan.gateway is not None
        return replace(plan, gateway=replace(plan.gateway, request=change(plan.gateway.request, text)))

    return put


def _caches(**changes: Callable[[str], Any]) -> Put:
    def put(plan: Plan, text: str) -> Plan:
        assert plan.caches is not None
        return replace(plan, caches=replace(plan.caches, **{name: make(text) for name, make in changes.items()}))

    return put


def _public(**changes: Callable[[str], Any]) -> Put:
    public = gateways_made.PUBLIC
    return _asked(lambda asked, text: replace(asked, public=replace(public, **{name: make(text) for name, make in changes.items()})))


def _stack(**changes: Callable[[str], Any]) -> Put:
    return lambda plan, text: replace(plan, stack=replace(plan.stack, **{name: make(text) for name, make in changes.items()}))


def _team(asked: GatewayRequest, text: str) -> GatewayRequest:
    return replace(asked, teams=(replace(asked.teams[0], name=text), *asked.teams[1:]))


def _route(plan: Plan, text: str) -> Plan:
    named = replace(gateways_made.ROUTE, name=text)
    asked = _asked(lambda request, _: replace(request, routes=(named,)))(plan, text)
    return replace(asked, routes=(replace(plan.routes[0], route=named),))


def _tag(plan: Plan, text: str) -> Plan:
    targets = (replace(gateways_made.ROUTE.targets[0], when=text), replace(gateways_made.ROUTE.targets[1], when="other"))
    tagged = replace(gateways_made.ROUTE, policy="tag", targets=targets)
    return replace(plan, routes=(replace(plan.routes[0], route=tagged),))


def _model(plan: Plan, text: str) -> Plan:
    """
    Call the model "small" *text* wherever it is named.
    """

    def new(name: str) -> str:
        return text if name == "small" else name

    def pairs(found: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        return tuple((new(name), seconds) for name, seconds in found)

    assert plan.gateway is not None
    assert plan.caches is not None
    assert plan.caches.responses is not None
    route = replace(gateways_made.ROUTE, targets=tuple(replace(each, model=new(each.model)) for each in gateways_made.ROUTE.targets))
    asked = plan.gateway.request
    asked = replace(
        asked,
        teams=tuple(replace(team, models=tuple(map(new, team.models))) for team in asked.teams),
        fallbacks=tuple((new(model), tuple(map(new, others))) for model, others in asked.fallbacks),
        routes=(route,),
    )
    gateway = replace(
        plan.gateway,
        request=asked,
        timeout_s=pairs(plan.gateway.timeout_s),
        first_token_timeout_s=pairs(plan.gateway.first_token_timeout_s),
    )
    responses = replace(plan.caches.responses, models=tuple(map(new, plan.caches.responses.models)))
    return replace(
        plan,
        models=tuple(replace(model, name=new(model.name)) for model in plan.models),
        pools=tuple(replace(pool, serves=tuple(map(new, pool.serves))) for pool in plan.pools),
        gateway=gateway,
        caches=replace(plan.caches, responses=responses),
        routes=(replace(plan.routes[0], route=route),),
    )


SINKS: Final[dict[str, Put]] = {
    "team": _asked(_team),
    "route": _route,
    "tag": _tag,
    "model": _model,
    "hostname": _public(hostname=str),
    "certificate": _public(certificate=str),
    # with a range of either family, so that the load balancer has addresses of both whatever the text is
    "caller": _public(allow_from=lambda text: (text, "2001:db8::/32")),
    "keys secret": _asked(lambda asked, text: replace(asked, database=None, keys=SecretRef(secret=text, key="keys.json"))),
    "keys key": _asked(lambda asked, text: replace(asked, database=None, keys=SecretRef(secret="gateway-keys", key=text))),  # noqa: S106 - a name
    "master secret": _asked(lambda asked, text: replace(asked, master_key=SecretRef(secret=text, key="master-key"))),
    "master key": _asked(lambda asked, text: replace(asked, master_key=SecretRef(secret="gateway-keys", key=text))),  # noqa: S106 - a name
    "database": _asked(lambda asked, text: replace(asked, database=SecretRef(secret=text, key=text))),
    "tls": _caches(tls=str),
    "subnet": _caches(subnets=lambda text: (text,)),
    "security group": _caches(security_groups=lambda text: (text,)),
    "stack name": _stack(name=str),
    "namespace": _stack(namespace=str),
    "owner": _stack(owner=str),
}
"""
Every place of gateway and stores that holds a text of the user's, and those of the stack that their files carry.
"""

sinks = pytest.mark.parametrize("sink", SINKS)


def structures(plan: Plan) -> list[Any]:
    """
    Return everything that *plan* is emitted as, files as their readers see them, without what changes with any text.
    """
    names = Names.of(plan.stack)
    made = [_read(each) for each in emitted(plan)]
    tiers = elasticache_policies.tiers_of(plan)
    made += [elasticache_policies.group_inputs(plan, tier, names) for tier in tiers]
    made += [{"connect": elasticache_policies.connect_policy(plan, names), "trust": elasticache_policies.trust_policy(plan)}]
    made += [{"subnets": list(elasticache_policies.subnets(plan)), "role": elasticache_policies.role_name(plan, names)}]
    return list(json.loads(json.dumps(made)))


def _read(each: dict[str, Any]) -> dict[str, Any]:
    if each.get("kind") == "ConfigMap":
        return {**each, "data": {name: _file(name, text) for name, text in each["data"].items()}}
    template = each.get("spec", {}).get("template", {}) if isinstance(each.get("spec"), dict) else {}
    template.get("metadata", {}).get("annotations", {}).pop("servewright.dev/config-hash", None)
    return each


def _file(name: str, text: str) -> Any:
    if name.endswith(".yaml"):
        return _by_content(yaml.safe_load(text))
    return _by_content(json.loads(text)) if name.endswith(".json") else text.splitlines()


def _by_content(value: Any, name: str = "") -> Any:
    """
    Return *value* with maps that have a user's names for keys as lists, and without digests of what the text is part of.
    """
    if isinstance(value, dict):
        found = {key: _by_content(each, key) for key, each in value.items()}
        if name not in NAMED and name != "fallbacks":
            return found
        return sorted(({"called": key, "holds": each} for key, each in found.items()), key=lambda each: json.dumps(skeleton(each)))
    if isinstance(value, list):
        return [_by_content(each, name) for each in value]
    return _DIGEST.sub("digest", value) if isinstance(value, str) else value


@cache
def twin(sink: str) -> list[Any]:
    """
    Return what the plan with the benign text in *sink* is emitted as.
    """
    return structures(SINKS[sink](base(), BENIGN))


@sinks
def test_the_structure_is_that_of_the_benign_twin(sink: str) -> None:
    """
    Same objects and files, same fields, same types; the configuration and the policy parse to the same tree.
    """
    wanted = shape_of(twin(sink))
    for name, text in HOSTILE.items():
        assert shape_of(structures(SINKS[sink](base(), text))) == wanted, f"{sink} with {name}"


@sinks
def test_only_the_places_of_the_text_differ(sink: str) -> None:
    """
    What differs from the twin are as many values, in the same places, as the twin shows the benign text in.
    """
    for name, text in HOSTILE.items():
        ours, theirs = changed_leaves(twin(sink), structures(SINKS[sink](base(), text)))
        assert [leaf for leaf in ours if BENIGN not in leaf[1]] == [], f"{sink} with {name}"
        assert [path for path, _ in ours] == [path for path, _ in theirs], f"{sink} with {name}"


@sinks
def test_the_twin_shows_the_text_somewhere(sink: str) -> None:
    """
    A sink that leads nowhere would prove nothing.
    """
    assert sum(BENIGN in value for each in twin(sink) for _, value in leaves(each)) > 0


@pytest.mark.parametrize("name", HOSTILE)
def test_the_policy_holds_exactly_the_text(name: str) -> None:
    """
    The hooks read the team's and the route's name back, letter for letter, and no name more.
    """
    text = HOSTILE[name]
    plan = SINKS["team"](SINKS["route"](base(), text), text)
    (files,) = [each["data"] for each in emitted(plan) if each.get("kind") == "ConfigMap" and "policy.json" in each["data"]]
    policy, config = json.loads(files["policy.json"]), yaml.safe_load(files["config.yaml"])
    assert set(policy["teams"]) == {text, "batch"}
    assert set(policy["models"]) == {"small", "large", text}
    assert {each["model_name"] for each in config["model_list"]} == {"small", "large", text}


REFUSED: Final = {
    "team": "teams: [{name: TEXT}]",
    "route": "routes: [{name: TEXT, policy: weight, requests_per_second: 1, to: [{model: chat, share: 100%}]}]",
    "hostname": "service: public, public: {hostname: TEXT, certificate: CERTIFICATE, allow_from: [203.0.113.0/24]}",
    "certificate": "service: public, public: {hostname: models.example.com, certificate: TEXT, allow_from: [203.0.113.0/24]}",
    "caller": "service: public, public: {hostname: models.example.com, certificate: CERTIFICATE, allow_from: [TEXT]}",
    "keys": "keys: {secret: TEXT, key: keys.json}",
}
SPEC: Final = """\
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
gateway: {GATEWAY}
"""


def _faults(field: str, text: str) -> list[str]:
    section = REFUSED[field].replace("CERTIFICATE", gateways_made.CERTIFICATE).replace("TEXT", json.dumps(text))
    try:
        parse_request("spec.yaml", SPEC.replace("GATEWAY", section).encode(), CATALOG.zones, names=CATALOG)
    except InvalidInputError as error:
        return [each.path for each in error.diagnostics if each.severity == "error"]
    return []


@pytest.mark.parametrize("field", REFUSED)
def test_a_name_that_means_more_is_refused(field: str) -> None:
    """
    LiteLLM takes "os.environ/NAME" for the variable's value, wherever it stands in its configuration; a name of the user's is never that.
    """
    good = {"team": "support", "route": "auto", "hostname": "a.example.com", "certificate": gateways_made.CERTIFICATE}
    assert _faults(field, good.get(field, "203.0.113.0/24" if field == "caller" else "gateway-keys")) == []
    for text in ("os.environ/LITELLM_MASTER_KEY", "sw:*", "a b", "a\nb", "", "../x", "203.0.113.7/24x", "{{x}}", "x" * 300):
        assert _faults(field, text), f"{field}: {text!r}"
