"""
Over how many GPUs of one node a model can be split, by tensors and into pipeline stages, and why other numbers are refused.

A split of t needs: a power of two up to 8 and up to the GPUs of a node; attention heads divisible by t; KV heads divisible by t or t by
them (they are replicated then); feed-forward and expert widths divisible by t. Formats with 128-wide blocks or groups need each
shard's width in whole blocks too: vLLM refuses to start otherwise ("The output_size of gate's and up's weight = 192 is not
divisible by weight quantization block_n = 128"). In blocks are int4 (AWQ, GPTQ: groups of 128) and fp8 as model owners publish it
(DeepSeek, Qwen, MiniMax: 128 x 128); one scale per channel or tensor have online fp8 and the checkpoints of RedHatAI, nvidia, AMD and Meta.

A pipeline of p stages, each split over t GPUs, needs: a power of two, t x p up to 8 and up to the GPUs of a node, a layer for each stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.weights import CannotBeSized, missing_fields

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard

SIZES: Final = (1, 2, 4, 8)
_BLOCK: Final = 128
_GROUPED_FORMATS: Final = frozenset({"int4", "int4-awq", "int4-gptq"})
_OWNERS_WITHOUT_BLOCKS: Final = frozenset({"RedHatAI", "neuralmagic", "nvidia", "amd", "meta-llama"})


@dataclass(frozen=True, slots=True, order=True)
class Split:
    """
    The GPUs of one replica: *tensor* of them share each layer, *pipeline* such groups share the layers.
    """

    tensor: int
    pipeline: int = 1

    @property
    def gpus(self) -> int:
        """
        All of them.
        """
        return self.tensor * self.pipeline

    @property
    def words(self) -> str:
        """
        The split as people write it: "4", or "8 (tensor 4 x pipeline 2)".
        """
        return str(self.tensor) if self.pipeline == 1 else f"{self.gpus} (tensor {self.tensor} x pipeline {self.pipeline})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedSplit:
    """
    A number of GPUs that the model cannot be split over, and why.
    """

    size: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSplits:
    """
    The *legal* sizes in rising order, and the sizes up to 8 that were *refused*.
    """

    legal: tuple[int, ...]
    refused: tuple[RefusedSplit, ...]


def tensor_splits(
    card: ModelCard, gpus_per_node: int, weight_format: str | None = None, checkpoint_source: str | None = None
) -> TensorSplits | CannotBeSized:
    """
    Return the sizes over which *card* can be split on a node of *gpus_per_node* GPUs, stored in *weight_format* (default: native).

    *checkpoint_source* is the hub id of a quantised checkpoint, None where the weights are native or quantised while loading.
    """
    absent = missing_fields(card)
    if absent:
        return CannotBeSized(hf_id=card.hf_id, missing=absent)
    reasons = {size: refusal(card, size, gpus_per_node, weight_format, checkpoint_source) for size in SIZES}
    return TensorSplits(
        legal=tuple(size for size, reason in reasons.items() if reason is None),
        refused=tuple(RefusedSplit(size=size, reason=reason) for size, reason in reasons.items() if reason is not None),
    )


def refusal(
    card: ModelCard, size: int, gpus_per_node: int, weight_format: str | None = None, checkpoint_source: str | None = None
) -> str | None:
    """
    Return why *card* cannot be split over *size* GPUs (also of a pinned size that is no power of two), None if it can.
    """
    if size not in SIZES:
        return f"{size} is not a tensor split: 1, 2, 4 or 8"
    if size > gpus_per_node:
        return f"a node has {gpus_per_node} GPUs, a tensor split over {size} would span nodes"
    heads, kv_heads = card.attention_heads or 0, card.kv_heads or 0
    if heads % size:
        return f"{heads} attention heads cannot be divided by {size}"
    if card.attention != "MLA" and kv_heads % size and size % kv_heads:
        return f"{kv_heads} KV heads can neither be divided by {size} nor replicated over it"
    stored = weight_format or card.native_format
    return _width_refusal(card, size, stored, in_blocks=_in_blocks(card, stored, checkpoint_source))


def pipeline_refusal(card: ModelCard, split: Split, gpus_per_node: int) -> str | None:
    """
    Return why *card* cannot be cut into the stages of *split*, whose tensor size is legal, None if it can.
    """
    if card.reads_only and split.pipeline > 1:
        return f"pipeline stages of a model whose kind is {card.kind} are not planned"
    if split.pipeline not in SIZES:
        return f"{split.pipeline} is not a pipeline split: 1, 2, 4 or 8"
    if split.gpus > gpus_per_node:
        return f"tensor {split.tensor} x pipeline {split.pipeline} = {split.gpus} GPUs, a node has {gpus_per_node}"
    if (card.layers or 0) < split.pipeline:
        return f"{card.layers} layers cannot be cut into {split.pipeline} stages"
    return None


def pipeline_splits(card: ModelCard, tensor_sizes: tuple[int, ...], gpus_per_node: int) -> tuple[Split, ...]:
    """
    Return the splits into more than one stage that are legal with one of *tensor_sizes*: fewest GPUs first, then fewest stages.
    """
    splits = (Split(tensor, pipeline) for pipeline in SIZES[1:] for tensor in tensor_sizes)
    return tuple(sorted((s for s in splits if pipeline_refusal(card, s, gpus_per_node) is None), key=lambda s: (s.gpus, s.pipeline)))


def _width_refusal(card: ModelCard, size: int, weight_format: str, *, in_blocks: bool) -> str | None:
    """
    Return why a feed-forward or expert width cannot be cut into *size* shards.
    """
    dense = card.intermediate or 0 if not card.experts or card.dense_layers else 0
    widths = {"feed-forward width": dense, "expert width": card.moe_intermediate, "shared expert width": card.shared_expert_intermediate}
    for name, width in widths.items():
        if width % size:
            return f"{name} {width} cannot be divided by {size}"
        if size > 1 and in_blocks and width // size % _BLOCK:
            return f"{name} {width} / {size} = {width // size} is not a multiple of the {weight_format} block of {_BLOCK}"
    return None


def _in_blocks(card: ModelCard, weight_format: str, checkpoint_source: str | None) -> bool:
    """
    Tell whether the format comes in blocks: int4, fp8 as the model's own format, fp8 checkpoints of anyone not known to scale by channel.
    """
    if weight_format != "fp8":
        return weight_format in _GROUPED_FORMATS
    if checkpoint_source is None:
        return card.native_format == "fp8"
    return checkpoint_source.split("/")[0] not in _OWNERS_WITHOUT_BLOCKS and "dynamic" not in checkpoint_source.lower()
