"""
Readiness: whether the targets hold with room to spare, and whether the autoscaler can keep them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.readiness.case import Item, by_lines, by_models
from servewright.readiness.inventory import GPU
from servewright.readiness.node_rules import gpus_of
from servewright.readiness.reading import quantity
from servewright.readiness.words import figure, many, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.readiness.case import Case
    from servewright.readiness.model import Verdict
    from servewright.readiness.serving import Workload

    Lines = Iterator[tuple[bool, str]]

_ROOM: Final = Decimal("0.15")
"""
Head-room over the rate of the busiest hour: what the defaults of dev plan; staging and prod plan 25 % (docs/spec.md, scaling.headroom).
"""


def _targets(case: Case) -> Verdict:
    verdict = by_models(case, _given)
    untimed = any(all(target is None for _, target in _latencies(model)) for model, _ in case.models)
    return replace(verdict, fix=("models[].slo.ttft_p95", "800ms")) if untimed else verdict


def _given(model: ModelPlan, _: tuple[Workload, ...]) -> Lines:
    latency = [f"{name} {target:,.0f} ms" for name, target in _latencies(model) if target is not None]
    available = None if model.slo.availability is None else f"availability {(model.slo.availability * 100).normalize():f} %"
    said = ", ".join([*latency, available or "no availability target"]) if latency else "no latency target"
    yield bool(latency) and available is not None, said


def _latencies(model: ModelPlan) -> tuple[tuple[str, Decimal | None], ...]:
    return (("request" if model.reads_only else "first token", model.slo.ttft_p95_ms), ("between tokens", model.slo.itl_p95_ms))


def _headroom(case: Case) -> Verdict:
    return by_models(case, _spare)


def _spare(model: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    can = sum(w.busiest for w in workloads) * Decimal(repr(model.predicted.max_requests_per_s))
    wanted = model.engine_rate
    spare = can / wanted - 1 if wanted else Decimal(1)
    yield spare >= _ROOM, f"{figure(can)} req/s within the SLO for {figure(wanted)} at the busiest hour: {percent(spare)} of room"


def _band(case: Case) -> Verdict:
    return by_models(case, _upper_end)


def _upper_end(model: ModelPlan, _: tuple[Workload, ...]) -> Lines:
    predicted = (model.predicted.ttft_p95_ms, model.predicted.itl_p95_ms)
    for (what, target), estimate in zip(_latencies(model), predicted, strict=True):
        if target is not None and estimate is not None:
            said = f"{what} {estimate.value:,.0f} ms, at the upper end {estimate.high:,.0f} of {target:,.0f} ms"
            yield estimate.high <= float(target), said


def _room(case: Case) -> Verdict:
    return by_models(case, _beyond)


def _beyond(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    busiest, most = sum(w.busiest for w in workloads), sum(w.maximum for w in workloads)
    yield most > busiest, f"{many(busiest, 'replica')} at the busiest hour, {most} at most"


def _least(case: Case) -> Verdict:
    return by_models(case, _quietest)


def _quietest(model: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    low, quiet = sum(w.minimum for w in workloads), min(model.replicas.by_hour, default=0)
    kept = sum(w.unwatched for w in workloads)
    said = f"never below {many(low, 'replica')}, and {kept} without metrics; the quietest hour needs {quiet}"
    # A minimum below that need takes nothing away: with metrics the load itself keeps the replicas, without them the fallback does.
    yield low >= 1 and kept >= quiet, said


def _limits(case: Case) -> Verdict:
    groups: dict[frozenset[str], list[Workload]] = {}
    for _, workloads in case.models:
        for workload in workloads:
            groups.setdefault(frozenset(pool.urn for pool in workload.pools), []).append(workload)
    return by_lines(_held(workloads) for workloads in groups.values())


def _held(workloads: list[Workload]) -> tuple[bool, str]:
    """
    Return whether the pools of *workloads*, which are the same, hold all of their replicas.
    """
    wanted = sum(w.maximum * gpus_of(pod) for w in workloads for pod in w.pods)
    limits = (quantity(pool.inputs, "spec", "limits", GPU) for pool in workloads[0].pools)
    allowed = sum((limit for limit in limits if limit is not None), Decimal(0))
    names = " and ".join(w.object.name for w in workloads)
    return (
        allowed >= wanted,
        f"pools allow {figure(allowed)} GPUs, {names} at the maximum {'takes' if len(workloads) == 1 else 'take'} {wanted}",
    )


ITEMS: Final = (
    Item(
        id="targets",
        group="speed",
        what="every model has a target for its latency and one for its availability",
        why="what has no target is planned, scaled and alarmed on for nothing in particular",
        judge=_targets,
        fix=("models[].slo.availability", "99.9%"),
    ),
    Item(
        id="headroom",
        group="speed",
        what="the busiest hour leaves at least 15 % of room to the rate that meets the SLO",
        why="the rate of an hour is a mean: minutes in it are busier",
        judge=_headroom,
        fix=("models[].scaling.headroom", "25%"),
    ),
    Item(
        id="slo-band",
        group="speed",
        what="the targets hold at the upper end of the prediction's error band too",
        why="measure before you promise what only the middle of a prediction keeps",
        judge=_band,
        fix=("models[].slo", "targets beyond the band, or priority: latency"),
    ),
    Item(
        id="scaling-room",
        group="speed",
        what="the autoscaler may go beyond the busiest hour",
        why="with no room above the plan a peak queues",
        judge=_room,
        fix=("models[].scaling.max", "one replica more than the busiest hour"),
    ),
    Item(
        id="scaling-minimum",
        group="speed",
        what="a model never goes down to nothing, nor below what the quietest hour needs where the autoscaler sees no metrics",
        why="a replica takes minutes to start: the first users wait for it, and without metrics nothing starts the next",
        judge=_least,
        rules=("SR401", "SR402", "SR403", "SR405", "SR406"),
        fix=("models[].scaling.min", "the replicas of the quietest hour, at least 1"),
    ),
    Item(
        id="limits",
        group="speed",
        what="node pools are bounded, and hold every replica that the autoscaler may start",
        why="a pool without limits is a bill without limits; one that is too small leaves replicas pending",
        judge=_limits,
        rules=("SR301", "SR302"),
    ),
)
