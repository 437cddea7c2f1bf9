"""
Rules about how many replicas run: one owner of the number, bounds that fit the plan, and drains that are never blocked.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.plan.hours import decode_hours
from servewright.readiness.model import Rule
from servewright.readiness.reading import count, dig, mapped, maps, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.inventory import Inventory, Registered
    from servewright.readiness.model import Found

_SCALERS: Final = ("ScaledObject", "HorizontalPodAutoscaler")
_WORKLOADS: Final = ("Deployment", "StatefulSet", "LeaderWorkerSet")
_TRIGGERS: Final = frozenset(
    {"aws-cloudwatch", "aws-sqs-queue", "cpu", "cron", "external", "kubernetes-workload", "memory", "metrics-api", "prometheus", "redis"}
)
_METRIC: Final = re.compile(r"\bvllm:[a-zA-Z0-9_]+")
_TEXTS: Final = re.compile(r""" "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*` """, re.VERBOSE)
_SERIES: Final = re.compile(r"_(bucket|sum|count)$")

_KEDA_MINIMUM: Final = 0
_KEDA_MAXIMUM: Final = 100
_HPA_MINIMUM: Final = 1
"""
What KEDA and the autoscaler take where nothing is said (KEDA 2.20 ScaledObject specification; autoscaling/v2 API reference).
"""


_KEEPING: Final = ("static", "currentReplicasIfHigher")
"""
Behaviours of a fallback that leave at least its replicas (KEDA 2.20 ScaledObject specification, fallback).
"""


def bounds(inventory: Inventory, workload: Registered) -> tuple[int, int]:
    """
    Return the least and the most replicas of *workload*: those of its scaler, else its own number.
    """
    scaler = inventory.scaler_of(workload)
    if scaler is None:
        own = count(workload.inputs, "spec", "replicas")
        return (1, 1) if own is None else (own, own)
    keda = scaler.kind == "ScaledObject"
    low = count(scaler.inputs, "spec", "minReplicaCount" if keda else "minReplicas")
    high = count(scaler.inputs, "spec", "maxReplicaCount" if keda else "maxReplicas")
    low = (_KEDA_MINIMUM if keda else _HPA_MINIMUM) if low is None else low
    return low, _KEDA_MAXIMUM if high is None else high


def without_metrics(inventory: Inventory, workload: Registered) -> int:
    """
    Return the replicas of *workload* that run at least while the autoscaler sees no metrics: its fallback's, where that only adds.
    """
    (low, high), scaler = bounds(inventory, workload), inventory.scaler_of(workload)
    fallback = mapped(scaler.inputs, "spec", "fallback") if scaler is not None else {}
    kept = (count(fallback, "replicas") or 0) if fallback.get("behavior", "static") in _KEEPING else 0
    return max(low, min(kept, high))


