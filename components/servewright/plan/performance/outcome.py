"""
What a prediction says, and what every prediction starts from: the step time of a replica and the slice of the error table it falls in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.plan.model import Estimate
from servewright.plan.performance.hardware import effective_gpu, relative_band
from servewright.plan.performance.step_time import step_time
from servewright.plan.weight_formats import FORMATS
from servewright.plan.weights import CannotBeSized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.performance.hardware import EffectiveGpu
    from servewright.plan.performance.replica import ReplicaModel
    from servewright.plan.performance.step_time import StepTime

MEASURED_SLICE: Final = "calibrated dense"
PIPELINE_SLICE: Final = "pipeline"
READING_SLICE: Final = "reading"
_FITTED_KERNELS = frozenset({"16-bit", "8-bit", "fp4"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What a replica does under a load.

    *output_tokens_per_s* follows from the load (a stable replica serves what arrives); *concurrency* is the mean number of running
    requests and *concurrency_p99* the percentile to set --max-num-seqs by; *kv_use* and *prefill_use* are mean shares, *prompt_share* is
    that of the working time which prompts add to the steps. The
    *..._ms* figures are mean parts of the first token. *calibrated* is False where the GPU has no fitted constants, for a pipeline and
    for a replica that only reads. Such a one has no output: then *ttft_p95_ms* is the whole request, the other two are None.
    """

    ttft_p95_ms: Estimate
    itl_p95_ms: Estimate | None
    output_tokens_per_s: Estimate | None
    concurrency: float
    concurrency_p99: float
    kv_use: float
    prefill_use: float
    prompt_share: float
    wait_ms: float
    prompt_ms: float
    calibrated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstable:
    """
    The replica cannot serve the load: its queue grows without end. *max_requests_per_s* is what it can serve at most.
    """

    reason: str
    max_requests_per_s: float


class Capacity(NamedTuple):
    """
    The highest rate of one replica, and the words for what binds it there.
    """

    requests_per_s: float
    binding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """
    A replica at its largest stable concurrency, whatever the latency.
    """

    output_tokens_per_s: Estimate
    requests_per_s: float
    concurrency: float
    binding: str


def extra_headroom(replica: ReplicaModel) -> float:
    """
    Return how much wider the error band of *replica* is than that of what the fit has seen: 0 for that, 0.1 for other GPUs, 0.15 for
    experts, 0.4 for latent attention, 0.3 for a pipeline and for a replica that only reads.
    """
    return relative_band("throughput", slice_of(replica)) - relative_band("throughput", MEASURED_SLICE)


def pipeline_headroom() -> float:
    """
    Return the least `extra_headroom` of a replica with pipeline stages.
    """
    return relative_band("throughput", PIPELINE_SLICE) - relative_band("throughput", MEASURED_SLICE)


def step_of(replica: ReplicaModel) -> StepTime:
    """
    Return the step time of *replica*.
    """
    stages = replica.pipeline_parallel
    step = step_time(replica.card, gpu_of(replica), replica.tensor_parallel, replica.precision, replica.kv_element_bytes, stages)
    if isinstance(step, CannotBeSized):
        raise ValueError(step.reason)  # noqa: TRY004 - the card's value is at fault, not a type
    return step


def gpu_of(replica: ReplicaModel) -> EffectiveGpu:
    """
    Return the GPU of *replica* as the performance model sees it.
    """
    gpu = effective_gpu(replica.gpu_id)
    if gpu is None:
        msg = f"no speed is known for GPU {replica.gpu_id}"
        raise ValueError(msg)
    return gpu


def slice_of(replica: ReplicaModel) -> str:
    """
    Return the slice of the error table: the narrow band is for what the fit has seen.
    """
    if replica.card.reads_only:
        return READING_SLICE
    return max(_slices(replica), key=lambda part: relative_band("throughput", part))


def _slices(replica: ReplicaModel) -> Iterator[str]:
    """
    Yield the slices that *replica* is in: the widest band of them is stated.
    """
    card, kernels = replica.card, FORMATS[replica.precision.weights].kernels
    fitted = kernels in _FITTED_KERNELS and not replica.precision.weight_only and not card.linear_attention_layers
    yield MEASURED_SLICE if gpu_of(replica).calibrated and fitted else "uncalibrated"
    if card.experts:
        yield "experts"
    if card.attention == "MLA":
        yield "latent attention"
    if replica.pipeline_parallel > 1:
        yield PIPELINE_SLICE


def estimate(value: float, band: float) -> Estimate:
    """
    Return *value* less and plus its relative *band*.
    """
    return Estimate(low=value * (1 - band), value=value, high=value * (1 + band))
