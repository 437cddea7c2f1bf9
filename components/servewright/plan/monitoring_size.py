"""
How much Prometheus has to hold: series of the stack at its largest, the volume for their samples, the memory for themselves.

    series    engines, gateway, stores, GPUs and recorded ones; of a Prometheus that the stack installs, the cluster's nodes too
    storage   series / scrape interval x bytes of a sample x retention x margin / share that samples may take, whole GiB
    memory    series x memory of one
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import PROMETHEUS, installed
from servewright.units import GIB, MIB_PER_GIB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.query import Catalog
    from servewright.plan.front_door import FrontDoor
    from servewright.plan.model import ModelPlan, PoolPlan
    from servewright.spec.monitoring_request import PrometheusRequest
    from servewright.spec.request import Request

_SECONDS_PER_DAY: Final = 86_400
_KIB_PER_MIB: Final = 1024

FILL_PERCENT: Final = 85
"""
How much of a volume samples may take: the project advises 80 to 85 % (Prometheus documentation, Storage, "Right-Sizing Retention Size").

That size counts blocks with their index, the write-ahead log and the chunks of the head, which is what the margin of the catalogue is for.
It does not count a block that compaction writes beside those it joins, nor what comes in until it is next held to the size: the rest of the
volume is for these. The two are different room, so that both are added.
"""

LEAST_STORAGE_GIB: Final = 8
"""
Room for the write-ahead log of some hours and a compaction beside it, however few series there are; judgement.
"""

LEAST_MEMORY_MIB: Final = 2 * MIB_PER_GIB
"""
What the operator's table requests for a cluster of thirty nodes; dashboards that are looked at need some of it too. Judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    Series of one kind: *count* of *what* bring *each*.
    """

    what: str
    count: int
    each: int

    @property
    def series(self) -> int:
        """
        The series of all of them.
        """
        return self.count * self.each

    @property
    def words(self) -> str:
        """
        The part of the sum as a reader sees it.
        """
        return f"{self.what} {self.count:,} x {self.each:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    What Prometheus has to hold, and the *reasons*, the one for the storage last. *storage_gib* is the volume that the samples of the whole
    retention need; it and *memory_mib* are 0 where another Prometheus than the stack's has them.
    """

    series: int
    storage_gib: int
    memory_mib: int
    reasons: tuple[str, ...]


def size_of(request: Request, models: tuple[ModelPlan, ...], pools: tuple[PoolPlan, ...], front: FrontDoor, catalog: Catalog) -> Size:
    """
    Return what Prometheus has to hold of the stack of *models* on the GPU *pools*, with *front* before them.
    """
    assert request.monitoring is not None  # noqa: S101 - the caller asked
    store = request.monitoring.prometheus
    ours = PROMETHEUS in installed(request.operators)
    parts = [part for part in _parts(models, pools, front, catalog) if part.count]
    if ours:
        nodes = sum(pool.limit_nodes for pool in _apart(pools))
        parts += [
            Part(what="GPU nodes", count=nodes, each=_assumed(catalog, "series_per_node")),
            Part(what="the cluster itself", count=1, each=_assumed(catalog, "series_per_cluster")),
        ]
    series = sum(part.series for part in parts)
    said = (f"series at the most: {', '.join(part.words for part in parts)}: {series:,}",)
    if not ours:
        return Size(series=series, storage_gib=0, memory_mib=0, reasons=(*said, _held_elsewhere(store)))
    memory = max(LEAST_MEMORY_MIB, math.ceil(series * catalog.assumed("memory_per_series") / _KIB_PER_MIB))
    needed = LEAST_STORAGE_GIB
    words = f"the workspace keeps the samples for {store.retention_days} d, the cluster's Prometheus the last that its volume holds"
    if store.provider == "cluster":
        needed, words = storage(series, store.scrape_s, store.retention_days, catalog)
    return Size(
        series=series,
        storage_gib=needed,
        memory_mib=memory,
        reasons=(
            *said,
            f"memory: {series:,} series x {catalog.assumed('memory_per_series')} KiB, at least 2 GiB: {memory:,} MiB",
            f"storage: {words}",
        ),
    )


def storage(series: int, scrape_s: int, days: int, catalog: Catalog) -> tuple[int, str]:
    """
    Return the GiB that samples of *series* taken each *scrape_s* seconds need over *days*, and the arithmetic.
    """
    size, margin = catalog.assumed("bytes_per_sample"), catalog.assumed("sample_storage_margin")
    share = Decimal(FILL_PERCENT) / 100
    exact = series * size * days * _SECONDS_PER_DAY * margin / share / scrape_s / GIB
    whole = max(LEAST_STORAGE_GIB, math.ceil(exact))
    least = f", at least {LEAST_STORAGE_GIB}" if whole > exact + 1 else ""
    sum_ = f"{series:,} series / {scrape_s} s x {size} bytes x {days} d x {margin} / {share} = {exact:,.1f} GiB{least}"
    return whole, sum_


def _held_elsewhere(store: PrometheusRequest) -> str:
    if store.provider == "amazon":
        return f"the cluster's Prometheus reads them, the workspace of Amazon's keeps the samples for {store.retention_days} d"
    return "the cluster's Prometheus holds them"


def _parts(models: tuple[ModelPlan, ...], pools: tuple[PoolPlan, ...], front: FrontDoor, catalog: Catalog) -> tuple[Part, ...]:
    gpus = sum(pool.limit_nodes * _gpus(pool, catalog) for pool in _apart(pools))
    engines = sum(model.replicas.maximum for model in models)
    return (
        Part(what="engines", count=engines, each=_assumed(catalog, "series_per_engine")),
        *_gateway(models, front, catalog),
        Part(what="stores", count=len(front.tiers), each=_assumed(catalog, "series_per_store")),
        Part(what="GPUs", count=gpus, each=_assumed(catalog, "series_per_gpu")),
        Part(what="models", count=len(models), each=_assumed(catalog, "series_recorded_per_model")),
    )


def _gateway(models: tuple[ModelPlan, ...], front: FrontDoor, catalog: Catalog) -> tuple[Part, ...]:
    """
    Return the series of the gateway: each of its pods counts every team and every name that the team may ask for.
    """
    gateway = front.gateway
    if gateway is None:
        return ()
    names = len(models) + len(gateway.request.routes)
    callers = sum(len(team.models) or names for team in gateway.request.teams) or names
    each = _assumed(catalog, "series_per_gateway_pod") + callers * _assumed(catalog, "series_per_caller")
    return (Part(what="gateway pods", count=gateway.replicas.maximum, each=each),)


def _apart(pools: tuple[PoolPlan, ...]) -> Iterable[PoolPlan]:
    """
    Return the pools whose nodes count, as many as Karpenter may launch: those of a fallback take the place of others.
    """
    return (pool for pool in pools if pool.role != "fallback")


def _gpus(pool: PoolPlan, catalog: Catalog) -> int:
    instance = catalog.instance(pool.instance_types[0])
    return 0 if instance is None else math.ceil(instance.gpu_count)


def _assumed(catalog: Catalog, name: str) -> int:
    return int(catalog.assumed(name))
