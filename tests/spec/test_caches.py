"""
The section `caches`: what is kept, where, and what of it is believed to be saved.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from front_specs import EMBED, FRONT, IN_CLUSTER, asked, faults, front, told
from servewright.spec.cache_defaults import provider_of
from servewright.spec.cache_request import NO_HITS, ContextCache, EmbeddingCache, HitRate, ResponseCache
from servewright.spec.cache_rules import CACHE_RULES
from servewright.spec.caches import CachesSpec
from servewright.spec.finding import Scope
from servewright.spec.gateway import GatewaySpec
from servewright.spec.infrastructure import PlatformSpec
from servewright.spec.model import Spec

if TYPE_CHECKING:
    from servewright.spec.cache_request import CachesRequest


def caches(text: str) -> CachesRequest:
    """
    Return the caches of a good spec that has some.
    """
    found = asked(text).caches
    assert found is not None
    return found


def rate(low: str, expected: str, high: str) -> HitRate:
    """
    Return an interval of hit rates.
    """
    return HitRate(low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def test_what_is_written_comes_through() -> None:
    """
    Every field, in seconds and shares of 1; the rung in force has the last word on how long answers are served.
    """
    made = caches(FRONT.replace("level: 1", "level: 0"))
    assert (made.provider, made.tls) == ("elasticache", None)
    assert (made.subnets, made.security_groups) == (("subnet-0a1b2c3d", "subnet-0d4e5f6a"), ("sg-0a1b2c3d",))
    assert made.responses == ResponseCache(
        models=("small", "large"),
        ttl_s=7200,
        memory_ttl_s=20,
        deterministic_share=Decimal("0.6"),
        hit_rate=rate("0.2", "0.3", "0.4"),
        volatility=Decimal("0.25"),
        eviction="lru",
        single_flight=False,
    )
    assert made.responses.lasts_s == 5400
    assert made.embeddings == EmbeddingCache(
        models=("vectors",), ttl_s=172_800, hit_rate=rate("0.5", "0.5", "0.5"), volatility=Decimal("0.1"), eviction="lru"
    )
    assert (made.semantic, made.contexts) == (None, None)
    later = caches(FRONT).responses
    assert later is not None
    assert later.ttl_s == 14_400


def test_caches_in_the_cluster_come_through() -> None:
    """
    With the Secret of their certificate, and the prompts that only they keep.
    """
    made = caches(front("{}", IN_CLUSTER, environment="prod"))
    assert (made.provider, made.tls, made.subnets, made.security_groups) == ("cluster", "shop-tls", (), ())
    assert made.contexts == ContextCache(models=("large",), reusable_tokens=2_000_000, size_gib=None)
    sized = caches(front("{}", "{contexts: {size: 1.5GiB}}")).contexts
    assert sized == ContextCache(models=("small", "large"), reusable_tokens=None, size_gib=Decimal("1.5"))


@pytest.mark.parametrize(
    ("environment", "provider", "tls"),
    [("dev", "cluster", "cache-tls"), ("staging", "elasticache", None), ("prod", "elasticache", None)],
)
def test_an_empty_section_keeps_exact_answers_and_promises_nothing(environment: str, provider: str, tls: str | None) -> None:
    """
    Answers of all models that generate, for an hour, each request to an engine once; nothing is taken off the bill.
    """
    made = caches(front("{}", "{}", environment=environment))
    assert (made.provider, made.tls, made.embeddings, made.semantic, made.contexts) == (provider, tls, None, None, None)
    assert made.responses == ResponseCache(
        models=("small", "large"),
        ttl_s=3600,
        memory_ttl_s=30,
        deterministic_share=None,
        hit_rate=NO_HITS,
        volatility=Decimal(0),
        eviction="lfu",
        single_flight=True,
    )


def test_vectors_are_kept_for_a_day() -> None:
    """
    They change only with their model.
    """
    made = caches(front("{}", "{embeddings: {}}")).embeddings
    assert made == EmbeddingCache(models=("vectors",), ttl_s=86_400, hit_rate=NO_HITS, volatility=Decimal(0), eviction="lfu")


def test_elasticache_stands_where_the_nodes_do() -> None:
    """
    Subnets and security groups of the cluster, where the spec has them and says nothing else of the caches.
    """
    ids = "platform: {cluster: {name: c, subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}}\n"
    made = caches(front("{}", "{provider: elasticache}", more=ids))
    assert (made.subnets, made.security_groups) == (("subnet-0a1b2c3d",), ("sg-0a1b2c3d",))
    other = caches(front("{}", "{provider: elasticache, elasticache: {subnets: [subnet-11111111]}}", more=ids))
    assert (other.subnets, other.security_groups) == (("subnet-11111111",), ("sg-0a1b2c3d",))
    assert caches(front("{}", "{provider: elasticache}")).subnets == ()


def test_a_copy_in_memory_never_outlives_its_answer() -> None:
    """
    The default gives way to a shorter time to live, and so does what is written where a rung shortens it.
    """
    short = caches(front("{}", "{responses: {ttl: 10s}}")).responses
    assert short is not None
    assert (short.ttl_s, short.memory_ttl_s) == (10, 10)
    section = "{ladder: {level: 1, rungs: [{name: a, when: {waiting: 5}, cache_ttl: 5s}]}}"
    degraded = caches(front(section, "{}")).responses
    assert degraded is not None
    assert (degraded.ttl_s, degraded.memory_ttl_s) == (5, 5)


def test_nothing_to_keep_is_no_cache() -> None:
    """
    A stack that only embeds and does not ask for vectors keeps nothing; where its gateway counts is said all the same.
    """
    for section, models in (("{}", f"models:\n{EMBED}"), ("{responses: off}", None)):
        found = asked(front("{}", section) if models is None else front("{}", section, models=models)).caches
        assert found is not None
        assert (found.responses, found.embeddings, found.semantic, found.contexts) == (None,) * 4
        assert found.provider == "cluster"
        assert found.tls == "cache-tls"


@pytest.mark.parametrize(
    ("section", "code", "path"),
    [
        ("true", "SW116", "caches"),
        ("{redis: {}}", "SW201", "caches.redis"),
        ("{provider: redis}", "SW202", "caches.provider"),
        ("{tls: true}", "SW116", "caches.tls"),
        ("{tls: {}}", "SW119", "caches.tls.secret"),
        ("{provider: elasticache, tls: {secret: a}}", "SW211", "caches.tls"),
        ("{provider: elasticache, tls: off}", "SW211", "caches.tls"),
        ("{elasticache: {subnets: [subnet-0a1b2c3d]}}", "SW211", "caches.elasticache"),
        ("{provider: elasticache, elasticache: {subnets: [a]}}", "SW203", "caches.elasticache.subnets[0]"),
        ("{search_results: {}}", "SW271", "caches.search_results"),
        ("{responses: {requests: all}}", "SW271", "caches.responses.requests"),
        ("{responses: {requests: some}}", "SW202", "caches.responses.requests"),
        ("{responses: {compression: zstd}}", "SW271", "caches.responses.compression"),
        ("{embeddings: {compression: gzip}}", "SW271", "caches.embeddings.compression"),
        ("{responses: {models: [smal]}}", "SW272", "caches.responses.models[0]"),
        ("{responses: {models: [vectors]}}", "SW273", "caches.responses.models[0]"),
        ("{embeddings: {models: [small]}}", "SW273", "caches.embeddings.models[0]"),
        ("{contexts: {models: [vectors], size: 1GiB}}", "SW273", "caches.contexts.models[0]"),
        ("{responses: {models: [small, small]}}", "SW209", "caches.responses.models[1]"),
        ("{responses: {ttl: 3600}}", "SW117", "caches.responses.ttl"),
        ("{responses: {ttl: 0s}}", "SW118", "caches.responses.ttl"),
        ("{responses: {ttl: 721h}}", "SW118", "caches.responses.ttl"),
        ("{responses: {memory_ttl: 2h}}", "SW118", "caches.responses.memory_ttl"),
        ("{responses: {ttl: 10s, memory_ttl: 11s}}", "SW211", "caches.responses.memory_ttl"),
        ("{responses: {ttl: 40s, volatility: 50%, memory_ttl: 21s}}", "SW211", "caches.responses.memory_ttl"),
        ("{responses: {volatility: 100%}}", "SW118", "caches.responses.volatility"),
        ("{responses: {volatility: 0.2}}", "SW117", "caches.responses.volatility"),
        ("{responses: {eviction: random}}", "SW202", "caches.responses.eviction"),
        ("{responses: {single_flight: on}}", "SW116", "caches.responses.single_flight"),
        ("{responses: {hit_rate: 30%}}", "SW119", "caches.responses.deterministic_share"),
        ("{responses: {hit_rate: 0.3, deterministic_share: 60%}}", "SW117", "caches.responses.hit_rate"),
        ("{responses: {hit_rate: 130%, deterministic_share: 60%}}", "SW118", "caches.responses.hit_rate"),
        ("{responses: {hit_rate: {low: 1%, high: 2%}, deterministic_share: 60%}}", "SW119", "caches.responses.hit_rate.expected"),
        (
            "{responses: {hit_rate: {low: 40%, expected: 30%, high: 50%}, deterministic_share: 60%}}",
            "SW211",
            "caches.responses.hit_rate.expected",
        ),
        (
            "{responses: {hit_rate: {low: 10%, expected: 30%, high: 20%}, deterministic_share: 60%}}",
            "SW211",
            "caches.responses.hit_rate.high",
        ),
        ("{embeddings: {hit_rate: {low: 10%, expected: 30%, high: 20%}}}", "SW211", "caches.embeddings.hit_rate.high"),
        ("{responses: {eviction: lru}, embeddings: {}}", "SW211", "caches.embeddings.eviction"),
        ("{embeddings: {eviction: lru}}", "SW211", "caches.embeddings.eviction"),
        ("{contexts: {}}", "SW119", "caches.contexts"),
        ("{contexts: {size: 1GiB, reusable_tokens: 5000}}", "SW211", "caches.contexts.size"),
        ("{contexts: {size: 1MiB}}", "SW118", "caches.contexts.size"),
        ("{contexts: {reusable_tokens: 1}}", "SW118", "caches.contexts.reusable_tokens"),
        ("{provider: elasticache, contexts: {size: 1GiB}}", "SW271", "caches.contexts"),
    ],
)
def test_one_fault_of_the_caches(section: str, code: str, path: str) -> None:
    """
    What no part can keep, or keeps wrongly, is refused with its reason; the rest is strict.
    """
    assert told(front("{}", section)) == [(code, path)]


def test_a_sampled_answer_is_refused_with_the_reason() -> None:
    """
    A cache of it would freeze one draw.
    """
    (fault,) = faults(front("{}", "{responses: {requests: all}}"))
    assert fault.message == "a sampled answer is one of many, and a cache would give it to everyone for as long as it lives"
    assert fault.hint == "write deterministic, or leave it out: what is asked at temperature 0"


@pytest.mark.parametrize("section", ["responses", "embeddings", "contexts"])
def test_a_cache_has_something_to_keep(section: str) -> None:
    """
    A class that is asked for and that no model makes is a mistake in the spec.
    """
    small = front("{}", f"{{{section}: {{}}}}", models=f"models:\n{EMBED}")
    if section == "embeddings":
        small = front("{}", "{embeddings: {}}").replace(EMBED, "")
    assert ("SW211", f"caches.{section}") in told(small)


@pytest.mark.parametrize(("gateway", "environment"), [("off", "dev"), ("off", "prod")])
def test_caches_need_the_gateway(gateway: str, environment: str) -> None:
    """
    It is the gateway that answers from them; off needs nothing.
    """
    (fault,) = faults(front(gateway, "{}", environment=environment))
    assert (fault.code, fault.path, fault.hint) == ("SW270", "caches", "gateway: {} turns it on; or caches: off")
    assert asked(front(gateway, "off", environment=environment)).caches is None


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_tls_is_off_in_dev_only(environment: str) -> None:
    """
    Questions and answers are the stack's most private data.
    """
    assert caches(front("{}", "{tls: off}")).tls is None
    text = front("{}", "{provider: cluster, tls: off}", environment=environment)
    assert told(text) == [("SW278", "caches.tls")]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_store_of_two_nodes_has_subnets_of_two_zones(environment: str) -> None:
    """
    A single subnet has room for the loss of a node and none for that of its zone; in dev that is enough.
    """
    section = "{provider: elasticache, elasticache: {subnets: [subnet-0a1b2c3d]}}"
    (fault,) = faults(front("{}", section, environment=environment))
    assert (fault.code, fault.path, fault.hint) == ("SW211", "caches.elasticache.subnets", "give subnets of two zones")
    assert caches(front("{}", section)).subnets == ("subnet-0a1b2c3d",)
    two = section.replace("[subnet-0a1b2c3d]", "[subnet-0a1b2c3d, subnet-0d4e5f6a]")
    assert len(caches(front("{}", two, environment=environment)).subnets) == 2


def test_elasticache_is_a_service_of_aws() -> None:
    """
    On another platform the caches are in the cluster by default, and nowhere else.
    """
    platform = PlatformSpec.model_construct(kind="kubernetes")
    spec = Spec.model_construct(platform=platform, environment="prod", models=(), gateway=GatewaySpec(), caches=CachesSpec())
    assert provider_of(spec.caches, spec, "prod") == "cluster"
    asked_for = spec.model_copy(update={"caches": CachesSpec(provider="elasticache")})
    scope = Scope(spec=asked_for, zones_of=lambda _: (), names=None, timezones=())
    found = [(each.code, each.path, each.hint) for rule in CACHE_RULES for each in rule(scope)]
    assert found == [("SW211", "caches.provider", "provider: cluster")]


SEMANTIC = "embedding_model: vectors, models: [small]"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("semantic: {models: [small]}", {("SW119", "caches.semantic.embedding_model")}),
        ("semantic: {embedding_model: vectors}", {("SW119", "caches.semantic.models")}),
        (f"semantic: {{{SEMANTIC.replace('vectors', 'other')}}}", {("SW272", "caches.semantic.embedding_model")}),
        (f"semantic: {{{SEMANTIC.replace('vectors', 'large')}}}", {("SW273", "caches.semantic.embedding_model")}),
        (f"semantic: {{{SEMANTIC.replace('[small]', '[vectors]')}}}", {("SW273", "caches.semantic.models[0]")}),
        (f"semantic: {{{SEMANTIC}, threshold: 80%}}", {("SW118", "caches.semantic.threshold")}),
        (f"semantic: {{{SEMANTIC}, hit_rate: 10%}}", {("SW119", "caches.responses.deterministic_share")}),
        (
            f"responses: {{deterministic_share: 50%}}, semantic: {{{SEMANTIC}, hit_rate: {{low: 2%, expected: 1%, high: 3%}}}}",
            {("SW211", "caches.semantic.hit_rate.expected")},
        ),
        (f"semantic: {{{SEMANTIC}, deterministic_share: 50%}}", {("SW201", "caches.semantic.deterministic_share")}),
        (f"responses: off, semantic: {{{SEMANTIC}}}", {("SW211", "caches.semantic")}),
        (f"responses: {{models: [large]}}, semantic: {{{SEMANTIC}}}", {("SW211", "caches.semantic.models[0]")}),
        (f"responses: {{ttl: 10m}}, semantic: {{{SEMANTIC}, ttl: 11m}}", {("SW211", "caches.semantic.ttl")}),
        (f"semantic: {{{SEMANTIC}, ttl: 61m}}", {("SW211", "caches.semantic.ttl")}),
    ],
)
@pytest.mark.parametrize("provider", ["cluster", "elasticache"])
def test_faults_of_the_semantic_cache(provider: str, section: str, expected: set[tuple[str, str]]) -> None:
    """
    It lends the answers of responses: without them, for models that are not among them, or for longer, there is nothing to lend.
    """
    assert set(told(front("{}", f"{{provider: {provider}, {section}}}"))) == expected


@pytest.mark.parametrize("provider", ["cluster", "elasticache"])
def test_a_semantic_cache_stands_beside_every_other(provider: str) -> None:
    """
    With either provider and beside vectors that are kept; by default a question serves others as long as its answer is kept.
    """
    section = f"{{provider: {provider}, responses: {{ttl: 20m}}, embeddings: {{}}, semantic: {{{SEMANTIC}}}}}"
    made = asked(front("{}", section)).caches
    assert made is not None
    assert made.responses is not None
    assert made.embeddings is not None
    assert made.semantic is not None
    assert (made.semantic.embedding_model, made.semantic.models, made.semantic.threshold) == ("vectors", ("small",), Decimal("0.95"))
    assert made.semantic.ttl_s == made.responses.ttl_s == 1200
