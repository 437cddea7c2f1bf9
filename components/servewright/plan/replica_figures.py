"""
The figures of one replica: the form of its weights, its memory, what it is predicted to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    A prediction with its error band; *low* is the better end for a latency.
    """

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """
    How the weights stand in memory and how they came there.

    *weights* is the normalised format ("bf16", "fp16", "fp8", "mxfp4", ...). *origin* is "native", "online" (the engine quantises
    while loading) or "checkpoint" (*checkpoint_source* at *checkpoint_revision*).
    *weight_only* is True where the GPU has no units for the format and computes in 16 bits.
    """

    weights: str
    origin: Literal["native", "online", "checkpoint"]
    weight_only: bool
    checkpoint_source: str | None = None
    checkpoint_revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """
    Memory of one GPU under the plan, GiB: what weights, engine overhead and activations take, and what is left for KV cache.

    *usable_gib* is the GPU's, *budget_gib* = usable x gpu_memory_utilization = *weights_gib* + *overhead_gib* + *kv_cache_gib*.
    *load_peak_gib* is the highest use while loading (online quantisation holds a layer twice).
    *kv_tokens* is the capacity of a whole replica, *replica_weights_gib* the weights over all of its GPUs.
    """

    usable_gib: float
    budget_gib: float
    weights_gib: float
    overhead_gib: float
    kv_cache_gib: float
    load_peak_gib: float
    kv_tokens: int
    replica_weights_gib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """
    What one replica does under its share of the busiest hour, and the highest rate at which it still meets the SLO.

    *concurrency* is the mean number of running requests, *kv_use* the share of the KV cache they hold, *kv_requests* how many requests
    of mean length it holds. *calibrated* is False where the GPU has no fitted constants. Of a model that only reads *ttft_p95_ms* is the
    latency of the whole request, and there is no output: None.
    """

    ttft_p95_ms: Estimate
    itl_p95_ms: Estimate | None
    output_tokens_per_s: Estimate | None
    max_requests_per_s: float
    concurrency: float
    kv_use: float
    kv_requests: float
    calibrated: bool
