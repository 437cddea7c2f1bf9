"""
What one replica can do: a GPU, a form of the weights, a split, and the batching budget that serves most.

The batching budget (`max_num_batched_tokens`) is a variable: a large one fills prompts fast and makes running answers wait, a small one
the reverse. The budget with the highest rate under the SLO wins; of equals the smaller, which has the shorter gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from servewright.plan.memory import DEFAULT_UTILIZATION, DoesNotFit, footprint
from servewright.plan.parallelism import Split
from servewright.plan.performance.predict import Lengths, ReplicaModel, SloTargets, best_rate, extra_headroom
from servewright.plan.weights import CannotBeSized
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from servewright.catalog.model import Gpu, ModelCard
    from servewright.plan.model import Memory, Precision
    from servewright.spec.request import ModelRequest, Slo, Traffic

BUDGETS: Final = (256, 512, 1024, 2048, 4096, 8192, 16384)
"""
Batching budgets tried, tokens per step. Below 256 the step's fixed cost dominates; above 16,384 no prompt of the tables gains.
"""

_PROMPTS_IN_A_STEP: Final = 2
"""
Mean prompts that a step of a pipeline may hold. A step that swallows more of those waiting is long, and the stages behind it stand idle:
the engine does not spread prompts over the batches under way (https://github.com/vllm-project/vllm/issues/41682). Up to two the closed
form agrees with the simulation (docs/sizing.md), far above it is wrong by half and more.
"""

GPU_MEMORY_UTILIZATION: Final = Decimal(str(DEFAULT_UTILIZATION))
"""
Passed explicitly, so that an upgrade of the engine cannot move it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    One replica that serves *capacity* requests/s within the SLO; *binding* says which target limits it, in words.
    *replica* is the same as the performance model takes it. *extra_headroom* is kept over the request's own where the prediction has a
    wider error band than the measured GPUs: a guess must not win by what it may be wrong.
    """

    gpu: Gpu
    precision: Precision
    tensor_parallel: int
    memory: Memory
    max_num_batched_tokens: int
    capacity: float
    binding: str
    replica: ReplicaModel
    extra_headroom: Decimal
    pipeline_parallel: int = 1

    @property
    def gpus(self) -> int:
        """
        GPUs of one replica: stages times shards.
        """
        return self.tensor_parallel * self.pipeline_parallel

    @property
    def label(self) -> str:
        """
        The shape as people write it: "H200 x 2, fp8".
        """
        return shape_label(self.gpu, Split(self.tensor_parallel, self.pipeline_parallel), self.precision.weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """
    A shape that cannot serve: *what* and *why*; *does_not_fit* carries the memory arithmetic where memory is the reason.
    """

    what: str
    why: str
    gpu: Gpu
    gpus: int
    does_not_fit: DoesNotFit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """
    What is the same for all shapes of one model.
    """

    card: ModelCard
    context: int
    lengths: Lengths
    target: SloTargets


def shape_label(gpu: Gpu, split: Split, weights: str) -> str:
    """
    Return the words for a shape: "H100 x 8 (tensor 4 x pipeline 2), fp8".
    """
    return f"{gpu.names[0]} x {split.words}, {weights}"


@lru_cache(maxsize=4096)
def best_budget(
    sizing: Sizing, gpu: Gpu, precision: Precision, split: Split, above: float = 0.0, *, budgets: tuple[int, ...] = ()
) -> Shape | Refused:
    """
    Return the shape with the batching budget that serves most within the SLO; one that serves no more than *above* may be refused.

    *budgets*, rising, take the place of those of `budgets_of`. Models of one stack that differ in name or rate only ask the same: the
    answers are kept.
    """
    label = shape_label(gpu, split, precision.weights)
    taken = footprint(sizing.card, split.tensor, precision, sizing.context, split.pipeline)
    assert not isinstance(taken, CannotBeSized)  # noqa: S101 - the planner asked before
    memories: dict[int, Memory] = {}
    tried = whole_prompt_budgets(sizing.context) if sizing.card.encoder else budgets_of(split, sizing.lengths)
    for budget in budgets or tried:
        memory = taken.within(gpu.usable_memory_mib, budget, float(GPU_MEMORY_UTILIZATION))
        if isinstance(memory, DoesNotFit):
            if not memories:
                return Refused(what=label, why=_memory_words(memory), gpu=gpu, gpus=split.gpus, does_not_fit=memory)
            break  # a larger budget needs more memory still
        memories[budget] = memory
    replicas = [_replica(sizing, gpu, precision, split, budget, memory) for budget, memory in memories.items()]
    replica, found = best_rate(replicas, sizing.lengths, sizing.target, above)
    if found.requests_per_s <= 0:
        return Refused(what=label, why=found.binding, gpu=gpu, gpus=split.gpus)
    return Shape(
        gpu=gpu,
        precision=precision,
        tensor_parallel=split.tensor,
        pipeline_parallel=split.pipeline,
        memory=memories[replica.max_num_batched_tokens],
        max_num_batched_tokens=replica.max_num_batched_tokens,
        capacity=found.requests_per_s,
        binding=found.binding,
        replica=replica,
        extra_headroom=Decimal(str(round(extra_headroom(replica), 6))),
    )


def budgets_of(split: Split, lengths: Lengths) -> tuple[int, ...]:
    """
    Return the batching budgets to try.
    """
    if split.pipeline == 1:
        return BUDGETS
    most = max(BUDGETS[0], _PROMPTS_IN_A_STEP * lengths.input_mean)
    return tuple(budget for budget in BUDGETS if budget <= most)


def whole_prompt_budgets(context: int) -> tuple[int, ...]:
    """
    Return the batching budgets to try for an encoder, which reads a prompt of the full *context* length in one step.

    >>> whole_prompt_budgets(5000)
    (5000, 8192, 16384)
    """
    return tuple(dict.fromkeys(max(budget, context) for budget in BUDGETS))


def _replica(  # noqa: PLR0917 - called once
    sizing: Sizing, gpu: Gpu, precision: Precision, split: Split, budget: int, memory: Memory
) -> ReplicaModel:
    return ReplicaModel(
        card=sizing.card,
        gpu_id=gpu.id,
        tensor_parallel=split.tensor,
        pipeline_parallel=split.pipeline,
        precision=precision,
        context_length=sizing.context,
        kv_tokens=memory.kv_tokens,
        max_num_batched_tokens=budget,
    )


def sizing_of(request: ModelRequest, card: ModelCard, context: int) -> Sizing:
    """
    Return what is the same for all shapes of *request*.
    """
    return Sizing(card=card, context=context, lengths=lengths_of(request.traffic), target=targets_of(request.slo))


def lengths_of(traffic: Traffic) -> Lengths:
    """
    Return the token lengths as the performance model takes them.
    """
    given, made = traffic.input_tokens, traffic.output_tokens
    if made is None:
        return Lengths(input_mean=float(given.mean), input_p95=float(given.p95))
    return Lengths(
        input_mean=float(given.mean),
        input_p95=float(given.p95),
        output_mean=float(made.mean),
        output_p95=float(made.p95),
        cached=float(traffic.prefix_share),
    )


def targets_of(slo: Slo) -> SloTargets:
    """
    Return the latency targets as the performance model takes them.
    """
    first, gap = slo.ttft_p95_ms, slo.itl_p95_ms
    return SloTargets(ttft_p95_ms=None if first is None else float(first), itl_p95_ms=None if gap is None else float(gap))


def _memory_words(memory: DoesNotFit) -> str:
    return f"does not fit: needs {memory.needs_mib / MIB_PER_GIB:,.1f} GiB, has {memory.has_mib / MIB_PER_GIB:,.1f}"
