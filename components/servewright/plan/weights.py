"""
Weights of one replica: how many parameters of which kind, in which format, and how many bytes on each GPU.

    GQA   q, o: hidden x heads x head_dim each;  k, v: hidden x kv_heads x head_dim each
    MLA   hidden x q_lora + q_lora x heads x (nope + rope) + hidden x (kv_lora + rope)
          + kv_lora x heads x (nope + v) + heads x v x hidden       (no q_lora: hidden x heads x (nope + rope))
    FFN   3 x hidden x width (gate, up, down); an expert the same with its own width; router hidden x experts
    ends  vocab x hidden for the embeddings, the same again for the LM head unless the two are tied

Per GPU under a tensor split of t: everything is divided by t, but k and v only by min(t, kv_heads) (heads are replicated beyond), and
MLA's down-projections and the router not at all. The engine quantises linear layers only: embeddings, LM head and router stay in 16 bits
(vLLM documentation, "FP8 W8A8": all Linear modules except the final lm_head). Under a pipeline split the GPU is one of the largest stage
(`stages`): its share of the layers and one of the two ends; what the formulas do not know counts whole, as a tower may lie on any stage.

The published total is the anchor. What the formulas do not know (vision towers, state-space blocks) is added in 16 bits; where they count
too much (feed-forward layers of two matrices, pruned layers) the linear layers are scaled down, so that the sum is always *total_params*.
Where the formulas give less than half or more than one and a half times the total, the structure is another one and is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from servewright.plan.stages import largest_stage
from servewright.plan.weight_formats import BYTES_16_BIT, FORMATS

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.weight_formats import WeightFormat

__all__ = ["FORMATS", "CannotBeSized", "GpuWeights", "Parameters", "gpu_weights", "missing_fields", "parameters"]

_LEAST_RATIO: Final = 0.5
_LARGEST_RATIO: Final = 1.5
_DENSE_ACTIVE_SHARE: Final = 0.5
"""
Judgement: feed-forward layers of two matrices give ratios up to 1.40, towers and per-layer embeddings down to 0.56; hybrids whose layers
are of three kinds give 1.8 to 13. A model that uses less than half of its parameters per token has experts.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotBeSized:
    """
    The card of *hf_id* lacks the fields in *missing* that a size needs; nothing is guessed in their place.
    """

    hf_id: str
    missing: tuple[str, ...]

    @property
    def reason(self) -> str:
        """
        The words for a diagnostic.
        """
        return f"{self.hf_id} cannot be sized: the catalogue has no {', '.join(self.missing)} for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """
    The parameters of a model by kind; their sum is the published total.

    *query_output*, *key_value* and *latent* make up attention (latent: MLA's down-projections). *feed_forward* holds dense layers and
    shared experts, *experts* all routed experts, *other* what the formulas do not know. *head* is 0 where it is tied to *embedding*.
    *anchor_ratio* is the sum by formula over the published total: far from 1, the inner split is a guess even if the total is right.
    """

    query_output: float
    key_value: float
    latent: float
    feed_forward: float
    experts: float
    router: float
    embedding: float
    head: float
    other: float
    anchor_ratio: float

    @property
    def attention(self) -> float:
        """
        All attention projections.
        """
        return self.query_output + self.key_value + self.latent


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuWeights:
    """
    Bytes on one GPU. *head* is read every step (the embedding table when tied), *resident* (embeddings, router, the rest) hardly ever.
    """

    attention: float
    feed_forward: float
    experts: float
    head: float
    resident: float

    @property
    def total(self) -> float:
        """
        Their sum.
        """
        return self.attention + self.feed_forward + self.experts + self.head + self.resident


@lru_cache(maxsize=1024)
def missing_fields(card: ModelCard) -> tuple[str, ...]:
    """
    Return what a size needs and the card does not have: empty fields, or a structure that does not add up to the published size.
    """
    absent = [name for name, value in _needed(card).items() if not value]
    if card.kv_layers is None:
        absent.append("kv_layers")
    if card.kv_rule_unknown:
        absent.append("rule for the KV cache")
    if not absent and not _LEAST_RATIO <= _anchor_ratio(card) <= _LARGEST_RATIO:
        absent.append(f"layer structure (its fields add up to {_anchor_ratio(card):.1f} times the published size)")
    return tuple(absent)


@lru_cache(maxsize=1024)
def parameters(card: ModelCard) -> Parameters | CannotBeSized:
    """
    Return the parameters of *card* by kind, or what is missing to know them.
    """
    absent = missing_fields(card)
    if absent:
        return CannotBeSized(hf_id=card.hf_id, missing=absent)
    linear, router, table = _linear(card), _router(card), (card.vocab or 0) * (card.hidden or 0)
    ends = table * (1 if card.tied_embeddings else 2)
    scale = min(1.0, max(0.0, card.total_params - ends - router) / sum(linear.values()))
    return Parameters(
        **{kind: count * scale for kind, count in linear.items()},
        router=router,
        embedding=table,
        head=0 if card.tied_embeddings else table,
        other=max(0.0, card.total_params - ends - router - sum(linear.values())),
        anchor_ratio=_anchor_ratio(card),
    )


def gpu_weights(
    card: ModelCard, counts: Parameters, weight_format: WeightFormat, tensor_parallel: int, pipeline_parallel: int = 1
) -> GpuWeights:
    """
    Return the bytes that one of *tensor_parallel* GPUs of the largest of *pipeline_parallel* stages holds.
    """
    t, stage = tensor_parallel, largest_stage(card, pipeline_parallel)
    linear = weight_format.bytes_per_param
    attention = linear if weight_format.quantises_attention else BYTES_16_BIT
    kv_split = min(t, card.kv_heads or t)
    ends = counts.embedding * BYTES_16_BIT / t
    both_ends = pipeline_parallel == 1 and not card.tied_embeddings
    # State-space blocks are layers like others and are cut; a vision tower is not.
    other = counts.other / t * (stage.layer_share if card.linear_attention_layers else 1.0)
    return GpuWeights(
        attention=stage.layer_share * attention * (counts.query_output / t + counts.key_value / kv_split + counts.latent),
        feed_forward=stage.layer_share * linear * counts.feed_forward / t,
        experts=stage.expert_share * linear * counts.experts / t,
        head=ends,
        resident=(ends if both_ends else 0.0) + BYTES_16_BIT * (stage.expert_share * counts.router + other),
    )


def _needed(card: ModelCard) -> dict[str, object]:
    needed: dict[str, object] = {
        "total_params": card.total_params,
        "layers": card.layers,
        "hidden": card.hidden,
        "attention_heads": card.attention_heads,
        "attention": card.attention,
        "vocab": card.vocab,
    }
    if card.attention != "MLA":
        needed |= {"kv_heads": card.kv_heads, "head_dim": card.head_dim}
    if card.experts:
        needed |= {"moe_intermediate": card.moe_intermediate, "experts_per_token": card.experts_per_token}
    elif card.active_params < _DENSE_ACTIVE_SHARE * card.total_params:
        needed["experts"] = None
    if not card.experts or card.dense_layers:
        needed["intermediate"] = card.intermediate
    return needed


def _anchor_ratio(card: ModelCard) -> float:
    ends = (card.vocab or 0) * (card.hidden or 0) * (1 if card.tied_embeddings else 2)
    return (sum(_linear(card).values()) + _router(card) + ends) / card.total_params


def _linear(card: ModelCard) -> dict[str, int]:
    """
    Return the parameters of the linear layers by formula.
    """
    layers, hidden = card.layers or 0, card.hidden or 0
    query_output, key_value, latent = _attention(card)
    expert_layers = _expert_layers(card)
    width = (layers - expert_layers) * (card.intermediate or 0) + expert_layers * card.shared_expert_intermediate
    return {
        "query_output": layers * query_output,
        "key_value": layers * key_value,
        "latent": layers * latent,
        "feed_forward": 3 * hidden * width,
        "experts": 3 * hidden * expert_layers * card.experts * card.moe_intermediate,
    }


def _router(card: ModelCard) -> int:
    return _expert_layers(card) * (card.hidden or 0) * card.experts


def _expert_layers(card: ModelCard) -> int:
    return (card.layers or 0) - card.dense_layers if card.experts else 0


def _attention(card: ModelCard) -> tuple[int, int, int]:
    """
    Return the parameters of one layer's attention: query and output, key and value, latent down-projections.
    """
    hidden, heads = card.hidden or 0, card.attention_heads or 0
    if card.attention != "MLA":
        head_dim = card.head_dim or 0
        return 2 * hidden * heads * head_dim, 2 * hidden * (card.kv_heads or 0) * head_dim, 0
    q_dim, rope, value = card.mla_nope_dim + card.mla_rope_dim, card.mla_rope_dim, card.mla_v_dim
    query = card.mla_q_lora * heads * q_dim if card.mla_q_lora else hidden * heads * q_dim
    up = card.mla_kv_lora * heads * (card.mla_nope_dim + value)
    latent = hidden * (card.mla_q_lora + card.mla_kv_lora + rope)
    return query + up + heads * value * hidden, 0, latent
