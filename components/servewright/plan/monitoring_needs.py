"""
What an operator that exists must have for the monitoring of a stack, beyond being there: what cannot be set from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import DCGM_EXPORTER, KEDA, PROMETHEUS, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import MonitoringPlan

KARPENTER: Final = "karpenter"

_DRIVER: Final = "the cluster runs the EBS CSI driver, which makes its volumes (or monitoring.prometheus.storage_class names another class)"
"""
The EKS add-on aws-ebs-csi-driver; a cluster in Auto Mode makes volumes by another provisioner (EKS user guide, "Create a storage class",
read 2026-11).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """
    What *operator* must have: a sentence without its end.
    """

    operator: str
    what: str


def monitoring_needs(plan: Plan) -> tuple[Need, ...]:
    """
    Return what must be seen to by hand, none where nothing watches the stack.
    """
    if plan.monitoring is None:
        return ()
    mine = installed(plan.operators)
    needs = [*_scraped(mine), *_beside(plan.monitoring, mine)]
    if PROMETHEUS not in mine:
        needs = [*_prometheus(plan, plan.monitoring), *needs]
    return tuple(Need(operator=operator, what=what) for operator, what in needs)


def _prometheus(plan: Plan, monitoring: MonitoringPlan) -> Iterator[tuple[str, str]]:
    asked = monitoring.request.prometheus
    labels = ", ".join(f"{key}: {value}" for each in plan.operators if each.name == PROMETHEUS for key, value in each.labels)
    chosen = f"the labels {labels}" if labels else "the labels of its release"
    yield PROMETHEUS, f"takes PodMonitors and ServiceMonitors of every namespace with {chosen}"
    yield PROMETHEUS, "scrapes kube-state-metrics: pods that wait and nodes are counted by it"
    if asked.provider == "amazon":
        yield (
            PROMETHEUS,
            "writes its samples to the workspace of Amazon Managed Service for Prometheus, with a role that may aps:RemoteWrite",
        )
        return
    yield PROMETHEUS, f"takes PrometheusRules of every namespace with {chosen}, and keeps {asked.retention_days} days"
    if monitoring.request.receivers:
        yield PROMETHEUS, f"its Alertmanager takes AlertmanagerConfigs of every namespace with {chosen}"
    if monitoring.request.grafana.provider == "cluster":
        yield PROMETHEUS, 'its Grafana has the sidecar that takes ConfigMaps with the label grafana_dashboard: "1" of every namespace'
    if asked.remote_write is not None:
        yield PROMETHEUS, "writes its samples to monitoring.prometheus.remote_write: an existing one is not changed from here"


def _scraped(mine: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if PROMETHEUS not in mine:
        yield KARPENTER, "is scraped once (its chart: serviceMonitor.enabled): nodes and what they cost are counted by it"
    if KEDA not in mine:
        yield KEDA, "is scraped (its chart: prometheus.operator.enabled and its serviceMonitor), with the namespace of what it scales"
    if DCGM_EXPORTER not in mine:
        yield DCGM_EXPORTER, "is scraped (its chart: serviceMonitor.enabled)"


def _beside(monitoring: MonitoringPlan, mine: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    asked = monitoring.request
    if asked.grafana.provider == "amazon":
        yield PROMETHEUS, "Amazon Managed Grafana reads no ConfigMaps: import the dashboards of `servewright render` there by hand"
    if asked.prometheus.provider == "amazon":
        others = ", ".join(receiver.name for receiver in asked.receivers if receiver.kind != "email")
        if others:
            yield PROMETHEUS, f"Amazon's Alertmanager tells SNS topics: subscribe {others} to the topic of each severity"
    if asked.prometheus.storage_class is None and PROMETHEUS in mine:
        yield PROMETHEUS, _DRIVER
