"""
The stores of the caches: what each runs on, how much it keeps, what happens when it is full, and what it costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import aligned, count, usd
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.plan.gateway_plan import CacheTier, Purpose
    from servewright.plan.model import Plan

HOLDS: Final[dict[Purpose, str]] = {
    "responses": "answers",
    "counters": "limits, spend and rests of the gateway's replicas",
    "contexts": "KV blocks of prompts",
}
"""
What a store is for, in words.
"""

TIER_COLUMNS: Final = ("store", "runs on", "usable", "needs", "when full", "$ a month")

_TIERS: Final = (Column(), Column(wrap=True, most=0.4), Column(side="right"), Column(side="right"), Column(wrap=True), Column(side="right"))
_BESIDE_FROM: Final = 110
"""
Columns from which the six figures of a store fit beside each other (judgement).
"""

_MIB_IN_GIB: Final = 1024
_CORE: Final = 1000
_KIB: Final = 1024
_EVICTION: Final = {
    "allkeys-lfu": "the least used goes",
    "allkeys-lru": "the longest unused goes",
    "noeviction": "new keys are refused",
}


def cache_stores(screen: Screen, plan: Plan) -> None:
    """
    Write the stores; nothing where there are none.
    """
    if not plan.tiers:
        return
    screen.blank()
    rows = tier_rows(plan)
    if screen.width >= _BESIDE_FROM:
        heading: list[Span] = [(name, QUIET) for name in TIER_COLUMNS]
        screen.table(_TIERS, [heading, *rows])
        return
    for tier, (name, on, size, sized_for, when, amount) in zip(plan.tiers, rows, strict=True):
        price = "" if tier.node_type is None else f"; {_month(amount)}"
        counted = f"; needs {sized_for}" if tier.entries else ""
        screen.paragraph((name, STRONG), f"  {HOLDS[tier.purpose]}: {on}{price}; {size} usable{counted}; when full {when}", hang=4)


def where(plan: Plan) -> str:
    """
    Return where the stores are and how they are reached.
    """
    bare = plan.caches is None or plan.caches.tls is None
    ways = {
        "cluster": f"Valkey in the cluster, {'without TLS' if bare else 'TLS'}, a user with a password and rights to its own keys",
        "elasticache": "ElastiCache for Valkey, TLS, encrypted at rest; the gateway signs in with its pods' identity, without a password",
    }
    return "; ".join(ways[provider] for provider in dict.fromkeys(tier.provider for tier in plan.tiers))


def tier_rows(plan: Plan) -> list[tuple[str, ...]]:
    """
    Return each store under TIER_COLUMNS.
    """
    money = aligned(_money(tier) for tier in plan.tiers)
    return [
        (tier.key, runs_on(tier), memory(tier), entries(tier), full(tier), amount) for tier, amount in zip(plan.tiers, money, strict=True)
    ]


def runs_on(tier: CacheTier) -> str:
    """
    Return the nodes or the pod of a store.
    """
    if tier.node_type is not None:
        return f"{tier.nodes} × {tier.node_type} of {_size(tier.memory_mib)}"
    pods = "a pod" if tier.nodes == 1 else f"{tier.nodes} pods"
    return f"{pods} of {count(_decimal(tier.cpu_millicores, _CORE))} CPU and {_size(tier.memory_mib)} on the CPU nodes"


def memory(tier: CacheTier) -> str:
    """
    Return what a store keeps before it is full: the rest of its node or pod is for fragmentation, buffers and a fail-over.
    """
    return _size(tier.maxmemory_mib)


def entries(tier: CacheTier) -> str:
    """
    Return what a store needs room for: "50,400 × 5.7 KiB".
    """
    return f"{count(tier.entries)} × {_bytes(tier.entry_bytes)}" if tier.entries else "–"


def full(tier: CacheTier) -> str:
    """
    Return what happens when a store is full, and whether it outlives its pod or node.
    """
    disk = f" on a volume of {tier.disk_gib} GiB" if tier.disk_gib else ""
    return f"{_EVICTION[tier.eviction]}; {f'kept{disk}' if tier.persistent else 'empty after a restart'}"


def _month(amount: str) -> str:
    return "price unknown" if not amount.strip()[:1].isdigit() and amount.strip()[:1] != "<" else f"${amount.strip()} a month"


def _money(tier: CacheTier) -> str:
    return "with the pool" if tier.node_type is None else usd(tier.monthly)


def _size(mib: int) -> str:
    return f"{count(round(mib / _MIB_IN_GIB, 2))} GiB" if mib >= _MIB_IN_GIB else f"{count(mib)} MiB"


def _bytes(number: int) -> str:
    return f"{count(round(number / _KIB, 1))} KiB" if number < _KIB * _KIB else f"{count(round(number / _KIB / _KIB, 1))} MiB"


def _decimal(value: int, unit: int) -> Decimal | float:
    return round(value / unit, 3)
