"""
One row of a table of models to one value.
"""

from __future__ import annotations

from typing import Literal, cast

from servewright.catalog.cells import Row, integer
from servewright.catalog.model import ModelAlias, ModelCard
from servewright.catalog.models import Revision


def card(row: Row) -> ModelCard:
    """
    Return the model architecture of *row*.
    """
    return ModelCard(
        hf_id=row["hf_id"],
        kind=cast("Literal['generate', 'embed', 'rerank']", row["kind"]),
        total_params=int(row["total_params"]),
        active_params=int(row["active_params"]),
        layers=integer(row["layers"]),
        hidden=integer(row["hidden"]),
        attention_heads=integer(row["attention_heads"]),
        kv_heads=integer(row["kv_heads"]),
        head_dim=integer(row["head_dim"]),
        attention=cast("Literal['MHA', 'GQA', 'MQA', 'MLA'] | None", row["attention"] or None),
        mla_q_lora=int(row["mla_q_lora"]),
        mla_kv_lora=int(row["mla_kv_lora"]),
        mla_rope_dim=int(row["mla_rope_dim"]),
        mla_nope_dim=int(row["mla_nope_dim"]),
        mla_v_dim=int(row["mla_v_dim"]),
        sliding_window=int(row["sliding_window"]),
        window_layers=int(row["window_layers"]),
        linear_attention_layers=int(row["linear_attention_layers"]),
        kv_layers=integer(row["kv_layers"]),
        intermediate=integer(row["intermediate"]),
        moe_intermediate=int(row["moe_intermediate"]),
        shared_expert_intermediate=int(row["shared_expert_intermediate"]),
        experts=int(row["experts"]),
        experts_per_token=int(row["experts_per_token"]),
        dense_layers=int(row["dense_layers"]),
        vocab=integer(row["vocab"]),
        max_context=integer(row["max_context"]),
        tied_embeddings=row["tied_embeddings"] == "yes",
        native_format=row["native_format"],
        license=row["license"],
        gated=row["gated"] == "yes",
        kv_rule_unknown=row["kv_rule_unknown"] == "yes",
        source=row["source"],
        notes=row["notes"],
    )


def alias(row: Row) -> ModelAlias:
    """
    Return the alias of *row*.
    """
    return ModelAlias(
        id=row["id"], base_id=row["base_id"], relation=row["relation"], quantization=row["quantization"] or None, source=row["source"]
    )


def revision(row: Row) -> Revision:
    """
    Return the published revision of *row*.
    """
    return Revision(hf_id=row["hf_id"], revision=row["revision"], source=f"{row['source']} ({row['as_of']})")
