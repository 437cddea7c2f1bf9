"""
The stores behind the gateway: which there are, how large, on what, and what is refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway_requests import (
    batching_rung,
    caches_request,
    context_cache,
    embedding_cache,
    gateway_request,
    hits,
    response_cache,
    semantic_cache,
    team,
)
from requests_made import model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.catalog.prices import Prices
from servewright.errors import InvalidInputError
from servewright.plan.cache_entries import busiest_stretch
from servewright.plan.cache_nodes import Host, TooLarge, cache_node
from servewright.plan.gateway_plan import CacheTier
from servewright.plan.planner import plan_stack
from servewright.spec.cache_request import CachesRequest
from servewright.spec.gateway_request import GatewayRequest, Ladder
from servewright.spec.request import Environment
from servewright.units import HOURS_PER_MONTH
from stacks_made import dev_stack

CATALOG = load_catalog()
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
MIB = 2**20


def tiers(
    caches: CachesRequest | None, gateway: GatewayRequest | None = None, environment: Environment = "dev", **model: Any
) -> dict[str, CacheTier]:
    """
    Return the stores of a stack of one model, 50 requests a second with answers of 900 tokens, by their purpose.
    """
    asked = request(model_request(LLAMA, **{"rate": "50", "prompt": 200, "answer": 900, **model}))
    stack = replace(asked.stack, environment=environment)
    return {tier.purpose: tier for tier in plan_stack(replace(asked, stack=stack, caches=caches, gateway=gateway), CATALOG).tiers}


def responses(**changes: Any) -> CacheTier:
    """
    Return the response tier of a cache with *changes*, in the cluster.
    """
    return tiers(caches_request(responses=response_cache("chat", **changes)))["responses"]


def test_the_formula_by_hand() -> None:
    """
    50/s, 40 % deterministic, half of them hits: 10 writes/s, an hour of them 36,000 entries of 1.25 x 900 x 4.5 + 700 bytes.
    """
    found = responses(deterministic_share=Decimal("0.4"), hit_rate=hits("0.4", "0.5", "0.6"))
    entry = 5763
    assert (found.entries, found.entry_bytes) == (36_000, entry)
    assert found.maxmemory_mib == -(-36_000 * entry // MIB) + 64
    assert found.memory_mib == -(-found.maxmemory_mib * 4 // 3 // 64) * 64
    assert (found.eviction, found.persistent, found.disk_gib, found.nodes, found.monthly) == ("allkeys-lfu", False, 0, 1, None)


def test_only_what_may_be_kept_is_written() -> None:
    """
    Of 50/s 20 came under names that are kept: an hour of them 72,000 answers, or vectors. What a rung moved to a model that the cache does
    not name is kept too; what is not of the cache's class is not.
    """
    kept = Decimal(20)
    assert tiers(caches_request(responses=response_cache("chat")), cacheable=kept)["responses"].entries == 72_000
    assert tiers(caches_request(responses=response_cache("other")), cacheable=kept)["responses"].entries == 72_000
    assert tiers(caches_request(embeddings=embedding_cache("other")), cacheable=kept)["responses"].entries == 0
    reading = replace(reading_request("BAAI/bge-m3", name="vectors"), vectors=Decimal(30), cacheable=kept)
    (tier,) = plan_stack(replace(request(reading), caches=caches_request(embeddings=embedding_cache("vectors"))), CATALOG).tiers
    assert tier.entries == 72_000


def test_what_is_not_known_to_be_sampled_is_counted() -> None:
    """
    Without a deterministic share the tier is sized for all requests; a volatile entry lasts a part of its time only.
    """
    assert responses().entries == 180_000
    assert responses(volatility=Decimal("0.25")).entries == 135_000


def test_a_rung_that_lets_answers_last_longer_is_provided_for() -> None:
    """
    Whether it is in force or not: another level does not replace the store.
    """
    rung = replace(batching_rung("chat", 4096), batching=None, cache_ttl_s=7200)
    caches = caches_request(responses=response_cache("chat"))
    for level in (0, 1):
        assert tiers(caches, gateway_request(ladder=Ladder(rungs=(rung,), level=level)))["responses"].entries == 360_000


def test_entries_are_those_of_the_busiest_stretch() -> None:
    """
    A day of a profile with quiet nights brings less than 24 busy hours; an hour is the busiest one.
    """
    day = tiers(caches_request(responses=response_cache("chat", ttl_s=86400)), profile="business-hours")["responses"]
    hour = tiers(caches_request(responses=response_cache("chat")), profile="business-hours")["responses"]
    factors = CATALOG.profile("business-hours")
    assert factors is not None
    assert hour.entries == 180_000
    assert day.entries == 180_000 * max(sum(factors[h : h + 24]) for h in range(24 * 6))


@pytest.mark.parametrize(
    ("seconds", "busy"),
    [
        (0, 0),
        (1800, 1800),
        (3600, 3600),
        (5400, 4500),
        (7200, 5400),
        (9000, 7200),
        (7200 * 3, 5400 * 3),
        (7200 * 3 + 3600, 5400 * 3 + 3600),
    ],
)
def test_a_stretch_is_counted_in_seconds_of_the_busiest_hour(seconds: int, busy: int) -> None:
    """
    The week here has two hours, one busy and one half as busy; longer than a week it begins again.
    """
    assert busiest_stretch((Decimal(1), Decimal("0.5")), seconds) == busy
    assert busiest_stretch((Decimal("0.5"), Decimal(1)), seconds) == busy


def test_a_vector_is_stored_as_text() -> None:
    """
    bge-m3 has 1,024 dimensions of 20 bytes each; all of its requests are deterministic.
    """
    asked = request(reading_request("BAAI/bge-m3", rate="10"))
    caches = caches_request(embeddings=embedding_cache("chat", hit_rate=hits("0", "0.9", "0.9")))
    (found,) = plan_stack(replace(asked, caches=caches), CATALOG).tiers
    assert (found.entries, found.entry_bytes) == (3600, 1024 * 20 * 5 // 4 + 700)


def test_a_semantic_cache_has_no_store_of_its_own() -> None:
    """
    Its vectors are in the gateway's memory, its answers are those of the response tier.
    """
    chat, vectors = model_request(LLAMA, rate="10", prompt=200, answer=100), replace(reading_request("BAAI/bge-m3"), name="vectors")
    asked = replace(request(chat), models=(chat, replace(vectors, path="models[1]")))
    exact = caches_request(responses=response_cache("chat"))
    near = replace(exact, semantic=semantic_cache("vectors", "chat"))
    first, second = (plan_stack(replace(asked, caches=caches), CATALOG).tiers for caches in (exact, near))
    assert first == second
    assert len(first) == 1


def test_counters_are_kept_where_replicas_count_together() -> None:
    """
    Several replicas, or a limit; one replica that nobody is limited at counts for itself.
    """
    one = gateway_request(min_replicas=1, max_replicas=1)
    slow: dict[str, Any] = {"rate": "5"}
    assert tiers(None, one, **slow) == {}
    assert set(tiers(None, gateway_request(), **slow)) == {"counters"}
    assert set(tiers(None, replace(one, teams=(team(parallel_requests=4),)), **slow)) == {"counters"}
    found = tiers(None, gateway_request(), **slow)["counters"]
    assert (found.maxmemory_mib, found.eviction, found.persistent, found.nodes, found.disk_gib) == (256, "noeviction", True, 1, 4)


@pytest.mark.parametrize(("environment", "nodes"), [("dev", {"responses": 1, "counters": 2}), ("prod", {"responses": 2, "counters": 2})])
def test_what_must_outlive_a_node_has_two(environment: Environment, nodes: dict[str, int]) -> None:
    """
    On ElastiCache: counters always, answers in prod. Contexts never: they are computed again.
    """
    caches = caches_request(provider="elasticache", responses=response_cache("chat"), contexts=context_cache("chat"))
    found = tiers(caches, gateway_request(), environment)
    assert {purpose: tier.nodes for purpose, tier in found.items()} == {**nodes, "contexts": 1}
    assert found["counters"].disk_gib == 0


def test_the_cheapest_node_type_that_holds_it_is_taken() -> None:
    """
    A quarter of its memory stays free; the month is 730 hours of its price for each node.
    """
    found = tiers(caches_request(provider="elasticache", responses=response_cache("chat")))["responses"]
    assert found.node_type == "cache.t4g.medium"
    assert found.maxmemory_mib == int(found.memory_mib * Decimal("0.75")) == 2373
    assert found.monthly == Decimal("0.052") * HOURS_PER_MONTH
    smaller = next(node for node in CATALOG.cache_nodes if node.node_type == "cache.t4g.small")
    assert smaller.memory_mib * 0.75 < 64 + 180_000 * found.entry_bytes / MIB < found.maxmemory_mib


def test_no_node_type_that_holds_it_is_cheaper() -> None:
    """
    Over sizes from nothing to the largest.
    """
    for needed in (1, 300, 1000, 3000, 10_000, 50_000, 200_000):
        host = cache_node(needed, dev_stack(), CATALOG)
        assert isinstance(host, Host)
        assert host.hourly is not None
        for node in CATALOG.cache_nodes:
            price = CATALOG.price("ElastiCache", "node on-demand Valkey", node.node_type, "us-east-1")
            assert price is not None
            assert node.memory_mib * 0.75 < needed or price.amount >= host.hourly


def test_without_a_price_the_smallest_is_taken() -> None:
    """
    Unknown stays unknown: there is no month then.
    """
    bare = replace(CATALOG, unit_prices=Prices(rows=()))
    host = cache_node(1000, dev_stack(), bare)
    assert host == Host(node_type="cache.t4g.small", memory_mib=1402, maxmemory_mib=1051, hourly=None)
    assert host.monthly(2) is None


def test_every_priced_node_type_of_the_reference_region_is_known() -> None:
    """
    The table of memory covers the table of prices, and no type has less than one that is a size smaller.
    """
    priced = {row.variant for row in CATALOG.unit_prices.rows if row.component == "node on-demand Valkey" and row.region == "us-east-1"}
    assert priced == {node.node_type for node in CATALOG.cache_nodes}


@pytest.mark.parametrize(
    ("caches", "path", "said"),
    [
        ({"responses": response_cache("chat", ttl_s=30 * 86400)}, "caches.responses", "m7i.2xlarge"),
        ({"responses": response_cache("chat", ttl_s=30 * 86400), "provider": "elasticache"}, "caches.responses", "cache.r6g.16xlarge"),
        ({"contexts": context_cache("chat", gib="40")}, "caches.contexts", "m7i.2xlarge"),
        ({"contexts": context_cache("chat", gib="400"), "provider": "elasticache"}, "caches.contexts", "cache.r6g.16xlarge"),
    ],
)
def test_a_store_larger_than_any_node_is_refused(caches: dict[str, Any], path: str, said: str) -> None:
    """
    With its arithmetic and what makes it smaller.
    """
    with pytest.raises(InvalidInputError) as refused:
        tiers(caches_request(**caches))
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path) == ("SW320", path)
    assert said in fault.message
    assert "with a quarter for fragmentation and buffers" in (fault.hint or "")
    assert "fewer models" in (fault.hint or "")


def test_what_runs_on_nodes_of_others_is_not_measured_by_ours() -> None:
    """
    Without a CPU pool of the stack the pod may be of any size.
    """
    asked = request(model_request(LLAMA))
    asked = replace(
        asked, stack=replace(asked.stack, system_nodes="existing"), caches=caches_request(contexts=context_cache("chat", gib="40"))
    )
    (found,) = plan_stack(asked, CATALOG).tiers
    assert found.memory_mib > 40 * 1024


def test_all_faults_are_told_at_once() -> None:
    """
    Two stores that are too large are two diagnostics.
    """
    with pytest.raises(InvalidInputError) as refused:
        tiers(caches_request(responses=response_cache("chat", ttl_s=30 * 86400), contexts=context_cache("chat", gib="40")))
    assert [fault.path for fault in refused.value.diagnostics] == ["caches.responses", "caches.contexts"]


def test_nothing_holds_more_than_the_largest() -> None:
    """
    The refusal names what is needed with the quarter on top.
    """
    found = cache_node(10**6, dev_stack(), CATALOG)
    assert isinstance(found, TooLarge)
    assert found.needs_mib == -(-(10**6) * 4 // 3)
