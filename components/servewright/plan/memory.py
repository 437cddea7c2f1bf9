"""
Whether a replica fits its GPUs, and how much KV cache is left.

    budget      usable memory x gpu_memory_utilization                                  (vLLM 0.31.0: 0.92 unless set)
    overhead    1.5 GB + 0.5 GB with a split + 20 x hidden x max_num_batched_tokens bytes
    KV cache    budget - weights - overhead, at least one request of the full context length
    load peak   quantising while loading: the finished weights plus one layer in the native format
    stages      under a pipeline split the GPU is one of the largest stage, and the engine's KV cache is as long as that stage's

Overhead (CUDA context and graphs, NCCL buffers, activations of the largest step) is the estimate that the performance constants were
fitted with; its parts are judgement. The load peak follows https://github.com/vllm-project/vllm/pull/31914 (2026-01: a module is created
when its weights arrive and is quantised at once; 0.13 and 0.14 held the whole model in 16 bits, pull 32773); that it is one whole decoder
layer, experts included, is judgement on the safe side. While loading there is no KV cache, so the peak may use all usable memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from servewright.plan.kv_cache import kv_bytes
from servewright.plan.model import Memory
from servewright.plan.weight_formats import FORMATS
from servewright.plan.weights import CannotBeSized, gpu_weights, parameters
from servewright.units import GIB, MIB

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.model import Precision
    from servewright.plan.weights import GpuWeights

DEFAULT_UTILIZATION: Final = 0.92
"""
vLLM's default --gpu-memory-utilization (engine contract of 0.31.0).
"""

KV_ELEMENT_BYTES: Final = 2.0
"""
The engine keeps the KV cache in 16 bits unless told otherwise (--kv-cache-dtype auto).
"""

_FIXED_OVERHEAD_BYTES: Final = 1.5e9
_SPLIT_OVERHEAD_BYTES: Final = 0.5e9
_ACTIVATION_BYTES_PER_HIDDEN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotFit:
    """
    Why a replica does not fit, MiB over all of its *gpus*.

    *limit* is "kv_cache" where weights, overhead and one request of *context_length* exceed usable memory x *utilization*, and "load"
    where the load peak (then *needs_mib*) exceeds the usable memory itself (then *utilization* is 1).
    """

    limit: str
    gpus: int
    gpu_usable_mib: int
    utilization: float
    context_length: int
    weights_mib: float
    request_mib: float
    overhead_mib: float
    needs_mib: float
    has_mib: float

    @property
    def arithmetic(self) -> tuple[str, str]:
        """
        The two lines of the diagnostic: what is needed and what is there, in MiB.
        """
        if self.limit == "load":
            needs = f"needs  {self.needs_mib:,.0f} at the peak of loading ({self.weights_mib:,.0f} of finished weights)"
            return needs, f"has    {self.gpus} × {self.gpu_usable_mib:,} = {self.has_mib:,.0f}"
        request = f" + KV of one {self.context_length:,}-token request {self.request_mib:,.0f}" if self.request_mib else ""
        needs = f"needs  weights {self.weights_mib:,.0f}{request} + overhead {self.overhead_mib:,.0f} = {self.needs_mib:,.0f}"
        return needs, f"has    {self.gpus} × {self.gpu_usable_mib:,} × {self.utilization:g} = {self.has_mib:,.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """
    What one GPU of a replica takes, bytes, whatever GPU it is: *weights*, one *request* of *context_length*, the *load_peak*, the
    engine's *overhead* and what is added to it for each token of the batching budget. *replica_weights* are those of all its GPUs.
    """

    gpus: int
    context_length: int
    weights: float
    request: float
    load_peak: float
    overhead: float
    overhead_per_token: float
    replica_weights: float

    def within(self, gpu_usable_mib: int, max_num_batched_tokens: int, utilization: float = DEFAULT_UTILIZATION) -> Memory | DoesNotFit:
        """
        Return the memory of a GPU of *gpu_usable_mib*, or why this does not fit it.
        """
        overhead = self.overhead + self.overhead_per_token * max_num_batched_tokens
        usable = float(gpu_usable_mib) * MIB
        free = usable * utilization - self.weights - overhead
        if free < self.request or self.load_peak > usable:
            return _does_not_fit(self, overhead, gpu_usable_mib, utilization)
        return Memory(
            usable_gib=usable / GIB,
            budget_gib=usable * utilization / GIB,
            weights_gib=self.weights / GIB,
            overhead_gib=overhead / GIB,
            kv_cache_gib=free / GIB,
            load_peak_gib=self.load_peak / GIB,
            kv_tokens=int(free / self.request * self.context_length) if self.request else 0,
            replica_weights_gib=self.replica_weights / GIB,
        )


@lru_cache(maxsize=4096)
def footprint(
    card: ModelCard, tensor_parallel: int, precision: Precision, context_length: int, pipeline_parallel: int = 1
) -> Footprint | CannotBeSized:
    """
    Return what one of *tensor_parallel* GPUs of the largest of *pipeline_parallel* stages takes.
    """
    counts = parameters(card)
    if isinstance(counts, CannotBeSized):
        return counts
    t, p, weight_format = tensor_parallel, pipeline_parallel, FORMATS[precision.weights]
    weights = gpu_weights(card, counts, weight_format, t, p).total
    peak = weights + _FIXED_OVERHEAD_BYTES
    if precision.origin == "online":
        peak += _largest_layer(card, gpu_weights(card, counts, FORMATS[card.native_format], t))
    return Footprint(
        gpus=t * p,
        context_length=context_length,
        weights=weights,
        request=kv_bytes(card, context_length, KV_ELEMENT_BYTES, t, p),
        load_peak=peak,
        overhead=_FIXED_OVERHEAD_BYTES + (_SPLIT_OVERHEAD_BYTES if t * p > 1 else 0.0),
        overhead_per_token=float(_ACTIVATION_BYTES_PER_HIDDEN * (card.hidden or 0)),
        replica_weights=gpu_weights(card, counts, weight_format, t).total * t,
    )


def fit(  # noqa: PLR0917 - what memory depends on, in the order of the formulas
    card: ModelCard,
    gpu_usable_mib: int,
    tensor_parallel: int,
    precision: Precision,
    context_length: int,
    max_num_batched_tokens: int,
    utilization: float = DEFAULT_UTILIZATION,
    pipeline_parallel: int = 1,
) -> Memory | DoesNotFit | CannotBeSized:
    """
    Return the memory of one GPU of a replica over *tensor_parallel* times *pipeline_parallel* GPUs, or why it does not fit.
    """
    found = footprint(card, tensor_parallel, precision, context_length, pipeline_parallel)
    return found if isinstance(found, CannotBeSized) else found.within(gpu_usable_mib, max_num_batched_tokens, utilization)


def _largest_layer(card: ModelCard, native: GpuWeights) -> float:
    """
    Return the bytes of one decoder layer on one GPU, of the kind with experts where there is one.
    """
    layers = card.layers or 1
    expert_layers = max(1, layers - card.dense_layers)
    return (native.attention + native.feed_forward) / layers + native.experts / expert_layers


def _does_not_fit(taken: Footprint, overhead: float, gpu_usable_mib: int, utilization: float) -> DoesNotFit:
    """
    Return the refusal with its arithmetic; where both limits fail, the steady state is the one to name.
    """
    needs, has = taken.weights + taken.request + overhead, gpu_usable_mib * MIB * utilization
    limit = "kv_cache" if needs > has else "load"
    if limit == "load":
        needs, has, utilization = taken.load_peak, float(gpu_usable_mib) * MIB, 1.0
    gpus = taken.gpus
    return DoesNotFit(
        limit=limit,
        gpus=gpus,
        gpu_usable_mib=gpu_usable_mib,
        utilization=utilization,
        context_length=taken.context_length,
        weights_mib=taken.weights * gpus / MIB,
        request_mib=taken.request * gpus / MIB,
        overhead_mib=overhead * gpus / MIB,
        needs_mib=needs * gpus / MIB,
        has_mib=has * gpus / MIB,
    )
