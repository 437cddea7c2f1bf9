"""
Defaults of the caches: what is kept without being asked for, for how long and where, with the reason.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.applied import percent
from servewright.spec.cache_request import (
    NO_HITS,
    CachesRequest,
    ContextCache,
    EmbeddingCache,
    HitRate,
    ResponseCache,
    SemanticCache,
    lasting,
)
from servewright.spec.cached_data import ResponseCacheOff, ResponseCacheSpec
from servewright.spec.caches import CachesSpec, CacheTlsOff, ElastiCacheSpec
from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.model_references import names_with
from servewright.spec.section_defaults import has_caches, has_gateway
from servewright.spec.spans import span_text
from servewright.units import GIB

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.cache_request import CacheProvider, Eviction
    from servewright.spec.cached_data import ContextCacheSpec, EmbeddingCacheSpec, HitRateSpec, SemanticCacheSpec
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment

TLS_SECRET: Final = "cache-tls"  # noqa: S105 - the name of a Secret

RESPONSE_TTL_S: Final = 3600
_MEMORY_TTL_S: Final = 30
"""
The shared copy is read again after half a minute; LiteLLM's own 600 s let an entry outlive its time to live by more than a minute
(measured with 1.105.0).
"""

_EMBEDDING_TTL_S: Final = 86_400
_THRESHOLD: Final = Decimal("0.95")
"""
At 0.8 another language and another country were answered from the cache (measured, with a toy embedding).
"""

EVICTION: Final[Eviction] = "lfu"
_WHY_EVICTION: Final = "what is asked often stays"
_WHY_TTL: Final = "old enough to save, young enough to be true (judgement)"
_UNMEASURED: Final = "nothing is saved that nobody has measured"


def provider_of(section: CachesSpec | None, spec: Spec, environment: Environment) -> CacheProvider:
    """
    Return where the entries are kept: as written, else by the environment, and in the cluster where there is no AWS.
    """
    if section is not None and section.provider is not None:
        return section.provider
    elsewhere = spec.platform is not None and spec.platform.kind == "kubernetes"
    return "cluster" if elsewhere else ENVIRONMENTS[environment].cache_provider


def caches_of(spec: Spec, environment: Environment, applied: Applied) -> CachesRequest | None:
    """
    Return the caches of *spec*, None where there is no gateway. Without anything to keep they still say where the gateway counts.
    """
    if not has_gateway(spec, environment):
        return None
    on = has_caches(spec, environment)
    given = (spec.caches if on else None) or CachesSpec()
    generating = names_with(spec, "generate")
    responses = _responses(given, generating, applied) if on else None
    provider = provider_of(given, spec, environment)
    if on:
        applied.take("caches.provider", given.provider, provider, f"the rule of {environment}")
    subnets, groups = _network(given, spec) if provider == "elasticache" else ((), ())
    return CachesRequest(
        provider=provider,
        tls=_tls(given, applied) if provider == "cluster" else None,
        subnets=subnets,
        security_groups=groups,
        responses=responses,
        embeddings=None if given.embeddings is None else _embeddings(given.embeddings, names_with(spec, "embed"), applied),
        semantic=None if given.semantic is None or responses is None else _semantic(given.semantic, responses, applied),
        contexts=None if given.contexts is None else _contexts(given.contexts, generating, applied),
    )


def _responses(caches: CachesSpec, generating: tuple[str, ...], applied: Applied) -> ResponseCache | None:
    if isinstance(caches.responses, ResponseCacheOff):
        return None
    where, given = "caches.responses", caches.responses or ResponseCacheSpec()
    if caches.responses is None and not generating:
        applied.note(where, "off", "no model generates answers")
        return None
    ttl = applied.take(f"{where}.ttl", given.ttl, RESPONSE_TTL_S, _WHY_TTL, shown=span_text(RESPONSE_TTL_S))
    memory = min(_MEMORY_TTL_S, lasting(ttl, given.volatility or Decimal(0)))
    if given.deterministic_share is None:
        applied.note(f"{where}.deterministic_share", "null", "not known: the cache is sized as if all requests were")
    return ResponseCache(
        models=_models(f"{where}.models", given.models, generating, "all that generate", applied),
        ttl_s=ttl,
        memory_ttl_s=applied.take(
            f"{where}.memory_ttl", given.memory_ttl, memory, "bounds how much longer an answer can be served", shown=span_text(memory)
        ),
        deterministic_share=given.deterministic_share,
        hit_rate=_hits(f"{where}.hit_rate", given.hit_rate, applied),
        volatility=_volatility(f"{where}.volatility", given.volatility, applied),
        eviction=applied.take(f"{where}.eviction", given.eviction, EVICTION, _WHY_EVICTION),
        single_flight=applied.take(
            f"{where}.single_flight",
            given.single_flight,
            default=True,
            why="many identical requests at once reach the engine once",
            shown="true",
        ),
    )


def _embeddings(given: EmbeddingCacheSpec, embedding: tuple[str, ...], applied: Applied) -> EmbeddingCache:
    where = "caches.embeddings"
    return EmbeddingCache(
        models=_models(f"{where}.models", given.models, embedding, "all that embed", applied),
        ttl_s=applied.take(
            f"{where}.ttl", given.ttl, _EMBEDDING_TTL_S, "a vector changes only with its model", shown=span_text(_EMBEDDING_TTL_S)
        ),
        hit_rate=_hits(f"{where}.hit_rate", given.hit_rate, applied),
        volatility=_volatility(f"{where}.volatility", given.volatility, applied),
        eviction=applied.take(f"{where}.eviction", given.eviction, EVICTION, _WHY_EVICTION),
    )


def _semantic(given: SemanticCacheSpec, responses: ResponseCache, applied: Applied) -> SemanticCache:
    where, lasts = "caches.semantic", span_text(responses.ttl_s)
    return SemanticCache(
        embedding_model=given.embedding_model,
        models=given.models,
        threshold=applied.take(
            f"{where}.threshold", given.threshold, _THRESHOLD, "nearer than another country or language", shown=percent(_THRESHOLD)
        ),
        ttl_s=applied.take(f"{where}.ttl", given.ttl, responses.ttl_s, "as long as the answer that it lends", shown=lasts),
        hit_rate=_hits(f"{where}.hit_rate", given.hit_rate, applied),
    )


def _contexts(given: ContextCacheSpec, generating: tuple[str, ...], applied: Applied) -> ContextCache:
    return ContextCache(
        models=_models("caches.contexts.models", given.models, generating, "all that generate", applied),
        reusable_tokens=given.reusable_tokens,
        size_gib=None if given.size is None else Decimal(given.size) / GIB,
    )


def _models(path: str, given: tuple[str, ...] | None, default: tuple[str, ...], why: str, applied: Applied) -> tuple[str, ...]:
    return applied.take(path, given, default, why, shown=f"[{', '.join(default)}]")


def _hits(path: str, given: HitRateSpec | None, applied: Applied) -> HitRate:
    stated = None if given is None else HitRate(low=given.low, expected=given.expected, high=given.high)
    return applied.take(path, stated, NO_HITS, _UNMEASURED, shown="0%")


def _volatility(path: str, given: Decimal | None, applied: Applied) -> Decimal:
    return applied.take(path, given, Decimal(0), "nothing is known to change before its time is over", shown="0%")


def _tls(given: CachesSpec, applied: Applied) -> str | None:
    if given.tls is None:
        applied.note("caches.tls", f"{{secret: {TLS_SECRET}}}", "the Secret that you make beside the stack, as cert-manager does")
        return TLS_SECRET
    return None if isinstance(given.tls, CacheTlsOff) else given.tls.secret


def _network(given: CachesSpec, spec: Spec) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return subnets and security groups of ElastiCache, those of the cluster's nodes where it has none of its own.
    """
    own = given.elasticache or ElastiCacheSpec()
    cluster = None if spec.platform is None else spec.platform.cluster
    subnets = own.subnets or (None if cluster is None else cluster.subnets)
    groups = own.security_groups or (None if cluster is None else cluster.security_groups)
    return subnets or (), groups or ()
