"""
The gateway's ScaledObject: replicas follow the requests a second that the proxies themselves count, answered from a cache or not.

    requests    sum over replicas of requests a second    target per replica: what the plan reckons one with
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.monitor import SCRAPE_SECONDS, prometheus_address, rate_window_seconds
from servewright.resources.naming import GATEWAY
from servewright.resources.scaling import behaviour, promql_string, trigger

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

REQUESTS: Final = "litellm_proxy_total_requests_metric_total"
"""
The counter of what clients asked (LiteLLM 1.104.0, callback prometheus); health probes are not among it.
"""


def scaled(gateway: GatewayPlan) -> bool:
    """
    Tell whether an autoscaler owns the number of replicas.
    """
    return gateway.replicas.minimum < gateway.replicas.maximum


def scaled_object(plan: Plan, gateway: GatewayPlan, names: Names) -> dict[str, Any]:
    """
    Return the scaling of the *gateway* between its planned minimum and maximum.
    """
    replicas = gateway.replicas
    query = f"sum(rate({REQUESTS}{{namespace={promql_string(names.namespace)}}}[{rate_window_seconds(plan)}s]))"
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": GATEWAY, "namespace": names.namespace, "labels": labels.object_labels(plan, names)},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": GATEWAY},
            "minReplicaCount": replicas.minimum,
            "maxReplicaCount": replicas.maximum,
            "pollingInterval": SCRAPE_SECONDS,
            # Prometheus away: the busiest hour's replicas serve, and none that runs is taken away.
            "fallback": {"failureThreshold": 4, "replicas": max(1, replicas.busiest), "behavior": "currentReplicasIfHigher"},
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behaviour()}},
            "triggers": [trigger("requests", prometheus_address(plan), query, gateway.requests_per_replica)],
        },
    }
