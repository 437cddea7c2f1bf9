"""
Gateway, routes and caches in the plan's part of the JSON: fields that are absent where the stack has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.report.export_caches import caches_value
from servewright.report.export_numbers import exact, per_million, replicas_value, rounded
from servewright.resources.gateway.endpoints import gateway_url
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import GatewayPlan, RoutePlan
    from servewright.plan.model import Plan
    from servewright.spec.gateway_request import Ladder, PublicAddress, RequestLimits, Retries, Rung, Team


def front_door_value(plan: Plan) -> dict[str, Any]:
    """
    Return what stands before the models, by the fields of the schema's plan.
    """
    found: dict[str, Any] = {}
    if plan.gateway is not None:
        found["gateway"] = _gateway(plan, plan.gateway)
        found["routes"] = [_route(each) for each in plan.routes]
    if plan.caches is not None or plan.tiers:
        found["caches"] = caches_value(plan)
    return found


def _gateway(plan: Plan, planned: GatewayPlan) -> dict[str, Any]:
    asked = planned.request
    first = dict(planned.first_token_timeout_s)
    return {
        "address": gateway_url(plan, Names.of(plan.stack)),
        "public": None if asked.public is None else _public(asked.public),
        "requests_per_second": rounded(planned.rate),
        "requests_per_second_per_replica": rounded(planned.requests_per_replica),
        "replicas": replicas_value(planned.replicas),
        "replicas_busiest_hour": planned.replicas.busiest,
        "cpu_millicores": planned.container.cpu_millicores,
        "memory_mib": planned.container.memory_mib,
        "teams": [_team(team) for team in asked.teams],
        "limits": _limits(asked.limits),
        "timeouts": [{"model": model, "seconds": seconds, "first_token_seconds": first.get(model)} for model, seconds in planned.timeout_s],
        "retries": _retries(asked.retries),
        "fallbacks": [{"model": model, "to": list(to)} for model, to in asked.fallbacks],
        "drain_seconds": planned.grace_s,
        "database": asked.database is not None,
        "ladder": _ladder(asked.ladder),
        "reasons": list(planned.reasons),
    }


def _public(public: PublicAddress) -> dict[str, Any]:
    return {"hostname": public.hostname, "certificate": public.certificate, "allow_from": list(public.allow_from)}


def _team(team: Team) -> dict[str, Any]:
    return {
        "name": team.name,
        "models": list(team.models),
        "requests_per_minute": team.requests_per_minute,
        "tokens_per_minute": team.tokens_per_minute,
        "parallel_requests": team.parallel_requests,
        "budget": exact(team.budget),
        "budget_days": team.budget_days,
        "priority": team.priority,
    }


def _limits(limits: RequestLimits) -> dict[str, Any]:
    return {
        "request_bytes": limits.request_bytes,
        "input_tokens": limits.input_tokens,
        "output_tokens": limits.output_tokens,
        "in_flight": limits.in_flight,
        "queued": limits.queued,
        "queue_seconds": limits.queue_timeout_s,
    }


def _retries(retries: Retries) -> dict[str, Any]:
    return {"attempts": retries.attempts, "failures": retries.failures, "cooldown_seconds": retries.cooldown_s}


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return {"level": ladder.level, "rungs": [_rung(rung) for rung in ladder.rungs]}


def _rung(rung: Rung) -> dict[str, Any]:
    batching, shift = rung.batching, rung.shift
    return {
        "name": rung.name,
        "trigger": rung.trigger,
        "above": rounded(rung.above),
        "for_seconds": rung.for_s,
        "batching": None if batching is None else {"model": batching.model, "max_num_batched_tokens": batching.max_num_batched_tokens},
        "cache_ttl_seconds": rung.cache_ttl_s,
        "shift": None if shift is None else {"model": shift.model, "to": shift.to, "share": rounded(shift.share)},
    }


def _route(planned: RoutePlan) -> dict[str, Any]:
    prices = dict(planned.usd_per_1m_tokens_by_model)
    return {
        "name": planned.route.name,
        "policy": planned.route.policy,
        "requests_per_second": rounded(planned.route.requests_per_second),
        "usd_per_1m_tokens": per_million(planned.usd_per_1m_tokens),
        "targets": [
            {
                "model": target.model,
                "share": rounded(target.share),
                "when": target.when,
                "usd_per_1m_tokens": per_million(prices.get(target.model)),
            }
            for target in planned.targets
        ],
    }
