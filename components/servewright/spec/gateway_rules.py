"""
Rules of the gateway: its address, its pods, the teams, and who answers for whom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.addresses import CERTIFICATE
from servewright.spec.codes import CONTRADICTION, DUPLICATE, FALLBACK_CIRCLE, MISSING, NAME_TAKEN, TOO_SMALL, WRONG_TASK
from servewright.spec.default_name import name_from
from servewright.spec.finding import Finding
from servewright.spec.gateway import GatewayOff
from servewright.spec.model_references import Known
from servewright.spec.model_rules import duplicates
from servewright.spec.section_defaults import has_gateway
from servewright.spec.stack_rules import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from servewright.spec.finding import Scope
    from servewright.spec.gateway import GatewaySpec, ModelFallbackSpec
    from servewright.spec.gateway_limits import TeamSpec

RESERVED_NAMES: Final = ("gateway", "gateway-config", "cache-responses", "cache-counters", "cache-contexts")
"""
What the gateway's and the caches' own objects are called, beside which a model's would stand.
"""

_PUBLIC_FORM: Final = "public: {hostname: models.example.com, certificate: <ARN of its certificate in ACM>, allow_from: [203.0.113.0/24]}"


def section_of(scope: Scope) -> GatewaySpec | None:
    """
    Return the section `gateway` where it is written and not off.
    """
    section = scope.spec.gateway
    return None if isinstance(section, GatewayOff) else section


def same_names(names: Iterable[str], path: str, field: str = "name") -> Iterator[Finding]:
    """
    Yield a finding for each entry of the list at *path* whose *field* an entry before it has too.
    """
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        before = first.setdefault(name, index)
        if before != index:
            where, other = f"{path}[{index}].{field}", f"{path}[{before}]"
            message, hint = f"{other} has the same {field}, {name}", "keep one of them, or give this one another"
            yield Finding(code=DUPLICATE, path=where, message=message, hint=hint, reads=(f"{other}.{field}",))


def _names(scope: Scope) -> Iterator[Finding]:
    """
    Refuse models that would be called like the gateway's own objects.
    """
    if not has_gateway(scope.spec, scope.environment):
        return
    for index, model in enumerate(scope.spec.models):
        name, path = model.name or name_from(model.source), f"models[{index}]"
        if name in RESERVED_NAMES:
            yield Finding(
                code=NAME_TAKEN,
                path=path if model.name is None else f"{path}.name",
                message=f"{name} is the name of the gateway's own objects",
                hint=f"name: {name}-model",
                reads=("gateway", "environment", f"{path}.source"),
            )


def _public(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    if section is None:
        return
    public = section.public
    if public is None:
        if section.service == "public":
            message = "a public service needs its host name, its certificate and the addresses that may connect"
            yield Finding(code=MISSING, path="gateway.public", message=message, hint=_PUBLIC_FORM, reads=("gateway.service",))
        return
    if section.service != "public":
        hint = "service: public opens it to these addresses; leave `public` out to keep it inside the cluster"
        yield Finding(code=CONTRADICTION, path="gateway.public", message="the service is internal", hint=hint, reads=("gateway.service",))
    yield from duplicates(public.allow_from, "gateway.public.allow_from")
    yield from _certificate(scope, public.certificate)


def _certificate(scope: Scope, certificate: str) -> Iterator[Finding]:
    platform = scope.spec.platform
    region = DEFAULT_REGION if platform is None or platform.region is None else platform.region
    found = CERTIFICATE.fullmatch(certificate)
    if found is not None and found[1] != region:
        yield Finding(
            code=CONTRADICTION,
            path="gateway.public.certificate",
            message=f"the certificate is in {found[1]}, the load balancer in {region}",
            hint=f"request or import one in {region}",
            reads=("platform.region",),
        )


def _replicas(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    replicas = None if section is None else section.replicas
    if replicas is None or replicas.max is None:
        return
    low = replicas.min if replicas.min is not None else scope.defaults.gateway_replicas
    if low > replicas.max:
        whose = "" if replicas.min is not None else f" that {scope.environment} has by default"
        yield Finding(
            code=TOO_SMALL,
            path="gateway.replicas.max",
            message=f"the maximum {replicas.max} is below the minimum of {low}{whose}",
            hint=f"give replicas.min: {replicas.max} too, or a higher maximum",
            reads=("environment", "gateway.replicas.min"),
        )


def _teams(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    if section is None:
        return
    teams, known = section.teams or (), Known.of(scope.spec)
    routes = tuple(route.name for route in section.routes or ())
    yield from same_names((team.name for team in teams), "gateway.teams")
    for index, team in enumerate(teams):
        path = f"gateway.teams[{index}]"
        yield from known.judge_all(team.models, f"{path}.models", also=routes)
        yield from _tokens(team, None if section.limits is None else section.limits.output_tokens, path)
        if team.budget_days is not None and team.budget is None:
            message = "these are the days of a budget, and there is none"
            yield Finding(
                code=CONTRADICTION,
                path=f"{path}.budget_days",
                message=message,
                hint="give budget: 500 USD, or leave budget_days out",
                reads=(f"{path}.budget",),
            )


def _tokens(team: TeamSpec, output_tokens: int | None, path: str) -> Iterator[Finding]:
    """
    Refuse fewer tokens a minute than one answer may have: they are reserved before the call, so that every call would be answered 429.
    """
    if team.tokens_per_minute is not None and output_tokens is not None and team.tokens_per_minute < output_tokens:
        yield Finding(
            code=CONTRADICTION,
            path=f"{path}.tokens_per_minute",
            message=f"less than one answer may have, limits.output_tokens {output_tokens}: a call that states no max_tokens gets 429",
            hint=f"tokens_per_minute: {output_tokens * 10}, or smaller limits.output_tokens",
            reads=("gateway.limits.output_tokens",),
        )


def _fallbacks(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    if section is None or not section.fallbacks:
        return
    fallbacks, known = section.fallbacks, Known.of(scope.spec)
    yield from same_names((fallback.model for fallback in fallbacks), "gateway.fallbacks", "model")
    for index, fallback in enumerate(fallbacks):
        yield from _fallback(fallback, f"gateway.fallbacks[{index}]", known)
    yield from _circles(fallbacks)


def _fallback(fallback: ModelFallbackSpec, path: str, known: Known) -> Iterator[Finding]:
    yield from known.judge(fallback.model, f"{path}.model")
    task = known.tasks.get(fallback.model)
    if task == "embed":
        message = f"{fallback.model} embeds: vectors of another model mean something else, and an index would mix both"
        reads = (*known.reads, *known.task_reads)
        yield Finding(code=WRONG_TASK, path=f"{path}.model", message=message, hint="leave this entry out", reads=reads)
        return
    yield from known.judge_all(fallback.to, f"{path}.to", task=task, why=f"it cannot answer for {fallback.model}, which has task {task}")


def _circles(fallbacks: Iterable[ModelFallbackSpec]) -> Iterator[Finding]:
    """
    Yield a finding for each circle in which a model ends up as its own fallback, at the entry that closes it.
    """
    after: dict[str, tuple[str, ...]] = {}
    for index, fallback in enumerate(fallbacks):
        if fallback.model in after:
            continue
        way = next((way for to in fallback.to if (way := _way(to, fallback.model, after)) is not None), None)
        after[fallback.model] = fallback.to
        if way is not None:
            message = f"a circle: {' → '.join((fallback.model, *way))}"
            yield Finding(
                code=FALLBACK_CIRCLE,
                path=f"gateway.fallbacks[{index}].to",
                message=message,
                hint="a request that fails would go round: end the chain at one model",
                reads=("gateway.fallbacks",),
            )


def _way(start: str, goal: str, after: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """
    Return the models on the way from *start* to *goal* along *after*, None where none leads there.
    """
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        for name in reversed(after.get(way[-1], ())):
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return None


GATEWAY_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_names, _public, _replicas, _teams, _fallbacks)
