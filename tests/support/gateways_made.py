"""
Plans with a gateway, made by hand: the models "small" (one share) and "large" (base and burst), two teams, a route by complexity, limits,
and the tiers behind them. As in `plans`, the figures fit together and are not what the planner would decide.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import plans
from servewright.plan.gateway_plan import CacheTier, GatewayPlan
from servewright.plan.model import Replicas, Share, WorkloadPlan
from servewright.plan.operators import ContainerSize
from servewright.ranges import Range
from servewright.spec.cache_request import CachesRequest, HitRate, ResponseCache
from servewright.spec.gateway_request import GatewayRequest, Ladder, PublicAddress, RequestLimits, Retries, Route, RouteTarget, Team
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import Purpose
    from servewright.plan.model import ModelPlan, Plan

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
PUBLIC = PublicAddress(hostname="models.example.com", certificate=CERTIFICATE, allow_from=("203.0.113.0/24", "2001:db8::/32"))

TEAMS = (
    Team(
        name="support",
        models=("small", "auto"),
        requests_per_minute=600,
        tokens_per_minute=200_000,
        parallel_requests=40,
        budget=Decimal(500),
        budget_days=30,
        priority="high",
    ),
    Team(
        name="batch",
        models=(),
        requests_per_minute=None,
        tokens_per_minute=None,
        parallel_requests=None,
        budget=None,
        budget_days=30,
        priority="low",
    ),
)

ROUTE = Route(
    path="gateway.routes[0]",
    name="auto",
    policy="complexity",
    requests_per_second=Decimal(20),
    targets=(
        RouteTarget(model="small", share=Decimal("0.8"), when="simple"),
        RouteTarget(model="large", share=Decimal("0.2"), when="complex"),
    ),
)

REQUEST = GatewayRequest(
    public=None,
    min_replicas=2,
    max_replicas=None,
    keys=SecretRef(secret="gateway-keys", key="keys.json"),  # noqa: S106 - the name of a Secret
    master_key=SecretRef(secret="gateway-keys", key="master-key"),  # noqa: S106
    database=None,
    teams=TEAMS,
    limits=RequestLimits(request_bytes=1_048_576, input_tokens=8000, output_tokens=1000, in_flight=400, queued=200, queue_timeout_s=5),
    retries=Retries(attempts=1, timeout_s=None, first_token_timeout_s=None, failures=2, cooldown_s=15),
    fallbacks=(("small", ("large",)),),
    routes=(ROUTE,),
    ladder=Ladder(),
)

GATEWAY = GatewayPlan(
    request=REQUEST,
    rate=Decimal(60),
    requests_per_replica=Decimal(50),
    replicas=Replicas(minimum=2, busiest=2, maximum=4, by_hour=(2,) * 168),
    container=ContainerSize(name="litellm", cpu_millicores=1000, memory_mib=1024, memory_limit_mib=2048),
    timeout_s=(("small", 60), ("large", 80)),
    first_token_timeout_s=(("small", 10), ("large", 20)),
    grace_s=115,
    reasons=("a gateway made by hand",),
)

RESPONSES = ResponseCache(
    models=("small", "large"),
    ttl_s=3600,
    memory_ttl_s=30,
    deterministic_share=Decimal("0.4"),
    hit_rate=HitRate(low=Decimal(0), expected=Decimal("0.3"), high=Decimal("0.4")),
    volatility=Decimal(0),
    eviction="lfu",
    single_flight=True,
)

CACHES = CachesRequest(
    provider="cluster",
    tls="cache-tls",
    subnets=(),
    security_groups=(),
    responses=RESPONSES,
    embeddings=None,
    semantic=None,
    contexts=None,
)

_RESPONSES_TIER = CacheTier(
    purpose="responses",
    provider="cluster",
    maxmemory_mib=347,
    memory_mib=512,
    cpu_millicores=250,
    node_type=None,
    nodes=1,
    eviction="allkeys-lfu",
    persistent=False,
    disk_gib=0,
    entries=50_400,
    entry_bytes=5_900,
    monthly=None,
    reasons=("a tier made by hand",),
)


def tier(purpose: Purpose, **changes: Any) -> CacheTier:
    """
    Return a tier in the cluster for *purpose*.
    """
    own: dict[str, Any] = {}
    if purpose == "counters":
        own = {"eviction": "noeviction", "persistent": True, "disk_gib": 1, "maxmemory_mib": 256, "entries": 0, "entry_bytes": 0}
    elif purpose == "contexts":
        own = {"eviction": "allkeys-lru", "maxmemory_mib": 49_152, "memory_mib": 65_536, "cpu_millicores": 2000}
    return replace(_RESPONSES_TIER, **{"purpose": purpose, **own, **changes})


def elasticache_tier(purpose: Purpose, **changes: Any) -> CacheTier:
    """
    Return a tier of ElastiCache for *purpose*.
    """
    own = {"provider": "elasticache", "node_type": "cache.t4g.small", "nodes": 2, "disk_gib": 0, "monthly": Decimal("37.38")}
    return tier(purpose, **{**own, **changes})


TIERS = (tier("counters"), tier("responses"))
"""
What the gateway of this file needs: counters, since there are limits and two replicas, and responses.
"""


def small() -> ModelPlan:
    """
    Return the model with one share.
    """
    return _named("small", 0)


def large() -> ModelPlan:
    """
    Return the model with one replica that always runs and a burst beside it.
    """
    always = Replicas(minimum=1, busiest=1, maximum=1, by_hour=(1,) * 168)
    beyond = Replicas(minimum=0, busiest=2, maximum=3, by_hour=tuple(hour - 1 for hour in plans.BY_HOUR))
    model = _named("large", 1)
    (alone,) = model.workloads
    base_share = Share(role="base", purchase="on-demand", pool="g6-xlarge-x1-base", replicas=Range.of(1, 1, 1))
    workloads = (WorkloadPlan(share="base", shape=alone.shape, pod=alone.pod, replicas=always), replace(alone, replicas=beyond))
    return replace(model, workloads=workloads, shares=(base_share, replace(model.shares[0], replicas=Range.of(0, 2, 3)), model.shares[1]))


def gateway(**changes: Any) -> GatewayPlan:
    """
    Return the gateway's plan; *changes* to what was asked of it go under "request".
    """
    return replace(GATEWAY, **changes)


def plan(**changes: Any) -> Plan:
    """
    Return the plan of the stack "demo" with gateway, two models and two tiers in the cluster.
    """
    both = ("small", "large")
    burst, fallback, system = plans.pools()
    base = replace(
        burst,
        name="g6-xlarge-x1-base",
        share="base",
        role="base",
        purchase="on-demand",
        instance_types=("g6.xlarge",),
        serves=("large",),
        nodes=Range.exactly(1),
        limit_nodes=2,
        weight=100,
        expected_share=Decimal(1),
    )
    shared = tuple(replace(pool, serves=both, limit_nodes=9) for pool in (burst, fallback))
    # Two nodes of each admitted type hold gateway and tiers at their maximum; the bill asks that every type needs as many.
    cpu = replace(system, instance_types=("m7i.xlarge",), nodes=Range.exactly(2), limit_nodes=4)
    made = plans.plan(models=(small(), large()), pools=(base, *shared, cpu), gateway=GATEWAY, caches=CACHES, tiers=TIERS)
    return replace(made, **changes)


def asked(**changes: Any) -> Plan:
    """
    Return the plan with *changes* to the request of its gateway.
    """
    return plan(gateway=gateway(request=replace(REQUEST, **changes)))


def elasticache() -> Plan:
    """
    Return the plan with its tiers at ElastiCache.
    """
    caches = replace(CACHES, provider="elasticache", tls=None, subnets=("subnet-0a1b2c", "subnet-0d4e5f"), security_groups=("sg-0a1b2c",))
    return plan(caches=caches, tiers=(elasticache_tier("counters"), elasticache_tier("responses")))


def _named(name: str, place: int) -> ModelPlan:
    chat = plans.model()
    arguments = tuple(f"--served-model-name={name}" if each.startswith("--served-model-name=") else each for each in chat.engine.arguments)
    return plans.model(name=name, path=f"models[{place}]", engine=replace(chat.engine, arguments=arguments))
