"""
The gateway and the stores in the cluster run on the one CPU pool, which is sized for them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

from gateway_requests import caches_request, context_cache, gateway_request, response_cache
from requests_made import model_request, request
from servewright.catalog.load import load_catalog
from servewright.plan.model import Plan, PoolPlan
from servewright.plan.planner import plan_stack
from servewright.spec.cache_request import CachesRequest
from servewright.spec.gateway_request import GatewayRequest

CATALOG = load_catalog()


@cache
def planned(gateway: GatewayRequest | None, caches: CachesRequest | None, profile: str = "steady", rate: str = "200") -> Plan:
    """
    Return a plan with *gateway* and *caches*.
    """
    asked = request(model_request("meta-llama/Llama-3.1-8B-Instruct", rate=rate, profile=profile))
    return plan_stack(replace(asked, gateway=gateway, caches=caches), CATALOG)


def pool_of(plan: Plan) -> PoolPlan:
    """
    Return the CPU pool.
    """
    return next(pool for pool in plan.pools if pool.purpose == "cpu")


def test_each_replica_of_the_gateway_has_a_node_of_its_own() -> None:
    """
    Fewest, mean and most nodes are those of the replicas, and the limit leaves room for one more.
    """
    plan = planned(gateway_request(), None, profile="business-hours", rate="60")
    assert plan.gateway is not None
    replicas, pool = plan.gateway.replicas, pool_of(plan)
    assert replicas.minimum < replicas.busiest < replicas.maximum
    assert (pool.nodes.min, pool.nodes.max) == (Decimal(replicas.minimum), Decimal(replicas.maximum))
    assert pool.nodes.expected == Decimal(sum(replicas.by_hour)) / 168
    assert pool.limit_nodes == replicas.maximum + 1


def test_many_replicas_share_nodes() -> None:
    """
    With more than eight a node takes only some of them along: they are packed like other pods.
    """
    plan = planned(gateway_request(), None, rate="400")
    assert plan.gateway is not None
    assert plan.gateway.replicas.maximum > 8
    assert (pool_of(plan).nodes.max or 0) < plan.gateway.replicas.maximum


def test_the_month_follows_the_nodes() -> None:
    """
    Twice the nodes cost twice as much, member by member.
    """
    pool = pool_of(planned(gateway_request(), None, profile="business-hours", rate="60"))
    pairs = zip(
        (pool.monthly.min, pool.monthly.expected, pool.monthly.max), (pool.nodes.min, pool.nodes.expected, pool.nodes.max), strict=True
    )
    each = [round(money / nodes, 9) for money, nodes in pairs if money and nodes]
    assert each == [Decimal("75.984")] * 3


def test_a_single_replica_may_share_a_node() -> None:
    """
    One gateway and its stores fit one node.
    """
    plan = planned(gateway_request(min_replicas=1, max_replicas=1), caches_request(responses=response_cache("chat")), rate="5")
    assert [tier.purpose for tier in plan.tiers] == ["responses"]
    assert pool_of(plan).nodes.max == 1


def test_a_large_store_takes_a_larger_type() -> None:
    """
    The pool's type holds the largest pod.
    """
    plan = planned(gateway_request(), caches_request(contexts=context_cache("chat", gib="12")), rate="5")
    (contexts,) = (tier for tier in plan.tiers if tier.purpose == "contexts")
    held = CATALOG.instance(pool_of(plan).instance_types[0])
    assert held is not None
    assert (held.allocatable_memory_mib or 0) > contexts.memory_mib > 12 * 1024


def test_a_managed_store_takes_no_node_of_the_pool() -> None:
    """
    With ElastiCache the pool holds the gateway alone.
    """
    caches = caches_request(provider="elasticache", responses=response_cache("chat"), contexts=context_cache("chat", gib="12"))
    assert pool_of(planned(gateway_request(), caches)) == pool_of(planned(gateway_request(), None))
