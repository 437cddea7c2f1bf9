"""
LiteLLM's configuration, made from the plan as data and written once.

Every key of it is known to LiteLLM 1.104.0: tests/gateway compares them with the package's own types, starts the text unchanged and holds
it to what the issue promises. Secrets and addresses come from the container's environment (`environment`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from servewright.resources.gateway import environment
from servewright.resources.gateway.config_metrics import metric_groups
from servewright.resources.gateway.config_models import model_list
from servewright.resources.gateway.config_stores import cache_params, connection, tier_for
from servewright.resources.gateway.policy import counters_namespace

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import GatewayPlan
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

LIMITS: Final = "servewright_limits.limits"
CACHE_POLICY: Final = "servewright_cache_policy.cache_policy"
SEMANTIC: Final = "servewright_semantic.semantic"
SINGLE_FLIGHT: Final = "servewright_single_flight.single_flight"
ENDPOINTS: Final = "servewright_endpoints.endpoints"
CUSTOM_AUTH: Final = "servewright_file_keys.check"
"""
Our hooks as "file.object"; LiteLLM looks for the files beside its configuration.
"""


def litellm_config(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the configuration of the gateway of *plan*.
    """
    gateway = plan.gateway
    assert gateway is not None  # noqa: S101 - a configuration is made for a gateway
    return {
        "model_list": model_list(plan, names),
        "router_settings": _router(gateway),
        "litellm_settings": _settings(plan, names, gateway),
        "general_settings": _general(plan, names, gateway),
    }


def config_yaml(plan: Plan, names: Names) -> str:
    """
    Return the configuration as LiteLLM reads it.
    """
    # In ASCII: PyYAML writes some separators of lines as they are, and reads them as spaces.
    return yaml.safe_dump(litellm_config(plan, names), sort_keys=False, allow_unicode=False, width=140)


def _router(gateway: GatewayPlan) -> dict[str, Any]:
    """
    Return the router's settings. Which deployments rest lies with the counters, so that all replicas know it, where there are any.
    """
    retries = gateway.request.retries
    settings: dict[str, Any] = {
        "routing_strategy": "simple-shuffle",  # by weight, without a store
        "num_retries": retries.attempts,
        "retry_after": 0,
        "allowed_fails": retries.failures,
        "cooldown_time": retries.cooldown_s,
        "timeout": gateway.longest_s,
        "enable_pre_call_checks": True,  # reads a deployment's order and its max_input_tokens
    }
    if gateway.request.fallbacks:
        settings["fallbacks"] = [{model: list(others)} for model, others in gateway.request.fallbacks]
    return settings


def _settings(plan: Plan, names: Names, gateway: GatewayPlan) -> dict[str, Any]:
    kept = cache_params(plan, names)
    settings: dict[str, Any] = {
        "callbacks": ["prometheus", LIMITS, *([] if kept is None else _cache_hooks(plan)), *_placement(gateway)],
        # else a model whose name says llama-3 has LiteLLM fetch a tokenizer in the middle of a call, from where no pod of ours may go
        "disable_hf_tokenizer_download": True,
        "drop_params": False,
        "json_logs": True,
        "prometheus_metrics_config": metric_groups(),
        "request_timeout": gateway.longest_s,
        "require_auth_for_metrics_endpoint": True,  # on the port of the API; the port for Prometheus is closed by NetworkPolicy
        "turn_off_message_logging": True,
    }
    if kept is not None:
        settings["cache"] = True
        settings["cache_params"] = kept
        # else min_p, structured_outputs and chat_template_kwargs are no part of an entry's key
        settings["enable_caching_on_provider_specific_optional_params"] = True
    return settings


def _placement(gateway: GatewayPlan) -> list[str]:
    return [] if gateway.request.placement == "service" else [ENDPOINTS]


def _cache_hooks(plan: Plan) -> list[str]:
    """
    Return the hooks of the caches in their order: what may be cached at all, which other answer serves, who waits for whose.
    """
    near = plan.caches is not None and plan.caches.semantic is not None
    once = plan.caches is not None and plan.caches.responses is not None and plan.caches.responses.single_flight
    return [CACHE_POLICY, *([SEMANTIC] if near else []), *([SINGLE_FLIGHT] if once else [])]


def _general(plan: Plan, names: Names, gateway: GatewayPlan) -> dict[str, Any]:
    request, counters = gateway.request, tier_for(plan, "counters")
    settings: dict[str, Any] = {
        "master_key": environment.reference(environment.MASTER_KEY),
        "cancel_on_disconnect": True,
        "enable_drain_endpoint": True,
        "max_in_flight_requests_per_worker": request.limits.in_flight,
        "max_queued_requests_per_worker": request.limits.queued,
        "admission_queue_timeout_seconds": request.limits.queue_timeout_s,
        "store_model_in_db": False,
    }
    if request.database is None:
        settings |= {"custom_auth": CUSTOM_AUTH, "custom_auth_run_common_checks": True}
    else:
        settings["database_url"] = environment.reference(environment.DATABASE)
    if counters is not None:
        settings["coordination_redis"] = {**connection(plan, names, counters), "namespace": counters_namespace(names)}
    return settings
