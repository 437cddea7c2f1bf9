"""
The values of Grafana in the Prometheus stack's chart, and what its sidecars may read.

Dashboards come from ConfigMaps with the label grafana_dashboard: "1" in any namespace, the data source from the chart. Grafana keeps
nothing: what is changed in it by hand is gone with its pod.

Its root is read-only. The data sources that the image brings lie below it, in /usr/share/grafana, and Grafana 13 would fetch further
plug-ins and replace those by newer ones when it starts: both are off, so that nothing has to be written there and every start runs what
the image holds. Scratch files go to a volume at /tmp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.monitoring_pods import GRAFANA_POD, SIDECARS
from servewright.resources import labels
from servewright.resources.kubernetes_object import KubernetesObject
from servewright.resources.operators.site import container_security, digest_apart, pod_security, requests

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names
    from servewright.resources.operators.site import Site

IMAGES: Final = ("grafana", "k8s-sidecar")

ROLE: Final = "servewright-grafana-dashboards"
ROLE_KEY: Final = "grafana-dashboards"
"""
Named alike in every cluster, as the release is that binds it.
"""

_USER: Final = 472
"""
The user `grafana` of the image (chart grafana 13.x, securityContext).
"""

_ADMIN: Final = "admin"
_CONFIG_MAPS: Final = "configmap"


def grafana_values(site: Site) -> dict[str, Any]:
    """
    Return the values of Grafana, off where the cluster's shows nothing.
    """
    if site.monitoring is None or site.monitoring.request.grafana.provider != "cluster":
        return {"enabled": False}
    pod = site.pods[GRAFANA_POD]
    return {
        "enabled": True,
        "image": digest_apart(site.image("grafana")),
        # A pod with a shell of its own, which helm would only run on request.
        "testFramework": {"enabled": False},
        "defaultDashboardsEnabled": False,
        # The chart's own role lets the sidecars read every Secret of the cluster.
        "rbac": {"create": True, "useExistingClusterRole": ROLE},
        "sidecar": _sidecars(site),
        "grafana.ini": _settings(),
        "extraEmptyDirMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the pod's own
        "resources": requests(pod.size("grafana")),
        "securityContext": pod_security(_USER, _USER),
        "containerSecurityContext": container_security(),
        "nodeSelector": site.nodes.selector,
        "tolerations": site.nodes.tolerations,
        **_administrator(site),
    }


def dashboards_role(plan: Plan, names: Names) -> KubernetesObject:
    """
    Return what the sidecars may read: ConfigMaps of every namespace, and no Secret.
    """
    manifest = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": ROLE, "labels": labels.object_labels(plan, names)},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}],
    }
    return KubernetesObject(key=ROLE_KEY, manifest=manifest)


def _sidecars(site: Site) -> dict[str, Any]:
    asking = {"env": {"REQ_USERNAME": _ADMIN}} if _admin_secret(site) else {}
    return {
        "image": digest_apart(site.image("k8s-sidecar")),
        "resources": requests(site.pods[GRAFANA_POD].size(SIDECARS[0])),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "dashboards": {
            "enabled": True,
            "label": "grafana_dashboard",
            "labelValue": "1",
            "searchNamespace": "ALL",
            "resource": _CONFIG_MAPS,
            **asking,
        },
        "datasources": {"enabled": True, "defaultDatasourceEnabled": True, "resource": _CONFIG_MAPS, **asking},
    }


def _settings() -> dict[str, Any]:
    """
    Return grafana.ini: nobody enters without a password or makes an account, and nothing is reported to or fetched from its makers.
    """
    return {
        "auth.anonymous": {"enabled": False},
        "users": {"allow_sign_up": False},
        "security": {"disable_gravatar": True},
        "analytics": {"reporting_enabled": False, "check_for_updates": False, "check_for_plugin_updates": False},
        "plugins": {"preinstall_disabled": True, "preinstall_auto_update": False},
    }


def _administrator(site: Site) -> dict[str, Any]:
    """
    Return where the administrator's password is: in the Secret that the spec names, else in one that the chart makes.

    The chart's own password is random and stays what it is over upgrades: kube-prometheus-stack 88.5.3 sets no grafana.adminPassword, and
    Grafana's chart then looks up its Secret or makes 40 letters and digits. A named Secret holds the password alone; the chart would read
    the user's name from it too, but for the variables.
    """
    secret = _admin_secret(site)
    if secret is None:
        return {}
    name, key = secret
    return {"admin": {"existingSecret": name, "passwordKey": key}, "env": {"GF_SECURITY_ADMIN_USER": _ADMIN}}


def _admin_secret(site: Site) -> tuple[str, str] | None:
    admin = None if site.monitoring is None else site.monitoring.request.grafana.admin
    return None if admin is None else (admin.secret, admin.key)
