"""
The plan of the gateway and of the cache tiers behind it, as frozen values.

Sizes are MiB or GiB as the name says, rates requests a second in the busiest hour, money USD a month in Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from servewright.plan.model import Replicas
    from servewright.plan.operators import ContainerSize
    from servewright.spec.cache_request import CacheProvider, HitRate
    from servewright.spec.gateway_request import GatewayRequest, Route, RouteTarget

Purpose = Literal["responses", "counters", "contexts"]
EvictionPolicy = Literal["allkeys-lfu", "allkeys-lru", "noeviction"]


_MOST_APART: Final = 8
"""
Replicas that each get a node: with more of them on shared nodes a node takes at most some of them along. Judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPlan:
    """
    The gateway: what was asked of it and how large it is.

    *rate* is what clients send in the busiest hour, over all names. *timeout_s* holds the longest request of each model,
    *first_token_timeout_s* what it may take to begin; *grace_s* is what a pod may need to end: the longest request and its own exit.
    """

    request: GatewayRequest
    rate: Decimal
    requests_per_replica: Decimal
    replicas: Replicas
    container: ContainerSize
    timeout_s: tuple[tuple[str, int], ...]
    first_token_timeout_s: tuple[tuple[str, int], ...]
    grace_s: int
    reasons: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """
        True where each replica gets a node of its own, so that the loss of one leaves the others; many replicas need no rule for that.
        """
        return 1 < self.replicas.maximum <= _MOST_APART

    @property
    def longest_s(self) -> int:
        """
        The longest time-out of all models.
        """
        return max(seconds for _, seconds in self.timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheTier:
    """
    One store for one purpose.

    *maxmemory_mib* is what it keeps before it evicts (or refuses), *memory_mib* what a node or pod of it has. *node_type* is ElastiCache's
    (None in the cluster); *nodes* counts the primary and its replicas. *entries* of *entry_bytes* each are what it was sized for.
    *persistent*: what it holds must outlive it; *disk_gib* is then its volume (in the cluster). *monthly* is what ElastiCache's nodes cost,
    None where that is unknown or the tier runs on the CPU pool, whose nodes are priced there.
    """

    purpose: Purpose
    provider: CacheProvider
    maxmemory_mib: int
    memory_mib: int
    cpu_millicores: int
    node_type: str | None
    nodes: int
    eviction: EvictionPolicy
    persistent: bool
    disk_gib: int
    entries: int
    entry_bytes: int
    monthly: Decimal | None
    reasons: tuple[str, ...]

    @property
    def key(self) -> str:
        """
        The name of the tier within its stack.
        """
        return f"cache-{self.purpose}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheEffect:
    """
    What the caches spare one model: of *offered* requests a second the engines get *engine_rate*, by the hit rate that was stated.

    *monthly* are the model's GPU nodes at the low, expected and high hit rate, *without* at none (None: unknown). Its replicas are sized
    for the low rate.
    """

    model: str
    offered: Decimal
    hits: HitRate
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    without: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """
    A route with what its mix costs: USD per million tokens of the GPU nodes' expected price, None where one of its models has none.
    *shifted* are its targets as the rungs in force leave them; nothing where none of these shifts what it leads to.
    """

    route: Route
    usd_per_1m_tokens: Decimal | None
    usd_per_1m_tokens_by_model: tuple[tuple[str, Decimal | None], ...]
    shifted: tuple[RouteTarget, ...] = ()

    @property
    def targets(self) -> tuple[RouteTarget, ...]:
        """
        The models that answer what is sent to the route, and the shares of it that they get.
        """
        return self.shifted or self.route.targets
