"""
Rules of replicas: whether as many serve as should, and whether more may come.

A replica is counted when Prometheus scrapes it: one that loads its weights does not serve yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import duration
from servewright.resources.monitoring.rule import Alert
from servewright.resources.scaling import waiting_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.resources.monitoring.scope import Scope

_MINUTE: Final = 60
_SHORT_S: Final = 300
_SOON_S: Final = 600
_LASTING_S: Final = 900
"""
How long something has to last before somebody hears of it; a replica gets the time that the plan reckons for its start. Judgement.
"""


def recorded_of(scope: Scope, model: ModelPlan, name: str) -> str:
    """
    Return the series *name* that a rule records of *model*.

    Alerts are made of recorded series, since an alert's texts know the labels of its expression alone.
    """
    return scope.recorded(name, model=model.name)


def of_model(model: ModelPlan) -> tuple[tuple[str, str], ...]:
    """
    Return the labels of an alert of *model*.
    """
    return (("model", model.name),)


def replica_alerts(scope: Scope, model: ModelPlan) -> Iterator[Alert]:
    """
    Yield the alerts of the replicas of *model*.
    """
    serving, bounds = recorded_of(scope, model, "model:replicas_serving"), model.replicas
    started_s = -(-model.start.total_s // _MINUTE) * _MINUTE
    unserved_s = started_s + _SHORT_S
    if bounds.minimum > 0:
        yield Alert(
            name="NoReplicaServes",
            expr=f"{serving} == 0",
            for_s=unserved_s,
            severity="page",
            summary="No replica of {{ $labels.model }} serves",
            description=(
                f"Nothing has answered for {duration(unserved_s)}, longer than a new replica takes to start. See whether its pods are "
                "pending, fail or restart, and whether there are nodes for them."
            ),
            labels=of_model(model),
        )
    if bounds.minimum > 1:
        yield Alert(
            name="ReplicasBelowMinimum",
            expr=f"{serving} > 0 and {serving} < {bounds.minimum}",
            for_s=max(_SHORT_S, started_s) + _SOON_S,
            severity="ticket",
            summary="Only {{ $value }} of the replicas of {{ $labels.model }} serve, fewer than its minimum",
            description=(
                f"At least {bounds.minimum} replicas should serve at any hour, and a new one would have started by now. See whether pods "
                "are pending, fail or restart."
            ),
            labels=of_model(model),
        )
    if any(each.scaled for each in model.workloads):
        waiting, target = recorded_of(scope, model, "model:waiting_per_replica"), waiting_target(model)
        yield Alert(
            name="ScalingAtMaximum",
            expr=f"{serving} >= {bounds.maximum} and avg_over_time({waiting}[5m]) > {target}",
            for_s=_LASTING_S,
            severity="ticket",
            summary="All {{ $value }} replicas that {{ $labels.model }} may have serve, and requests still wait",
            description=(
                f"More than {target} requests wait before each replica, at which the autoscaler would add one if it might. Raise "
                "the model's scaling.max, or the requests that the plan is made for; a rung of the ladder helps until then."
            ),
            labels=of_model(model),
        )
