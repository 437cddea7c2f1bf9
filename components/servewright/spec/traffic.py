"""
What arrives at a model and what is promised to its users.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic_core import PydanticCustomError

from servewright.spec.codes import OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.names import Timezone, choice
from servewright.spec.quantities import Availability, Latency, Parsed, ShareOf, number, parse_number
from servewright.spec.structure import Part, Short
from servewright.units import HOURS_PER_WEEK

RequestRate = Annotated[Decimal, number("0.000001", "1000000")]
TokenCount = Annotated[Decimal, number("1", "10000000")]


class TokenLengthSpec(Part):
    """
    Tokens per request: one number is the mean.
    """

    mean: TokenCount
    """
    Mean tokens per request. 1 to 10 000 000. Sizes throughput: twice the mean, about twice the work.
    """

    p95: TokenCount | None = None
    """
    Tokens that 95 % of the requests stay below. Default: twice the mean, for embed and rerank 1.5 times. At least the mean. Sizes
    the latency target and the KV cache.
    """


def _mean_only(value: object) -> object:
    return value if isinstance(value, dict) else {"mean": value}


TokenLengthField = Annotated[TokenLengthSpec, Short(_mean_only, {"type": "number", "minimum": 1, "maximum": 10_000_000})]


def parse_profile(value: object) -> str | tuple[Decimal, ...]:
    """
    Return the name of a profile, or 168 factors from 0 to 1 with one above 0.
    """
    if isinstance(value, list):
        if len(value) != HOURS_PER_WEEK:
            raise fault(OUT_OF_BOUNDS, f"has {len(value)} factors, a week has {HOURS_PER_WEEK} hours", "Monday 00:00 first")
        factors = tuple(_factor(index, entry) for index, entry in enumerate(value))
        if not any(factors):
            raise fault(OUT_OF_BOUNDS, "all factors are 0: no traffic in any hour", "the busiest hour has factor 1")
        return factors
    if not isinstance(value, str):
        raise fault(WRONG_TYPE, f"must be the name of a profile or a list of {HOURS_PER_WEEK} factors, this is {kind(value)}")
    return PROFILE_NAME.parse(value)  # type: ignore[return-value]


def _factor(index: int, value: object) -> Decimal:
    try:
        return parse_number(value, "0", "1")
    except PydanticCustomError as error:
        context = error.context or {}
        raise fault(error.type, f"factor {index + 1} of {HOURS_PER_WEEK} {context.get('message')}", context.get("hint")) from None


PROFILE_NAME = choice("steady", "business-hours", "evenings", "batch-nights")
Profile = Annotated[
    str | tuple[Decimal, ...],
    Parsed(
        parse_profile,
        {
            "anyOf": [
                PROFILE_NAME.schema,
                {
                    "type": "array",
                    "items": {"type": "number", "minimum": 0, "maximum": 1},
                    "minItems": HOURS_PER_WEEK,
                    "maxItems": HOURS_PER_WEEK,
                },
            ]
        },
    ),
]


class TrafficSpec(Part):
    """
    What arrives at one model.
    """

    requests_per_second: RequestRate | None = None
    """
    Mean requests per second in the busiest hour of the week, sent under the model's own name. 0.000001 to 1 000 000. Sizes the replicas.
    For embed each text of a call is a request, for rerank each pair of query and document. Needed, but for a model that a route of the
    gateway leads to or whose vectors the semantic cache uses: there the default is 0, and what comes that way is added.
    """

    input_tokens: TokenLengthField
    """
    Tokens of the prompt, mean, or {mean, p95}; for embed those of a text, for rerank those of query and document together.
    """

    output_tokens: TokenLengthField | None = None
    """
    Tokens of the answer, mean, or {mean, p95}. Needed for task generate, refused for embed and rerank.
    """

    profile: Profile | None = None
    """
    The week's shape: steady, business-hours, evenings, batch-nights, or 168 factors of 0 to 1, Monday 00:00 first. Default steady.
    Decides the replicas and the bill hour by hour.
    """

    timezone: Timezone | None = None
    """
    Time zone of the profile, in standard time all year. Default UTC. Decides which models are busy at the same time.
    """

    prefix_share: ShareOf | None = None
    """
    Part of the input that repeats from request to request, in every replica. 0% to 100%. Default 0%. The engine's prefix cache is on and
    does not read it again: a higher share means fewer replicas. Time to the first token and KV cache are sized for prompts that are all
    new. Nothing of it counts for embed and rerank.
    """

    per_call: Annotated[Decimal, number("1", "10000")] | None = None
    """
    Texts of one call for embed, pairs of one call for rerank, mean. 1 to 10 000. Default 1. The gateway handles calls: with 20 pairs a call
    it needs a twentieth of the CPU. Refused for generate, where a call is a request.
    """


class SloSpec(Part):
    """
    What users can rely on. Without a target the plan follows throughput and price alone.
    """

    ttft_p95: Latency | None = None
    """
    Time to the first token, for embed and rerank of the whole request; 95th percentile over requests. A duration from 0.1ms to 10m.
    Default: no target.
    """

    itl_p95: Latency | None = None
    """
    Mean time per output token of a request, 95th percentile over requests. A duration from 0.1ms to 10m. Default: no target. Refused
    for embed and rerank.
    """

    ttft_p50: Latency | None = None
    """
    The same at the 50th percentile, which monitoring watches and the plan does not follow. At most ttft_p95. Default: no target.
    """

    ttft_p99: Latency | None = None
    """
    The same at the 99th percentile, watched and not planned for. At least ttft_p95. Default: no target.
    """

    itl_p50: Latency | None = None
    """
    Time per output token at the 50th percentile, watched and not planned for. At most itl_p95. Default: no target.
    """

    itl_p99: Latency | None = None
    """
    Time per output token at the 99th percentile, watched and not planned for. At least itl_p95. Default: no target.
    """

    availability: Availability | None = None
    """
    Share of the time in which requests are answered. Above 0%, below 100%. Default: none in dev, 99.5% in staging, 99.9% in prod. Of a
    month of 730 h, 99.5% leaves 219 minutes without answers, 99.9% 43.8, 99.95% 21.9.
    Forbids spot without fallback.
    """
