"""
The pods of an installed Prometheus stack: without monitoring what the autoscaler needs, with it Alertmanager and Grafana too.

    Prometheus     memory and volume as `monitoring` of the plan says, ended at 1.5 times the memory
    Alertmanager   two in prod, on nodes apart: they tell each other what was sent, and one of them outlives a node
    Grafana        one, without a volume: its dashboards lie in the cluster's ConfigMaps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.operator_pod import ContainerSize, OperatorPod, PodVolume

if TYPE_CHECKING:
    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.spec.request import Environment

OPERATOR_POD: Final = "kube-prometheus-stack-operator"
PROMETHEUS_POD: Final = "prometheus-kube-prometheus-stack-prometheus"
STATE_POD: Final = "kube-prometheus-stack-kube-state-metrics"
ALERTMANAGER_POD: Final = "alertmanager-kube-prometheus-stack-alertmanager"
GRAFANA_POD: Final = "kube-prometheus-stack-grafana"

SIDECARS: Final = ("grafana-sc-dashboard", "grafana-sc-datasources")
"""
The containers beside Grafana that fetch dashboards and data sources from ConfigMaps; the chart gives both one size.
"""

_PROMETHEUS_MIB: Final = 2048
"""
Judgement: 200,000 series (kubelets and pods of thirty nodes, engines, GPUs) at some 8 KiB each, and half as much again while the
write-ahead log is replayed.
"""

_ALERTMANAGERS_OF_PROD: Final = 2
_ALERTMANAGER_GIB: Final = 1
"""
Silences and what was sent: kilobytes. A GiB is the least that a gp3 volume has (EBS user guide, volume types, 2026-11).
"""

_RELOADER: Final = ContainerSize(name="config-reloader", cpu_millicores=10, memory_mib=50, memory_limit_mib=50)
"""
The operator's own defaults (prometheus-operator, flags --config-reloader-*).
"""

_ALERTMANAGER: Final = ContainerSize(name="alertmanager", cpu_millicores=10, memory_mib=100, memory_limit_mib=256)
"""
Memory as in kube-prometheus (jsonnet/kube-prometheus/components/alertmanager.libsonnet: 4 m, 100 Mi); the rest is a judgement.
"""

_GRAFANA: Final = ContainerSize(name="grafana", cpu_millicores=100, memory_mib=384, memory_limit_mib=768)
_SIDECAR_SIZE: Final = (20, 100, 200)
"""
Judgement: millicores, MiB requested, MiB at which it is ended.
"""


def prometheus_pods(environment: Environment, monitoring: MonitoringPlan | None) -> tuple[OperatorPod, ...]:
    """
    Return the pods of the stack; *monitoring* None: nothing but scaling reads it, and its samples lie on the node.
    """
    pods = (_OPERATOR, _prometheus(monitoring), _STATE)
    if monitoring is None:
        return pods
    return (*pods, _alertmanager(environment, monitoring), *(_grafana() if monitoring.request.grafana.provider == "cluster" else ()))


def _prometheus(monitoring: MonitoringPlan | None) -> OperatorPod:
    memory = _PROMETHEUS_MIB if monitoring is None else monitoring.memory_mib
    volumes = () if monitoring is None else (_volume("prometheus", _storage_gib(monitoring), monitoring),)
    return OperatorPod(
        name=PROMETHEUS_POD,
        containers=(
            ContainerSize(name="prometheus", cpu_millicores=200, memory_mib=memory, memory_limit_mib=memory * 3 // 2),
            _RELOADER,
        ),
        volumes=volumes,
    )


def _storage_gib(monitoring: MonitoringPlan) -> int:
    asked = monitoring.request.prometheus.storage_gib
    return monitoring.storage_gib if asked is None else asked


def _alertmanager(environment: Environment, monitoring: MonitoringPlan) -> OperatorPod:
    replicas = _ALERTMANAGERS_OF_PROD if environment == "prod" else 1
    return OperatorPod(
        name=ALERTMANAGER_POD,
        containers=(_ALERTMANAGER, _RELOADER),
        replicas=replicas,
        apart=replicas > 1,
        volumes=(_volume("alertmanager", _ALERTMANAGER_GIB, monitoring),),
    )


def _grafana() -> tuple[OperatorPod, ...]:
    cpu, memory, limit = _SIDECAR_SIZE
    sidecars = (ContainerSize(name=name, cpu_millicores=cpu, memory_mib=memory, memory_limit_mib=limit) for name in SIDECARS)
    return (OperatorPod(name=GRAFANA_POD, containers=(_GRAFANA, *sidecars)),)


def _volume(name: str, size_gib: int, monitoring: MonitoringPlan) -> PodVolume:
    return PodVolume(name=name, size_gib=max(1, size_gib), storage_class=monitoring.request.prometheus.storage_class)


_OPERATOR: Final = OperatorPod(
    name=OPERATOR_POD,
    # Requests as in kube-prometheus (jsonnet/kube-prometheus/components/prometheus-operator.libsonnet); the limit is a judgement:
    # its 200 Mi end the operator on clusters with many monitors.
    containers=(ContainerSize(name="operator", cpu_millicores=100, memory_mib=100, memory_limit_mib=512),),
)

_STATE: Final = OperatorPod(
    name=STATE_POD,
    # The project's advice (kubernetes/kube-state-metrics, README, "Resource recommendation"): 250 MiB and 0.1 cores; the limit is a
    # judgement.
    containers=(ContainerSize(name="kube-state-metrics", cpu_millicores=100, memory_mib=250, memory_limit_mib=512),),
)
