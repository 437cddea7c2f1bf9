"""
Rules of the gateway's routes: where they lead, which part of the requests goes where, and which models only they feed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.applied import percent
from servewright.spec.codes import BAD_SHARES, CONTRADICTION, DUPLICATE, MISSING, NAME_TAKEN
from servewright.spec.default_name import name_from
from servewright.spec.finding import Finding
from servewright.spec.gateway_request import TIERS
from servewright.spec.gateway_rules import same_names, section_of
from servewright.spec.model_references import Known
from servewright.spec.section_defaults import has_caches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.gateway_request import RoutePolicy
    from servewright.spec.gateway_routes import RouteSpec, RouteTargetSpec

_SELECTS: Final[dict[RoutePolicy, str]] = {"complexity": "tier", "tag": "tag"}
_EXAMPLES: Final = {"tier": f"tier: {TIERS[0]}", "tag": "tag: batch"}


def _routes(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    routes = () if section is None else section.routes or ()
    if not routes:
        return
    known = Known.of(scope.spec)
    yield from same_names((route.name for route in routes), "gateway.routes")
    for index, route in enumerate(routes):
        path = f"gateway.routes[{index}]"
        if route.name in known.tasks:
            message = f"{route.name} is a model: a call of it would have two meanings"
            yield Finding(code=NAME_TAKEN, path=f"{path}.name", message=message, hint=f"name: {route.name}-auto", reads=known.reads)
        yield from _shares(route, path)
        yield from _selectors(route, path)
        for place, target in enumerate(route.to):
            why = "a route leads to models that generate"
            yield from known.judge(target.model, f"{path}.to[{place}].model", task="generate", why=why)


def _shares(route: RouteSpec, path: str) -> Iterator[Finding]:
    total = sum((target.share for target in route.to), Decimal(0))
    if total != 1:
        yield Finding(
            code=BAD_SHARES,
            path=f"{path}.to",
            message=f"the shares are {percent(total)} together, not 100%",
            hint=f"{' + '.join(percent(target.share) for target in route.to)} = {percent(total)}",
            reads=tuple(f"{path}.to[{index}].share" for index in range(len(route.to))),
        )


def _selectors(route: RouteSpec, path: str) -> Iterator[Finding]:
    """
    Yield what is wrong with the tiers and tags of a route: one of the policy's kind at each target, none of another, none twice.
    """
    wanted = _SELECTS.get(route.policy)
    seen: dict[str, int] = {}
    for index, target in enumerate(route.to):
        where = f"{path}.to[{index}]"
        for field, value in (("tier", target.tier), ("tag", target.tag)):
            if value is not None and field != wanted:
                yield Finding(
                    code=CONTRADICTION,
                    path=f"{where}.{field}",
                    message=f"policy {route.policy} knows no {field}",
                    hint=f"leave {field} out, or write policy: {'complexity' if field == 'tier' else 'tag'}",
                    reads=(f"{path}.policy",),
                )
        key, field = _key(target, wanted)
        if key is None:
            message = f"policy {route.policy} needs a {field} for each model"
            hint = _EXAMPLES[field]
            yield Finding(code=MISSING, path=f"{where}.{field}", message=message, hint=hint, reads=(f"{path}.policy",))
        elif seen.setdefault(key, index) != index:
            other = f"{path}.to[{seen[key]}].{field}"
            yield Finding(
                code=DUPLICATE,
                path=f"{where}.{field}",
                message=f"to[{seen[key]}] has the same {field}, {key}",
                hint=f"a {field} leads to one model",
                reads=(other, f"{path}.policy"),
            )


def _key(target: RouteTargetSpec, wanted: str | None) -> tuple[str | None, str]:
    """
    Return what tells *target* from the others of its route, and the field that says it.
    """
    if wanted == "tier":
        return target.tier, "tier"
    return (target.tag, "tag") if wanted == "tag" else (target.model, "model")


def _traffic(scope: Scope) -> Iterator[Finding]:
    """
    Refuse models that nothing is sent to.
    """
    section = section_of(scope)
    routes = () if section is None else section.routes or ()
    fed = {target.model for route in routes for target in route.to}
    caches = scope.spec.caches if has_caches(scope.spec, scope.environment) else None
    if caches is not None and caches.semantic is not None:
        fed.add(caches.semantic.embedding_model)
    for index, model in enumerate(scope.spec.models):
        path = f"models[{index}]"
        if model.traffic.requests_per_second is None and (model.name or name_from(model.source)) not in fed:
            led = ", or a route of the gateway that leads to it" if routes else ""
            yield Finding(
                code=MISSING,
                path=f"{path}.traffic.requests_per_second",
                message="requests_per_second is missing",
                hint=f"requests_per_second: 2, the mean of the busiest hour{led}",
                reads=("gateway.routes", "caches.semantic", f"{path}.name", f"{path}.source"),
            )


ROUTE_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_routes, _traffic)
