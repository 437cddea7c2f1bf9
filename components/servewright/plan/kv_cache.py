"""
KV cache of one sequence on one GPU.

    GQA      2 (key and value) x kv_heads x head_dim x bytes per layer and token; heads are divided over min(t, kv_heads) GPUs
    MLA      (kv_lora + rope) x bytes per layer and token: one latent, which every GPU of a tensor split holds whole
    window   layers with a sliding window keep min(tokens, window) tokens
    linear   linear-attention and state-space layers keep a constant state, counted with the engine's overhead
    encoder  nothing: a prompt is read whole, in one step
    stages   under a pipeline split each GPU holds the layers of its stage, the largest one here

Never 2 x layers x hidden: with grouped heads that is 4 to 25 times too much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.stages import per_stage

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard


def layer_token_bytes(card: ModelCard, bytes_per_element: float, tensor_parallel: int) -> float:
    """
    Return the bytes that one token takes in one layer on one GPU.
    """
    if card.attention == "MLA":
        return (card.mla_kv_lora + card.mla_rope_dim) * bytes_per_element
    kv_heads = card.kv_heads or 0
    return 2 * kv_heads * (card.head_dim or 0) * bytes_per_element / max(1, min(tensor_parallel, kv_heads))


def kv_bytes(card: ModelCard, tokens: float, bytes_per_element: float, tensor_parallel: int, pipeline_parallel: int = 1) -> float:
    """
    Return the bytes of a sequence of *tokens* tokens on one of *tensor_parallel* GPUs of the largest of *pipeline_parallel* stages.
    """
    if card.encoder:
        return 0.0
    in_window = min(tokens, card.sliding_window) if card.sliding_window else tokens
    full, windowed = per_stage(card.kv_layers or 0, pipeline_parallel), per_stage(card.window_layers, pipeline_parallel)
    return layer_token_bytes(card, bytes_per_element, tensor_parallel) * (full * tokens + windowed * in_window)
