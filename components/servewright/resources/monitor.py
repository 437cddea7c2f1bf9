"""
The PodMonitor that makes the operator's Prometheus scrape the engines; the autoscaler reads what it collects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.network import HTTP_PORT_NAME

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

SCRAPE_SECONDS: Final = 15
"""
How often pods are read where the spec says nothing, and how often the autoscaler asks.
"""

_WINDOW_SCRAPES: Final = 4
"""
What a rate of the autoscaler is taken over: four scrapes, so that one that fails leaves two and more. Judgement.
"""

_DEFAULT_ADDRESS: Final = "http://kube-prometheus-stack-prometheus.monitoring:9090"
_DEFAULT_LABELS: Final = (("release", "kube-prometheus-stack"),)


def pod_monitor(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the monitor over every engine pod of the stack, with the labels by which that Prometheus picks its monitors.
    """
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {
            "name": "engines",
            "namespace": names.namespace,
            "labels": {**labels.object_labels(plan, names), **dict(monitor_labels(plan))},
        },
        "spec": {
            "selector": {"matchLabels": labels.stack_selector(names)},
            "podMetricsEndpoints": [{"port": HTTP_PORT_NAME, "path": "/metrics", "interval": f"{scrape_seconds(plan)}s"}],
        },
    }


def scrape_seconds(plan: Plan) -> int:
    """
    Return how many seconds lie between two readings of a pod.
    """
    return SCRAPE_SECONDS if plan.monitoring is None else plan.monitoring.request.prometheus.scrape_s


def rate_window_seconds(plan: Plan) -> int:
    """
    Return the window of the autoscaler's rates.
    """
    return _WINDOW_SCRAPES * scrape_seconds(plan)


def prometheus_address(plan: Plan) -> str:
    """
    Return the URL under which the autoscaler asks Prometheus.
    """
    return next((each.address for each in plan.operators if each.name == "prometheus" and each.address), _DEFAULT_ADDRESS)


def monitor_labels(plan: Plan) -> tuple[tuple[str, str], ...]:
    """
    Return the labels that the Prometheus selects monitors by.
    """
    return next((each.labels for each in plan.operators if each.name == "prometheus" and each.labels), _DEFAULT_LABELS)
