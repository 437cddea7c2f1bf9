"""
What the fields of the gateway may not be, alone and together: each fault once, at the field it means, with a way out.
"""

from __future__ import annotations

import pytest

from front_specs import CERTIFICATE, EMBED, HEAD, LARGE, MODELS, SMALL, asked, faults, front, told

PUBLIC = f'{{hostname: m.example.com, certificate: "{CERTIFICATE}", allow_from: [203.0.113.0/24]}}'
SILENT = LARGE.replace("requests_per_second: 1, ", "")
TWO = "to: [{model: small, share: 50%}, {model: large, share: 50%}]"


def routed(fields: str) -> str:
    """
    Return a spec with one route of *fields*.
    """
    return front(f"{{routes: [{{name: auto, policy: weight, requests_per_second: 5, {fields}}}]}}")


def rung(fields: str, *, when: str = "{waiting: 20}", caches: str | None = None) -> str:
    """
    Return a spec with one rung of *fields*.
    """
    return front(f"{{ladder: {{rungs: [{{name: a, when: {when}, {fields}}}]}}}}", caches)


@pytest.mark.parametrize(
    ("section", "code", "path"),
    [
        ("{auth: jwt}", "SW201", "gateway.auth"),
        ("true", "SW116", "gateway"),
        ("{service: open}", "SW202", "gateway.service"),
        ("{service: public}", "SW119", "gateway.public"),
        (f"{{public: {PUBLIC}}}", "SW211", "gateway.public"),
        (f"{{service: internal, public: {PUBLIC}}}", "SW211", "gateway.public"),
        (f"{{service: public, public: {PUBLIC.replace('hostname: m.example.com, ', '')}}}", "SW119", "gateway.public.hostname"),
        (f"{{service: public, public: {PUBLIC.replace(', allow_from: [203.0.113.0/24]', '')}}}", "SW119", "gateway.public.allow_from"),
        (f"{{service: public, public: {PUBLIC.replace('[203.0.113.0/24]', '[]')}}}", "SW118", "gateway.public.allow_from"),
        (f"{{service: public, public: {PUBLIC.replace('203.0.113.0/24', '203.0.113.7')}}}", "SW203", "gateway.public.allow_from[0]"),
        (f"{{service: public, public: {PUBLIC.replace('203.0.113.0/24', '203.0.113.7/24')}}}", "SW203", "gateway.public.allow_from[0]"),
        (f"{{service: public, public: {PUBLIC.replace('203.0.113.0/24', '203.0.113.0/33')}}}", "SW203", "gateway.public.allow_from[0]"),
        (f"{{service: public, public: {PUBLIC.replace('203.0.113.0/24', 'everybody')}}}", "SW203", "gateway.public.allow_from[0]"),
        (
            f"{{service: public, public: {PUBLIC.replace('203.0.113.0/24', '203.0.113.0/24, 203.0.113.0/24')}}}",
            "SW209",
            "gateway.public.allow_from[1]",
        ),
        (f"{{service: public, public: {PUBLIC.replace('m.example.com', 'models')}}}", "SW203", "gateway.public.hostname"),
        (f"{{service: public, public: {PUBLIC.replace('m.example.com', 'm_1.example.com')}}}", "SW203", "gateway.public.hostname"),
        (f"{{service: public, public: {PUBLIC.replace('acm', 'iam')}}}", "SW203", "gateway.public.certificate"),
        (f"{{service: public, public: {PUBLIC.replace('us-east-1', 'eu-west-1')}}}", "SW211", "gateway.public.certificate"),
        ("{replicas: {min: 3, max: 2}}", "SW212", "gateway.replicas.max"),
        ("{replicas: {min: 0}}", "SW118", "gateway.replicas.min"),
        ("{keys: {secret: a}}", "SW119", "gateway.keys.key"),
        ("{keys: sk-0123456789abcdef}", "SW210", "gateway.keys"),
        ("{limits: {request_size: 5}}", "SW117", "gateway.limits.request_size"),
        ("{limits: {request_size: 5MB}}", "SW117", "gateway.limits.request_size"),
        ("{limits: {request_size: 1B}}", "SW117", "gateway.limits.request_size"),
        ("{limits: {request_size: 200MiB}}", "SW118", "gateway.limits.request_size"),
        ("{limits: {in_flight: 0}}", "SW118", "gateway.limits.in_flight"),
        ("{limits: {queue_timeout: 5}}", "SW117", "gateway.limits.queue_timeout"),
        ("{limits: {queue_timeout: 1.5s}}", "SW118", "gateway.limits.queue_timeout"),
        ("{limits: {queue_timeout: 11m}}", "SW118", "gateway.limits.queue_timeout"),
        ("{retries: {attempts: 6}}", "SW118", "gateway.retries.attempts"),
        ("{retries: {cooldown: 0s}}", "SW118", "gateway.retries.cooldown"),
    ],
)
def test_one_fault_of_address_and_limits(section: str, code: str, path: str) -> None:
    """
    Nothing is converted, nothing is open by accident.
    """
    (fault,) = faults(front(section))
    assert (fault.code, fault.path) == (code, path)
    assert fault.hint or code in ("SW117", "SW118", "SW203")


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_fewer_pods_than_the_environment_has_are_written_out(environment: str) -> None:
    """
    One pod alone is an outage at each update: who wants it says so as the minimum too.
    """
    (fault,) = faults(front("{replicas: {max: 1}}", environment=environment))
    assert (fault.code, fault.path, fault.hint) == ("SW212", "gateway.replicas.max", "give replicas.min: 1 too, or a higher maximum")
    made = asked(front("{replicas: {min: 1, max: 1}}", environment=environment)).gateway
    assert made is not None
    assert (made.min_replicas, made.max_replicas) == (1, 1)


