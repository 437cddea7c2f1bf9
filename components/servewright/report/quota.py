"""
Which EC2 service quotas the planned pools need: a new account has none for GPUs, so the first launch would fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.query import Catalog
    from servewright.catalog.regions import Quota
    from servewright.plan.model import PoolPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaNeed:
    """
    The quota *code* (None: AWS publishes none) must allow *vcpu* running vCPUs bought as *purchase*.

    *default* is what a new account has, None where it was not found.
    """

    code: str | None
    name: str
    purchase: str
    vcpu: int
    default: int | None


def quotas_needed(pools: Iterable[PoolPlan], catalog: Catalog) -> tuple[QuotaNeed, ...]:
    """
    Return one need per quota that a new account does not meet: all nodes that the pools' limits allow, each as its largest type.
    """
    needs: dict[Quota, int] = {}
    for pool in pools:
        for quota, vcpu in _largest_by_quota(pool, catalog).items():
            needs[quota] = needs.get(quota, 0) + vcpu * pool.limit_nodes
    found = (_need(quota, vcpu) for quota, vcpu in needs.items())
    return tuple(sorted((n for n in found if n.default is None or n.vcpu > n.default), key=lambda n: (n.purchase, n.name)))


def _largest_by_quota(pool: PoolPlan, catalog: Catalog) -> dict[Quota, int]:
    largest: dict[Quota, int] = {}
    for name in pool.instance_types:
        instance = catalog.instance(name)
        quota = None if instance is None else catalog.places.instance_quota(instance.family, pool.purchase)
        if instance is not None and quota is not None:
            largest[quota] = max(largest.get(quota, 0), instance.vcpu)
    return largest


def _need(quota: Quota, vcpu: int) -> QuotaNeed:
    return QuotaNeed(code=quota.code, name=quota.name, purchase=quota.purchase or "", vcpu=vcpu, default=quota.default)
