"""
What clients ask of each model: under its own name, by routes, and by the rungs that are in force; and what caches answer of it.

    rate(m)  = direct(m) + sum over routes of rate(route) x share(m)
    a shift  : rate(m) x share goes from m to its other model
    kept(m)  = direct(m) where m is cached + sum over routes all of whose models are of rate(route) x share(m); near(m) likewise
    hits(m)  = share of requests that can be hits x (exact x kept(m) + (1 - exact) x near x near(m)) / rate(m), of two hit rates
    embed    : one vector for each question that can be a hit, which is never kept itself

A cache goes by the name that was asked for (`resources.gateway.policy`), so what a rung moves stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.spec.cache_request import NO_HITS
from servewright.spec.gateway_request import Ladder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.spec.cache_request import CachesRequest, HitRate, SemanticCache
    from servewright.spec.gateway_request import GatewayRequest, Shift
    from servewright.spec.request import ModelRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    Requests a second in the busiest hour: *direct* under the model's own name, *routed* by way of routes, shifts and the semantic cache.

    Of them *kept* came under names whose answers are kept, *near* under those that near questions are answered for too, and *vectors* are
    made for the semantic cache alone.
    """

    direct: Decimal
    routed: Decimal
    kept: Decimal = Decimal(0)
    near: Decimal = Decimal(0)
    vectors: Decimal = Decimal(0)

    @property
    def rate(self) -> Decimal:
        """
        All of them.
        """
        return self.direct + self.routed

    def times(self, share: Decimal) -> Demand:
        """
        Return *share* of each kind of them.
        """
        return Demand(
            direct=self.direct * share,
            routed=self.routed * share,
            kept=self.kept * share,
            near=self.near * share,
            vectors=self.vectors * share,
        )


def with_demand(models: tuple[ModelRequest, ...], gateway: GatewayRequest | None, caches: CachesRequest | None) -> tuple[ModelRequest, ...]:
    """
    Return *models*, whose rates are what is sent under their own names, with all that is asked of them and what *caches* answer of it.
    """
    if gateway is None:
        return models
    found = demands({model.name: model.traffic.requests_per_second for model in models}, gateway, caches)
    if caches is not None and caches.semantic is not None:
        found = _with_vectors(found, caches.semantic, _deterministic(caches))
    return tuple(
        replace(
            model,
            traffic=replace(model.traffic, requests_per_second=found[model.name].rate),
            routed=found[model.name].routed,
            vectors=found[model.name].vectors,
            cacheable=found[model.name].kept,
            hits=hits_of(model, found[model.name], caches),
            offloads=caches is not None and caches.contexts is not None and model.name in caches.contexts.models,
        )
        for model in models
    )


def demands(direct: Mapping[str, Decimal], gateway: GatewayRequest, caches: CachesRequest | None = None) -> dict[str, Demand]:
    """
    Return what is asked of each model, given what is sent *direct* under its name: all of it, and all that routes bring, once; and how
    much of it *caches* may answer.
    """
    kept, near = _names(caches)
    found = {
        name: Demand(direct=rate, routed=Decimal(0), kept=rate * (name in kept), near=rate * (name in near))
        for name, rate in direct.items()
    }
    for route in gateway.routes:
        names = {target.model for target in route.targets}
        for target in route.targets:
            rate, before = route.requests_per_second * target.share, found[target.model]
            found[target.model] = replace(
                before,
                routed=before.routed + rate,
                kept=before.kept + rate * (names <= kept),
                near=before.near + rate * (names <= near),
            )
    for rung in gateway.ladder.in_force:
        if rung.shift is not None:
            found = _shifted(found, rung.shift)
    return found


def _names(caches: CachesRequest | None) -> tuple[set[str], set[str]]:
    """
    Return the models whose answers are kept, and those of them that also answer near questions.
    """
    if caches is None:
        return set(), set()
    classes = [part.models for part in (caches.responses, caches.embeddings) if part is not None]
    return {name for models in classes for name in models}, set(() if caches.semantic is None else caches.semantic.models)


def _shifted(found: dict[str, Demand], shift: Shift) -> dict[str, Demand]:
    before, other = found[shift.model], found[shift.to]
    stays = before.times(1 - shift.share)
    moved = replace(
        other,
        routed=other.routed + before.rate - stays.rate,
        kept=other.kept + before.kept - stays.kept,
        near=other.near + before.near - stays.near,
    )
    return {**found, shift.model: stays, shift.to: moved}


def _deterministic(caches: CachesRequest) -> Decimal | None:
    """
    Return the share of requests that can be answered from the cache at all, None where it is not known.
    """
    return None if caches.responses is None else caches.responses.deterministic_share


def _with_vectors(found: dict[str, Demand], cache: SemanticCache, share: Decimal | None) -> dict[str, Demand]:
    """
    Return *found* with the vectors of the questions, one for each that can be a hit; where it is not known which can, all. A gateway
    process makes none for a question that it has seen word for word, which is not counted: it may be another process that has.
    """
    questions = sum((demand.near for demand in found.values()), Decimal(0)) * (Decimal(1) if share is None else share)
    embed = found[cache.embedding_model]
    return {**found, cache.embedding_model: replace(embed, routed=embed.routed + questions, vectors=embed.vectors + questions)}


def hits_of(model: ModelRequest, demand: Demand, caches: CachesRequest | None) -> HitRate:
    """
    Return the share of all requests of the *demand* for *model* that *caches* answer.
    """
    if caches is None or not demand.kept:
        return NO_HITS
    kept = demand.kept / demand.rate
    if model.task != "generate":
        return NO_HITS if caches.embeddings is None else caches.embeddings.hit_rate.times(kept)
    share = _deterministic(caches)
    if caches.responses is None or share is None:
        return NO_HITS
    near = NO_HITS if caches.semantic is None else caches.semantic.hit_rate.times(demand.near / demand.kept)
    return caches.responses.hit_rate.then(near).times(share * kept)


def in_force(caches: CachesRequest | None, gateway: GatewayRequest | None) -> CachesRequest | None:
    """
    Return *caches* as the rungs in force leave them: the last one that changes it says how long answers are served.
    """
    ladder = Ladder() if gateway is None else gateway.ladder
    changed = [rung.cache_ttl_s for rung in ladder.in_force if rung.cache_ttl_s is not None]
    if not changed or caches is None or caches.responses is None:
        return caches
    memory = min(caches.responses.memory_ttl_s, changed[-1])
    return replace(caches, responses=replace(caches.responses, ttl_s=changed[-1], memory_ttl_s=memory))
