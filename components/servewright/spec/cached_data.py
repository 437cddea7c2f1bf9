"""
What is kept of answers, vectors and prompts as written: a policy for each class of data.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from servewright.spec.cache_request import Eviction
from servewright.spec.codes import NOT_A_CHOICE, NOT_CACHEABLE
from servewright.spec.faults import fault
from servewright.spec.names import StackName, choice
from servewright.spec.quantities import Flag, Parsed, ShareOf, parse_share, whole
from servewright.spec.spans import share, size, span
from servewright.spec.structure import Listed, Part, Short

_MONTH_S = 2_592_000
_GIB = 2**30

ModelNames = Annotated[tuple[StackName, ...], Listed(1, 500)]
TimeToLive = Annotated[int, span(1, _MONTH_S)]
Room = Annotated[int, size(_GIB, 10_000 * _GIB)]
Volatility = Annotated[Decimal, share("0", "100", below=True)]


def only(value: str, why: str) -> Parsed:
    """
    Return the type of a field that takes nothing but *value*; *why* says what stands against all others.
    """

    def parse(given: object) -> object:
        if given != value:
            raise fault(NOT_CACHEABLE, why, f"write {value}, or leave it out")
        return given

    return Parsed(parse, {"const": value})


def _requests(value: object) -> object:
    if value == "all":
        message = "a sampled answer is one of many, and a cache would give it to everyone for as long as it lives"
        raise fault(NOT_CACHEABLE, message, "write deterministic, or leave it out: what is asked at temperature 0")
    if value != "deterministic":
        raise fault(NOT_A_CHOICE, "not a value of this field", "write deterministic")
    return value


Off = Literal["off"]
Compression = Annotated[Off, only("off", "no cache of the gateway compresses what it keeps")]


class HitRateSpec(Part):
    """
    The share of requests that a cache answers, as an interval.
    """

    low: ShareOf
    """
    What it surely is. Replicas are planned for the rest.
    """

    expected: ShareOf
    """
    What it is expected to be, at least low. Hours are billed at the rest.
    """

    high: ShareOf
    """
    What it may be at best, at least expected. The lower end of the bill.
    """


def _one_share(value: object) -> object:
    if isinstance(value, dict):
        return value
    parse_share(value)
    return {"low": value, "expected": value, "high": value}


HitRateField = Annotated[HitRateSpec, Short(_one_share, {"type": "string", "pattern": r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]{1,9})?)%$"})]


class ResponseCacheSpec(Part):
    """
    Answers to requests that leave nothing to chance.
    """

    models: ModelNames | None = None
    """
    Models whose answers are kept, by name, 1 to 500; they generate. Default: all that generate.
    """

    ttl: TimeToLive | None = None
    """
    How long an answer is served. 1s to 720h. Default 1h. Longer saves more and is older.
    """

    memory_ttl: Annotated[int, span(1, 3600)] | None = None
    """
    How long a copy lives in each gateway process, at most ttl less volatility: an answer outlives that by this much at most. 1s to 1h.
    Default 30s.
    """

    deterministic_share: ShareOf | None = None
    """
    Part of the requests that leave nothing to chance (temperature 0): the others are never answered from the cache. Default: not known; the
    cache is sized as if it were all. Needed with a hit_rate.
    """

    hit_rate: HitRateField | None = None
    """
    Part of those requests that the cache answers, as 30% or {low, expected, high}. Default 0%: nothing is saved that nobody has measured.
    """

    volatility: Volatility | None = None
    """
    How fast what is answered changes: this part is taken off ttl. 0% to below 100%. Default 0%. With 25% of 1h an answer is served for 45
    minutes.
    """

    eviction: Annotated[Eviction, choice("lfu", "lru")] | None = None
    """
    What goes first when the cache is full: lfu (least often used) or lru (least recently used). Default lfu.
    """

    single_flight: Flag | None = None
    """
    true lets identical requests that come at the same time to one gateway process wait for one answer. Default true.
    """

    compression: Compression | None = None
    """
    off, the only value: no cache of the gateway compresses what it keeps.
    """

    requests: Annotated[Literal["deterministic"], Parsed(_requests, {"const": "deterministic"})] | None = None
    """
    deterministic, the only value: answers that were drawn by chance are not kept.
    """


class ResponseCacheOff(ResponseCacheSpec):
    """
    Answers are not kept.
    """


ResponseCacheField = Annotated[ResponseCacheSpec, Short(lambda value: ResponseCacheOff() if value == "off" else value, {"const": "off"})]


class EmbeddingCacheSpec(Part):
    """
    Vectors of texts.
    """

    models: ModelNames | None = None
    """
    Models whose vectors are kept, by name, 1 to 500; they embed. Default: all that embed.
    """

    ttl: TimeToLive | None = None
    """
    How long a vector is served. 1s to 720h. Default 24h: it changes only with the model.
    """

    hit_rate: HitRateField | None = None
    """
    Part of the texts that the cache answers, as 30% or {low, expected, high}. Default 0%: nothing is saved that nobody has measured.
    """

    volatility: Volatility | None = None
    """
    Part taken off ttl. 0% to below 100%. Default 0%.
    """

    eviction: Annotated[Eviction, choice("lfu", "lru")] | None = None
    """
    What goes first when the cache is full: lfu or lru. Default lfu.
    """

    compression: Compression | None = None
    """
    off, the only value: no cache of the gateway compresses what it keeps.
    """


class SemanticCacheSpec(Part):
    """
    Answers of responses for questions that are near enough, which may be wrong: a negation or another country can be near.
    """

    embedding_model: StackName
    """
    Model that makes the vectors of the questions, by name; it embeds. It is planned for one vector per request at temperature 0.
    """

    models: ModelNames
    """
    Models whose answers serve near questions, by name, 1 to 500, all of them in responses.models. None by default: near is not equal.
    """

    threshold: Annotated[Decimal, share("90", "100")] | None = None
    """
    Least cosine similarity at which a question counts as the same. 90% to 100%. Default 95%. Lower answers more, and more wrongly.
    """

    ttl: TimeToLive | None = None
    """
    How long a question serves others, at most ttl of responses. 1s to 720h. Default that of responses.
    """

    hit_rate: HitRateField | None = None
    """
    Part of the requests at temperature 0 that responses did not answer and this does, as 30% or {low, expected, high}. Default 0%.
    """


class ContextCacheSpec(Part):
    """
    What the engines have read of prompts, kept outside the GPU.
    """

    models: ModelNames | None = None
    """
    Models whose prompts are kept, by name, 1 to 500; they generate. Default: all that generate.
    """

    reusable_tokens: Annotated[int, whole(1000, 10_000_000_000)] | None = None
    """
    Tokens of prompts of each model that there is room for. 1000 to 10 000 000 000. This or size.
    """

    size: Room | None = None
    """
    Room for all models together. 1GiB to 10000GiB. This or reusable_tokens.
    """
