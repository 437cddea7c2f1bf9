"""
The first half of the search: what one replica can do on each GPU, in each form of the weights, split over 1 to 8 GPUs.

For each of them the batching budget (`max_num_batched_tokens`) is a variable: a large one fills prompts fast and makes running answers
wait, a small one the reverse. The budget with the highest rate under the SLO wins; of equals the smaller, which has the shorter gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.memory import DEFAULT_UTILIZATION, DoesNotFit, fit
from servewright.plan.parallelism import SIZES, TensorSplits, tensor_splits
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.predict import Lengths, ReplicaModel, SloTargets, extra_headroom, max_rate
from servewright.plan.precision import WeightForm, on_gpu
from servewright.plan.weights import CannotBeSized
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import Gpu, ModelCard
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Memory, Precision
    from servewright.spec.request import ModelRequest, Slo, Traffic

BUDGETS: Final = (256, 512, 1024, 2048, 4096, 8192, 16384)
"""
Batching budgets tried, tokens per step. Below 256 the step's fixed cost dominates; above 16,384 no prompt of the tables gains.
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

    @property
    def label(self) -> str:
        """
        The shape as people write it: "H200 x 2, fp8".
        """
        return shape_label(self.gpu, self.tensor_parallel, self.precision.weights)


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


def shape_label(gpu: Gpu, gpus: int, weights: str) -> str:
    """
    Return the words for a shape.
    """
    return f"{gpu.names[0]} x {gpus}, {weights}"


def shapes(
    catalog: Catalog, request: ModelRequest, card: ModelCard, forms: tuple[WeightForm, ...], context: int
) -> Iterator[Shape | Refused]:
    """
    Yield a Shape or a Refused for every GPU, form and tensor split that the request's pins leave.
    """
    sizing = Sizing(card=card, context=context, lengths=lengths_of(request.traffic), target=targets_of(request.slo))
    for gpu in catalog.gpus:
        largest = _largest_node(catalog, request, gpu)
        for form in forms if largest else ():
            precision = on_gpu(form, gpu)
            splits = tensor_splits(card, largest, form.weights, form.source)
            if precision is None or not isinstance(splits, TensorSplits):
                continue
            for split in splits.legal:
                if _pinned(request, split):
                    yield best_budget(sizing, gpu, precision, split)


def best_budget(sizing: Sizing, gpu: Gpu, precision: Precision, split: int) -> Shape | Refused:
    """
    Return the shape with the batching budget that serves most within the SLO.
    """
    tried = []
    for budget in BUDGETS:
        tried.append(_with_budget(sizing, gpu, precision, split, budget))
        if isinstance(tried[-1], Refused) and tried[-1].does_not_fit is not None:
            break  # a larger budget needs more memory still
    serving = [shape for shape in tried if isinstance(shape, Shape)]
    if serving:
        return max(serving, key=lambda shape: shape.capacity)
    # A large budget reads a lone prompt fastest: its refusal is the closest miss.
    slow = [refused for refused in tried if isinstance(refused, Refused) and refused.does_not_fit is None]
    return slow[-1] if slow else tried[0]


def _with_budget(sizing: Sizing, gpu: Gpu, precision: Precision, split: int, budget: int) -> Shape | Refused:
    label = shape_label(gpu, split, precision.weights)
    memory = fit(sizing.card, gpu.usable_memory_mib, split, precision, sizing.context, budget, float(GPU_MEMORY_UTILIZATION))
    if isinstance(memory, DoesNotFit):
        return Refused(what=label, why=_memory_words(memory), gpu=gpu, gpus=split, does_not_fit=memory)
    assert not isinstance(memory, CannotBeSized)  # noqa: S101 - the planner asked before
    replica = ReplicaModel(
        card=sizing.card,
        gpu_id=gpu.id,
        tensor_parallel=split,
        precision=precision,
        context_length=sizing.context,
        kv_tokens=memory.kv_tokens,
        max_num_batched_tokens=budget,
    )
    found = max_rate(replica, sizing.lengths, sizing.target)
    if found.requests_per_s <= 0:
        return Refused(what=label, why=found.binding, gpu=gpu, gpus=split)
    return Shape(
        gpu=gpu,
        precision=precision,
        tensor_parallel=split,
        memory=memory,
        max_num_batched_tokens=budget,
        capacity=found.requests_per_s,
        binding=found.binding,
        replica=replica,
        extra_headroom=Decimal(str(round(extra_headroom(replica), 6))),
    )


def lengths_of(traffic: Traffic) -> Lengths:
    """
    Return the token lengths as the performance model takes them.
    """
    given, made = traffic.input_tokens, traffic.output_tokens
    return Lengths(input_mean=float(given.mean), input_p95=float(given.p95), output_mean=float(made.mean), output_p95=float(made.p95))


def targets_of(slo: Slo) -> SloTargets:
    """
    Return the latency targets as the performance model takes them.
    """
    first, gap = slo.ttft_p95_ms, slo.itl_p95_ms
    return SloTargets(ttft_p95_ms=None if first is None else float(first), itl_p95_ms=None if gap is None else float(gap))


def _memory_words(memory: DoesNotFit) -> str:
    return f"does not fit: needs {memory.needs_mib / MIB_PER_GIB:,.1f} GiB, has {memory.has_mib / MIB_PER_GIB:,.1f}"


def _largest_node(catalog: Catalog, request: ModelRequest, gpu: Gpu) -> int:
    """
    Return the most GPUs of this kind on a node that the request allows; 0 where it allows none or the GPU's speed is not known.
    """
    if effective_gpu(gpu.id) is None or (request.gpu is not None and catalog.gpu(request.gpu) != gpu):
        return 0
    pins = request.instance_types
    types = (t for t in catalog.instances_with_gpu(gpu.id) if t.excluded is None and (not pins or t.name in pins))
    return min(SIZES[-1], max((int(t.gpu_count) for t in types), default=0))


def _pinned(request: ModelRequest, split: int) -> bool:
    wanted = request.tensor_parallel or request.gpus_per_replica
    return wanted is None or split == wanted
