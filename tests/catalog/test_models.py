"""
Look-ups of models: exact id, alias, and case only where it cannot be misunderstood.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelAlias, ModelCard

CATALOG = load_catalog()


def test_an_architecture_is_found_by_its_own_id() -> None:
    """
    An exact id goes through no alias.
    """
    found = CATALOG.model("meta-llama/Llama-3.3-70B-Instruct")
    assert found is not None
    assert (found.card.hf_id, found.alias) == ("meta-llama/Llama-3.3-70B-Instruct", None)
    assert (found.card.layers, found.card.kv_heads, found.card.head_dim, found.card.kv_layers) == (80, 8, 128, 80)


def test_an_alias_leads_to_its_architecture() -> None:
    """
    The instruct model is found through the foundation model's architecture, and the way is told.
    """
    found = CATALOG.model("meta-llama/Llama-3.1-8B-Instruct")
    assert found is not None
    assert found.alias is not None
    assert (found.card.hf_id, found.alias.relation) == ("meta-llama/Meta-Llama-3.1-8B", "instruct")


@given(card=st.sampled_from(CATALOG.models))
def test_every_architecture_finds_itself(card: ModelCard) -> None:
    """
    No alias hides an architecture.
    """
    found = CATALOG.model(card.hf_id)
    assert found is not None
    assert found.card is card
    assert found.alias is None


@given(alias=st.sampled_from(CATALOG.aliases))
def test_every_alias_finds_its_target(alias: ModelAlias) -> None:
    """
    An alias is found under exactly its id.
    """
    found = CATALOG.model(alias.id)
    assert found is not None
    assert found.alias is alias


@pytest.mark.parametrize(
    ("model_id", "known"),
    [
        ("openai/gpt-oss-120b", True),
        ("meta-llama/Llama-3.1-8B-Instruct", True),
        ("openai/GPT-OSS-120B", False),
        ("acme/chat", False),
    ],
)
def test_an_id_is_known_exactly_or_not(model_id: str, known: bool) -> None:  # noqa: FBT001
    """
    Rows and aliases are known by their own spelling; nothing is forgiven here.
    """
    assert CATALOG.architectures.knows(model_id) is known


def test_wrong_case_is_forgiven_where_one_id_is_meant() -> None:
    """
    An id that differs from exactly one known id in case leads there; the request keeps its spelling.
    """
    found = CATALOG.model("openai/GPT-OSS-120B")
    assert found is not None
    assert (found.card.hf_id, found.requested) == ("openai/gpt-oss-120b", "openai/GPT-OSS-120B")


def test_wrong_case_is_refused_where_two_ids_could_be_meant() -> None:
    """
    "Qwen/Qwen2.5-14B-Instruct" and "qwen/Qwen2.5-14B-Instruct" are both known: a third spelling finds neither, both are suggested.
    """
    assert CATALOG.model("Qwen/Qwen2.5-14B-Instruct") is not None
    assert CATALOG.model("qwen/Qwen2.5-14B-Instruct") is not None
    assert CATALOG.model("QWEN/QWEN2.5-14B-INSTRUCT") is None
    assert set(CATALOG.nearest_models("QWEN/QWEN2.5-14B-INSTRUCT")) >= {"Qwen/Qwen2.5-14B-Instruct", "qwen/Qwen2.5-14B-Instruct"}


@pytest.mark.parametrize("model_id", ["", "no-such/model", "meta-llama/", "s3://bucket/weights"])
def test_an_unknown_model_is_none(model_id: str) -> None:
    """
    What leads nowhere is None, with no checkpoint.
    """
    assert CATALOG.model(model_id) is None
    assert CATALOG.checkpoints(model_id) == ()


def test_a_revision_is_that_of_exactly_this_repository() -> None:
    """
    A tuned model does not borrow the commit of its foundation; most but not all models have one.
    """
    assert CATALOG.revision("meta-llama/Llama-3.3-70B-Instruct") == "6f6073b423013f6a7d4d9f39144961bfbfbc386b"
    assert CATALOG.revision("meta-llama/Llama-3.1-8B-Instruct") == "0e9e39f249a16976918f6564b8830bc894c89659"
    assert CATALOG.revision("meta-llama/Llama-3.2-1B-Instruct") is None


def test_special_memory_rules_are_marked() -> None:
    """
    Latent attention, sliding windows, hybrids and encoders keep what the memory arithmetic needs.
    """
    cards = {card.hf_id: card for card in CATALOG.models}
    v3 = cards["deepseek-ai/DeepSeek-V3"]
    assert (v3.attention, v3.mla_kv_lora, v3.mla_rope_dim, v3.native_format) == ("MLA", 512, 64, "fp8")
    gemma = cards["google/gemma-3-27b-it"]
    assert gemma.layers is not None
    assert gemma.kv_layers == gemma.layers - gemma.window_layers
    assert gemma.sliding_window > 0
    assert cards["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"].kv_layers == 6
    assert (cards["BAAI/bge-m3"].kind, cards["BAAI/bge-m3"].kv_layers) == ("embed", 0)
    assert cards["BAAI/bge-reranker-v2-m3"].kind == "rerank"
    assert cards["openai/gpt-oss-120b"].native_format == "mxfp4"
