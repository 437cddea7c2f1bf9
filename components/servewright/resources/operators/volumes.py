"""
The storage class of the volumes of Prometheus and Alertmanager, where the spec names none.

Clusters made by EKS since Kubernetes 1.30 have no default class (EKS user guide, "Kubernetes versions", read 2026-11): a claim without a
class would wait there for ever, and the release with it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import PROMETHEUS, installed
from servewright.resources.kubernetes_object import KubernetesObject
from servewright.resources.naming import Names
from servewright.resources.storage_class import storage_class, storage_class_name

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.plan.operators import OperatorPod

KEY: Final = "metrics-gp3"


def makes_class(plan: Plan) -> bool:
    """
    Tell whether the stack makes the class: it installs a Prometheus that keeps samples, and the spec names no class.
    """
    monitoring = plan.monitoring
    return monitoring is not None and PROMETHEUS in installed(plan.operators) and monitoring.request.prometheus.storage_class is None


def storage_objects(plan: Plan) -> tuple[KubernetesObject, ...]:
    """
    Return the class, none where the stack makes none. Its volumes go with their claims, and these with the operators' namespace.
    """
    if not makes_class(plan):
        return ()
    return (KubernetesObject(key=KEY, manifest=storage_class(plan, Names.of(plan.stack), KEY, "Delete")),)


def with_class(pods: tuple[OperatorPod, ...], plan: Plan) -> tuple[OperatorPod, ...]:
    """
    Return *pods*, whose volumes name the stack's class where the stack makes one.
    """
    if not makes_class(plan):
        return pods
    name = storage_class_name(Names.of(plan.stack), KEY)
    return tuple(replace(pod, volumes=tuple(replace(volume, storage_class=name) for volume in pod.volumes)) for pod in pods)


def class_needed(plan: Plan, pods: tuple[OperatorPod, ...]) -> tuple[tuple[str, str], ...]:
    """
    Return what *pods* with volumes wait for: the class, where the stack makes it.
    """
    return (("StorageClass", KEY),) if makes_class(plan) and any(pod.volumes for pod in pods) else ()
