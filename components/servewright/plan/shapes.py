"""
The first half of the search: what one replica can do on each GPU, in each form of the weights, split over 1 to 8 GPUs.

A tensor split is the rule: all GPUs work on the same token. Pipeline stages are tried beside it
    - where they are pinned, or fill up a pinned number of GPUs,
    - for a number of GPUs that the tensors cannot be divided by (28 heads on 8 GPUs: 4 x 2 stages),
    - where the tensor split does not fit: it keeps copies of KV heads and latents that stages divide,
    - on GPUs without NVLink, whose all-reduces cost most of the time while prompts are read. There a pipeline must serve more by more
      than its wider error band; a token passes its stages one after the other, so tight targets per token rule it out by themselves.
That is what the engine's makers advise: https://docs.vllm.ai/en/latest/serving/parallelism_scaling/ (read 2026-09).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.plan.parallelism import SIZES, Split, TensorSplits, pipeline_splits, tensor_splits
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.predict import pipeline_headroom
from servewright.plan.precision import WeightForm, on_gpu
from servewright.plan.shape import GPU_MEMORY_UTILIZATION, Refused, Shape, Sizing, best_budget, lengths_of, sizing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import Gpu, ModelCard
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Precision
    from servewright.spec.request import ModelRequest

_FAST_LINK: Final = "nvlink"

__all__ = ["GPU_MEMORY_UTILIZATION", "Refused", "Shape", "lengths_of", "shapes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """
    What the request fixes of the split of one replica; None: the search decides.
    """

    tensor: int | None
    pipeline: int | None
    gpus: int | None

    def allow(self, split: Split) -> bool:
        """
        Tell whether *split* is as the request wants it.
        """
        pairs = ((self.tensor, split.tensor), (self.pipeline, split.pipeline), (self.gpus, split.gpus))
        return all(pin is None or pin == value for pin, value in pairs)

    @property
    def stages_named(self) -> bool:
        """
        Whether the number of stages follows from the pins.
        """
        return self.pipeline is not None or (self.tensor is not None and self.gpus is not None)


class _Candidate(NamedTuple):
    """
    A GPU with weights in one form, and the splits that are legal there.
    """

    sizing: Sizing
    gpu: Gpu
    precision: Precision
    tensor_sizes: tuple[int, ...]
    pipelines: tuple[Split, ...]

    def best(self, split: Split, above: float = 0.0) -> Shape | Refused:
        """
        Return what a replica of this split does, with the batching budget that serves most.
        """
        return best_budget(self.sizing, self.gpu, self.precision, split, above)

    @property
    def slow_link(self) -> bool:
        """
        Whether the GPUs of a node are joined by PCIe only.
        """
        gpu = effective_gpu(self.gpu.id)
        return gpu is not None and gpu.link != _FAST_LINK


def shapes(
    catalog: Catalog, request: ModelRequest, card: ModelCard, forms: tuple[WeightForm, ...], context: int
) -> Iterator[Shape | Refused]:
    """
    Yield a Shape or a Refused for every GPU, form and number of GPUs that the request's pins leave.
    """
    sizing = sizing_of(request, card, context)
    pins = Pins(tensor=request.tensor_parallel, pipeline=request.pipeline_parallel, gpus=request.gpus_per_replica)
    for gpu in catalog.gpus:
        largest = _largest_node(catalog, request, gpu)
        for form in forms if largest else ():
            precision = on_gpu(form, gpu)
            splits = tensor_splits(card, largest, form.weights, form.source)
            if precision is not None and isinstance(splits, TensorSplits):
                candidate = _Candidate(sizing, gpu, precision, splits.legal, pipeline_splits(card, splits.legal, largest))
                yield from _of_candidate(candidate, pins)


def _of_candidate(candidate: _Candidate, pins: Pins) -> Iterator[Shape | Refused]:
    """
    Yield for each number of GPUs the tensor split, and the best pipeline where one is asked for or worth trying.
    """
    smaller: list[Shape] = []
    for gpus in SIZES:
        found = tuple(_of_size(candidate, pins, gpus, smaller))
        yield from found
        smaller += (shape for shape in found if isinstance(shape, Shape))


def _of_size(candidate: _Candidate, pins: Pins, gpus: int, smaller: list[Shape]) -> Iterator[Shape | Refused]:
    """
    Yield what *gpus* GPUs do; a pipeline that is not asked for only where it serves, or where nothing else says why the model is too large.
    """
    tensor = candidate.best(Split(gpus)) if gpus in candidate.tensor_sizes and pins.allow(Split(gpus)) else None
    if tensor is not None:
        yield tensor
    pipelines = tuple(split for split in candidate.pipelines if split.gpus == gpus and pins.allow(split))
    if pins.stages_named:
        yield from (candidate.best(split) for split in pipelines)
        return
    rivals = [shape for shape in (tensor, *smaller) if isinstance(shape, Shape)]
    best = _best_of(candidate, _worth_trying(candidate, pins, pipelines, tensor), _to_beat(rivals, gpus))
    if best is not None:
        yield best
    elif pipelines and tensor is None and pins.tensor is None and not rivals:
        yield candidate.best(pipelines[0])


def _worth_trying(candidate: _Candidate, pins: Pins, pipelines: tuple[Split, ...], tensor: Shape | Refused | None) -> tuple[Split, ...]:
    """
    Return those of *pipelines*, all of as many GPUs as the *tensor* split, that an expert would try.
    """
    if not pipelines:
        return ()
    if pins.tensor is not None:
        # The user fixed the tensor split and left the stages open: one, unless it is too small.
        return pipelines if _too_small(candidate.best(Split(pins.tensor))) else ()
    if candidate.slow_link or _too_small(tensor):
        return pipelines
    return pipelines[:1] if tensor is None else ()


def _best_of(candidate: _Candidate, pipelines: tuple[Split, ...], above: float) -> Shape | None:
    """
    Return the one of *pipelines* that serves most, None where none serves more than *above*.
    """
    best = None
    for split in pipelines:
        found = candidate.best(split, above if best is None else best.capacity)
        best = found if isinstance(found, Shape) else best
    return best


def _too_small(found: Shape | Refused | None) -> bool:
    return isinstance(found, Refused) and found.does_not_fit is not None


def _to_beat(rivals: list[Shape], gpus: int) -> float:
    """
    Return the rate that a pipeline over *gpus* GPUs must exceed: what as many GPUs serve in *rivals*, and what the prediction for stages
    may be wrong beyond theirs.
    """
    wider = pipeline_headroom()
    return max((gpus / r.gpus * r.capacity * (1 + max(0.0, wider - float(r.extra_headroom))) for r in rivals), default=0.0)


def _largest_node(catalog: Catalog, request: ModelRequest, gpu: Gpu) -> int:
    """
    Return the most GPUs of this kind on a node that the request allows; 0 where it allows none or the GPU's speed is not known.
    """
    if effective_gpu(gpu.id) is None or (request.gpu is not None and catalog.gpu(request.gpu) != gpu):
        return 0
    pins = request.instance_types
    types = (t for t in catalog.instances_with_gpu(gpu.id) if t.excluded is None and (not pins or t.name in pins))
    return min(SIZES[-1], max((int(t.gpu_count) for t in types), default=0))
