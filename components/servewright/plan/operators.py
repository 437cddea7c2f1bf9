"""
The operators that a stack installs: which pods each of them runs and what those pods request.

This is the one table of their sizes: the values that helm gets are built from it, the CPU pool is planned by it, and the registered
components carry it to the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSize:
    """
    What one container requests, and the memory at which it is ended. CPU has no limit of ours: throttling an operator saves nothing.
    """

    name: str
    cpu_millicores: int
    memory_mib: int
    memory_limit_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorPod:
    """
    The pods of one workload: *replicas* of them on CPU nodes, each on a node of its own where they stand *apart*, or one on every GPU node.

    *name* is the workload's in the cluster.
    """

    name: str
    containers: tuple[ContainerSize, ...]
    nodes: Literal["cpu", "gpu"] = "cpu"
    replicas: int = 1
    apart: bool = False

    @property
    def daemonset(self) -> bool:
        """
        True where one runs on every node and the number of replicas is that of the nodes.
        """
        return self.nodes == "gpu"

    @property
    def cpu_millicores(self) -> int:
        """
        What the scheduler reserves for one pod.
        """
        return sum(container.cpu_millicores for container in self.containers)

    @property
    def memory_mib(self) -> int:
        """
        What the scheduler reserves for one pod.
        """
        return sum(container.memory_mib for container in self.containers)

    def size(self, container: str) -> ContainerSize:
        """
        Return the size of *container*.
        """
        return next(each for each in self.containers if each.name == container)


def installed(operators: Iterable[Operator]) -> tuple[str, ...]:
    """
    Return the names of those *operators* that the stack installs.
    """
    return tuple(each.name for each in operators if each.mode == INSTALL)


def pods_of(name: str, environment: Environment) -> tuple[OperatorPod, ...]:
    """
    Return the pods of the operator *name*.
    """
    if name == KEDA:
        return _keda(environment)
    return _PODS[name]


def cpu_pods(operators: Iterable[Operator], environment: Environment) -> tuple[OperatorPod, ...]:
    """
    Return the pods on CPU nodes of those *operators* that the stack installs.
    """
    return tuple(pod for name in installed(operators) for pod in pods_of(name, environment) if pod.nodes == "cpu")


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
    PROMETHEUS: (
        # Requests as in kube-prometheus (jsonnet/kube-prometheus/components/prometheus-operator.libsonnet); the limit is a judgement:
        # its 200 Mi end the operator on clusters with many monitors.
        OperatorPod(
            name="kube-prometheus-stack-operator",
            containers=(ContainerSize(name="operator", cpu_millicores=100, memory_mib=100, memory_limit_mib=512),),
        ),
        # Judgement: 200,000 series (kubelets and pods of thirty nodes, engines, GPUs) at some 8 KiB each, and half as much again while
        # the write-ahead log is replayed.
        OperatorPod(
            name="prometheus-kube-prometheus-stack-prometheus",
            containers=(
                ContainerSize(name="prometheus", cpu_millicores=200, memory_mib=2048, memory_limit_mib=3072),
                # The operator's own defaults (prometheus-operator, flags --config-reloader-*).
                ContainerSize(name="config-reloader", cpu_millicores=10, memory_mib=50, memory_limit_mib=50),
            ),
        ),
        # The project's advice (kubernetes/kube-state-metrics, README, "Resource recommendation"): 250 MiB and 0.1 cores; the limit is
        # a judgement.
        OperatorPod(
            name="kube-prometheus-stack-kube-state-metrics",
            containers=(ContainerSize(name="kube-state-metrics", cpu_millicores=100, memory_mib=250, memory_limit_mib=512),),
        ),
    ),
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
