"""
What a store of answers has to hold, model by model.

    writes a second = requests under names that are cached x the share that is x (1 - expected hits)
    entries         = writes over the busiest stretch of the week that is as long as an entry lasts
    entry           = 1.25 x text + 700 bytes

The text of an answer is its mean tokens x 4.5 bytes, that of a vector its dimensions x 20 bytes: LiteLLM stores both as the JSON of the
response, never the request. The vectors of a semantic cache are in the gateway's own memory (`gateway`), its answers are these.
Factor and constant are measured (`assumptions.csv`: cache_entry_*). For requests that are not known to be deterministic all are counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan
    from servewright.plan.traffic import ModelWeek
    from servewright.spec.cache_request import CachesRequest, HitRate
    from servewright.spec.gateway_request import Ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """
    The *entries* of one model in a store at its fullest, of *entry_bytes* each; *words* is the arithmetic.
    """

    model: str
    entries: int
    entry_bytes: int
    words: str

    @property
    def bytes(self) -> int:
        """
        What all of them take.
        """
        return self.entries * self.entry_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """
    What is kept of a model: *share* of *rate* requests a second, for *lasts_s*, of which *hits* need no new entry; *text* bytes an entry.
    """

    week: ModelWeek
    rate: Decimal
    share: Decimal
    lasts_s: int
    hits: HitRate
    text_bytes: Decimal
    what: str


def stored(caches: CachesRequest, ladder: Ladder, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> tuple[Stored, ...]:
    """
    Return what the response tier holds; a rung that makes answers last longer counts whether it is in force or not: the store must not
    be replaced by going a step down.
    """
    return tuple(_stored(kept, catalog) for kept in _answers(caches, ladder, weeks, catalog))


def entry_bytes(text_bytes: Decimal | int, catalog: Catalog) -> int:
    """
    Return what an entry of *text_bytes* takes in the memory of a store, its key and the allocator's share included.
    """
    return math.ceil(catalog.assumed("cache_entry_factor") * text_bytes + catalog.assumed("cache_entry_overhead"))


def busiest_stretch(factors: tuple[Decimal, ...], seconds: int) -> Decimal:
    """
    Return how many seconds of the busiest hour bring as much as the busiest *seconds* of the week of *factors*.

    >>> busiest_stretch((Decimal(1), Decimal("0.5")), 5400)
    Decimal('4500.0')
    """
    hours, rest = divmod(seconds, SECONDS_PER_HOUR)
    weeks, hours = divmod(hours, len(factors))
    twice = (*factors, *factors)
    sums = [Decimal(0)]
    for factor in twice:
        sums.append(sums[-1] + factor)
    stretches = (
        max((sums[start + hours] - sums[start]) * SECONDS_PER_HOUR + twice[at] * rest for at in (start + hours, start - 1))
        for start in range(len(factors))
    )
    return weeks * sums[len(factors)] * SECONDS_PER_HOUR + max(stretches)


def _answers(caches: CachesRequest, ladder: Ladder, weeks: tuple[ModelWeek, ...], catalog: Catalog) -> Iterator[_Kept]:
    responses, embeddings = caches.responses, caches.embeddings
    if responses is not None:
        longest = max((rung.cache_ttl_s or 0 for rung in ladder.rungs), default=0)
        lasts = max(responses.lasts_s, int(longest * (1 - responses.volatility)))
        share = Decimal(1) if responses.deterministic_share is None else responses.deterministic_share
        for week, rate in _cacheable(weeks, responses.models, reads_only=False):
            text = _answer(week, catalog)
            yield _Kept(week=week, rate=rate, share=share, lasts_s=lasts, hits=responses.hit_rate, text_bytes=text, what="answers")
    if embeddings is not None:
        lasts, every = embeddings.lasts_s, Decimal(1)
        for week, rate in _cacheable(weeks, embeddings.models, reads_only=True):
            text = _dimensions(week.model.architecture, catalog) * catalog.assumed("vector_bytes_per_dimension")
            yield _Kept(week=week, rate=rate, share=every, lasts_s=lasts, hits=embeddings.hit_rate, text_bytes=text, what="vectors")


def _cacheable(weeks: tuple[ModelWeek, ...], names: tuple[str, ...], *, reads_only: bool) -> Iterator[tuple[ModelWeek, Decimal]]:
    """
    Return what a cache of *names* keeps something of, and of how many requests a second: also what a rung moved to another model.
    """
    for week in weeks:
        rate = _rate(week.model, named=week.model.name in names)
        if week.model.name in names or (rate and week.model.reads_only == reads_only):
            yield week, rate


def _rate(model: ModelPlan, *, named: bool) -> Decimal:
    if model.cacheable is None:
        return model.traffic.requests_per_second * named
    return model.cacheable


def _answer(week: ModelWeek, catalog: Catalog) -> Decimal:
    made = week.model.traffic.output_tokens
    return Decimal(0) if made is None else made.mean * catalog.assumed("answer_bytes_per_token")


def _dimensions(hf_id: str, catalog: Catalog) -> int:
    match = catalog.model(hf_id)
    return 0 if match is None else match.card.hidden or 0


def _stored(kept: _Kept, catalog: Catalog) -> Stored:
    new = 1 - kept.hits.expected
    writes = kept.rate * kept.share * new
    entries = math.ceil(writes * busiest_stretch(kept.week.factors, kept.lasts_s))
    entry = entry_bytes(kept.text_bytes, catalog)
    words = (
        f"{kept.week.model.name}: {kept.rate.normalize():f} req/s x {kept.share * 100:.0f} % x {new * 100:.0f} % that are "
        f"new write {round(writes, 2).normalize():f}/s; {kept.lasts_s:,} s of them are {entries:,} {kept.what} of {entry:,} bytes"
    )
    return Stored(model=kept.week.model.name, entries=entries, entry_bytes=entry, words=words)
