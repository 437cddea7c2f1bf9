"""
Quantised checkpoints of a requested model: matched by name, ordered by owner, with a published revision only.
"""

from __future__ import annotations

import pytest

from servewright.catalog.checkpoints import QUANTIZATIONS, base_name, by_preference, plain_name, suffix_format
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Checkpoint

CATALOG = load_catalog()


def test_checkpoints_of_llama_3_3_70b() -> None:
    """
    RedHatAI's fp8 checkpoint comes first although it is known by its revision and name alone, then the others by name.
    """
    assert [(item.source, item.quantization) for item in CATALOG.checkpoints("meta-llama/Llama-3.3-70B-Instruct")] == [
        ("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "fp8"),
        ("casperhansen/llama-3.3-70b-instruct-awq", "int4-awq"),
        ("shuyuej/Llama-3.3-70B-Instruct-GPTQ", "int4-gptq"),
    ]


def test_checkpoints_of_llama_3_1_8b() -> None:
    """
    "Meta-" does not matter, on neither side; the fp8 checkpoints without published revision are left out.
    """
    found = CATALOG.checkpoints("meta-llama/Llama-3.1-8B-Instruct")
    assert [(item.source, item.quantization) for item in found] == [
        ("hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4", "int4-awq"),
        ("hugging-quants/Meta-Llama-3.1-8B-Instruct-GPTQ-INT4", "int4-gptq"),
    ]
    assert CATALOG.checkpoints("meta-llama/Meta-Llama-3.1-8B-Instruct") == found


def test_a_checkpoint_of_another_tuning_does_not_match() -> None:
    """
    The foundation model and a model of another size share no checkpoint with the instruct model.
    """
    for requested in ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-70B-Instruct", "deepseek-ai/DeepSeek-R1-Distill-Llama-70B"):
        names = {base_name(item.source) for item in CATALOG.checkpoints(requested)}
        assert names <= {plain_name(requested)}, requested


def test_a_quantised_request_has_no_checkpoints_of_its_own() -> None:
    """
    Who asks for a checkpoint gets that one and no other.
    """
    assert CATALOG.checkpoints("casperhansen/llama-3.3-70b-instruct-awq") == ()


def test_every_checkpoint_is_complete_and_of_the_requested_name() -> None:
    """
    Over all architectures and aliases: name, format, revision and place are there, and the owner's own come first.
    """
    seen = 0
    for model_id in (*(card.hf_id for card in CATALOG.models), *(alias.id for alias in CATALOG.aliases)):
        for item in CATALOG.checkpoints(model_id):
            seen += 1
            assert base_name(item.source) == plain_name(model_id), (model_id, item)
            assert item.quantization in QUANTIZATIONS, item
            assert item.revision == CATALOG.revision(item.source), item
            assert item.seen_in, item
    assert seen > 50


def test_the_order_is_owner_redhatai_nvidia_name() -> None:
    """
    The model's owner, RedHatAI, nvidia, then by name without regard to case.
    """
    sources = ["zeta/M-FP8", "nvidia/M-FP8", "Alpha/M-FP8", "RedHatAI/M-FP8", "own/M-FP8"]
    given = [Checkpoint(source=source, revision="0" * 40, quantization="fp8", seen_in="test") for source in sources]
    assert [item.source for item in by_preference(given, "own")] == [
        "own/M-FP8",
        "RedHatAI/M-FP8",
        "nvidia/M-FP8",
        "Alpha/M-FP8",
        "zeta/M-FP8",
    ]
    assert [item.source for item in by_preference(given, "RedHatAI")][:3] == ["RedHatAI/M-FP8", "nvidia/M-FP8", "Alpha/M-FP8"]
    assert [item.source for item in by_preference(given, "nvidia")][:2] == ["nvidia/M-FP8", "RedHatAI/M-FP8"]


@pytest.mark.parametrize(
    ("hf_id", "name", "quantization"),
    [
        ("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "llama-3.3-70b-instruct", "fp8"),
        ("amd/Llama-3.1-70B-Instruct-FP8-KV", "llama-3.1-70b-instruct", "fp8"),
        ("Qwen/Qwen3-32B-FP8-Static-PerTensor", "qwen3-32b", "fp8"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "llama-3.1-8b-instruct", "int8"),
        ("RedHatAI/Qwen3-30B-A3B-quantized.w4a16", "qwen3-30b-a3b", "int4-gptq"),
        ("Qwen/Qwen2.5-14B-Instruct-GPTQ-Int8", "qwen2.5-14b-instruct", "int8"),
        ("Qwen/Qwen2.5-14B-Instruct-GPTQ-Int4", "qwen2.5-14b-instruct", "int4-gptq"),
        ("cyankiwi/Qwen3-Coder-30B-A3B-Instruct-AWQ-4bit", "qwen3-coder-30b-a3b-instruct", "int4-awq"),
        ("jakiAJK/DeepSeek-R1-Distill-Llama-8B_AWQ", "deepseek-r1-distill-llama-8b", "int4-awq"),
        ("nvidia/DeepSeek-R1-0528-FP4-V2", "deepseek-r1-0528", "nvfp4"),
        ("amd/DeepSeek-R1-0528-MXFP4-Preview", "deepseek-r1-0528", "mxfp4"),
        ("unsloth/Qwen3-8B-GGUF", "qwen3-8b", "gguf"),
        ("Qwen/Qwen3-8B", "qwen3-8b", None),
        ("someone/Model-INT4", "model", None),
        ("tclf90/GLM-4.5-GPTQ-Int4-Int8Mix", "glm-4.5-gptq-int4-int8mix", None),
    ],
)
def test_names_and_formats_are_read_from_the_suffix(hf_id: str, name: str, quantization: str | None) -> None:
    """
    The suffix is cut and names the format; a mix of bit widths is no format of ours, and "INT4" alone does not say which kind.
    """
    assert base_name(hf_id) == name
    assert suffix_format(hf_id) == quantization
