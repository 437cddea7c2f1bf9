"""
What our hooks inside LiteLLM hold requests to, as data: which answers are kept and how long, what one request may be, what a team may use.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from servewright.plan.engine_arguments import PORT
from servewright.resources.gateway.config_models import api_base

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan
    from servewright.resources.naming import Names
    from servewright.spec.gateway_request import GatewayRequest, Team

PREFIX: Final = "sw:"
"""
Every key that we choose in a store begins so; the store's user may touch no others but LiteLLM's own counters.
"""

QUESTION_CHARACTERS: Final = 2000
TOKEN_CHARACTERS: Final = 3
"""
How long a question may be to be compared: a longer one is a text to work on, and two of those are near when one sentence differs. It must
also fit what the embedding model reads; English has more than four characters a token. Judgement.
"""

PRIORITIES: Final = {"high": -10, "normal": 0, "low": 10}
"""
vLLM's priorities: a lower number is served first. The distances have no meaning (judgement).
"""


def counters_namespace(names: Names) -> str:
    """
    Return what the keys of limits, money and cooldowns begin with; they outlive a change of the models.
    """
    return f"{PREFIX}{names.stack}"


def namespace(plan: Plan, names: Names) -> str:
    """
    Return what the keys of *plan*'s entries begin with: other weights, or another precision, start afresh.
    """
    weights = sorted((model.name, model.weights_source, model.weights_revision or "", model.precision.weights) for model in plan.models)
    digest = hashlib.sha256(json.dumps(weights).encode()).hexdigest()[:12]
    return f"{counters_namespace(names)}:{digest}"


def policy(plan: Plan, names: Names) -> dict[str, Any]:
    """
    Return the hooks' policy.
    """
    assert plan.gateway is not None  # noqa: S101 - a policy is made for a gateway
    request, caches = plan.gateway.request, plan.caches
    responses = caches.responses if caches is not None else None
    return {
        "namespace": namespace(plan, names),
        "models": {name: {"cache": kind, "ttl_s": ttl} for name, kind, ttl in _cached(plan)},
        "semantic": _semantic(plan),
        "single_flight": responses is not None and responses.single_flight,
        "single_flight_wait_s": plan.gateway.longest_s,
        "limits": {
            "request_bytes": request.limits.request_bytes,
            "input_tokens": request.limits.input_tokens,
            "output_tokens": request.limits.output_tokens,
        },
        "teams": {team.name: _team(team, request) for team in request.teams},
        "endpoints": _endpoints(plan, names, request),
    }


def policy_json(plan: Plan, names: Names) -> str:
    """
    Return the policy as the hooks read it.
    """
    return json.dumps(policy(plan, names), indent=2, sort_keys=True) + "\n"


def _cached(plan: Plan) -> list[tuple[str, str, int]]:
    """
    Return (name, class, seconds) of every name that clients may ask for.

    An answer under a route's name may come from any of its models: it is kept where all of them are, for as long as the shortest.
    """
    own = {model.name: _of_model(plan, model) for model in plan.models}
    routes = [
        (planned.route.name, *min((own[target.model] for target in planned.route.targets), key=lambda each: (each[0] != "none", each[1])))
        for planned in plan.routes
    ]
    return [(name, kind, ttl) for name, (kind, ttl) in own.items()] + routes


def _of_model(plan: Plan, model: ModelPlan) -> tuple[str, int]:
    caches = plan.caches
    if caches is None:
        return ("none", 0)
    if caches.responses is not None and model.name in caches.responses.models:
        return ("responses", _rung_ttl(plan) or caches.responses.lasts_s)
    if caches.embeddings is not None and model.name in caches.embeddings.models:
        return ("embeddings", caches.embeddings.lasts_s)
    return ("none", 0)


def _semantic(plan: Plan) -> dict[str, Any]:
    """
    Return what holds for near questions by the name that clients ask for; a route's name where all of its models have them.
    """
    caches, gateway = plan.caches, plan.gateway
    if caches is None or caches.semantic is None or gateway is None:
        return {}
    asked, context = caches.semantic, {model.name: model.engine.context_length for model in plan.models}
    kept = {name: ttl for name, _, ttl in _cached(plan)}
    routes = [each.route.name for each in plan.routes if {target.model for target in each.route.targets} <= set(asked.models)]
    rule = {
        "embedding_model": asked.embedding_model,
        "threshold": float(asked.threshold),
        "characters": min(QUESTION_CHARACTERS, TOKEN_CHARACTERS * context[asked.embedding_model]),
        "rest_s": gateway.request.retries.cooldown_s,
    }
    return {name: {**rule, "ttl_s": min(asked.ttl_s, kept[name])} for name in (*asked.models, *routes)}


def _endpoints(plan: Plan, names: Names, request: GatewayRequest) -> list[dict[str, Any]]:
    """
    Return the pods behind each deployment and by what one is chosen; nothing where that is left to the Services.
    """
    if request.placement == "service":
        return []
    services = {names.workload(model.name, workload.share) for model in plan.models for workload in model.workloads}
    return [
        {
            "api_base": api_base(service, names),
            "pods": f"{names.pods(service)}.{names.namespace}.svc.cluster.local",
            "port": PORT,
            "by": request.placement,
            "rest_s": request.retries.cooldown_s,
        }
        for service in sorted(services)
    ]


def _rung_ttl(plan: Plan) -> int | None:
    """
    Return the time to live of the last rung in force that sets one.
    """
    rungs = plan.gateway.request.ladder.in_force if plan.gateway is not None else ()
    return next((rung.cache_ttl_s for rung in reversed(rungs) if rung.cache_ttl_s is not None), None)


def _team(team: Team, request: GatewayRequest) -> dict[str, Any]:
    return {
        "models": list(team.models),
        "requests_per_minute": team.requests_per_minute,
        "tokens_per_minute": team.tokens_per_minute,
        "parallel_requests": team.parallel_requests,
        "budget_usd": None if team.budget is None else str(team.budget),
        "budget_days": team.budget_days,
        "priority": PRIORITIES[team.priority] if request.prioritised else None,
    }
