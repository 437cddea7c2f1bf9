"""
The architectures whose config.json is understood: what each says by leaving a field out, and what its fields mean.

Defaults and meanings are those of the configuration classes of transformers 4.57 and 5.x (configuration_<name>.py), which the engine
uses too. A class that is not listed is refused: another model may mean something else by the same names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.json_text import JsonValue

Kind = Literal["generate", "embed", "rerank"]
Windows = Literal["none", "all", "after", "alternating", "pattern"]
Experts = Literal["none", "plain", "sparse-step", "first-dense", "interleaved"]

SUFFIXES: Final[Mapping[str, Kind]] = {
    "ForConditionalGeneration": "generate",
    "ForSequenceClassification": "rerank",
    "ForCausalLM": "generate",
    "ForMaskedLM": "embed",
    "TextModel": "embed",
    "Model": "embed",
}
"""
What a class of each ending does, as the engine takes it: https://docs.vllm.ai/en/latest/models/pooling_models.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """
    How the fields of one architecture are read.

    *tied* is tie_word_embeddings where the file is silent (None: it must be said). *matrices* are those of a feed-forward layer.
    *windows* says which layers `sliding_window` bounds where `layer_types` is absent: none, all, those from `max_window_layers` on where
    it is switched on, every second one from the first, or all but each n-th (`sliding_window_pattern`). *experts* says which layers have
    experts: every one, each n-th, all but the first ones, or interleaved with an expert of its own for every token; *expert_width* is the
    field with their width. *defaults* are values of fields that the class fills in.
    *countable* is False where the layers have parameters that no rule here counts.
    """

    tied: bool | None = False
    matrices: int = 3
    encoder: bool = False
    windows: Windows = "none"
    experts: Experts = "none"
    expert_width: str = "moe_intermediate_size"
    kv_heads_are_heads: bool = False
    position_offset: int = 0
    countable: bool = True
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)


_QWEN = Family(windows="after")
_QWEN_MOE = Family(windows="after", experts="sparse-step", defaults={"decoder_sparse_step": 1})
_PLAIN_EXPERTS = Family(experts="plain", expert_width="intermediate_size")
_FIRST_DENSE = Family(experts="first-dense", kv_heads_are_heads=True)
_GEMMA3 = Family(
    tied=True,
    windows="pattern",
    defaults={
        "vocab_size": 262208,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "max_position_embeddings": 131072,
        "sliding_window": 4096,
        "sliding_window_pattern": 6,
    },
)
_MISTRAL = Family(windows="all", defaults={"sliding_window": 4096})
_ROBERTA = Family(tied=True, matrices=2, encoder=True, kv_heads_are_heads=True, position_offset=2)

FAMILIES: Final[Mapping[str, Family]] = {
    "Baichuan": Family(kv_heads_are_heads=True),
    "Bert": Family(tied=True, matrices=2, encoder=True, kv_heads_are_heads=True),
    "Cohere": Family(tied=True, kv_heads_are_heads=True),
    "Cohere2": Family(tied=True, windows="pattern", defaults={"sliding_window_pattern": 4}),
    "DeepseekV2": _FIRST_DENSE,
    "DeepseekV3": _FIRST_DENSE,
    "Gemma": Family(tied=True, defaults={"head_dim": 256}),
    "Gemma2": Family(tied=True, windows="alternating", defaults={"head_dim": 256, "sliding_window": 4096}),
    "Gemma3": _GEMMA3,
    "Glm": Family(),
    "Glm4": Family(),
    "Glm4Moe": _FIRST_DENSE,
    "GptOss": Family(experts="plain", expert_width="intermediate_size", windows="alternating", defaults={"head_dim": 64}),
    "Granite": Family(),
    "GraniteMoe": _PLAIN_EXPERTS,
    "InternLM2": Family(kv_heads_are_heads=True),
    "InternLM3": Family(),
    "KimiK25": _FIRST_DENSE,
    "Llama": Family(kv_heads_are_heads=True),
    "Llama4": Family(experts="interleaved", expert_width="intermediate_size", defaults={"interleave_moe_layer_step": 1}),
    "MiniMaxM2": _PLAIN_EXPERTS,
    "Mistral": _MISTRAL,
    "Mistral3": _MISTRAL,
    "Mixtral": _PLAIN_EXPERTS,
    "Nemotron": Family(matrices=2),
    "Olmo2": Family(kv_heads_are_heads=True),
    "Olmo3": Family(kv_heads_are_heads=True),
    "Phi": Family(matrices=2, kv_heads_are_heads=True),
    "Phi3": Family(windows="all", kv_heads_are_heads=True),
    "PhiMoE": Family(experts="plain", expert_width="intermediate_size", windows="all"),
    "Qwen2": _QWEN,
    "Qwen2Moe": _QWEN_MOE,
    "Qwen2VL": _QWEN,
    "Qwen2_5_VL": _QWEN,
    "Qwen3": Family(windows="after", defaults={"head_dim": 128}),
    "Qwen3Moe": _QWEN_MOE,
    "Qwen3Next": Family(experts="sparse-step", countable=False, defaults={"decoder_sparse_step": 1}),
    "Qwen3VL": Family(defaults={"head_dim": 128}),
    "Qwen3VLMoe": Family(experts="sparse-step", defaults={"decoder_sparse_step": 1}),
    "Roberta": _ROBERTA,
    "SeedOss": Family(),
    "SmolLM3": Family(tied=True),
    "StableLm": Family(),
    "Starcoder2": Family(tied=True, matrices=2, windows="all"),
    "XLMRoberta": _ROBERTA,
}
"""
By the name of the class without its ending.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """
    A class that is understood: its *family*, what it does, and whether it has an LM head.
    """

    name: str
    family: Family
    kind: Kind
    has_head: bool


def architecture(name: str) -> Architecture | None:
    """
    Return what is known of the class *name*, None where it is not listed.

    >>> architecture("Qwen3ForCausalLM").kind
    'generate'
    """
    for suffix, kind in SUFFIXES.items():
        family = FAMILIES.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
        if family is not None:
            return Architecture(name=name, family=family, kind=kind, has_head=kind == "generate")
    return None


def known_architectures() -> tuple[str, ...]:
    """
    Return a class of each family, for a hint.
    """
    return tuple(f"{stem}{'Model' if family.encoder else 'ForCausalLM'}" for stem, family in FAMILIES.items())