def hours(workload: Registered) -> tuple[int, ...] | None:
    """
    Return the replicas that *workload* is planned for by the hour of the week, None where it does not say or cannot be read.
    """
    said = mapped(workload.inputs, "metadata", "annotations").get(annotation_keys.REPLICAS_BY_HOUR)
    try:
        return decode_hours(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _targets(inventory: Inventory) -> Iterator[Found]:
    for scaler in inventory.of(*_SCALERS):
        if inventory.target_of(scaler) is None:
            target = mapped(scaler.inputs, "spec", "scaleTargetRef")
            yield scaler, f"scales {target.get('kind', 'Deployment')} {target.get('name')}, which is not part of the stack"
    targets = Counter(each.label for scaler in inventory.of(*_SCALERS) if (each := inventory.target_of(scaler)) is not None)
    for scaler in inventory.of(*_SCALERS):
        found = inventory.target_of(scaler)
        if found is not None and targets[found.label] > 1:
            yield scaler, f"{found.label} has {targets[found.label]} autoscalers"


def _owners(inventory: Inventory) -> Iterator[Found]:
    for workload in inventory.of(*_WORKLOADS):
        said = "replicas" in mapped(workload.inputs, "spec")
        scaled = inventory.scaler_of(workload) is not None
        if said and scaled:
            yield workload, "its replicas are the autoscaler's, and every update would reset them"
        if not said and not scaled:
            yield workload, "says no replicas, and nothing scales it"


def _bounds(inventory: Inventory) -> Iterator[Found]:
    for scaler in inventory.of(*_SCALERS):
        target = inventory.target_of(scaler)
        low, high = (0, 1) if target is None else bounds(inventory, target)
        if not 0 <= low <= high or high < 1:
            yield scaler, f"scales within {low} to {high}"
        fallback = mapped(scaler.inputs, "spec", "fallback")
        if fallback and not count(fallback, "replicas") and low == 0:
            yield scaler, "falls back to 0 replicas when its metrics are away"
    for workload in inventory.of(*_WORKLOADS):
        planned, (low, high) = hours(workload), bounds(inventory, workload)
        if planned is not None and (min(planned) < low or max(planned) > high):
            yield workload, f"planned for {min(planned)} to {max(planned)} replicas, runs {low} to {high}"


def _hours(inventory: Inventory) -> Iterator[Found]:
    for each in inventory.objects:
        said = mapped(each.inputs, "metadata", "annotations").get(annotation_keys.REPLICAS_BY_HOUR)
        if said is not None and hours(each) is None:
            yield each, f"{annotation_keys.REPLICAS_BY_HOUR} {said!r} is no week of replicas: the bill cannot read it"


def _triggers(inventory: Inventory) -> Iterator[Found]:
    for scaler in inventory.of("ScaledObject"):
        found = maps(scaler.inputs, "spec", "triggers")
        if not found:
            yield scaler, "no trigger: nothing ever scales"
        for index, trigger in enumerate(found):
            if text(trigger, "type") not in _TRIGGERS:
                yield scaler, f"triggers[{index}].type {trigger.get('type')!r} is no scaler"
            if trigger.get("type") != "prometheus":
                continue
            metadata = mapped(trigger, "metadata")
            missing = [key for key in ("serverAddress", "query", "threshold") if not metadata.get(key)]
            if missing:
                yield scaler, f"triggers[{index}] lacks {', '.join(missing)}"
            elif not _number(metadata["threshold"]):
                yield scaler, f"triggers[{index}].threshold {metadata['threshold']!r} is no number"


def _metrics(inventory: Inventory) -> Iterator[Found]:
    known = inventory.facts.metrics
    for scaler in inventory.of("ScaledObject"):
        for trigger in maps(scaler.inputs, "spec", "triggers"):
            query = _TEXTS.sub("", str(dig(trigger, "metadata", "query") or ""))
            for name in sorted(set(_METRIC.findall(query))):
                series = _SERIES.sub("", name)
                if known.get(name) in (None, "histogram") and (series == name or known.get(series) != "histogram"):
                    yield scaler, f"asks for {name}, which is no series of the engine"


def _drains(inventory: Inventory) -> Iterator[Found]:
    for budget in inventory.of("PodDisruptionBudget"):
        spec = mapped(budget.inputs, "spec")
        workloads = {pod.owner.urn: pod.owner for pod in inventory.selected(mapped(spec, "selector"), budget.namespace)}
        low = sum(bounds(inventory, each)[0] for each in workloads.values())
        kept, away = spec.get("minAvailable"), spec.get("maxUnavailable")
        least = count(spec, "minAvailable") if isinstance(kept, int) else None
        if away in (0, "0%") or kept == "100%" or (least is not None and workloads and least >= max(1, low)):
            said = f"minAvailable is {kept}" if kept is not None else f"maxUnavailable is {away}"
            yield budget, f"{said} and at least {low} replicas run: no node could ever be drained"


def _single_budget(inventory: Inventory) -> Iterator[Found]:
    budgets = inventory.of("PodDisruptionBudget")
    for pod in inventory.pods:
        over = [
            b.name for b in budgets if any(pod is each for each in inventory.selected(mapped(b.inputs, "spec", "selector"), b.namespace))
        ]
        if len(over) > 1:
            yield pod.owner, f"{' and '.join(over)} both count its pods, and eviction refuses pods of two budgets"


def _counted(inventory: Inventory) -> Iterator[Found]:
    budgets = inventory.of("PodDisruptionBudget")
    for pod in inventory.pods:
        if pod.owner.kind in _WORKLOADS and not any(
            pod is each for b in budgets for each in inventory.selected(mapped(b.inputs, "spec", "selector"), b.namespace)
        ):
            yield pod.owner, "no disruption budget counts its pods: a drain takes them all at once"


def _apart(inventory: Inventory) -> Iterator[Found]:
    """
    Yield what always runs as several replicas and may have them all on one node.
    """
    for pod in inventory.pods:
        term = ("affinity", "podAntiAffinity")
        kept = maps(pod.spec, "topologySpreadConstraints") or mapped(pod.spec, *term)
        if pod.owner.kind in _WORKLOADS and not pod.with_gpus() and bounds(inventory, pod.owner)[0] > 1 and not kept:
            yield pod.owner, f"nothing keeps its {bounds(inventory, pod.owner)[0]} replicas apart"


def _rollouts(inventory: Inventory) -> Iterator[Found]:
    for workload in inventory.of("Deployment"):
        rolling = mapped(workload.inputs, "spec", "strategy", "rollingUpdate")
        if all(rolling.get(key) in (0, "0%") for key in ("maxSurge", "maxUnavailable")):
            yield workload, "maxSurge and maxUnavailable are both 0: no roll-out can begin"


def _number(text: object) -> bool:
    try:
        return Decimal(str(text)).is_finite()
    except InvalidOperation:
        return False


RULES: Final = (
    Rule(id="SR401", what="an autoscaler scales a workload of the stack, alone", check=_targets),
    Rule(id="SR402", what="either a number or an autoscaler says how many replicas run, never both", check=_owners),
    Rule(id="SR403", what="replicas stay within bounds that hold what is planned", check=_bounds),
    Rule(id="SR404", what="the planned week on a workload can be read by the bill", check=_hours),
    Rule(id="SR405", what="every trigger of an autoscaler is complete", check=_triggers),
    Rule(id="SR406", what="an autoscaler asks for metrics that the engine has", check=_metrics),
    Rule(id="SR407", what="no disruption budget blocks every drain", check=_drains),
    Rule(id="SR408", what="a pod is counted by one disruption budget at most", check=_single_budget),
    Rule(id="SR409", what="a roll-out can begin", check=_rollouts),
    Rule(id="SR410", what="a disruption budget counts every workload", check=_counted),
    Rule(id="SR411", what="replicas of what has no GPU are kept apart", check=_apart),
)
