"""
What the spec asks of the caches, with every default filled in: a policy for each class of data, and where the entries are kept.

Shares and hit rates are 0..1, times seconds, sizes GiB.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

CacheProvider = Literal["cluster", "elasticache"]
Eviction = Literal["lfu", "lru"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """
    The share of requests that a cache answers: what it surely is, what is expected, and what it may be; low <= expected <= high.
    """

    low: Decimal
    expected: Decimal
    high: Decimal

    def times(self, share: Decimal) -> HitRate:
        """
        Return the rate over all requests, of which *share* can be answered by the cache at all.
        """
        return HitRate(low=self.low * share, expected=self.expected * share, high=self.high * share)

    def then(self, near: HitRate) -> HitRate:
        """
        Return the rate of this cache and of one that answers *near* of what this one did not.
        """
        low, expected, high = (
            mine + (1 - mine) * its for mine, its in ((self.low, near.low), (self.expected, near.expected), (self.high, near.high))
        )
        return HitRate(low=low, expected=expected, high=high)


NO_HITS: Final = HitRate(low=Decimal(0), expected=Decimal(0), high=Decimal(0))


def lasting(ttl_s: int, volatility: Decimal) -> int:
    """
    Return the seconds that an entry with *ttl_s* to live is served, when its *volatility* has taken its part.
    """
    return max(1, int(ttl_s * (1 - volatility)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCache:
    """
    Answers of generating models to requests that leave nothing to chance (temperature 0).

    *deterministic_share* of the requests are such (None: not known, so that the tier is sized for all); *hit_rate* is of those. *ttl_s* is
    what the spec says, less its *volatility*: `lasts_s`. *memory_ttl_s* bounds the copy in each gateway process.
    """

    models: tuple[str, ...]
    ttl_s: int
    memory_ttl_s: int
    deterministic_share: Decimal | None
    hit_rate: HitRate
    volatility: Decimal
    eviction: Eviction
    single_flight: bool

    @property
    def lasts_s(self) -> int:
        """
        Seconds that an entry is served: the time to live less the part that its volatility takes.
        """
        return lasting(self.ttl_s, self.volatility)

    @property
    def memory_lasts_s(self) -> int:
        """
        Seconds that a gateway process keeps its copy: never longer than the entry itself is served.
        """
        return min(self.memory_ttl_s, self.lasts_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingCache:
    """
    Vectors of embedding models, one entry for each text. As for responses, but that every request is deterministic.
    """

    models: tuple[str, ...]
    ttl_s: int
    hit_rate: HitRate
    volatility: Decimal
    eviction: Eviction

    @property
    def lasts_s(self) -> int:
        """
        Seconds that an entry is served.
        """
        return lasting(self.ttl_s, self.volatility)


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticCache:
    """
    Answers of the response cache for questions that are near enough: *threshold* is the least cosine similarity of the vectors that
    *embedding_model* makes. *hit_rate* is of the requests that leave nothing to chance and that the response cache did not answer.
    """

    embedding_model: str
    models: tuple[str, ...]
    threshold: Decimal
    ttl_s: int
    hit_rate: HitRate


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCache:
    """
    KV blocks of prompts, kept outside the GPU for *models*: room for *reusable_tokens* of each, or *size_gib* for all; one of them is None.
    """

    models: tuple[str, ...]
    reusable_tokens: int | None
    size_gib: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CachesRequest:
    """
    The caches that are asked for; None: that class is not cached.

    *tls* is the Secret with tls.crt, tls.key and ca.crt of tiers in the cluster (None: without TLS, dev only). ElastiCache goes into
    *subnets* behind *security_groups*; where the spec has none, preview takes placeholders and up refuses.
    """

    provider: CacheProvider
    tls: str | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    responses: ResponseCache | None
    embeddings: EmbeddingCache | None
    semantic: SemanticCache | None
    contexts: ContextCache | None

    @property
    def semantic_lasts_s(self) -> int | None:
        """
        Seconds that near questions are served an answer: their own time, and never longer than the answer itself; None: they are not.
        """
        if self.semantic is None or self.responses is None:
            return None if self.semantic is None else self.semantic.ttl_s
        return min(self.semantic.ttl_s, self.responses.lasts_s)
