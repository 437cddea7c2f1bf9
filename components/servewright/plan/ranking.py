"""
Which placement wins, by the priority of the request, and why the others lost.

    cost        the lowest expected price a month
    latency     the shortest time of a whole mean answer (first token + tokens x gap, p95)
    throughput  the lowest price per request/s of capacity
    balanced    price x (0.5 + 0.5 x the worst share of a latency target that is used up): judgement

Ties: lower price, then the published form of the weights before a converted one (quality is not given away for nothing), then lower
latency, then fewer nodes, then fewer GPUs per replica, then name.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from servewright.errors import InternalError
from servewright.plan.model import Prediction
from servewright.plan.performance.limits import kv_capacity
from servewright.plan.performance.predict import Lengths, Load, Outcome, Unstable, predict
from servewright.plan.pool_price import rate_of
from servewright.plan.shapes import Shape, lengths_of

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.placements import Placement
    from servewright.plan.pool_group import PricedPool
    from servewright.spec.request import ModelRequest, Stack, Traffic


_JUST_BELOW = 0.999
_INFINITE = Decimal("Infinity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """
    A placement with the prediction for its own replicas at the busiest hour, and the *price* a month that it is compared by.

    That is its expected price; where a part of it is unknown, the known rest, with on-demand in the place of an unknown spot price;
    infinite where a type has no known price at all. Only the comparison uses it: on the bill unknown stays unknown.
    """

    placement: Placement
    prediction: Prediction
    price: Decimal

    @property
    def answer_ms(self) -> float:
        """
        First token plus one gap, both p95: what ties compare.
        """
        return answer_ms(self.prediction, 1.0)


def answer_ms(prediction: Prediction, tokens: float) -> float:
    """
    Return the first token plus *tokens* more, both p95; the request alone where none are made.
    """
    between = prediction.itl_p95_ms
    return prediction.ttft_p95_ms.value + (tokens * between.value if between is not None else 0.0)


def with_prediction(catalog: Catalog, stack: Stack, request: ModelRequest, placement: Placement) -> Ranked:
    """
    Return *placement* with its prediction at its share of the busiest hour and the price it is compared by.
    """
    shape = placement.shape
    found = _at(shape, float(request.engine_rate) / placement.replicas.busiest, lengths_of(request.traffic))
    prediction = Prediction(
        ttft_p95_ms=found.ttft_p95_ms,
        itl_p95_ms=found.itl_p95_ms,
        output_tokens_per_s=found.output_tokens_per_s,
        max_requests_per_s=shape.capacity,
        concurrency=found.concurrency,
        kv_use=found.kv_use,
        kv_requests=kv_capacity(shape.replica, lengths_of(request.traffic)),
        calibrated=found.calibrated,
    )
    return Ranked(placement=placement, prediction=prediction, price=_whole_price(catalog, stack, placement))


def _whole_price(catalog: Catalog, stack: Stack, placement: Placement) -> Decimal:
    return sum((compared_price(catalog, stack, pool) for pool in placement.pools), Decimal(0))


def compared_price(catalog: Catalog, stack: Stack, pool: PricedPool) -> Decimal:
    """
    Return what *pool* is compared by: its expected price, else its hours at what is known, infinite where nothing is.
    """
    if pool.monthly.expected is not None:
        return pool.monthly.expected
    hourly = pool.offer.rate.price.expected
    if hourly is None:
        stand_in = rate_of(catalog, stack, pool.offer.types[0].name, "on-demand").price
        hourly = _INFINITE if stand_in is None else stand_in.amount
    hours = pool.hours.expected
    return _INFINITE if hours is None or (hourly.is_infinite()) else hours * hourly


def running_p99(request: ModelRequest, shape: Shape) -> float:
    """
    Return the 99th percentile of the requests that run in one replica at full capacity.
    """
    # Rounding of the bisection may put the capacity itself a hair above the stable rate.
    return _at(shape, shape.capacity * _JUST_BELOW, lengths_of(request.traffic)).concurrency_p99


def prompt_share(traffic: Traffic, shape: Shape) -> float:
    """
    Return the share of the working time that prompts add to the steps of one replica at full capacity.
    """
    return _at(shape, shape.capacity * _JUST_BELOW, lengths_of(traffic)).prompt_share


@lru_cache(maxsize=2048)
def _at(shape: Shape, rate: float, lengths: Lengths) -> Outcome:
    """
    Return the prediction of *shape* at *rate*; one shape stands on several instance types with the same answer.
    """
    found = predict(shape.replica, Load(requests_per_s=rate, lengths=lengths))
    if isinstance(found, Unstable):
        msg = f"{shape.label} is unstable at the rate it was sized for"
        raise InternalError(msg)
    return found


def rank(request: ModelRequest, candidates: list[Ranked]) -> list[Ranked]:
    """
    Return *candidates*, best first.
    """
    return sorted(candidates, key=lambda ranked: (_score(request, ranked), *_ties(ranked)))


def _score(request: ModelRequest, ranked: Ranked) -> float:
    if request.priority == "latency":
        made = request.traffic.output_tokens
        return answer_ms(ranked.prediction, 0.0 if made is None else float(made.mean))
    if request.priority == "throughput":
        return float(ranked.price) / (ranked.placement.shape.capacity * ranked.placement.replicas.busiest)
    if request.priority == "balanced":
        return float(ranked.price) * (0.5 + 0.5 * used_up(request, ranked))
    return float(ranked.price)


def used_up(request: ModelRequest, ranked: Ranked) -> float:
    """
    Return the larger share of a latency target that the prediction uses up; 1 where there is no target.
    """
    pairs = (
        (ranked.prediction.ttft_p95_ms, request.slo.ttft_p95_ms),
        (ranked.prediction.itl_p95_ms, request.slo.itl_p95_ms),
    )
    used = (found.value / float(target) for found, target in pairs if target is not None and found is not None)
    return max(used, default=1.0)


def _ties(ranked: Ranked) -> tuple[Decimal, tuple[Decimal, Decimal], bool, float, Decimal, int, str]:
    placement = ranked.placement
    nodes = sum((p.hours.max or Decimal(0) for p in placement.pools), Decimal(0))
    converted = placement.shape.precision.origin != "native"
    # Without any price the smallest hardware is taken: GPU memory and then cores stand in for money.
    size = (Decimal(0), Decimal(0))
    if ranked.price.is_infinite():
        size = (nodes * placement.instance.gpu_count * placement.shape.gpu.usable_memory_mib, nodes * placement.instance.vcpu)
    return ranked.price, size, converted, ranked.answer_ms, nodes, placement.shape.gpus, placement.instance.name
