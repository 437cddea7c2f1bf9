"""
How many parameters a model has, and how many a token uses, from the fields of its row.

    attention   2 x hidden x head_dim x (heads + kv_heads); latent attention as plan.weights has it
    layer       matrices x hidden x width; with experts, each the same with its own width, and a router of hidden x experts
    ends        vocab x hidden, twice where the LM head is not tied to the embeddings
    encoders    positions and segments x hidden besides, and a pooler of hidden x hidden

Norms, biases and towers for pictures or sound are not counted: below 1 % of a language model, but for the towers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.additions.config.families import Family

_NEEDED: Final = ("layers", "hidden", "attention_heads", "vocab")
_SEGMENTS: Final = 2
"""
Kinds of segments of a BERT (type_vocab_size); RoBERTa has 1, which is a thousandth of a per cent less.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """
    Parameters by formula: all, those a token uses, and those of the layers that only predict further tokens ahead (MTP).
    """

    total: int
    active: int
    ahead: int


def count(row: Mapping[str, Any], family: Family, *, has_head: bool, layers_ahead: int = 0) -> Counted | None:
    """
    Return the parameters of *row*, None where a field is missing or the family cannot be counted.
    """
    if not family.countable or any(row[name] is None for name in _NEEDED) or not _has_widths(row):
        return None
    hidden, layers = row["hidden"], row["layers"]
    attention = _attention(row)
    with_experts = layers - row["dense_layers"] if row["experts"] else 0
    one_expert = family.matrices * hidden * row["moe_intermediate"]
    beside = family.matrices * hidden * row["shared_expert_intermediate"] + hidden * row["experts"]
    dense = family.matrices * hidden * (row["intermediate"] or 0)
    table = row["vocab"] * hidden
    ends = table * (2 if has_head and not row["tied_embeddings"] else 1)
    if family.encoder:
        ends += hidden * ((row["max_context"] or 0) + family.position_offset + _SEGMENTS + hidden)
    shared = layers * attention + (layers - with_experts) * dense + with_experts * beside + ends
    ahead = layers_ahead * (attention + beside + row["experts"] * one_expert + 2 * hidden * hidden + 2 * table)
    return Counted(
        total=shared + with_experts * row["experts"] * one_expert,
        active=shared + with_experts * row["experts_per_token"] * one_expert,
        ahead=ahead,
    )


def idle_experts(row: Mapping[str, Any], family: Family) -> int:
    """
    Return the parameters of the experts that a token does not use.
    """
    if not row["experts"] or None in (row["moe_intermediate"], row["experts_per_token"], row["layers"], row["hidden"]):
        return 0
    idle = row["experts"] - row["experts_per_token"]
    return int((row["layers"] - row["dense_layers"]) * idle * family.matrices * row["hidden"] * row["moe_intermediate"])


def _has_widths(row: Mapping[str, Any]) -> bool:
    if row["attention"] == "MLA":
        sized = None not in (row["mla_rope_dim"], row["mla_nope_dim"], row["mla_v_dim"])
    else:
        sized = row["kv_heads"] is not None and row["head_dim"] is not None
    dense = row["layers"] - row["dense_layers"] if not row["experts"] else row["dense_layers"]
    experts = not row["experts"] or None not in (row["moe_intermediate"], row["experts_per_token"])
    return sized and experts and (not dense or row["intermediate"] is not None)


def _attention(row: Mapping[str, Any]) -> int:
    hidden, heads = row["hidden"], row["attention_heads"]
    if row["attention"] != "MLA":
        return int(2 * hidden * row["head_dim"] * (heads + row["kv_heads"]))
    size, latent = row["mla_nope_dim"] + row["mla_rope_dim"], row["mla_kv_lora"]
    query = row["mla_q_lora"] * (hidden + heads * size) if row["mla_q_lora"] else hidden * heads * size
    down = hidden * (latent + row["mla_rope_dim"])
    up = latent * heads * (row["mla_nope_dim"] + row["mla_v_dim"])
    return int(query + down + up + heads * row["mla_v_dim"] * hidden)
