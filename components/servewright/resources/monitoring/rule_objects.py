"""
The rules as PrometheusRule objects, one for each group: an object holds at most 1 MiB (etcd's limit), and what a model adds is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.resources import labels
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.monitor import monitor_labels
from servewright.resources.monitoring.promql import duration
from servewright.resources.monitoring.rule import Alert, Group
from servewright.resources.monitoring.rules import rule_groups
from servewright.resources.naming import LABEL_LIMIT, join

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope


def rule_objects(scope: Scope) -> tuple[KubernetesObject, ...]:
    """
    Return the rules as objects for the operator's Prometheus, none where Amazon's evaluates them.
    """
    if scope.monitoring.request.prometheus.provider != "cluster":
        return ()
    return tuple(_object(scope, group) for group in rule_groups(scope))


def group_values(scope: Scope) -> tuple[dict[str, Any], ...]:
    """
    Return all groups of rules as Prometheus reads them from a file, under `groups`.
    """
    return tuple(_group(scope, group) for group in rule_groups(scope))


def _object(scope: Scope, group: Group) -> KubernetesObject:
    plan, names = scope.plan, scope.names
    key = join(f"rules-{group.name}", limit=LABEL_LIMIT)
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": key,
            "namespace": names.namespace,
            "labels": {**labels.object_labels(plan, names), **dict(monitor_labels(plan))},
        },
        "spec": {"groups": [_group(scope, group)]},
    }
    return KubernetesObject(key=key, manifest=manifest, needs=(("Namespace", NAMESPACE),), part="monitoring")


def _group(scope: Scope, group: Group) -> dict[str, Any]:
    request = scope.monitoring.request
    common = scope.common_labels
    return {
        "name": group.name,
        "interval": duration(request.prometheus.evaluation_s),
        "rules": [rule.as_rule(common, request.runbooks) if isinstance(rule, Alert) else rule.as_rule() for rule in group.rules],
    }
