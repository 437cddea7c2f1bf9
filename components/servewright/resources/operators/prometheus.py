"""
The values of the Prometheus stack's charts: the CRDs, and Prometheus with its operator and kube-state-metrics.

What the autoscaler reads and what is said about pods and GPUs is kept for three days; Grafana, Alertmanager and rules are not part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.monitor import SCRAPE_SECONDS
from servewright.resources.operators.keda import KEEP
from servewright.resources.operators.site import container_security, pod_security, registry_and_repository, requests

if TYPE_CHECKING:
    from servewright.catalog.model import Image
    from servewright.resources.operators.site import Site

IMAGES: Final = ("prometheus", "prometheus-operator", "prometheus-config-reloader", "kube-state-metrics")

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


def crd_values() -> dict[str, Any]:
    """
    Return the values of the CRDs' own chart: removing the release keeps them, and what others made of them.
    """
    return {"crds": {"annotations": KEEP}}


def prometheus_values(site: Site) -> dict[str, Any]:
    """
    Return the values of kube-prometheus-stack.

    Without the admission webhook no hook job runs, and the operator needs no certificate: it checks rules, and there are none yet.
    """
    return {
        "crds": _OFF,
        "alertmanager": _OFF,
        "grafana": _OFF,
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
    pod = site.pods["kube-prometheus-stack-operator"]
    reloader = site.pods["prometheus-kube-prometheus-stack-prometheus"].size("config-reloader")
    return {
        "admissionWebhooks": _OFF,
        "tls": _OFF,
        "image": _image(site.image("prometheus-operator")),
        "prometheusConfigReloader": {"image": _image(site.image("prometheus-config-reloader")), "resources": requests(reloader)},
        "resources": requests(pod.size("operator")),
        "securityContext": pod_security(_NOBODY, _NOBODY),
        "containerSecurityContext": container_security(),
        **_placed(site),
    }


def _prometheus(site: Site) -> dict[str, Any]:
    pod = site.pods["prometheus-kube-prometheus-stack-prometheus"]
    return {
        "replicas": pod.replicas,
        "image": _image(site.image("prometheus")),
        "scrapeInterval": f"{SCRAPE_SECONDS}s",
        "evaluationInterval": f"{SCRAPE_SECONDS}s",
        "retention": RETENTION,
        "retentionSize": _RETENTION_SIZE,
        "storageSpec": {"emptyDir": {"sizeLimit": f"{STORAGE_GIB}Gi"}},
        "resources": requests(pod.size("prometheus")),
        # The operator itself closes the containers.
        "securityContext": pod_security(1000, 2000),
        **_placed(site),
    }


def _state_metrics(site: Site) -> dict[str, Any]:
    pod = site.pods["kube-prometheus-stack-kube-state-metrics"]
    image = site.image("kube-state-metrics")
    return {
        # Here the digest is written whole, elsewhere in the same chart without its prefix.
        "image": {**registry_and_repository(image), "tag": image.tag, "sha": image.digest or ""},
        "resources": requests(pod.size("kube-state-metrics")),
        "securityContext": pod_security(_NOBODY, _NOBODY),
        "containerSecurityContext": container_security(),
        **_placed(site),
    }


def _image(image: Image) -> dict[str, str]:
    return {**registry_and_repository(image), "tag": image.tag, "sha": (image.digest or "").removeprefix("sha256:")}


def _placed(site: Site) -> dict[str, Any]:
    return {"nodeSelector": site.nodes.selector, "tolerations": site.nodes.tolerations}
