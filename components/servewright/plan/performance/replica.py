"""
The inputs of a prediction: one replica, and what arrives at it.

Lengths are taken as log-normal with the given mean and 95th percentile. A request holds its place in the batch in proportion to its
output, so the requests found running are size-biased: their outputs are longer than the mean by the factor 1 + cv^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.model import Precision

Z95: Final = 1.6449
Z99: Final = 2.3263
"""
Quantiles of the normal distribution.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaModel:
    """
    One engine replica: a model on *tensor_parallel* times *pipeline_parallel* GPUs of one node.

    *kv_tokens* is the KV cache of the whole replica, counted in tokens of requests that are *context_length* long (as `memory.fit`
    gives it). *max_num_seqs* None means that the batch is bounded by memory, by *max_num_batched_tokens* and by the model's own limit.
    """

    card: ModelCard
    gpu_id: str
    tensor_parallel: int
    precision: Precision
    context_length: int
    kv_tokens: int
    max_num_batched_tokens: int
    max_num_seqs: int | None = None
    kv_element_bytes: float = 2.0
    pipeline_parallel: int = 1


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """
    Tokens per request, mean and 95th percentile. An output shorter than two tokens is sized as two: there is no gap in one token. None
    at all, 0, is a request that is only read. *cached* is the part of the input whose keys and values the engine has already.
    """

    input_mean: float
    input_p95: float
    output_mean: float = 0.0
    output_p95: float = 0.0
    cached: float = 0.0

    @cached_property
    def new_mean(self) -> float:
        """
        Tokens of a mean prompt that are read: the last one always is, for the first token of the answer follows from it.
        """
        return max(1.0, self.input_mean * (1 - self.cached))

    @cached_property
    def around_new_token(self) -> float:
        """
        Length of the prompt that a token which is read stands for: one behind a cached part attends to that part too.
        """
        return self.input_around_token * (1 + self.cached)

    @cached_property
    def gaps(self) -> float:
        """
        Output tokens after the first: what the decode phase produces.
        """
        return max(self.output_mean, 2.0) - 1.0

    @cached_property
    def input_variation(self) -> float:
        """
        Squared coefficient of variation of the input.
        """
        return squared_variation(self.input_mean, self.input_p95)

    @cached_property
    def input_around_token(self) -> float:
        """
        Mean length of the prompt that a prompt token belongs to.
        """
        return self.input_mean * (1 + self.input_variation)

    @cached_property
    def output_variation(self) -> float:
        """
        Squared coefficient of variation of the output.
        """
        return squared_variation(self.output_mean, self.output_p95) if self.output_mean else 0.0

    @cached_property
    def inverse_gaps(self) -> tuple[float, float]:
        """
        Gaps times the mean of 1 / gaps over requests, and gaps squared times the mean of its square.
        """
        spread = 1 + self.output_variation
        return min(spread, self.gaps), min(spread**3, self.gaps**2)

    @cached_property
    def context(self) -> float:
        """
        Mean context of a running request: its input and half of its size-biased output.
        """
        return self.input_mean + 0.5 * self.output_mean * (1 + self.output_variation)

    @cached_property
    def context_variation(self) -> float:
        """
        Squared coefficient of variation of that context over running requests.
        """
        spread = 1 + self.output_variation
        place = self.output_mean**2 * (spread**3 / 3 - spread**2 / 4)
        return (self.input_mean**2 * self.input_variation + place) / self.context**2


@dataclass(frozen=True, kw_only=True)
class Load:
    """
    Poisson arrivals of *requests_per_s* requests with *lengths*.
    """

    requests_per_s: float
    lengths: Lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class SloTargets:
    """
    Targets at the 95th percentile over requests, milliseconds; None: no target.
    """

    ttft_p95_ms: float | None = None
    itl_p95_ms: float | None = None


NO_TARGETS: Final = SloTargets()


def squared_variation(mean: float, p95: float) -> float:
    """
    Return cv^2 of the log-normal distribution with this *mean* and *p95*; a ratio beyond e^(z^2/2) = 3.87 counts as that.
    """
    ratio = min(max(p95 / mean, 1.0), math.exp(Z95**2 / 2))
    sigma = Z95 - math.sqrt(max(0.0, Z95**2 - 2 * math.log(ratio)))
    return math.exp(sigma**2) - 1
