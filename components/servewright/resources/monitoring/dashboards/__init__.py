"""
Grafana dashboards of a stack, as data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources import labels
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.monitoring.dashboards import capacity, cost, engine, gateway, gpus, service

if TYPE_CHECKING:
    from servewright.resources.monitoring.dashboards.dashboard import Dashboard
    from servewright.resources.monitoring.scope import Scope

PREFIX: Final = "dashboard-"

PICKED: Final = {"grafana_dashboard": "1"}
FOLDER: Final = "grafana_folder"
"""
The label by which the sidecar of kube-prometheus-stack's Grafana finds dashboards, and the annotation that names their folder
(charts/grafana/values.yaml: sidecar.dashboards.label, labelValue and folderAnnotation, read 2026-11).
"""


def dashboards(scope: Scope) -> tuple[Dashboard, ...]:
    """
    Return the dashboards of the stack, those left out that would have nothing to show.
    """
    made = (part.dashboard(scope) for part in (service, engine, gpus, capacity, gateway, cost))
    return tuple(each for each in made if each is not None)


def dashboard_objects(scope: Scope) -> tuple[KubernetesObject, ...]:
    """
    Return a ConfigMap for each dashboard, for the sidecar that loads them; none where nobody shows dashboards.
    """
    if scope.monitoring.request.grafana.provider == "off":
        return ()
    return tuple(_object(scope, each) for each in dashboards(scope))


def _object(scope: Scope, dashboard: Dashboard) -> KubernetesObject:
    """
    Return the ConfigMap of *dashboard*. The sidecar writes the files of all namespaces below one folder, so each is named after its stack.
    """
    names, key = scope.names, PREFIX + dashboard.key
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": key,
            "namespace": names.namespace,
            "labels": {**labels.object_labels(scope.plan, names), **PICKED},
            "annotations": {FOLDER: names.stack},
        },
        "data": {f"{names.stack}-{dashboard.key}.json": dashboard.as_json(scope)},
    }
    return KubernetesObject(key=key, manifest=manifest, needs=(("Namespace", NAMESPACE),), part="monitoring")
