"""
What the resources stage emits for a plan, for tests that look at manifests without Pulumi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.resources.manifests import KubernetesObject, kubernetes_objects
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan


class Emitted:
    """
    A plan with the Kubernetes objects that it becomes.
    """

    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self.plan = plan
        self.catalog = catalog
        self.names = Names.of(plan.stack)
        self.objects: tuple[KubernetesObject, ...] = kubernetes_objects(plan, catalog)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """
        Return the manifests of *kind*.
        """
        return [dict(each.manifest) for each in self.objects if each.kind == kind]

    def one(self, kind: str) -> dict[str, Any]:
        """
        Return the only manifest of *kind*.
        """
        (found,) = self.of_kind(kind)
        return found
