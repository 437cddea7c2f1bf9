"""
The stack's namespace: Pod Security `restricted`, pinned to the cluster's own version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.resources import labels

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names


def namespace(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the namespace; the level is enforced, not only warned about.
    """
    version = f"v{plan.stack.cluster.kubernetes_version}"
    security = {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", "restricted"), ("-version", version))
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": names.namespace, "labels": {**labels.object_labels(plan, names), **security}},
    }
