"""
The operators that a stack installs: which pods each of them runs and what those pods request.

This is the one table of their sizes: the values that helm gets are built from it, the CPU pool is planned by it, and the registered
components carry it to the bill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.monitoring_pods import prometheus_pods
from servewright.plan.operator_pod import ContainerSize as ContainerSize  # noqa: PLC0414 - for all who size operators
from servewright.plan.operator_pod import OperatorPod as OperatorPod  # noqa: PLC0414

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.spec.request import Environment, Operator

INSTALL: Final = "install"

PROMETHEUS: Final = "prometheus"
KEDA: Final = "keda"
DEVICE_PLUGIN: Final = "nvidia-device-plugin"
DCGM_EXPORTER: Final = "dcgm-exporter"

_REPLICAS_OF_PROD: Final = 2
"""
Replicas of KEDA in prod, on nodes apart: scaling survives the loss of a node without waiting for another. Judgement.
"""


def installed(operators: Iterable[Operator]) -> tuple[str, ...]:
    """
    Return the names of those *operators* that the stack installs.
    """
    return tuple(each.name for each in operators if each.mode == INSTALL)


def pods_of(name: str, environment: Environment, monitoring: MonitoringPlan | None = None) -> tuple[OperatorPod, ...]:
    """
    Return the pods of the operator *name*; with *monitoring* the Prometheus stack runs more of them.
    """
    if name == KEDA:
        return _keda(environment)
    if name == PROMETHEUS:
        return prometheus_pods(environment, monitoring)
    return _PODS[name]


def cpu_pods(operators: Iterable[Operator], environment: Environment, monitoring: MonitoringPlan | None = None) -> tuple[OperatorPod, ...]:
    """
    Return the pods on CPU nodes of those *operators* that the stack installs.
    """
    return tuple(pod for name in installed(operators) for pod in pods_of(name, environment, monitoring) if pod.nodes == "cpu")


def _keda(environment: Environment) -> tuple[OperatorPod, ...]:
    replicas = _REPLICAS_OF_PROD if environment == "prod" else 1
    # The chart's own figures (kedacore/charts keda/values.yaml@1444d00d90d7, version 2.20.2).
    return tuple(
        OperatorPod(
            name=name,
            containers=(ContainerSize(name=name, cpu_millicores=100, memory_mib=100, memory_limit_mib=1000),),
            replicas=replicas,
            apart=replicas > 1,
        )
        for name in ("keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks")
    )


_PODS: Final = {
    # Judgement; the chart has none (nvidia-device-plugin 0.20.0).
    DEVICE_PLUGIN: (
        OperatorPod(
            name="nvidia-device-plugin",
            containers=(ContainerSize(name="device-plugin", cpu_millicores=50, memory_mib=64, memory_limit_mib=256),),
            nodes="gpu",
        ),
    ),
    # The chart's own figures (NVIDIA/dcgm-exporter deployment/values.yaml@d5e5f510a1b6, version 4.8.2).
    DCGM_EXPORTER: (
        OperatorPod(
            name="dcgm-exporter",
            containers=(ContainerSize(name="exporter", cpu_millicores=100, memory_mib=128, memory_limit_mib=512),),
            nodes="gpu",
        ),
    ),
}