@pytest.mark.parametrize(
    ("section", "code", "path"),
    [
        ("{teams: [{}]}", "SW119", "gateway.teams[0].name"),
        ("{teams: [{name: a}, {name: a}]}", "SW209", "gateway.teams[1].name"),
        ("{teams: [{name: a, models: [smal]}]}", "SW272", "gateway.teams[0].models[0]"),
        ("{teams: [{name: a, models: [small, small]}]}", "SW209", "gateway.teams[0].models[1]"),
        ("{teams: [{name: a, models: []}]}", "SW118", "gateway.teams[0].models"),
        ("{teams: [{name: a, requests_per_minute: 0}]}", "SW118", "gateway.teams[0].requests_per_minute"),
        ("{teams: [{name: a, tokens_per_minute: 1.5}]}", "SW116", "gateway.teams[0].tokens_per_minute"),
        ("{teams: [{name: a, budget: 500}]}", "SW117", "gateway.teams[0].budget"),
        ("{teams: [{name: a, budget: 500 EUR}]}", "SW117", "gateway.teams[0].budget"),
        ("{teams: [{name: a, budget: 0 USD}]}", "SW118", "gateway.teams[0].budget"),
        ("{teams: [{name: a, budget_days: 30}]}", "SW211", "gateway.teams[0].budget_days"),
        ("{teams: [{name: a, priority: urgent}]}", "SW202", "gateway.teams[0].priority"),
        ("{fallbacks: [{model: small}]}", "SW119", "gateway.fallbacks[0].to"),
        ("{fallbacks: [{model: small, to: []}]}", "SW118", "gateway.fallbacks[0].to"),
        ("{fallbacks: [{model: smal, to: [large]}]}", "SW272", "gateway.fallbacks[0].model"),
        ("{fallbacks: [{model: small, to: [larg]}]}", "SW272", "gateway.fallbacks[0].to[0]"),
        ("{fallbacks: [{model: small, to: [vectors]}]}", "SW273", "gateway.fallbacks[0].to[0]"),
        ("{fallbacks: [{model: vectors, to: [small]}]}", "SW273", "gateway.fallbacks[0].model"),
        ("{fallbacks: [{model: small, to: [large]}, {model: small, to: [large]}]}", "SW209", "gateway.fallbacks[1].model"),
        ("{fallbacks: [{model: small, to: [small]}]}", "SW275", "gateway.fallbacks[0].to"),
        ("{fallbacks: [{model: small, to: [large]}, {model: large, to: [small]}]}", "SW275", "gateway.fallbacks[1].to"),
    ],
)
def test_one_fault_of_teams_and_fallbacks(section: str, code: str, path: str) -> None:
    """
    Names lead somewhere, once; limits are above nothing; nobody is their own fallback.
    """
    assert told(front(section)) == [(code, path)]


