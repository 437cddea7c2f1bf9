"""
The deployments of LiteLLM's model list: the pools behind each model's name, and the names that lead to several models.

Deployments of one name with a lower *order* are tried first, and while one of them is well it gets everything: order 1 are all replicas of
a model, base and burst together, as the plan and the autoscaler reckon; order 2 is its base alone, for when the burst has gone or breaks
what it gets. Among those of one order LiteLLM draws by *weight*. A request goes to the next order when every deployment of the one before
rests or has failed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.plan.engine_arguments import PORT
from servewright.resources.engine_pod import served_name
from servewright.spec.gateway_request import tiers_taken

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan
    from servewright.resources.naming import Names
    from servewright.spec.gateway_request import Route
    from servewright.spec.request import ShareName

_WHOLE: Final = Decimal(1)
_MILLION: Final = 1_000_000
_MODES: Final = {"generate": "chat", "embed": "embedding", "rerank": "rerank"}

TIERS: Final = {"simple": "SIMPLE", "medium": "MEDIUM", "complex": "COMPLEX", "reasoning": "REASONING"}
"""
The spec's tiers as LiteLLM's complexity router writes them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """
    A model that gets *weight* of what is asked under some name.
    """

    model: ModelPlan
    weight: Decimal
    tag: str | None = None


def model_list(plan: Plan, names: Names) -> list[dict[str, Any]]:
    """
    Return every deployment of *plan*: those of its models, then those of its routes.
    """
    deployments = [
        each for model in plan.models for each in _named(plan, names, model.name, _shifted(plan, _Part(model=model, weight=_WHOLE)))
    ]
    for planned in plan.routes:
        deployments += _route(plan, names, planned.route)
    return deployments


def _route(plan: Plan, names: Names, route: Route) -> list[dict[str, Any]]:
    if route.policy == "complexity":
        return [_complexity(route)]
    by_name = {model.name: model for model in plan.models}
    parts = [_Part(model=by_name[each.model], weight=each.share, tag=each.when) for each in route.targets]
    return _named(plan, names, route.name, tuple(shifted for part in parts for shifted in _shifted(plan, part)))


def _complexity(route: Route) -> dict[str, Any]:
    """
    Return the router by LiteLLM's own rules. Its tuning (boundaries, weights, keywords) is left as it is: LiteLLM asks a licence for more
    than one router that is tuned.
    """
    given = {each.when: each.model for each in route.targets if each.when is not None}
    tiers = {TIERS[tier]: given[taken] for tier, taken in tiers_taken(given).items()}
    settings = {"tiers": tiers, "default_model": tiers[TIERS["reasoning"]]}
    parameters = {"model": "auto_router/complexity_router", "complexity_router_config": settings}
    return {"model_name": route.name, "litellm_params": parameters, "model_info": {"id": f"{route.name}:router"}}


def _shifted(plan: Plan, part: _Part) -> tuple[_Part, ...]:
    """
    Return *part* with what the rungs in force move to another model.
    """
    if plan.gateway is None:
        return (part,)
    by_name = {model.name: model for model in plan.models}
    split = plan.gateway.request.ladder.split(part.model.name)
    return tuple(replace(part, model=by_name[name], weight=part.weight * share) for name, share in split)


def _named(plan: Plan, names: Names, name: str, parts: tuple[_Part, ...]) -> list[dict[str, Any]]:
    return [
        _deployment(plan, names, name, part, share=share, order=order)
        for part in _summed(parts)
        for order, share in enumerate(_shares(part.model), start=1)
    ]


def _summed(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """
    Return *parts* with each model once for each tag.
    """
    found: dict[tuple[str, str | None], _Part] = {}
    for part in parts:
        key = (part.model.name, part.tag)
        before = found[key].weight if key in found else Decimal(0)
        found[key] = replace(part, weight=before + part.weight)
    return tuple(found.values())


def _shares(model: ModelPlan) -> tuple[ShareName, ...]:
    """
    Return the shares of *model* by whose Service it is reached: that of the burst leads to all replicas, that of the base to its own.
    """
    return tuple(sorted((workload.share for workload in model.workloads), key=("burst", "base").index))


def _deployment(plan: Plan, names: Names, name: str, part: _Part, *, share: ShareName, order: int) -> dict[str, Any]:
    model = part.model
    gateway = plan.gateway
    assert gateway is not None  # noqa: S101 - a configuration is made for a gateway
    service = names.workload(model.name, share)
    parameters: dict[str, Any] = {
        "model": f"hosted_vllm/{served_name(model)}",
        "api_base": api_base(service, names),
        "api_key": "none",  # the engine asks for none: NetworkPolicies say who reaches it
        "order": order,
        "timeout": dict(gateway.timeout_s)[model.name],
        "stream_timeout": dict(gateway.first_token_timeout_s)[model.name],
        "weight": float(part.weight),
    }
    identifier = ":".join((name, service, *(() if part.tag is None else (part.tag,))))
    information: dict[str, Any] = {"id": identifier, "mode": _MODES[model.task], **_prices(model)}
    if gateway.request.limits.input_tokens is not None:
        information["max_input_tokens"] = gateway.request.limits.input_tokens
    if part.tag is not None:
        parameters["tags"] = [part.tag]
        information["enable_tag_filtering"] = True  # for this name alone
    return {"model_name": name, "litellm_params": parameters, "model_info": information}


def api_base(service: str, names: Names) -> str:
    """
    Return the URL of the engines behind *service*.
    """
    return f"http://{service}.{names.namespace}.svc.cluster.local:{PORT}/v1"


def _prices(model: ModelPlan) -> dict[str, float]:
    """
    Return USD per token; nothing where a price is unknown, so that money is not counted at a price of 0.
    """
    prices = {"input_cost_per_token": model.token_price.input, "output_cost_per_token": model.token_price.output}
    known = {key: price for key, price in prices.items() if price is not None}
    if model.token_price.input is None:
        return {}
    return {"output_cost_per_token": 0.0, **{key: float(price / _MILLION) for key, price in known.items()}}
