"""
The stack's namespace: Pod Security `restricted`, pinned to the cluster's own version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

Level = Literal["restricted", "privileged"]
"""
A Pod Security level.
"""


def namespace(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the namespace; the level is enforced, not only warned about.
    """
    security = security_labels("restricted", plan.stack.cluster.kubernetes_version)
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": names.namespace, "labels": {**labels.object_labels(plan, names), **security}},
    }


def security_labels(level: Level, kubernetes_version: str) -> dict[str, str]:
    """
    Return the labels of a namespace whose pods obey Pod Security *level* as that minor version defines it.
    """
    return {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", level), ("-version", f"v{kubernetes_version}"))
    }
