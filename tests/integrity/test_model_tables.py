"""
Invariants of the shipped model tables; each failure prints the offending row.
"""

from __future__ import annotations

import re
from collections import Counter

from servewright.catalog.checkpoints import QUANTIZATIONS
from servewright.catalog.load import load_catalog, read_table
from servewright.catalog.model import ModelCard

CATALOG = load_catalog()
ROWS = {row["hf_id"]: row for row in read_table("models.csv")}

NOT_PLAIN = ("2 matrices", "encoder: no KV", "vision tower", "kv special")
"""
Words in *notes* that mark blocks which the plain formula does not describe.
"""


def test_the_tables_are_complete() -> None:
    """
    277 architectures, 1,400 aliases and 486 revisions, each id once; no alias is an architecture's own id.
    """
    ids = [card.hf_id for card in CATALOG.models] + [alias.id for alias in CATALOG.aliases]
    assert (len(CATALOG.models), len(CATALOG.aliases), len(CATALOG.architectures.revisions)) == (277, 1400, 486)
    assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_every_alias_leads_to_an_architecture() -> None:
    """
    The target of an alias is an architecture; it has a known relation and a source, and a format exactly when it is quantised.
    """
    known = {card.hf_id for card in CATALOG.models}
    for alias in CATALOG.aliases:
        assert alias.base_id in known, alias
        assert alias.relation in {"instruct", "base", "fine-tune", "quantized", "rename"}, alias
        assert (alias.quantization is not None) == (alias.relation == "quantized"), alias
        assert alias.quantization is None or alias.quantization in QUANTIZATIONS, alias
        assert alias.source, alias


def test_formats_are_of_one_vocabulary() -> None:
    """
    The native format of a model is one of six words.
    """
    for card in CATALOG.models:
        assert card.native_format in {"bf16", "fp16", "fp32", "fp8", "mxfp4", "int4"}, card
        assert card.kind in {"generate", "embed", "rerank"}, card
        assert card.attention in {None, "MHA", "GQA", "MQA", "MLA"}, card
        assert card.license, card
        assert card.source, card


def test_counts_make_sense() -> None:
    """
    Active parameters are at most the total, KV heads divide the heads, the layer kinds are at most the layers.
    """
    for card in CATALOG.models:
        assert 0 < card.active_params <= card.total_params, card
        if card.attention_heads is not None and card.kv_heads is not None:
            assert card.attention_heads % card.kv_heads == 0, card
        if card.layers is not None:
            assert card.window_layers + card.linear_attention_layers + (card.kv_layers or 0) <= card.layers, card
        assert (card.window_layers > 0) <= (card.sliding_window > 0), card
        assert card.experts_per_token <= card.experts, card


def test_a_usable_row_has_the_fields_of_its_memory_rule() -> None:
    """
    Where the KV rule is known, heads, head size and layers are known too.
    """
    for card in CATALOG.models:
        if not card.kv_rule_unknown:
            assert None not in (card.layers, card.kv_layers, card.kv_heads, card.attention_heads, card.hidden), card
            assert card.attention == "MLA" or card.head_dim is not None, card
            assert card.max_context, card


def test_the_rows_without_a_kv_rule_are_the_known_ones() -> None:
    """
    Ten rows have a KV cache that no formula of ours describes; a new one must be looked at.
    """
    assert {card.hf_id for card in CATALOG.models if card.kv_rule_unknown} == {
        "deepseek-ai/DeepSeek-V4-Flash",
        "deepseek-ai/DeepSeek-V4-Pro",
        "google/gemma-3n-E2B-it",
        "google/gemma-4-12B-it",
        "google/gemma-4-26B-A4B",
        "google/gemma-4-31B-it",
        "google/gemma-4-E2B-it",
        "google/gemma-4-E4B-it",
        "nvidia/NVIDIA-Nemotron-3-Nano-4B-BF16",
        "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8",
    }


def test_kv_bytes_per_token_are_those_of_the_facts() -> None:
    """
    The rule (2 x KV layers x KV heads x head size, or KV layers x (latent + rope) for MLA, 2 bytes each) gives the facts' figure.
    """
    checked = 0
    for card in CATALOG.models:
        stated = ROWS[card.hf_id]["kv_bytes_per_token_bf16"]
        if stated and not card.kv_rule_unknown:
            assert _kv_bytes(card) == int(stated), card
            checked += 1
    assert checked >= 240


def test_total_parameters_can_be_recomputed() -> None:
    """
    For plain decoders the columns give the total within 2 %: attention, feed-forward or experts with router, embeddings.
    """
    checked = 0
    for card in CATALOG.models:
        if _is_plain(card):
            assert abs(_params(card) / card.total_params - 1) <= 0.02, card
            checked += 1
    assert checked >= 180


def test_revisions_are_commits_of_known_ids() -> None:
    """
    A revision is a whole commit hash; its repository is known, but for the one that only its name ties to a model.
    """
    for row in CATALOG.architectures.revisions:
        assert re.fullmatch(r"[0-9a-f]{40}", row.revision), row
        assert row.source, row
        assert CATALOG.model(row.hf_id) is not None or row.hf_id == "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", row


def _kv_bytes(card: ModelCard) -> int:
    assert card.kv_layers is not None
    if card.attention == "MLA":
        return card.kv_layers * (card.mla_kv_lora + card.mla_rope_dim) * 2
    assert card.kv_heads is not None
    assert card.head_dim is not None
    return 2 * card.kv_layers * card.kv_heads * card.head_dim * 2


def _is_plain(card: ModelCard) -> bool:
    computed = ROWS[card.hf_id]["params_basis"].startswith("computed")
    return computed and not card.linear_attention_layers and not card.kv_rule_unknown and not any(word in card.notes for word in NOT_PLAIN)


def _params(card: ModelCard) -> float:
    assert card.layers is not None
    assert card.hidden is not None
    assert card.vocab is not None
    dense = 3 * card.hidden * (card.intermediate or 0)
    experts = 3 * card.hidden * (card.experts * card.moe_intermediate + card.shared_expert_intermediate) + card.hidden * card.experts
    with_experts = card.layers - card.dense_layers if card.experts else 0
    feed_forward = (card.layers - with_experts) * dense + with_experts * experts
    embeddings = card.vocab * card.hidden * (1 if card.tied_embeddings else 2)
    return card.layers * _attention(card) + feed_forward + embeddings


def _attention(card: ModelCard) -> int:
    assert card.hidden is not None
    assert card.attention_heads is not None
    if card.attention != "MLA":
        assert card.head_dim is not None
        assert card.kv_heads is not None
        return 2 * card.hidden * card.head_dim * (card.attention_heads + card.kv_heads)
    query_size = card.attention_heads * (card.mla_nope_dim + card.mla_rope_dim)
    query = card.mla_q_lora * (card.hidden + query_size) if card.mla_q_lora else card.hidden * query_size
    latent = card.hidden * (card.mla_kv_lora + card.mla_rope_dim)
    expand = card.mla_kv_lora * card.attention_heads * (card.mla_nope_dim + card.mla_v_dim)
    return query + latent + expand + card.attention_heads * card.mla_v_dim * card.hidden
