"""
How the replicas of a model divide into a base that always runs and a burst that follows the traffic.

    base      = ceil(share x busiest hour), at least the autoscaler's minimum, at most its maximum
    burst(h)  = what hour h needs beyond the base, between minimum - base and maximum - base (never below 0)

The minimum runs all the time anyway, so it is bought as the base is. A base alone is a fixed number of replicas: nothing scales.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from servewright.plan.model import Replicas

if TYPE_CHECKING:
    from servewright.spec.request import Capacity, ShareName


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReplicas:
    """
    The replicas of one share over the week and within its own bounds; a base has the same number in every hour.
    """

    share: ShareName
    replicas: Replicas


def split_shares(capacity: Capacity, replicas: Replicas) -> tuple[ShareReplicas, ...]:
    """
    Return the shares of *replicas*, the base first; a share that could never have a replica is left out.
    """
    if capacity.base is None:
        return (ShareReplicas(share="burst", replicas=replicas),)
    wanted = max(ceil(capacity.base.share * replicas.busiest), replicas.minimum)
    base = min(wanted, replicas.maximum)
    hours = len(replicas.by_hour)
    fixed = ShareReplicas(share="base", replicas=Replicas(minimum=base, busiest=base, maximum=base, by_hour=(base,) * hours))
    if capacity.burst is None or replicas.maximum == base:
        return (fixed,)
    beyond = Replicas(
        minimum=max(0, replicas.minimum - base),
        busiest=max(0, replicas.busiest - base),
        maximum=replicas.maximum - base,
        by_hour=tuple(max(0, needed - base) for needed in replicas.by_hour),
    )
    return fixed, ShareReplicas(share="burst", replicas=beyond)


def together(shares: tuple[ShareReplicas, ...]) -> Replicas:
    """
    Return what all *shares* of one model run.
    """
    each = [share.replicas for share in shares]
    if len(each) == 1:
        return each[0]
    return Replicas(
        minimum=sum(r.minimum for r in each),
        busiest=sum(r.busiest for r in each),
        maximum=sum(r.maximum for r in each),
        by_hour=tuple(sum(hour) for hour in zip(*(r.by_hour for r in each), strict=True)),
    )
