"""
Questions to the engine's own parser: what a plan's arguments mean, and the config.json of the models that the plans serve.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from servewright.catalog.model import ModelCard
from servewright.plan.model import ModelPlan

PYTHON_VARIABLE: Final = "SERVEWRIGHT_VLLM_PYTHON"
"""
The Python that .ci/tools/vllm_engine prints.
"""

_OBJECTS: Final = frozenset({"kv-transfer-config"})

_FAMILIES: Final = (
    ("meta-llama/", "llama", "LlamaForCausalLM"),
    ("Qwen/Qwen2.5-", "qwen2", "Qwen2ForCausalLM"),
    ("Qwen/Qwen3-235B-A22B", "qwen3_moe", "Qwen3MoeForCausalLM"),
    ("Qwen/Qwen3-", "qwen3", "Qwen3ForCausalLM"),
    ("mistralai/Mixtral-", "mixtral", "MixtralForCausalLM"),
    # the text part: the vision tower has no say in the arguments that we emit
    ("google/gemma-3-", "gemma3_text", "Gemma3ForCausalLM"),
    ("openai/gpt-oss-", "gpt_oss", "GptOssForCausalLM"),
    ("deepseek-ai/DeepSeek-R1", "deepseek_v3", "DeepseekV3ForCausalLM"),
    ("BAAI/bge-m3", "xlm-roberta", "XLMRobertaModel"),
    ("BAAI/bge-base", "bert", "BertModel"),
    ("BAAI/bge-reranker-v2-m3", "xlm-roberta", "XLMRobertaForSequenceClassification"),
    ("BAAI/bge-reranker-v2-gemma", "gemma", "GemmaForCausalLM"),
    ("google/embeddinggemma-", "gemma3_text", "Gemma3TextModel"),
)
"""
Beginnings of ids with the model type and class in their published config.json.
"""


def engine_python() -> Path | None:
    """
    Return the Python of the installed engine, None where the variable is not set.
    """
    named = os.environ.get(PYTHON_VARIABLE)
    return Path(named) if named else None


def hub_config(card: ModelCard) -> dict[str, Any] | None:
    """
    Return the config.json of *card* as its hub has it, as far as the catalogue knows it; None for a family that is not listed here.

    Without its quantization: whether a format has kernels is a question for the GPU.
    """
    family = next((entry for entry in _FAMILIES if card.hf_id.startswith(entry[0])), None)
    if family is None:
        return None
    known = {
        "hidden_size": card.hidden,
        "intermediate_size": card.intermediate or card.moe_intermediate,
        "moe_intermediate_size": card.moe_intermediate,
        "num_hidden_layers": card.layers,
        "num_attention_heads": card.attention_heads,
        "num_key_value_heads": card.kv_heads,
        "head_dim": card.head_dim,
        "max_position_embeddings": card.max_context,
        "vocab_size": card.vocab,
        "sliding_window": card.sliding_window,
        # each family has its own word for the number of experts
        "num_experts": card.experts,
        "num_local_experts": card.experts,
        "n_routed_experts": card.experts,
        "num_experts_per_tok": card.experts_per_token,
        "first_k_dense_replace": card.dense_layers,
        "q_lora_rank": card.mla_q_lora,
        "kv_lora_rank": card.mla_kv_lora,
        "qk_rope_head_dim": card.mla_rope_dim,
        "qk_nope_head_dim": card.mla_nope_dim,
        "v_head_dim": card.mla_v_dim,
        "use_bidirectional_attention": card.encoder,
        # as the files of BERT's family have it
        "position_embedding_type": "absolute" if card.encoder else None,
    }
    _, model_type, architecture = family
    given = {name: value for name, value in known.items() if value}
    return {"model_type": model_type, "architectures": [architecture], "tie_word_embeddings": card.tied_embeddings, **given}


def meant(model: ModelPlan) -> dict[str, Any]:
    """
    Return what the parsed arguments of *model* must say, from the plan's decisions and not from its argument list.
    """
    return {
        "model": model.weights_source,
        "revision": model.weights_revision,
        "tokenizer_revision": model.weights_revision,
        "served_model_name": [model.name],
        "tensor_parallel_size": model.tensor_parallel,
        "pipeline_parallel_size": model.pipeline_parallel,
        "max_model_len": model.engine.context_length,
        "max_num_seqs": model.engine.max_num_seqs,
        "max_num_batched_tokens": model.engine.max_num_batched_tokens,
        "gpu_memory_utilization": float(model.engine.gpu_memory_utilization),
        # an online format is asked for, another one stands in the checkpoint
        "quantization": f"{model.precision.weights}_per_tensor" if model.precision.origin == "online" else None,
        "load_format": "runai_streamer" if model.weights_source.startswith("s3://") else "auto",
        "host": "0.0.0.0",  # noqa: S104 - what the pod's probes and its Service reach
        "port": 8000,
        "runner": "pooling" if model.reads_only else "auto",
        "convert": {"generate": "auto", "embed": "embed", "rerank": "classify"}[model.task],
    }


def differences(parsed: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """
    Return what was *parsed* otherwise than *expected*, as (expected, parsed).
    """
    return {name: (value, parsed.get(name)) for name, value in expected.items() if parsed.get(name) != value}


def written(arguments: Sequence[str]) -> dict[str, str]:
    """
    Return the values of *arguments* of the form --flag=value, by the name under which the parser keeps them; those that it keeps as
    objects of its own are left out.
    """
    pairs = [argument[2:].partition("=") for argument in arguments if argument.startswith("--") and "=" in argument]
    return {flag.replace("-", "_"): value for flag, _, value in pairs if flag not in _OBJECTS}


def as_written(value: Any) -> str:
    """
    Return a parsed *value* in the form of the command line; a list of one is its only item, a mapping its JSON.
    """
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    return str(only)
