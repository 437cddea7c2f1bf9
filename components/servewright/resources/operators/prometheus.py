"""
The values of the Prometheus stack's charts: the CRDs, and Prometheus with its operator and kube-state-metrics.

Without monitoring what the autoscaler reads and what is said about pods and GPUs is kept for three days on the node's disk. With it samples
lie on a volume for as long as the spec says, and Alertmanager and Grafana (`resources.operators.grafana`) run beside.

The chart selects monitors, rules and dashboards of every namespace: monitors and rules by the label `release` of its own release, which
is what `resources.monitor.monitor_labels` returns here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.monitoring_pods import ALERTMANAGER_POD, OPERATOR_POD, PROMETHEUS_POD, STATE_POD
from servewright.plan.monitoring_size import FILL_PERCENT
from servewright.resources.monitor import SCRAPE_SECONDS
from servewright.resources.operators.grafana import IMAGES as GRAFANA_IMAGES
from servewright.resources.operators.grafana import grafana_values
from servewright.resources.operators.keda import KEEP
from servewright.resources.operators.site import (
    container_security,
    digest_apart,
    pod_security,
    registry_and_repository,
    requests,
)
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from servewright.plan.monitoring_plan import MonitoringPlan
    from servewright.plan.operator_pod import PodVolume
    from servewright.resources.operators.site import Site
    from servewright.spec.monitoring_request import RemoteWrite

_IMAGES: Final = ("prometheus", "prometheus-operator", "prometheus-config-reloader", "kube-state-metrics")

RETENTION: Final = "3d"
"""
The longest window of a burn-rate alert (3 days); judgement.
"""

STORAGE_GIB: Final = 8
_RETENTION_SIZE: Final = "6GB"
"""
Samples lie on the node's disk, bounded: a volume would need a CSI driver and a storage class that the cluster may not have, and bind
Prometheus to one zone. They are lost with the pod; scaling needs the last minutes only, and KEDA's fallback bridges those. 200,000 series
every 15 s at 2 bytes make 7 GB in three days; the size ends them earlier where there are more.
"""

_NOBODY: Final = 65534
_OFF: Final = {"enabled": False}

_NOT_ON_EKS: Final = ("kubeControllerManager", "kubeEtcd", "kubeScheduler", "kubeProxy")
"""
Parts of the control plane that EKS shows nobody, and kube-proxy, which listens on the node's own address only.
"""


def images(site: Site) -> tuple[str, ...]:
    """
    Return the components whose images the release runs.
    """
    if site.monitoring is None:
        return _IMAGES
    return (*_IMAGES, "alertmanager", *(GRAFANA_IMAGES if site.monitoring.request.grafana.provider == "cluster" else ()))


def crd_values() -> dict[str, Any]:
    """
    Return the values of the CRDs' own chart: removing the release keeps them, and what others made of them.
    """
    return {"crds": {"annotations": KEEP}}


def prometheus_values(site: Site) -> dict[str, Any]:
    """
    Return the values of kube-prometheus-stack.

    Without the admission webhook no hook job runs, and the operator needs no certificate: it checks rules, and ours are checked before.
    """
    return {
        "crds": _OFF,
        "alertmanager": _OFF if site.monitoring is None else _alertmanager(site),
        "grafana": grafana_values(site),
        "nodeExporter": _OFF,
        "defaultRules": {"create": False},
        "kubeApiServer": _OFF,
        "coreDns": _OFF,
        **dict.fromkeys(_NOT_ON_EKS, _OFF),
        "prometheusOperator": _operator(site),
        "prometheus": {"prometheusSpec": _prometheus(site)},
        "kube-state-metrics": _state_metrics(site),
    }


def _operator(site: Site) -> dict[str, Any]:
    pod = site.pods[OPERATOR_POD]
    reloader = site.pods[PROMETHEUS_POD].size("config-reloader")
    return {
        "admissionWebhooks": _OFF,
        "tls": _OFF,
        "image": digest_apart(site.image("prometheus-operator")),
        "prometheusConfigReloader": {"image": digest_apart(site.image("prometheus-config-reloader")), "resources": requests(reloader)},
        "resources": requests(pod.size("operator")),
        "securityContext": pod_security(_NOBODY, _NOBODY),
        "containerSecurityContext": container_security(),
        **_placed(site),
    }


def _prometheus(site: Site) -> dict[str, Any]:
    pod = site.pods[PROMETHEUS_POD]
    return {
        "replicas": pod.replicas,
        "image": digest_apart(site.image("prometheus")),
        **(_unwatched() if site.monitoring is None else _watched(site.monitoring, pod.volume(), site.cluster)),
        "resources": requests(pod.size("prometheus")),
        # The operator itself closes the containers.
        "securityContext": pod_security(1000, 2000),
        **_placed(site),
    }


def _unwatched() -> dict[str, Any]:
    return {
        "scrapeInterval": f"{SCRAPE_SECONDS}s",
        "evaluationInterval": f"{SCRAPE_SECONDS}s",
        "retention": RETENTION,
        "retentionSize": _RETENTION_SIZE,
        "storageSpec": {"emptyDir": {"sizeLimit": f"{STORAGE_GIB}Gi"}},
    }


def _watched(monitoring: MonitoringPlan, volume: PodVolume, cluster: str) -> dict[str, Any]:
    asked = monitoring.request.prometheus
    copied = asked.remote_write is not None or asked.provider == "amazon"
    return {
        "scrapeInterval": f"{asked.scrape_s}s",
        "evaluationInterval": f"{asked.evaluation_s}s",
        "retention": f"{asked.retention_days}d",
        # Prometheus' own units: an MB is 2^20 bytes.
        "retentionSize": f"{volume.size_gib * MIB_PER_GIB * FILL_PERCENT // 100}MB",
        "storageSpec": _claim(volume),
        # Where samples of several clusters meet, each says whose it is.
        **({"externalLabels": {"cluster": cluster}} if copied else {}),
        **({"remoteWrite": [remote_write(asked.remote_write)]} if asked.remote_write is not None else {}),
    }


def remote_write(asked: RemoteWrite) -> dict[str, Any]:
    """
    Return where samples are copied to. The chart reads the list as a template: braces of the address are written as RFC 3986 has them.
    """
    url = asked.url.replace("{", "%7B").replace("}", "%7D")
    if asked.token is None:
        return {"url": url}
    return {"url": url, "authorization": {"type": "Bearer", "credentials": {"name": asked.token.secret, "key": asked.token.key}}}


def _alertmanager(site: Site) -> dict[str, Any]:
    """
    Return the values of Alertmanager: it takes the receivers of every namespace that carry the labels of our monitors, each for the alerts
    of its own namespace. The chart's own configuration sends all other alerts nowhere.
    """
    pod = site.pods[ALERTMANAGER_POD]
    return {
        "enabled": True,
        # With one replica a budget would only block drains.
        **({"podDisruptionBudget": {"enabled": True, "minAvailable": 1}} if pod.replicas > 1 else {}),
        "alertmanagerSpec": {
            "replicas": pod.replicas,
            "image": digest_apart(site.image("alertmanager")),
            "alertmanagerConfigSelector": {"matchLabels": site.monitor_labels},
            "podAntiAffinity": "hard" if pod.apart else "soft",
            "storage": _claim(pod.volume()),
            "resources": requests(pod.size("alertmanager")),
            "securityContext": pod_security(1000, 2000),
            **_placed(site),
        },
    }


def _claim(volume: PodVolume) -> dict[str, Any]:
    named = {} if volume.storage_class is None else {"storageClassName": volume.storage_class}
    size = {"requests": {"storage": f"{volume.size_gib}Gi"}}
    return {"volumeClaimTemplate": {"spec": {**named, "accessModes": ["ReadWriteOnce"], "resources": size}}}


def _state_metrics(site: Site) -> dict[str, Any]:
    pod = site.pods[STATE_POD]
    image = site.image("kube-state-metrics")
    return {
        # Here the digest is written whole, elsewhere in the same chart without its prefix.
        "image": {**registry_and_repository(image), "tag": image.tag, "sha": image.digest or ""},
        "resources": requests(pod.size("kube-state-metrics")),
        "securityContext": pod_security(_NOBODY, _NOBODY),
        "containerSecurityContext": container_security(),
        **_placed(site),
    }


def _placed(site: Site) -> dict[str, Any]:
    return {"nodeSelector": site.nodes.selector, "tolerations": site.nodes.tolerations}
