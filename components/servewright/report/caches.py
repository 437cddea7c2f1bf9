"""
The caches: what is kept for how long and for whom, and what that spares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.cache_stores import cache_stores, where
from servewright.report.figures import count, dollars, percent, period, rate
from servewright.report.screen import WARN, Column, Screen, Span
from servewright.spec.cache_request import NO_HITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.gateway_plan import CacheEffect
    from servewright.plan.model import Plan
    from servewright.spec.cache_request import CachesRequest, ContextCache, EmbeddingCache, HitRate, ResponseCache

NOT_STATED: Final = "hit rate not stated: no saving is counted"

_CLASSES: Final = (Column(), Column(wrap=True))


def caches(screen: Screen, plan: Plan) -> None:
    """
    Write the classes, what they spare and their stores; nothing where nothing is cached or counted.
    """
    if plan.caches is None and not plan.tiers:
        return
    screen.heading("Caches", where(plan))
    if plan.caches is not None:
        rows: list[tuple[Span, Span]] = [(name, words) for name, words in class_rows(plan.caches)]
        screen.table(_CLASSES, rows)
        for text in effect_words(plan):
            screen.paragraph(text, hang=4)
        for caveat in caveats(plan.caches):
            screen.paragraph(("! ", WARN), caveat, hang=4)
    cache_stores(screen, plan)


def class_rows(asked: CachesRequest) -> list[tuple[str, str]]:
    """
    Return each class of data that is cached with what is kept of it, for how long and for which requests; last those that are not.
    """
    classes = [
        ("responses", _responses(asked.responses) if asked.responses is not None else None),
        ("embeddings", _embeddings(asked.embeddings) if asked.embeddings is not None else None),
        ("semantic", _semantic(asked)),
        ("contexts", _contexts(asked.contexts) if asked.contexts is not None else None),
    ]
    without = [name for name, words in classes if words is None]
    rest = f"{', '.join(without)}{', ' if without else ''}search results (the gateway never sees them)"
    return [*((name, words) for name, words in classes if words is not None), ("not cached", rest)]


def caveats(asked: CachesRequest) -> Iterator[str]:
    """
    Yield what a reader must know before somebody trusts an answer.
    """
    if asked.semantic is not None:
        yield (
            "a semantic cache gives wrong answers: a question that is only near gets the answer of the other one, as with a negation, "
            "another country or an instruction that was added; other numbers, other earlier messages and other teams are told apart"
        )


def effect_words(plan: Plan) -> list[str]:
    """
    Return for each model what the caches spare it, as an interval where a hit rate is stated.
    """
    several = len(plan.models) > 1
    return [f"{f'{each.model}: ' if several else ''}{_effect(each)}" for each in plan.effects]


def interval(hits: HitRate) -> str:
    """
    Return a hit rate as an interval: "20–30–40 %", one figure where all are the same.
    """
    shares = [percent(each) for each in (hits.low, hits.expected, hits.high)]
    return shares[0] if len(set(shares)) == 1 else f"{'–'.join(each.removesuffix(' %') for each in shares)} %"


def _responses(asked: ResponseCache) -> str:
    share = "" if asked.deterministic_share is None else f", {percent(asked.deterministic_share)} of all"
    once = "; equal requests at the same time reach an engine once for each gateway process" if asked.single_flight else ""
    return (
        f"answers of {_named(asked.models)} to requests with temperature 0{share}, for {_kept(asked)}, at most "
        f"{period(asked.memory_lasts_s)} of it in the gateway's own memory, each team its own; {_hits(asked.hit_rate)}{once}"
    )


def _embeddings(asked: EmbeddingCache) -> str:
    return f"vectors of {_named(asked.models)}, one for each text, for {_kept(asked)}, each team its own; {_hits(asked.hit_rate)}"


def _semantic(asked: CachesRequest) -> str | None:
    near, lasts_s = asked.semantic, asked.semantic_lasts_s
    if near is None or lasts_s is None:
        return None
    return (
        f"those answers of {_named(near.models)} to questions at least {percent(near.threshold)} alike, by vectors of "
        f"{near.embedding_model}, for {period(lasts_s)}, each team its own; {_hits(near.hit_rate, 'of the rest')}"
    )


def _contexts(asked: ContextCache) -> str:
    room = f"{count(asked.reusable_tokens)} tokens of each" if asked.reusable_tokens is not None else f"{count(asked.size_gib)} GiB for all"
    return f"KV blocks of prompts of {_named(asked.models)}, room for {room}, by LMCache; what it saves is not counted"


def _named(models: tuple[str, ...]) -> str:
    return " and ".join(models)


def _kept(asked: ResponseCache | EmbeddingCache) -> str:
    if asked.lasts_s == asked.ttl_s:
        return period(asked.ttl_s)
    return f"{period(asked.lasts_s)} ({period(asked.ttl_s)} less {percent(asked.volatility)} volatility)"


def _hits(hits: HitRate, of: str = "of them") -> str:
    return NOT_STATED if hits == NO_HITS else f"hit rate {interval(hits)} {of}, as stated"


def _effect(each: CacheEffect) -> str:
    if each.hits == NO_HITS:
        return f"{NOT_STATED}; the engines are sized and priced for all {rate(each.offered)} req/s"
    left = "–".join(rate(each.offered * (1 - share)) for share in (each.hits.low, each.hits.expected, each.hits.high))
    return (
        f"of {rate(each.offered)} req/s the engines get {left} (hits {interval(each.hits)} of all requests); GPU nodes a month "
        f"{_months(each)}; replicas are sized for {percent(each.hits.low)}"
    )


def _months(each: CacheEffect) -> str:
    """
    Return what the nodes cost at each hit rate and without; whole replicas may cost the same with and without.
    """
    months = ((each.low, each.hits.low), (each.expected, each.hits.expected), (each.high, each.hits.high))
    if each.without is not None and {amount for amount, _ in months} == {each.without}:
        return f"{dollars(each.without)} with the cache and without: no replica less is needed"
    nodes = ", ".join(f"{dollars(amount)} at {percent(share)}" for amount, share in dict.fromkeys(months))
    return f"{nodes}, {dollars(each.without)} without the cache"
