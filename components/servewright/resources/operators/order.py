"""
Everything that a stack makes in Kubernetes, operators included, each behind what it needs.

    Prometheus     after its storage class    a claim without a class may wait for ever
    ScaledObject   after KEDA                 its kind comes with it; removed before it, since KEDA takes off the finalizer
    PodMonitor …   after the Prometheus stack likewise, as rules and receivers
    an engine      after the device plugin    without it no node offers a GPU
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import DEVICE_PLUGIN, KEDA, PROMETHEUS, installed
from servewright.resources.manifests import KubernetesObject, kubernetes_objects
from servewright.resources.naming import Names
from servewright.resources.operators.grafana import dashboards_role
from servewright.resources.operators.namespaces import operator_namespaces
from servewright.resources.operators.releases import KIND, Operator, operator_releases
from servewright.resources.operators.volumes import storage_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan

_WAITS_FOR: Final = {
    "ScaledObject": KEDA,
    **dict.fromkeys(("PodMonitor", "ServiceMonitor", "PrometheusRule", "AlertmanagerConfig"), PROMETHEUS),
}


def stack_objects(plan: Plan, catalog: Catalog) -> tuple[KubernetesObject | Operator, ...]:
    """
    Return all objects of *plan* and the operators that it installs; what one needs stands before it.
    """
    operators = operator_releases(plan, catalog)
    made = {operator.key for operator in operators}
    objects = [_after(each, made) for each in kubernetes_objects(plan, catalog)]
    return _in_order([*operator_namespaces(plan), *_rights(plan), *storage_objects(plan), *objects, *operators])


def _rights(plan: Plan) -> tuple[KubernetesObject, ...]:
    """
    Return what an installed Grafana may read.
    """
    runs = plan.monitoring is not None and plan.monitoring.request.grafana.provider == "cluster"
    return (dashboards_role(plan, Names.of(plan.stack)),) if runs and PROMETHEUS in installed(plan.operators) else ()


def _after(each: KubernetesObject, operators: set[str]) -> KubernetesObject:
    operator = DEVICE_PLUGIN if (each.kind, each.part) == ("Deployment", "engines") else _WAITS_FOR.get(each.kind)
    return replace(each, needs=(*each.needs, (KIND, operator))) if operator in operators else each


def _in_order(objects: Iterable[KubernetesObject | Operator]) -> tuple[KubernetesObject | Operator, ...]:
    """
    Return *objects* in their own order, but that each stands behind what it needs.
    """
    pending = {(each.kind, each.key): each for each in objects}
    placed: dict[tuple[str, str], KubernetesObject | Operator] = {}

    def place(identity: tuple[str, str]) -> None:
        if identity in placed or identity not in pending:
            # What another provider makes stands before all of them.
            return
        for need in pending[identity].needs:
            place(need)
        placed[identity] = pending[identity]

    for identity in pending:
        place(identity)
    return tuple(placed.values())
