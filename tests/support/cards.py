"""
Model cards by hand, for tests that must not depend on the shipped catalogue.

Figures are those of the models' config.json files, as the facts tables of 2026-08 have them.
"""

from __future__ import annotations

from typing import Any

from servewright.catalog.model import ModelCard

_PLAIN: dict[str, Any] = {
    "kind": "generate",
    "attention": "GQA",
    "mla_q_lora": 0,
    "mla_kv_lora": 0,
    "mla_rope_dim": 0,
    "mla_nope_dim": 0,
    "mla_v_dim": 0,
    "sliding_window": 0,
    "window_layers": 0,
    "linear_attention_layers": 0,
    "moe_intermediate": 0,
    "shared_expert_intermediate": 0,
    "experts": 0,
    "experts_per_token": 0,
    "dense_layers": 0,
    "max_context": 131072,
    "tied_embeddings": False,
    "native_format": "bf16",
    "license": "test",
    "gated": False,
    "kv_rule_unknown": False,
    "source": "facts/models.csv",
    "notes": "",
}


def card(**fields: Any) -> ModelCard:
    """
    Return a card with *fields* over those of a plain generative bf16 model with grouped-query attention.
    """
    merged = _PLAIN | fields
    merged.setdefault("active_params", merged["total_params"])
    merged.setdefault("kv_layers", merged["layers"] - merged["window_layers"] - merged["linear_attention_layers"])
    return ModelCard(**merged)


LLAMA_1B = card(
    hf_id="meta-llama/Llama-3.2-1B-Instruct", total_params=1_240_000_000, layers=16, hidden=2048, attention_heads=32, kv_heads=8,
    head_dim=64, intermediate=8192, vocab=128256, tied_embeddings=True,
)  # fmt: skip
LLAMA_8B = card(
    hf_id="meta-llama/Llama-3.1-8B-Instruct", total_params=8_030_000_000, layers=32, hidden=4096, attention_heads=32, kv_heads=8,
    head_dim=128, intermediate=14336, vocab=128256,
)  # fmt: skip
QWEN_14B = card(
    hf_id="Qwen/Qwen2.5-14B-Instruct", total_params=14_770_000_000, layers=48, hidden=5120, attention_heads=40, kv_heads=8,
    head_dim=128, intermediate=13824, vocab=152064, max_context=32768,
)  # fmt: skip
QWEN3_32B = card(
    hf_id="Qwen/Qwen3-32B", total_params=32_760_000_000, layers=64, hidden=5120, attention_heads=64, kv_heads=8,
    head_dim=128, intermediate=25600, vocab=151936, max_context=40960,
)  # fmt: skip
LLAMA_70B = card(
    hf_id="meta-llama/Llama-3.3-70B-Instruct", total_params=70_550_000_000, layers=80, hidden=8192, attention_heads=64, kv_heads=8,
    head_dim=128, intermediate=28672, vocab=128256,
)  # fmt: skip
LLAMA_405B = card(
    hf_id="meta-llama/Llama-3.1-405B-Instruct", total_params=405_850_000_000, layers=126, hidden=16384, attention_heads=128, kv_heads=8,
    head_dim=128, intermediate=53248, vocab=128256,
)  # fmt: skip
MIXTRAL = card(
    hf_id="mistralai/Mixtral-8x7B-Instruct-v0.1", total_params=46_700_000_000, active_params=12_880_000_000, layers=32, hidden=4096,
    attention_heads=32, kv_heads=8, head_dim=128, intermediate=None, moe_intermediate=14336, experts=8, experts_per_token=2,
    vocab=32000, max_context=32768,
)  # fmt: skip
QWEN3_30B_A3B = card(
    hf_id="Qwen/Qwen3-30B-A3B", total_params=30_530_000_000, active_params=3_350_000_000, layers=48, hidden=2048, attention_heads=32,
    kv_heads=4, head_dim=128, intermediate=6144, moe_intermediate=768, experts=128, experts_per_token=8, vocab=151936, max_context=40960,
)  # fmt: skip
QWEN3_235B = card(
    hf_id="Qwen/Qwen3-235B-A22B", total_params=235_090_000_000, active_params=22_190_000_000, layers=94, hidden=4096, attention_heads=64,
    kv_heads=4, head_dim=128, intermediate=12288, moe_intermediate=1536, experts=128, experts_per_token=8, vocab=151936,
    max_context=40960,
)  # fmt: skip
MINIMAX = card(
    hf_id="MiniMaxAI/MiniMax-M2.5", total_params=228_690_000_000, active_params=11_030_000_000, layers=62, hidden=3072,
    attention_heads=48, kv_heads=8, head_dim=128, intermediate=None, moe_intermediate=1536, experts=256, experts_per_token=8,
    vocab=200064, max_context=196608, native_format="fp8",
)  # fmt: skip
GPT_OSS_120B = card(
    hf_id="openai/gpt-oss-120b", total_params=116_790_000_000, active_params=5_710_000_000, layers=36, hidden=2880, attention_heads=64,
    kv_heads=8, head_dim=64, sliding_window=128, window_layers=18, intermediate=None, moe_intermediate=2880, experts=128,
    experts_per_token=4, vocab=201088, native_format="mxfp4",
)  # fmt: skip
DEEPSEEK_R1 = card(
    hf_id="deepseek-ai/DeepSeek-R1", total_params=671_030_000_000, active_params=37_550_000_000, layers=61, hidden=7168,
    attention_heads=128, kv_heads=128, head_dim=None, attention="MLA", mla_q_lora=1536, mla_kv_lora=512, mla_rope_dim=64,
    mla_nope_dim=128, mla_v_dim=128, intermediate=18432, moe_intermediate=2048, shared_expert_intermediate=2048, experts=256,
    experts_per_token=8, dense_layers=3, vocab=129280, max_context=163840, native_format="fp8",
)  # fmt: skip
GEMMA_27B = card(
    hf_id="google/gemma-3-27b-it", total_params=27_430_000_000, active_params=27_010_000_000, layers=62, hidden=5376, attention_heads=32,
    kv_heads=16, head_dim=128, sliding_window=1024, window_layers=52, intermediate=21504, vocab=262144, tied_embeddings=True,
)  # fmt: skip