HOSTILE = (
    "''",
    "Team",
    "team one",
    "-team",
    "team-",
    "../etc",
    "'a\\nb'",
    '"a\\u0000b"',
    "'${x}'",
    "a" * 41,
    "café",
    "'{{ x }}'",
    "'$(reboot)'",
    "'team: x'",
    "5",
    "null",
    "true",
    "[a]",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "section",
    [
        "{{teams: [{{name: {}}}]}}",
        "{{routes: [{{name: {}, policy: weight, requests_per_second: 1, to: [{{model: small, share: 100%}}]}}]}}",
        "{{ladder: {{rungs: [{{name: {}, when: {{waiting: 5}}, batching: {{model: small, max_num_batched_tokens: 8192}}}}]}}}}",
    ],
)
def test_hostile_names_are_refused(section: str, name: str) -> None:
    """
    A name becomes part of a configuration, a metric and a key of the cache: a-z, 0-9 and -, at most 40 characters.
    """
    said = faults(front(section.format(name)))
    assert {fault.code for fault in said} <= {"SW116", "SW119", "SW201", "SW203", "SW234"}
    assert all(fault.path.startswith("gateway") for fault in said)


def test_a_circle_is_shown_whole() -> None:
    """
    However long it is, and once.
    """
    third = SMALL.replace("name: small", "name: third")
    models = f"models:\n{SMALL}{LARGE}{third}"
    section = "{fallbacks: [{model: small, to: [large]}, {model: large, to: [third]}, {model: third, to: [small]}]}"
    (fault,) = faults(front(section, models=models))
    assert (fault.code, fault.message) == ("SW275", "a circle: third → small → large → third")
    assert asked(front(section.replace(", {model: third, to: [small]}", ""), models=models)).gateway


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ("to: []", "SW118", "to"),
        ("to: [{model: small, share: 55%}, {model: large, share: 40%}]", "SW274", "to"),
        ("to: [{model: small, share: 55%}, {model: large, share: 55%}]", "SW274", "to"),
        ("to: [{model: small, share: 0%}, {model: large, share: 100%}]", "SW118", "to[0].share"),
        ("to: [{model: small, share: 1}]", "SW117", "to[0].share"),
        ("to: [{model: small}]", "SW119", "to[0].share"),
        ("to: [{model: smal, share: 100%}]", "SW272", "to[0].model"),
        ("to: [{model: auto, share: 100%}]", "SW272", "to[0].model"),
        ("to: [{model: vectors, share: 100%}]", "SW273", "to[0].model"),
        ("to: [{model: small, share: 50%}, {model: small, share: 50%}]", "SW209", "to[1].model"),
        ("to: [{model: small, share: 100%, tier: simple}]", "SW211", "to[0].tier"),
        ("to: [{model: small, share: 100%, tag: a}]", "SW211", "to[0].tag"),
    ],
)
def test_one_fault_of_a_route(fields: str, code: str, path: str) -> None:
    """
    A route leads to models that generate, and its shares are the whole.
    """
    assert told(routed(fields)) == [(code, f"gateway.routes[0].{path}")]


def test_the_sum_of_the_shares_is_said() -> None:
    """
    Which of them is wrong only the user knows, so all stand there.
    """
    (fault,) = faults(routed("to: [{model: small, share: 55.5%}, {model: large, share: 40%}]"))
    assert (fault.message, fault.hint) == ("the shares are 95.5% together, not 100%", "55.5% + 40% = 95.5%")


