"""
From traffic to replicas: how many each hour of the week needs, and how many tokens a month brings.

    replicas(h) = ceil( rate x factor(h) x (1 + headroom) / capacity of one replica )

What caches answer is left out of the rate: in the busiest hour what they surely answer, hour by hour what they are expected to.

The hours are of UTC, Monday 00:00 first, so that the weeks of models in several time zones add up on the nodes they share. *rate* is
the mean of the busiest hour; the profile's factors are at most 1. Head-room is kept over the *predicted* capacity, since a
prediction has an error band and arrivals come in bursts; where the band is wider than for measured GPUs, the difference is added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from servewright.plan.model import Replicas
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan
    from servewright.spec.request import ModelRequest, Traffic

_Hour = TypeVar("_Hour")

_MAX_REPLICAS_FACTOR = {"+1": (Decimal(1), 1), "x1.5": (Decimal("1.5"), 0)}
"""
The environments' rules for the autoscaler's maximum as (factor, addend) of the busiest hour's replicas.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyTokens:
    """
    Tokens of an average month.
    """

    input: int
    output: int

    @property
    def all(self) -> int:
        """
        Input and output together.
        """
        return self.input + self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWeek:
    """
    A model that is planned, and the *factors* of its week in UTC.
    """

    model: ModelPlan
    factors: tuple[Decimal, ...]

    @property
    def calls(self) -> tuple[Decimal, ...]:
        """
        What clients send to the gateway of it, calls a second: a call may carry several texts or pairs. A vector for the semantic cache is
        made within the call that asks the question.
        """
        traffic = self.model.traffic
        sent = traffic.requests_per_second - self.model.vectors
        return tuple(sent * factor / traffic.per_call for factor in self.factors)


def utc_week(local: tuple[_Hour, ...], hours_east: int) -> tuple[_Hour, ...]:
    """
    Return the hours of a week in UTC, given those of a local clock that is *hours_east* ahead of it; with -*hours_east* the way back.

    >>> utc_week((0, 1, 2, 3), 1)
    (1, 2, 3, 0)
    """
    shift = hours_east % len(local)
    return local[shift:] + local[:shift]


def replicas_for(rate: Decimal, headroom: Decimal, capacity: float) -> int:
    """
    Return the replicas that serve *rate* requests/s when one serves *capacity*; at least 1.
    """
    return max(1, math.ceil(rate * (1 + headroom) / Decimal(repr(capacity))))


def plan_replicas(request: ModelRequest, factors: tuple[Decimal, ...], capacity: float, extra_headroom: Decimal = Decimal(0)) -> Replicas:
    """
    Return the replicas of every hour and the autoscaler's bounds; *extra_headroom* comes on top of the request's.

    An explicit maximum below what the busiest hour needs is the caller's fault to report; here it caps the hours.
    """
    headroom = request.headroom + extra_headroom
    busiest = max(request.min_replicas, replicas_for(request.engine_rate * max(factors), headroom, capacity))
    maximum = request.max_replicas if request.max_replicas is not None else _maximum(busiest, request.max_replicas_rule)
    maximum = max(maximum, request.min_replicas)
    # A week has few different hours.
    needed = {f: min(maximum, max(request.min_replicas, replicas_for(request.expected_rate * f, headroom, capacity))) for f in set(factors)}
    by_hour = tuple(needed[f] for f in factors)
    return Replicas(minimum=request.min_replicas, busiest=busiest, maximum=maximum, by_hour=by_hour)


def monthly_tokens(traffic: Traffic, factors: tuple[Decimal, ...], hits: Decimal = Decimal(0)) -> MonthlyTokens:
    """
    Return the tokens of a month of 730 hours that repeats the profile's week; *hits* is the part of the requests that no engine sees.
    """
    mean_factor = sum(factors, Decimal(0)) / HOURS_PER_WEEK
    requests = traffic.requests_per_second * (1 - hits) * mean_factor * SECONDS_PER_HOUR * HOURS_PER_MONTH
    return MonthlyTokens(
        input=int(requests * traffic.input_tokens.mean),
        output=0 if traffic.output_tokens is None else int(requests * traffic.output_tokens.mean),
    )


def _maximum(busiest: int, rule: str) -> int:
    factor, addend = _MAX_REPLICAS_FACTOR[rule]
    return math.ceil(busiest * factor) + addend
