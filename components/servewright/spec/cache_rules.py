"""
Rules of the caches: what a shipped part can keep, where, and how much of it is believed to be saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.applied import percent
from servewright.spec.cache_defaults import EVICTION, provider_of
from servewright.spec.cache_times import cache_times
from servewright.spec.cached_data import ResponseCacheOff
from servewright.spec.caches import CachesOff, CacheTlsOff
from servewright.spec.codes import CONTRADICTION, MISSING, NO_GATEWAY, NOT_CACHEABLE, UNENCRYPTED
from servewright.spec.finding import Finding
from servewright.spec.model_references import Known, names_with
from servewright.spec.paths import item
from servewright.spec.section_defaults import has_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.cached_data import HitRateSpec, ResponseCacheSpec
    from servewright.spec.caches import CachesSpec
    from servewright.spec.finding import Scope
    from servewright.spec.request import Task

_LEAST_SUBNETS: Final = 2
"""
One for each of two zones: ElastiCache places a node in another zone only where the subnet group has a subnet there.
"""


def _section(scope: Scope) -> CachesSpec | None:
    """
    Return the section `caches` where it is written and not off.
    """
    section = scope.spec.caches
    return None if isinstance(section, CachesOff) else section


def _responses(section: CachesSpec) -> ResponseCacheSpec | None:
    return None if isinstance(section.responses, ResponseCacheOff) else section.responses


def _gateway(scope: Scope) -> Iterator[Finding]:
    if _section(scope) is not None and not has_gateway(scope.spec, scope.environment):
        yield Finding(
            code=NO_GATEWAY,
            path="caches",
            message="there is no gateway to answer from them",
            hint="gateway: {} turns it on; or caches: off",
            reads=("gateway", "environment"),
            at_key=True,
        )


def _place(scope: Scope) -> Iterator[Finding]:
    """
    Yield what is wrong with where the entries are kept.
    """
    section = _section(scope)
    if section is None:
        return
    provider = provider_of(section, scope.spec, scope.environment)
    reads = ("caches.provider", "environment", "platform.kind")
    platform = scope.spec.platform
    if section.provider == "elasticache" and platform is not None and platform.kind == "kubernetes":
        message = "ElastiCache is a service of AWS, and the platform is not"
        yield Finding(code=CONTRADICTION, path="caches.provider", message=message, hint="provider: cluster", reads=("platform.kind",))
    if section.elasticache is not None and provider == "cluster":
        message = "the caches are in the cluster"
        hint = "provider: elasticache, or leave this out"
        yield Finding(code=CONTRADICTION, path="caches.elasticache", message=message, hint=hint, reads=reads)
    if section.tls is not None and provider == "elasticache":
        message = "ElastiCache has TLS of its own, always"
        yield Finding(code=CONTRADICTION, path="caches.tls", message=message, hint="leave tls out, or write provider: cluster", reads=reads)
    elif isinstance(section.tls, CacheTlsOff) and scope.environment != "dev":
        yield Finding(
            code=UNENCRYPTED,
            path="caches.tls",
            message=f"in {scope.environment} answers and their questions never cross the network in the clear",
            hint="tls: {secret: cache-tls}, a Secret with tls.crt, tls.key and ca.crt",
            reads=("environment",),
        )


def _zones(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a single subnet, which lies in one zone, where a store has a second node for the loss of the first one's zone.
    """
    section = _section(scope)
    subnets = None if section is None or section.elasticache is None else section.elasticache.subnets
    if subnets is None or len(subnets) >= _LEAST_SUBNETS or scope.environment == "dev":
        return
    if provider_of(section, scope.spec, scope.environment) == "elasticache":
        yield Finding(
            code=CONTRADICTION,
            path="caches.elasticache.subnets",
            message=f"one subnet lies in one zone, and in {scope.environment} a store's second node stands in another",
            hint="give subnets of two zones",
            reads=("caches.provider", "environment", "platform.kind"),
        )


def _kept(scope: Scope) -> Iterator[Finding]:
    """
    Yield what is wrong with the models whose data is kept.
    """
    section = _section(scope)
    if section is None:
        return
    known = Known.of(scope.spec)
    classes: tuple[tuple[str, object, Task, str], ...] = (
        ("responses", _responses(section), "generate", "only answers are kept here"),
        ("embeddings", section.embeddings, "embed", "only vectors are kept here"),
        ("semantic", section.semantic, "generate", "only answers are kept here"),
        ("contexts", section.contexts, "generate", "only models that generate read prompts to answer them"),
    )
    for name, part, task, why in classes:
        if part is None:
            continue
        models: tuple[str, ...] | None = getattr(part, "models", None)
        yield from known.judge_all(models, f"caches.{name}.models", task=task, why=why)
        if models is None and not names_with(scope.spec, task):
            message = f"no model of the spec has task {task}, so there is nothing to keep"
            reads = (*known.task_reads, f"caches.{name}.models")
            yield Finding(code=CONTRADICTION, path=f"caches.{name}", message=message, hint=f"{name}: off", reads=reads)