@pytest.mark.parametrize(
    ("policy", "to", "expected"),
    [
        ("complexity", "[{model: small, share: 100%}]", [("SW119", "to[0].tier")]),
        ("complexity", "[{model: small, tier: easy, share: 100%}]", [("SW202", "to[0].tier")]),
        ("complexity", "[{model: small, tier: simple, tag: a, share: 100%}]", [("SW211", "to[0].tag")]),
        ("complexity", "[{model: small, tier: simple, share: 50%}, {model: large, tier: simple, share: 50%}]", [("SW209", "to[1].tier")]),
        ("tag", "[{model: small, share: 100%}]", [("SW119", "to[0].tag")]),
        ("tag", "[{model: small, tag: A b, share: 100%}]", [("SW203", "to[0].tag")]),
        ("tag", "[{model: small, tag: a, share: 50%}, {model: large, tag: a, share: 50%}]", [("SW209", "to[1].tag")]),
        ("tag", "[{model: small, tier: simple, share: 100%}]", [("SW119", "to[0].tag"), ("SW211", "to[0].tier")]),
        ("random", "[{model: small, share: 100%}]", [("SW202", "policy")]),
    ],
)
def test_a_policy_has_its_selectors(policy: str, to: str, expected: list[tuple[str, str]]) -> None:
    """
    Complexity needs tiers, tag needs tags, weight takes neither; each leads to one model.
    """
    text = front(f"{{routes: [{{name: auto, policy: {policy}, requests_per_second: 5, to: {to}}}]}}")
    assert sorted(told(text)) == sorted((code, f"gateway.routes[0].{path}") for code, path in expected)


@pytest.mark.parametrize(
    ("routes", "code", "path"),
    [
        (f"[{{name: small, policy: weight, requests_per_second: 5, {TWO}}}]", "SW277", "[0].name"),
        (f"[{{name: a, policy: weight, requests_per_second: 0, {TWO}}}]", "SW118", "[0].requests_per_second"),
        (f"[{{name: a, policy: weight, {TWO}}}]", "SW119", "[0].requests_per_second"),
        (f"[{{name: a, requests_per_second: 1, {TWO}}}]", "SW119", "[0].policy"),
        (f"[{{policy: weight, requests_per_second: 1, {TWO}}}]", "SW119", "[0].name"),
        ("[{name: a, policy: weight, requests_per_second: 1}]", "SW119", "[0].to"),
        (
            f"[{{name: a, policy: weight, requests_per_second: 1, {TWO}}}, {{name: a, policy: weight, requests_per_second: 1, {TWO}}}]",
            "SW209",
            "[1].name",
        ),
    ],
)
def test_a_route_has_a_name_of_its_own_and_a_rate(routes: str, code: str, path: str) -> None:
    """
    What is missing is told as missing, and nothing else of the same route with it.
    """
    assert told(front(f"{{routes: {routes}}}")) == [(code, f"gateway.routes{path}")]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("off", [("SW119", "models[1].traffic.requests_per_second")]),
        ("{}", [("SW119", "models[1].traffic.requests_per_second")]),
        ("{fallbacks: [{model: small, to: [large]}]}", [("SW119", "models[1].traffic.requests_per_second")]),
        ("{routes: [{name: a, policy: weight, requests_per_second: 1}]}", [("SW119", "gateway.routes[0].to")]),
    ],
)
def test_a_model_that_nothing_is_sent_to_is_refused(section: str, expected: list[tuple[str, str]]) -> None:
    """
    Its replicas could not be planned; a route that is faulty itself is told alone.
    """
    assert told(front(section, models=f"models:\n{SMALL}{SILENT}")) == expected


def test_a_model_may_live_on_routes_alone() -> None:
    """
    Its own traffic is then none, which is listed.
    """
    made = asked(routed(TWO).replace(LARGE, SILENT))
    assert made.models[1].traffic.requests_per_second == made.models[1].routed > 0
    assert ("models[1].traffic.requests_per_second", "null") in [(default.path, default.value) for default in made.defaults]


