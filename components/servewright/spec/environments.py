"""
What an environment picks: the table of defaults in the design, one column each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from servewright.spec.cache_request import CacheProvider
    from servewright.spec.gate_rules import Action
    from servewright.spec.request import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDefaults:
    """
    The defaults of one environment.

    *base_share* is the part of the busiest hour's replicas that always runs on demand (None: no base). *zones* is how many zones are
    used where none are given; *pinned* says whether an unpinned revision is refused; *sections_on* are the sections that are on by
    default; *gate_action* is what a broken gate does where it does not say. *gateway_replicas* is the gateway's minimum, *cache_provider*
    where cache tiers run on EKS, *retention_days* how long metrics are kept. The other names are those of the request.
    """

    zones: int
    base_share: Decimal | None
    min_replicas: int
    max_replicas_rule: Literal["+1", "x1.5"]
    headroom: Decimal
    availability: Decimal | None
    spot: bool
    pinned: bool
    sections_on: tuple[str, ...]
    gate_action: Action
    gateway_replicas: int
    cache_provider: CacheProvider
    retention_days: int


ENVIRONMENTS: Final[dict[Environment, EnvironmentDefaults]] = {
    "dev": EnvironmentDefaults(
        zones=1,
        base_share=None,
        min_replicas=1,
        max_replicas_rule="+1",
        headroom=Decimal("0.15"),
        availability=None,
        spot=True,
        pinned=False,
        sections_on=(),
        gate_action="warn",
        gateway_replicas=1,
        cache_provider="cluster",
        retention_days=15,
    ),
    "staging": EnvironmentDefaults(
        zones=2,
        base_share=None,
        min_replicas=1,
        max_replicas_rule="+1",
        headroom=Decimal("0.25"),
        availability=Decimal("0.995"),
        spot=False,
        pinned=True,
        sections_on=("gateway", "monitoring"),
        gate_action="deny",
        gateway_replicas=2,
        cache_provider="elasticache",
        retention_days=30,
    ),
    "prod": EnvironmentDefaults(
        zones=2,
        base_share=Decimal("0.5"),
        min_replicas=2,
        max_replicas_rule="x1.5",
        headroom=Decimal("0.25"),
        availability=Decimal("0.999"),
        spot=False,
        pinned=True,
        sections_on=("gateway", "caches", "monitoring"),
        gate_action="deny",
        gateway_replicas=2,
        cache_provider="elasticache",
        retention_days=30,
    ),
}


def is_on(section: str, environment: Environment) -> bool:
    """
    Return True where a spec of *environment* that does not give *section* has it nevertheless.
    """
    return section in ENVIRONMENTS[environment].sections_on