BGE_M3 = card(
    hf_id="BAAI/bge-m3", kind="embed", total_params=568_000_000, layers=24, hidden=1024, attention_heads=16, kv_heads=16, head_dim=64,
    attention="MHA", intermediate=4096, vocab=250002, max_context=8192, tied_embeddings=True, kv_layers=0,
)  # fmt: skip
MINILM = card(
    hf_id="cross-encoder/ms-marco-MiniLM-L6-v2", kind="rerank", total_params=23_000_000, layers=6, hidden=384, attention_heads=12,
    kv_heads=12, head_dim=32, attention="MHA", intermediate=1536, vocab=30522, max_context=512, tied_embeddings=True, kv_layers=0,
)  # fmt: skip
QWEN_EMBED_8B = card(
    hf_id="Qwen/Qwen3-Embedding-8B", kind="embed", total_params=8_190_000_000, layers=36, hidden=4096, attention_heads=32, kv_heads=8,
    head_dim=128, intermediate=12288, vocab=151665, max_context=40960,
)  # fmt: skip
READING = (BGE_M3, MINILM, QWEN_EMBED_8B)
"""
Models that only read: two encoders and a decoder.
"""

ALL = (
    LLAMA_1B, LLAMA_8B, QWEN_14B, QWEN3_32B, LLAMA_70B, LLAMA_405B, MIXTRAL, QWEN3_30B_A3B, QWEN3_235B, MINIMAX, GPT_OSS_120B,
    DEEPSEEK_R1, GEMMA_27B,
)  # fmt: skip
