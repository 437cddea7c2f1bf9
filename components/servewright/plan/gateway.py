"""
How large the gateway is, and how long it waits.

    one replica   1 CPU x 70 % / (30 ms x (1 - hits) + 26 ms x hits)     23 requests/s where nothing is cached
    replicas(h)   ceil( requests of hour h x (1 + head-room) / one replica ), at least the minimum
    maximum       what the spec says, else twice the busiest hour's: clients that try again double what arrives
    time-out      max( 60 s, 2 x (first token + p95 of the answer's tokens x the gap between two) ), each p95
    grace         the longest time-out + 15 s: a pod that ends finishes what it has begun, and then needs 5 s and more to exit

CPU times and memory were measured with LiteLLM (`assumptions.csv`: gateway_*). The requests are those of all models together, hour by
hour of UTC: a route's requests are counted with the models that it leads to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.gateway_plan import GatewayPlan
from servewright.plan.model import Replicas
from servewright.plan.operators import ContainerSize
from servewright.plan.traffic import replicas_for
from servewright.units import MIB_PER_GIB, MILLICORES

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan
    from servewright.plan.traffic import ModelWeek
    from servewright.spec.cache_request import SemanticCache
    from servewright.spec.gateway_request import GatewayRequest, Retries

CONTAINER: Final = "litellm"

EXIT_S: Final = 15
"""
What a pod has to exit in after its last request. The proxy's own shutdown needs more than 5 s beyond GRACEFUL_SHUTDOWN_TIMEOUT
(LiteLLM 1.105.0, observed 2026-11); the rest is judgement.
"""

_LEAST_TIMEOUT_S: Final = 60
_LONGEST_FACTOR: Final = 2
_LEAST_FIRST_TOKEN_S: Final = 20
_FIRST_TOKEN_FACTOR: Final = 10
"""
A request that takes twice as long as one in twenty does is lost, and one whose first token takes ten times its target waits for an
engine that is gone. Below the least values a replica that starts or a queue in a burst would be taken for that. Judgement.
"""

_SPARE_FACTOR: Final = 2
"""
Clients try again what fails: then twice the busiest hour arrives, when the gateway must not be what stands in the way. Judgement.
"""

_LIMIT_FACTOR: Final = 2
"""
Memory at which a replica is ended, over what it requests: bodies of requests in flight and the cache in the process vary. Judgement.
"""

_MS: Final = 1000


NEAR_ENTRIES: Final = 10_000
_NEAR_ENTRY_BYTES: Final = 1500
"""
Questions whose vectors a process keeps (ENTRIES of hooks/servewright_semantic.py, which a test holds to this), and what one takes beside
its vector of four-byte floats: measured with Python 3.11, rounded up.
"""

_FLOAT_BYTES: Final = 4
_BYTES_PER_MIB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vectors:
    """
    The memory that the vectors of near questions take in each process, with the arithmetic in words.
    """

    mib: int
    words: tuple[str, ...]

    @classmethod
    def of(cls, near: SemanticCache | None, models: tuple[ModelPlan, ...], catalog: Catalog) -> _Vectors:
        """
        Return what they take at most, nothing where questions are compared word by word.
        """
        if near is None:
            return cls(mib=0, words=())
        match = catalog.model(next(model.architecture for model in models if model.name == near.embedding_model))
        dimensions = 0 if match is None else match.card.hidden or 0
        mib = math.ceil(NEAR_ENTRIES * (dimensions * _FLOAT_BYTES + _NEAR_ENTRY_BYTES) / _BYTES_PER_MIB)
        words = f"{NEAR_ENTRIES:,} near questions x ({dimensions:,} dimensions x {_FLOAT_BYTES} + {_NEAR_ENTRY_BYTES:,} bytes)"
        return cls(mib=mib, words=(f"{words} = {mib:,} MiB more",))


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewReplicas:
    """
    The busiest hour needs more replicas than the *most* that the spec allows: *needed*, with the *arithmetic* in words.
    """

    needed: int
    most: int
    arithmetic: str


def plan_gateway(
    request: GatewayRequest, weeks: tuple[ModelWeek, ...], headroom: Decimal, catalog: Catalog, *, near: SemanticCache | None = None
) -> GatewayPlan | TooFewReplicas:
    """
    Return the gateway in front of the models of *weeks*, with *headroom* over what they are asked, where asked for with the vectors of
    *near* questions in its memory; or why its maximum is too small.
    """
    hours = tuple(sum(hour, Decimal(0)) for hour in zip(*(week.calls for week in weeks), strict=True))
    rate, hits = max(hours), _sure_hits(weeks)
    each = requests_per_replica(catalog, hits)
    busiest = max(request.min_replicas, replicas_for(rate, headroom, float(each)))
    arithmetic = f"{_figure(rate)} req/s x {1 + headroom} head-room / {_figure(each)} req/s per replica = {busiest}"
    if request.max_replicas is not None and request.max_replicas < busiest:
        return TooFewReplicas(needed=busiest, most=request.max_replicas, arithmetic=arithmetic)
    needed = {hour: max(request.min_replicas, replicas_for(hour, headroom, float(each))) for hour in set(hours)}
    replicas = Replicas(
        minimum=request.min_replicas,
        busiest=busiest,
        maximum=_SPARE_FACTOR * busiest if request.max_replicas is None else request.max_replicas,
        by_hour=tuple(needed[hour] for hour in hours),
    )
    models = tuple(week.model for week in weeks)
    timeouts = tuple((model.name, timeout_s(request.retries, model)) for model in models)
    first = tuple((model.name, first_token_timeout_s(request.retries, model)) for model in models)
    longest = max(seconds for _, seconds in timeouts)
    vectors = _Vectors.of(near, models, catalog)
    container = _container(catalog, vectors)
    return GatewayPlan(
        request=request,
        rate=rate,
        requests_per_replica=each,
        replicas=replicas,
        container=container,
        timeout_s=timeouts,
        first_token_timeout_s=first,
        grace_s=longest + EXIT_S,
        reasons=(
            _replica_words(catalog, hits, each),
            f"{arithmetic} at the busiest hour, at least {request.min_replicas}; at most {replicas.maximum}{_why_maximum(request)}",
            _memory_words(container, vectors),
            *vectors.words,
            *(_timeout_words(request.retries, model, seconds) for model, (_, seconds) in zip(models, timeouts, strict=True)),
            f"a pod that ends has {longest} s for what it has begun, and {EXIT_S} s to exit",
        ),
    )


def requests_per_replica(catalog: Catalog, hits: Decimal) -> Decimal:
    """
    Return the requests a second that one replica of one CPU serves when *hits* of them are answered by the cache.
    """
    call, hit = catalog.assumed("gateway_cpu_per_call"), catalog.assumed("gateway_cpu_per_hit")
    return _MS * catalog.assumed("gateway_cpu_fill") / (call * (1 - hits) + hit * hits)


def longest_s(model: ModelPlan) -> float:
    """
    Return the seconds of a long request as predicted: the first token, then as many as 19 of 20 answers have, each p95.
    """
    predicted, made = model.predicted, model.traffic.output_tokens
    gap = predicted.itl_p95_ms
    answer = 0.0 if made is None or gap is None else float(made.p95) * gap.value
    return (predicted.ttft_p95_ms.value + answer) / _MS


def timeout_s(retries: Retries, model: ModelPlan) -> int:
    """
    Return the seconds after which an attempt at *model* is given up.
    """
    if retries.timeout_s is not None:
        return retries.timeout_s
    return max(_LEAST_TIMEOUT_S, math.ceil(_LONGEST_FACTOR * longest_s(model)))


def first_token_timeout_s(retries: Retries, model: ModelPlan) -> int:
    """
    Return the seconds after which an answer of *model* that has not begun is given up, never more than for the whole.
    """
    if retries.first_token_timeout_s is not None:
        return min(retries.first_token_timeout_s, timeout_s(retries, model))
    target = model.slo.ttft_p95_ms
    first = model.predicted.ttft_p95_ms.value if target is None else float(target)
    return min(timeout_s(retries, model), max(_LEAST_FIRST_TOKEN_S, math.ceil(_FIRST_TOKEN_FACTOR * first / _MS)))


def _sure_hits(weeks: tuple[ModelWeek, ...]) -> Decimal:
    """
    Return the part of all calls that caches surely answer; none of the vectors for near questions is either.
    """
    models = [week.model for week in weeks]
    offered = sum(((model.traffic.requests_per_second - model.vectors) / model.traffic.per_call for model in models), Decimal(0))
    answered = sum((model.traffic.requests_per_second / model.traffic.per_call * model.hits.low for model in models), Decimal(0))
    return answered / offered if offered else Decimal(0)


def _container(catalog: Catalog, vectors: _Vectors) -> ContainerSize:
    memory = int(catalog.assumed("gateway_memory") * MIB_PER_GIB)
    limit = _LIMIT_FACTOR * memory + vectors.mib
    return ContainerSize(name=CONTAINER, cpu_millicores=MILLICORES, memory_mib=memory + vectors.mib, memory_limit_mib=limit)


def _replica_words(catalog: Catalog, hits: Decimal, each: Decimal) -> str:
    call, fill = catalog.assumed("gateway_cpu_per_call"), catalog.assumed("gateway_cpu_fill")
    cached = f", {catalog.assumed('gateway_cpu_per_hit')} ms for the {hits * 100:.0f} % that the cache surely answers" if hits else ""
    return f"one replica of 1 CPU serves {_figure(each)} req/s at {fill * 100:.0f} % of it: {call} ms for a request{cached}"


def _memory_words(container: ContainerSize, vectors: _Vectors) -> str:
    own = container.memory_mib - vectors.mib
    return f"{own:,} MiB for each: 410 were measured, the rest is for requests in flight and the cache in the process"


def _why_maximum(request: GatewayRequest) -> str:
    return ", as the spec says" if request.max_replicas is not None else ", for clients that try again"


def _timeout_words(retries: Retries, model: ModelPlan, seconds: int) -> str:
    long = _seconds(longest_s(model))
    if retries.timeout_s is not None:
        return f"{model.name}: {seconds} s for an attempt, as the spec says; a long request is predicted to take {long}"
    return f"{model.name}: {seconds} s for an attempt: twice a long request, predicted to take {long}, and at least 60 s"


def _seconds(number: float) -> str:
    return f"{number:.1f} s" if number >= 1 else f"{number * _MS:.0f} ms"


def _figure(number: Decimal) -> str:
    return f"{round(number, 1).normalize():f}"