@pytest.mark.parametrize("name", ["gateway", "gateway-config", "cache-responses", "cache-counters", "cache-contexts"])
def test_a_model_is_not_called_like_the_gateways_objects(name: str) -> None:
    """
    Two Deployments of one name would be one; without a gateway the name is free.
    """
    models = f"models:\n{SMALL.replace('name: small', f'name: {name}')}"
    assert told(front("{}", models=models)) == [("SW277", "models[0].name")]
    assert asked(front("off", models=models)).models[0].name == name


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        (front("{ladder: {level: 1}}"), "SW276", "level"),
        (front("{ladder: {level: 11}}"), "SW118", "level"),
        (rung("cache_ttl: 4h"), "SW276", "rungs[0].cache_ttl"),
        (rung("cache_ttl: 4h", caches="off"), "SW276", "rungs[0].cache_ttl"),
        (rung("cache_ttl: 4h", caches="{responses: off, embeddings: {}}"), "SW276", "rungs[0].cache_ttl"),
        (rung("cache_ttl: 0s", caches="{}"), "SW118", "rungs[0].cache_ttl"),
        (rung("shift: {model: small, to: small, share: 30%}"), "SW276", "rungs[0].shift.to"),
        (rung("shift: {model: small, to: other, share: 30%}"), "SW272", "rungs[0].shift.to"),
        (rung("shift: {model: small, to: vectors, share: 30%}"), "SW273", "rungs[0].shift.to"),
        (rung("shift: {model: large, to: small, share: 100%}"), "SW118", "rungs[0].shift.share"),
        (rung("shift: {model: large, to: small, share: 0%}"), "SW118", "rungs[0].shift.share"),
        (rung("shift: {model: large, share: 30%}"), "SW119", "rungs[0].shift.to"),
        (rung("batching: {model: other, max_num_batched_tokens: 8192}"), "SW272", "rungs[0].batching.model"),
        (rung("batching: {model: small, max_num_batched_tokens: 1}"), "SW118", "rungs[0].batching.max_num_batched_tokens"),
        (rung("cache_ttl: null"), "SW276", "rungs[0]"),
        (
            rung("cache_ttl: 4h, shift: {model: large, to: small, share: 30%}", caches="{}"),
            "SW276",
            "rungs[0]",
        ),
        (rung("cache_ttl: 4h", caches="{}", when="{}"), "SW276", "rungs[0].when"),
        (rung("cache_ttl: 4h", caches="{}", when="{waiting: 5, gpu_share: 90%}"), "SW276", "rungs[0].when"),
        (rung("cache_ttl: 4h", caches="{}", when="{first_token: 800}"), "SW117", "rungs[0].when.first_token"),
        (rung("cache_ttl: 4h", caches="{}", when="{waiting: 5, for: 10s}"), "SW118", "rungs[0].when.for"),
        (rung("cache_ttl: 4h", caches="{}", when="{gpu_share: 0%}"), "SW118", "rungs[0].when.gpu_share"),
    ],
)
def test_one_fault_of_the_ladder(text: str, code: str, path: str) -> None:
    """
    A rung has one trigger and one change, of something that is there.
    """
    assert told(text) == [(code, f"gateway.ladder.{path}")]


def test_two_rungs_of_one_name_are_refused() -> None:
    """
    A rung is named in alerts and in files that extend.
    """
    one = "{name: a, when: {waiting: 5}, batching: {model: small, max_num_batched_tokens: 8192}}"
    assert told(front(f"{{ladder: {{rungs: [{one}, {one}]}}}}")) == [("SW209", "gateway.ladder.rungs[1].name")]


def test_a_field_about_tokens_is_no_secret() -> None:
    """
    The time to the first token is a time, whatever its name ends in.
    """
    assert asked(rung("cache_ttl: 4h", caches="{}", when="{first_token: 1s}")).gateway


def test_what_follows_from_a_fault_is_not_told() -> None:
    """
    A model whose name is faulty may be the one that a route means.
    """
    models = f"models:\n{SMALL.replace('name: small', 'name: Small')}{LARGE}{EMBED}"
    text = front("{routes: [{name: auto, policy: weight, requests_per_second: 5, to: [{model: small, share: 100%}]}]}", models=models)
    assert told(text) == [("SW203", "models[0].name")]
    assert asked(f"{HEAD}{MODELS}").gateway is None
