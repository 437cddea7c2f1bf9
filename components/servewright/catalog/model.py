"""
What exists: GPUs, instance types, models, prices, versions and images, as frozen values.

Sizes are in MiB, CPU in millicores, money in Decimal USD. None is unknown. Each row that came from elsewhere carries its
*source*; prices carry *as_of* too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Purchase = Literal["on-demand", "spot", "reserved", "capacity-reservation", "capacity-block"]
Term = Literal["1y", "3y"]
Payment = Literal["no-upfront", "partial-upfront", "all-upfront"]
ComputeFormat = Literal["bf16", "fp16", "fp8", "fp4", "int8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """
    One GPU model.

    *names* are the spellings a spec may use, the canonical one first ("A100", "A100-80GB"). *usable_memory_mib* is the one
    number to plan with. *formats* are those with their own arithmetic units; *nvlink* says how GPUs of one node talk.
    """

    id: str
    names: tuple[str, ...]
    full_name: str
    vendor: str
    usable_memory_mib: int
    memory_bandwidth_tbps: Decimal | None
    formats: frozenset[ComputeFormat]
    nvlink: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """
    One EC2 instance type, with or without GPUs.

    *allocatable_...* is what pods can have as Karpenter computes it (VM overhead, kubelet and system reserves taken off),
    before DaemonSets. *gpu_count* may be a fraction (g6f). *excluded* says why the planner may not take the type, None if it may.
    """

    name: str
    gpu_id: str | None
    gpu_count: Decimal
    vcpu: int
    memory_mib: int
    architecture: Literal["amd64", "arm64"]
    allocatable_cpu_millicores: int | None
    allocatable_memory_mib: int | None
    max_pods: int | None
    local_nvme_gb: int
    efa_interfaces: int
    source: str
    excluded: str | None = None

    @property
    def family(self) -> str:
        """
        The part before the dot: "p5en".
        """
        return self.name.split(".", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheNode:
    """
    One ElastiCache node type and its *memory_mib*, the server's maxmemory before any of it is reserved.
    """

    node_type: str
    memory_mib: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """
    One unit price. *unit* is that of the catalogue ("instance-hour", "GB-month"). *as_of* is as found in the source,
    *as_of_from* the earliest day it can mean (None: undated).
    """

    amount: Decimal
    unit: str
    source: str
    as_of: str
    as_of_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """
    The hourly price of an instance type in a region under a purchase option.

    *price* is the expected one; *low* and *high* are the band that was seen (equal to it for on-demand). None, with *reason*, is
    unknown; "not sold in <region>" (*not_sold*) and "not covered by our table" are different reasons.
    *interruption_band* is the spot advisor's ("<5%" ... ">20%"), None for on-demand or where none is published.
    """

    instance_type: str
    region: str
    purchase: Purchase
    price: Price | None
    low: Decimal | None = None
    high: Decimal | None = None
    reason: str | None = None
    not_sold: bool = False
    interruption_band: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """
    What is bought ahead, whether used or not: for how long, how it is paid, and what a node costs an hour where the buyer says so.

    *rate* is USD an hour (None: the catalogue's row). *reservation* is the id of a capacity reservation or block.
    """

    term: Term | None = None
    payment: Payment | None = None
    rate: Decimal | None = None
    reservation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """
    The architecture of one model, as its config.json has it. Counts are counts; *..._params* are numbers of parameters.

    *kind* is what the model does. Cells that a source leaves empty are None: a planner that needs one says which.
    *kv_layers* counts the layers whose KV cache grows with the context; *window_layers* those bounded by *sliding_window*.
    *native_format* is normalised ("bf16", "fp16", "fp32", "fp8", "mxfp4", "int4").
    """

    hf_id: str
    kind: Literal["generate", "embed", "rerank"]
    total_params: int
    active_params: int
    layers: int | None
    hidden: int | None
    attention_heads: int | None
    kv_heads: int | None
    head_dim: int | None
    attention: Literal["MHA", "GQA", "MQA", "MLA"] | None
    mla_q_lora: int
    mla_kv_lora: int
    mla_rope_dim: int
    mla_nope_dim: int
    mla_v_dim: int
    sliding_window: int
    window_layers: int
    linear_attention_layers: int
    kv_layers: int | None
    intermediate: int | None
    moe_intermediate: int
    shared_expert_intermediate: int
    experts: int
    experts_per_token: int
    dense_layers: int
    vocab: int | None
    max_context: int | None
    tied_embeddings: bool
    native_format: str
    license: str
    gated: bool
    kv_rule_unknown: bool
    source: str
    notes: str

    @property
    def reads_only(self) -> bool:
        """
        Whether a request is done when it is read: embedding and reranking make no tokens.
        """
        return self.kind != "generate"

    @property
    def encoder(self) -> bool:
        """
        Whether every token sees all others, so that a prompt is read in one step and nothing is kept: such a model has no KV layers.
        """
        return self.reads_only and self.kv_layers == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAlias:
    """
    An id as users write it, and the architecture behind it. *quantization* is set exactly for quantised checkpoints.
    """

    id: str
    base_id: str
    relation: str
    quantization: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMatch:
    """
    What a look-up of a model id found: the *card*, and the *alias* it went through (None: the id is the card's own).
    """

    requested: str
    card: ModelCard
    alias: ModelAlias | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """
    A published quantised checkpoint of a requested model, with a published *revision*.
    """

    source: str
    revision: str
    quantization: str
    seen_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """
    One row of the versions table.
    """

    component: str
    version: str
    image_or_chart: str
    contract: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """
    A container image reference: "name:tag@sha256:..." where a *digest* is known, else a *waiver* that says why not.
    """

    name: str
    tag: str
    digest: str | None
    compressed_bytes: int | None
    waiver: str | None
    source: str

    @property
    def reference(self) -> str:
        """
        The reference to put into a pod.
        """
        base = f"{self.name}:{self.tag}"
        return base if self.digest is None else f"{base}@{self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """
    An assumed constant: *value* with *low* and *high* where a range is known; *kind* is "judgement", "read" or "convention".
    """

    name: str
    value: str
    unit: str
    low: str | None
    high: str | None
    kind: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContract:
    """
    What the pinned engine release accepts: its flags with kinds and choices, and its metric names with types.
    """

    version: str
    flags: dict[str, dict[str, object]] = field(repr=False)
    metrics: dict[str, str] = field(repr=False)
