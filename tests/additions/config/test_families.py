"""
The list of architectures that are understood.
"""

from __future__ import annotations

import pytest

from servewright.additions.config.families import FAMILIES, architecture, known_architectures


@pytest.mark.parametrize(
    ("name", "kind", "has_head"),
    [
        ("LlamaForCausalLM", "generate", True),
        ("Gemma3ForConditionalGeneration", "generate", True),
        ("Gemma3TextModel", "embed", False),
        ("MistralModel", "embed", False),
        ("Qwen3ForSequenceClassification", "rerank", False),
        ("XLMRobertaForMaskedLM", "embed", False),
    ],
)
def test_the_ending_says_what_a_class_does(name: str, kind: str, has_head: bool) -> None:  # noqa: FBT001
    """
    A class generates, embeds or ranks by its ending.
    """
    found = architecture(name)

    assert found is not None
    assert (found.kind, found.has_head) == (kind, has_head)


@pytest.mark.parametrize("name", ["", "Llama", "ForCausalLM", "llamaForCausalLM", "MambaForCausalLM", "LlamaForTokenClassification"])
def test_other_classes_are_not_known(name: str) -> None:
    """
    Nothing is matched by likeness.
    """
    assert architecture(name) is None


def test_every_family_has_a_class_for_a_hint() -> None:
    """
    What a hint names is itself read.
    """
    assert len(known_architectures()) == len(FAMILIES)
    assert all(architecture(name) is not None for name in known_architectures())


def test_defaults_name_fields_of_a_config() -> None:
    """
    A sliding window that a class fills in belongs to a family with a rule for it.
    """
    for stem, family in FAMILIES.items():
        assert ("sliding_window" not in family.defaults) or family.windows != "none", stem
        assert (family.expert_width == "moe_intermediate_size") or family.experts != "none", stem
