"""
Readiness: what stays up when a replica, a zone or a spot node goes.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.readiness.case import Item, by_lines, by_models, fails, holds, not_applicable
from servewright.readiness.lifecycle_rules import SPOT_NOTICE_S, grace_seconds, shutdown_seconds
from servewright.readiness.reading import count, mapped
from servewright.readiness.words import figure, many, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.readiness.case import Case
    from servewright.readiness.model import Verdict
    from servewright.readiness.serving import Workload

    Lines = Iterator[tuple[bool, str]]

_TWO: Final = 2
_HALF: Final = Decimal("0.5")
"""
What a lost zone must leave of the busiest hour: the defaults of prod are made for half of it (design of the defaults; judgement).
"""

_NO_SPOT: Final = "no replica runs on spot nodes"
_ZONES: Final = ("platform.zones", "two zones of the region, or more")


def _replicas(case: Case) -> Verdict:
    return by_models(case, _always)


def _always(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    low, high = sum(w.minimum for w in workloads), sum(w.maximum for w in workloads)
    yield low >= _TWO, many(high, "replica") if low == high else f"{low} to {many(high, 'replica')}"


def _zones(case: Case) -> Verdict:
    return by_models(case, _spread)


def _spread(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    zones = sorted({zone for w in workloads for zone in w.zones})
    how = ", ".join(f"{w.object.name} by a {w.spread}" for w in workloads if w.spread is not None) or "nothing spreads its replicas"
    spread = bool(workloads) and all(w.spread is not None for w in workloads)
    yield len(zones) >= _TWO and spread, f"{' and '.join(zones) or 'no zone'}; {how}"


def _zone_loss(case: Case) -> Verdict:
    zones = case.plan.stack.zones
    if len(zones) < _TWO:
        return fails(f"{' and '.join(zones)} alone: its loss leaves nothing", fix=_ZONES)
    verdict = by_models(case, _after_loss)
    shares = [_share_needed(model, workloads, len(zones)) for model, workloads in case.models]
    return replace(verdict, fix=("capacity.base.share", f"{max(shares, default=100)}%"))


def _after_loss(model: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    left, running = sum(w.without_a_zone for w in workloads), sum(w.busiest for w in workloads)
    rate, wanted = left * _each(model), model.engine_rate
    share = min(Decimal(1), rate / wanted) if wanted else Decimal(1)
    sure = "" if all(w.spread == "rule" for w in workloads) else " for certain (those that are spread by preference may all be lost)"
    good = f"{figure(min(rate, wanted))} of {figure(wanted)} req/s within the SLO ({percent(share)})"
    yield share >= _HALF, f"{left} of {many(running, 'replica')} left{sure}, good for {good}"


def _share_needed(model: ModelPlan, workloads: tuple[Workload, ...], zones: int) -> int:
    """
    Return the share of the replicas, in percent, that a base held apart over *zones* needs so that enough of it is left.
    """
    running = max(1, sum(w.busiest for w in workloads))
    enough = math.ceil(_HALF * model.engine_rate / _each(model)) if _each(model) else running
    base = next((n for n in range(running + 1) if n - math.ceil(n / zones) >= enough), running)
    return math.ceil(100 * base / running)


def _each(model: ModelPlan) -> Decimal:
    """
    Return the rate that one replica of *model* serves within its SLO.
    """
    return Decimal(repr(model.predicted.max_requests_per_s))


def _disruption(case: Case) -> Verdict:
    budgets = case.inventory.of("PodDisruptionBudget")
    selected = {b.label: case.inventory.selected(mapped(b.inputs, "spec", "selector"), b.namespace) for b in budgets}

    def counted(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
        for pod in (pod for w in workloads for pod in w.pods):
            over = [label for label, pods in selected.items() if any(pod is each for each in pods)]
            yield bool(over), f"{over[0] if over else 'none'} counts the pods of {pod.owner.name}"

    return by_models(case, counted)


def _shutdown(case: Case) -> Verdict:
    return by_models(case, _leaving)


def _leaving(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    for pod in (pod for w in workloads for pod in w.pods):
        for _where, container in pod.with_gpus():
            pause = count(container, "lifecycle", "preStop", "sleep", "seconds") or 0
            own = shutdown_seconds(container) or 0
            said = f"{pause} s to be forgotten by callers, {own} s for running requests, killed after {grace_seconds(pod)} s"
            yield own > 0 and pause > 0, said


def _drain(case: Case) -> Verdict:
    pods = [pod for _, workloads in case.models for w in workloads if w.spot for pod in w.pods]
    if not pods:
        return not_applicable(_NO_SPOT)
    return by_lines((grace_seconds(p) <= SPOT_NOTICE_S, f"{p.owner.name}: {grace_seconds(p)} s of {SPOT_NOTICE_S} s") for p in pods)


def _fallback(case: Case) -> Verdict:
    if not any(w.spot for _, workloads in case.models for w in workloads):
        return not_applicable(_NO_SPOT)
    return by_models(case, _elsewhere)


def _elsewhere(_: ModelPlan, workloads: tuple[Workload, ...]) -> Lines:
    spot = [w for w in workloads if w.spot]
    if spot:
        alone = any(w.purchases == {"spot"} for w in spot)
        others = " and ".join(sorted({p for w in spot for p in w.purchases} - {"spot"}))
        goes = "with no other node to go to" if alone else f"falling back to {others}"
        never = sum(w.minimum for w in workloads if not w.spot)
        yield not alone, f"at most {many(sum(w.maximum for w in spot), 'replica')} on spot, {goes}; {never} never on spot"


def _start(case: Case) -> Verdict:
    return holds(*(f"{model.name} starts in {model.start.total_s} s" for model in case.plan.models))


ITEMS: Final = (
    Item(
        id="replicas",
        group="availability",
        what="at least two replicas of each model always run",
        why="one replica is one node: its drain, its loss or a bad roll-out is an outage",
        judge=_replicas,
        fix=("models[].scaling.min", "2"),
    ),
    Item(
        id="zones",
        group="availability",
        what="the replicas of each model are spread over at least two zones",
        why="a zone fails as a whole, and so does its supply of GPUs",
        judge=_zones,
        fix=_ZONES,
    ),
    Item(
        id="zone-loss",
        group="availability",
        what="a lost zone leaves at least half of the busiest hour within the SLO",
        why="new GPU nodes take minutes, and everybody then wants those of the zone that is left",
        judge=_zone_loss,
        fix=("capacity.base.share", "100%"),
    ),
    Item(
        id="disruption-budget",
        group="availability",
        what="drains take one replica of a model at a time, and are never blocked",
        why="without a budget an upgrade of nodes takes all replicas at once; with a wrong one it never ends",
        judge=_disruption,
        rules=("SR407", "SR408", "SR410"),
    ),
    Item(
        id="shutdown",
        group="availability",
        what="an engine finishes its requests before it goes",
        why="a request that is cut off after a minute has been paid for, and is sent again",
        judge=_shutdown,
        rules=("SR143",),
    ),
    Item(
        id="drain-notice",
        group="availability",
        what="replicas leave a spot node within its notice, and no node for ever",
        why="after 120 s a spot node is gone with what still runs on it",
        judge=_drain,
        rules=("SR144", "SR145", "SR146"),
    ),
    Item(
        id="spot-fallback",
        group="availability",
        what="replicas on spot nodes have somewhere else to go",
        why="spot capacity of a GPU type can be away for hours",
        judge=_fallback,
        fix=("capacity.burst.fallback", "{purchase: on-demand, max_share: 100%}"),
    ),
    Item(
        id="start",
        group="availability",
        what="probes, roll-outs and empty nodes wait at least as long as a replica takes to start",
        why="what is killed while it loads starts again, for ever",
        judge=_start,
        rules=("SR101", "SR141", "SR142", "SR147", "SR312", "SR409"),
    ),
)
