"""
What serves each model, read from the resources: workloads with their bounds, zones and purchase options, however many there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.readiness.inventory import requirement
from servewright.readiness.lifecycle_rules import CAPACITY
from servewright.readiness.node_rules import ZONE, gpu_pool
from servewright.readiness.reading import mapped, maps
from servewright.readiness.scaling_rules import bounds, hours, without_metrics

if TYPE_CHECKING:
    from servewright.readiness.inventory import Inventory, Pod, Registered

_WORKLOADS: Final = ("Deployment", "StatefulSet", "LeaderWorkerSet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """
    The pods of one *object* that serves *model*: *minimum* to *maximum* replicas, *busiest* at the busiest hour, *unwatched* at least
    while the autoscaler sees no metrics.

    *pools* may host them, bought as *purchases* in *zones*. *spread* is "rule" where replicas are held apart by zone, "preference" where
    the scheduler may give that up, None where nothing spreads them.
    """

    object: Registered
    model: str
    pods: tuple[Pod, ...]
    minimum: int
    maximum: int
    busiest: int
    unwatched: int
    pools: tuple[Registered, ...]
    purchases: frozenset[str]
    zones: frozenset[str]
    spread: str | None

    @property
    def without_a_zone(self) -> int:
        """
        Replicas of the busiest hour that a lost zone leaves for certain: a preference is no certainty.
        """
        if self.spread != "rule" or not self.zones:
            return 0
        return self.busiest - math.ceil(self.busiest / len(self.zones))

    @property
    def spot(self) -> bool:
        """
        True where some of its replicas may run on spot nodes.
        """
        return "spot" in self.purchases


def serving(inventory: Inventory) -> dict[str, tuple[Workload, ...]]:
    """
    Return the workloads of each model by its name, as their annotations say it.
    """
    found: dict[str, list[Workload]] = {}
    for each in inventory.of(*_WORKLOADS):
        model = mapped(each.inputs, "metadata", "annotations").get(annotation_keys.MODEL)
        if isinstance(model, str):
            found.setdefault(model, []).append(_workload(inventory, each, model))
    return {model: tuple(found[model]) for model in sorted(found)}


def _workload(inventory: Inventory, each: Registered, model: str) -> Workload:
    pods = tuple(pod for pod in inventory.pods if pod.owner is each)
    pools = {pool.urn: pool for pod in pods for pool in inventory.pools_of(pod) if gpu_pool(pool)}
    low, high = bounds(inventory, each)
    return Workload(
        object=each,
        model=model,
        pods=pods,
        minimum=low,
        maximum=high,
        busiest=max(hours(each) or (low,)),
        unwatched=without_metrics(inventory, each),
        pools=tuple(pools.values()),
        purchases=frozenset(value for pool in pools.values() for value in requirement(pool, CAPACITY)),
        zones=frozenset(value for pool in pools.values() for value in requirement(pool, ZONE)),
        spread=_spread(pods),
    )


def _spread(pods: tuple[Pod, ...]) -> str | None:
    found = [
        c.get("whenUnsatisfiable") for pod in pods for c in maps(pod.spec, "topologySpreadConstraints") if c.get("topologyKey") == ZONE
    ]
    if not found:
        return None
    return "rule" if "DoNotSchedule" in found else "preference"
