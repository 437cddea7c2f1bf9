"""
Everything that watches a stack, as Kubernetes objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.resources.monitoring.alertmanager import alertmanager_objects
from servewright.resources.monitoring.dashboards import dashboard_objects
from servewright.resources.monitoring.monitors import monitor_objects
from servewright.resources.monitoring.rule_objects import rule_objects
from servewright.resources.monitoring.scope import Scope

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.resources.kubernetes_object import KubernetesObject


def monitoring_objects(plan: Plan, catalog: Catalog) -> tuple[KubernetesObject, ...]:
    """
    Return the objects of *plan*'s monitoring, none where it has no such.
    """
    scope = Scope.of(plan, catalog)
    if scope is None:
        return ()
    return (*monitor_objects(scope), *rule_objects(scope), *alertmanager_objects(scope), *dashboard_objects(scope))
