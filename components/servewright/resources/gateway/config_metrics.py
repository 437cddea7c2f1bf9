"""
What the gateway exports to Prometheus: no label that names a person, an address or a key.

LiteLLM's default labels hold client_ip, user_agent, end_user, user_email and hashed_api_key. A group may only name labels that each of its
metrics has: with one that is unknown the exporter fails and the proxy serves on without any of these metrics (measured). So METRIC_LABELS
is the pinned version's own table, as far as it concerns us, and the groups are computed from it; a test compares it with the package.
"""

from __future__ import annotations

from typing import Any, Final

WANTED: Final = (
    "requested_model",
    "model",
    "model_id",
    "team",
    "route",
    "status_code",
    "exception_status",
    "fallback_model",
    "litellm_model_name",
    "api_provider",
    "callback_name",
)
"""
The labels that are kept where a metric has them; "team" is a name of the spec, "model_id" one of our deployments.
"""

WHOLE: Final = ("litellm_deployment_cooled_down",)
"""
Metrics whose labels LiteLLM 1.104.0 sets by their place: with one left out it never counts (measured). "api_base", which no other has, is
the address of a Service of the stack.
"""

_CALLER: Final = "requested_model model model_id team api_provider"
_DEPLOYMENT: Final = "litellm_model_name model_id api_provider"

METRIC_LABELS: Final[dict[str, str]] = {
    "litellm_proxy_total_requests_metric": "requested_model model_id team status_code route api_provider",
    "litellm_proxy_failed_requests_metric": "requested_model model_id team exception_status route api_provider",
    "litellm_request_total_latency_metric": _CALLER,
    "litellm_request_queue_time_seconds": _CALLER,
    "litellm_llm_api_latency_metric": _CALLER,
    "litellm_llm_api_time_to_first_token_metric": _CALLER,
    "litellm_spend_metric": _CALLER,
    "litellm_input_tokens_metric": _CALLER,
    "litellm_output_tokens_metric": _CALLER,
    "litellm_overhead_latency_metric": _DEPLOYMENT,
    "litellm_deployment_state": _DEPLOYMENT,
    "litellm_deployment_cooled_down": f"{_DEPLOYMENT} api_base exception_status",
    "litellm_deployment_total_requests": f"{_DEPLOYMENT} requested_model team",
    "litellm_deployment_success_responses": f"{_DEPLOYMENT} requested_model team",
    "litellm_deployment_failure_responses": f"{_DEPLOYMENT} requested_model team exception_status",
    "litellm_deployment_successful_fallbacks": "requested_model fallback_model team exception_status model_id",
    "litellm_deployment_failed_fallbacks": "requested_model fallback_model team exception_status model_id",
    "litellm_cache_hits_metric": "model model_id team api_provider",
    "litellm_cache_misses_metric": "model model_id team api_provider",
    "litellm_cached_tokens_metric": "model model_id team api_provider",
    "litellm_callback_logging_failures_metric": "callback_name",
}
"""
Each metric that we export with those of WANTED that LiteLLM 1.104.0 gives it, those of WHOLE with all of them
(litellm/types/integrations/prometheus.py).
"""


def metric_groups() -> list[dict[str, Any]]:
    """
    Return LiteLLM's prometheus_metrics_config: metrics with the same labels in one group.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for metric, labels in METRIC_LABELS.items():
        groups.setdefault(tuple(sorted(labels.split())), []).append(metric)
    return [
        {"group": f"labels-{number}", "metrics": metrics, "include_labels": list(labels)}
        for number, (labels, metrics) in enumerate(groups.items(), start=1)
    ]