def _semantic(scope: Scope) -> Iterator[Finding]:
    section = _section(scope)
    if section is None or section.semantic is None:
        return
    known = Known.of(scope.spec)
    why = "the semantic cache compares vectors"
    yield from known.judge(section.semantic.embedding_model, "caches.semantic.embedding_model", task="embed", why=why)
    responses = _responses(section)
    if isinstance(section.responses, ResponseCacheOff):
        message = "it lends the answers that responses keeps, and that is off"
        hint = "responses: {}, or semantic: off"
        yield Finding(code=CONTRADICTION, path="caches.semantic", message=message, hint=hint, reads=("caches.responses",))
    kept = None if responses is None else responses.models
    for index, name in enumerate(section.semantic.models):
        if kept is not None and name not in kept and known.tasks.get(name) == "generate":
            yield Finding(
                code=CONTRADICTION,
                path=item("caches.semantic.models", index),
                message=f"{name} is not in caches.responses.models, whose answers serve near questions",
                hint=f"add {name} there, or leave it out here",
                reads=("caches.responses.models", *known.reads),
            )


def _hits(scope: Scope) -> Iterator[Finding]:
    section = _section(scope)
    if section is None:
        return
    responses, embeddings, semantic = _responses(section), section.embeddings, section.semantic
    if responses is not None:
        yield from _rate(responses.hit_rate, "caches.responses")
    if embeddings is not None:
        yield from _rate(embeddings.hit_rate, "caches.embeddings")
    if semantic is not None:
        yield from _rate(semantic.hit_rate, "caches.semantic")
    if not isinstance(section.responses, ResponseCacheOff):
        yield from _share(section)


def _rate(rate: HitRateSpec | None, path: str) -> Iterator[Finding]:
    if rate is None:
        return
    where = f"{path}.hit_rate"
    for name, value, other, least in (("expected", rate.expected, "low", rate.low), ("high", rate.high, "expected", rate.expected)):
        if value < least:
            yield Finding(
                code=CONTRADICTION,
                path=f"{where}.{name}",
                message=f"{name} is {percent(value)}, below {other}, which is {percent(least)}",
                hint="low <= expected <= high",
                reads=(f"{where}.{other}",),
            )


def _share(section: CachesSpec) -> Iterator[Finding]:
    """
    Ask for the share of requests that can be hits where a hit rate of answers is stated, of equal questions or of near ones.
    """
    stated = {"caches.responses": section.responses, "caches.semantic": section.semantic}
    rated = [path for path, part in stated.items() if part is not None and part.hit_rate is not None and part.hit_rate.high > 0]
    if rated and (section.responses is None or section.responses.deterministic_share is None):
        yield Finding(
            code=MISSING,
            path="caches.responses.deterministic_share",
            message="needed with a hit rate: only what is asked at temperature 0 can be a hit",
            hint="deterministic_share: 60%, measured from your traffic",
            reads=tuple(f"{path}.hit_rate" for path in rated),
        )


def _eviction(scope: Scope) -> Iterator[Finding]:
    """
    Refuse two ways of eviction in the one store that answers and vectors share.
    """
    section = _section(scope)
    responses = None if section is None else section.responses
    if section is None or section.embeddings is None or isinstance(responses, ResponseCacheOff):
        return
    if responses is None and not names_with(scope.spec, "generate"):
        return
    ways = [EVICTION if part is None or part.eviction is None else part.eviction for part in (responses, section.embeddings)]
    if ways[0] != ways[1]:
        yield Finding(
            code=CONTRADICTION,
            path="caches.embeddings.eviction",
            message=f"answers and vectors share one store, which evicts by {ways[0]}",
            hint=f"eviction: {ways[0]} for both, or responses: off",
            reads=("caches.responses", *Known.of(scope.spec).task_reads),
        )


def _room(scope: Scope) -> Iterator[Finding]:
    section = _section(scope)
    if section is None or section.contexts is None:
        return
    contexts = section.contexts
    reads = ("caches.contexts.reusable_tokens", "caches.contexts.size")
    if provider_of(section, scope.spec, scope.environment) == "elasticache":
        yield Finding(
            code=NOT_CACHEABLE,
            path="caches.contexts",
            message="ElastiCache lets in who has an IAM identity, and LMCache in the engines knows passwords only",
            hint="provider: cluster, or contexts: off",
            reads=("caches.provider", "environment", "platform.kind"),
        )
    if contexts.reusable_tokens is None and contexts.size is None:
        message = "how much room there is has to be said: reusable_tokens or size"
        yield Finding(code=MISSING, path="caches.contexts", message=message, hint="reusable_tokens: 2000000", reads=reads)
    if contexts.reusable_tokens is not None and contexts.size is not None:
        message = "given together with reusable_tokens, which says the same in tokens"
        yield Finding(code=CONTRADICTION, path="caches.contexts.size", message=message, hint="keep one of them", reads=reads)


CACHE_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (
    _gateway,
    _place,
    _zones,
    _kept,
    _semantic,
    _hits,
    _eviction,
    cache_times,
    _room,
)
