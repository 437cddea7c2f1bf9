"""
What the resources stage emits for a plan, for tests that look at manifests without Pulumi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.resources.manifests import KubernetesObject, kubernetes_objects
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan, WorkloadPlan


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

    def named(self, kind: str, name: str) -> dict[str, Any]:
        """
        Return the manifest of *kind* that is called *name*.
        """
        (found,) = (each for each in self.of_kind(kind) if each["metadata"]["name"] == name)
        return found

    def engines(self) -> list[tuple[ModelPlan, WorkloadPlan, dict[str, Any]]]:
        """
        Return each share of each model with its Deployment.
        """
        return [
            (model, workload, self.named("Deployment", self.names.workload(model.name, workload.share)))
            for model in self.plan.models
            for workload in model.workloads
        ]
