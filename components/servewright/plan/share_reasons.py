"""
The words of how a model's replicas are bought: what always runs, what follows the traffic, what is shared with other models.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.pool_group import PoolGroup, Tenant
    from servewright.plan.ranking import Ranked


def share_reasons(best: Ranked, groups: tuple[PoolGroup, ...]) -> tuple[str, ...]:
    """
    Return what to know about the shares of *best* and the *groups* they run in.
    """
    homes = tuple(zip(best.placement.tenants, groups, strict=True))
    return tuple(word for tenant, group in homes for word in (*_base(best, tenant, group), *_shared(tenant, group)))


def _base(best: Ranked, tenant: Tenant, group: PoolGroup) -> Iterator[str]:
    if group.share != "base":
        return
    always, peak = tenant.replicas.busiest, best.placement.replicas.busiest
    needed = best.placement.needed.by_hour
    used = Decimal(sum(min(hour, always) for hour in needed)) / (always * HOURS_PER_WEEK)
    bought = group.pools[0].offer.purchase
    yield f"base: {always} of {peak} replicas always run, {bought}; the traffic needs {used * 100:.0f} % of their hours"
    if group.zones > 1:
        yield _zone_loss(best, tenant, group.zones)


def _zone_loss(best: Ranked, tenant: Tenant, zones: int) -> str:
    """
    Return how much of the busiest hour is served within the SLO when a zone is lost, before anything new has started.
    """
    always, wanted = tenant.replicas.busiest, tenant.request.engine_rate
    left = always - -(-always // zones)
    share = min(Decimal(1), left * Decimal(repr(best.prediction.max_requests_per_s)) / wanted) if wanted else Decimal(1)
    return (
        f"with one of {zones} zones lost, {left} of {always} base replicas serve on: good for {share * 100:.0f} % of the busiest hour "
        "within the SLO, the rest comes back as nodes start in the other"
    )


def _shared(tenant: Tenant, group: PoolGroup) -> Iterator[str]:
    others = [each.request.name for each in group.tenants if each is not tenant and each.request.name != tenant.request.name]
    if others:
        yield f"shares the {group.share} nodes ({group.instance.name}) with {', '.join(others)}"
