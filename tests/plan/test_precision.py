"""
Which forms of the weights may be considered.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from requests_made import model_request
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelMatch
from servewright.plan.precision import NoForm, WeightForm, on_gpu, weight_forms
from servewright.spec.request import PinnedCheckpoint

CATALOG = load_catalog()
LLAMA_70B = "meta-llama/Llama-3.3-70B-Instruct"
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"


def match(source: str) -> ModelMatch:
    """
    Return what the catalogue knows of *source*.
    """
    found = CATALOG.model(source)
    assert found is not None
    return found


def forms(source: str, **changes: object) -> tuple[WeightForm, ...] | NoForm:
    """
    Return the forms for *source*.
    """
    return weight_forms(model_request(source, **changes), match(source), CATALOG)


def test_auto_offers_native_and_a_published_eight_bit_checkpoint() -> None:
    """
    Where a checkpoint with a published revision exists it is taken, with its revision.
    """
    found = forms(LLAMA_70B)

    assert isinstance(found, tuple)
    assert [(f.weights, f.origin, f.source) for f in found] == [
        ("bf16", "native", None),
        ("fp8", "checkpoint", "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic"),
    ]
    assert found[1].revision == CATALOG.revision("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic")


def test_auto_quantises_while_loading_where_no_checkpoint_is_published() -> None:
    """
    Without a published revision the engine makes the 8-bit form itself.
    """
    found = forms(LLAMA_8B)

    assert isinstance(found, tuple)
    assert [(f.weights, f.origin) for f in found] == [("bf16", "native"), ("fp8", "online")]


def test_auto_never_offers_fewer_than_eight_bits() -> None:
    """
    A published 4-bit checkpoint is taken only when it is named.
    """
    auto, named = forms(LLAMA_8B), forms(LLAMA_8B, precision="int4-awq")

    assert isinstance(auto, tuple)
    assert "int4-awq" not in {f.weights for f in auto}
    assert isinstance(named, tuple)
    assert [(f.weights, f.origin) for f in named] == [("int4-awq", "checkpoint")]


def test_a_quantised_id_is_served_as_it_is() -> None:
    """
    Who asks for a quantised checkpoint by its id gets that form and no other.
    """
    found = forms("nvidia/Llama-3.1-8B-Instruct-FP8")

    assert isinstance(found, tuple)
    assert [(f.weights, f.origin) for f in found] == [("fp8", "native")]


def test_a_form_that_nobody_publishes_is_refused_with_the_alternatives() -> None:
    """
    nvfp4 of an 8B model is neither published nor made by the engine: the message says what can be had.
    """
    found = forms(LLAMA_8B, precision="nvfp4")

    assert found == NoForm(
        why="no published nvfp4 checkpoint of meta-llama/Llama-3.1-8B-Instruct with a known revision, "
        "and the engine does not make one from bf16",
        hint="available: bf16, fp8, int4-awq, int4-gptq; or name one: checkpoint: {source: ..., revision: ...}",
    )


def test_a_pinned_checkpoint_of_another_architecture_is_refused() -> None:
    """
    A checkpoint must have the architecture of the model it stands for.
    """
    request = replace(model_request(LLAMA_8B), checkpoint=PinnedCheckpoint(source="nvidia/Llama-3.3-70B-Instruct-FP8", revision="0" * 40))

    found = weight_forms(request, match(LLAMA_8B), CATALOG)

    assert isinstance(found, NoForm)
    assert "has the architecture of meta-llama/Llama-3.3-70B-Instruct" in found.why


@pytest.mark.parametrize(("gpu", "weight_only"), [("a10g", True), ("a100-80", True), ("l4", False), ("h100", False), ("b200", False)])
def test_fp8_without_fp8_units_is_weight_only(gpu: str, weight_only: bool) -> None:  # noqa: FBT001 - a table of cases
    """
    A10G and A100 have no fp8 units: they read 8 bits and compute in 16.
    """
    known = CATALOG.gpu(gpu)
    assert known is not None

    found = on_gpu(WeightForm(weights="fp8", origin="online"), known)

    assert found is not None
    assert found.weight_only is weight_only


def test_a_gpu_without_bf16_serves_no_bf16_model() -> None:
    """
    T4 has no bf16 units and is not offered.
    """
    known = CATALOG.gpu("T4")
    assert known is not None

    assert on_gpu(WeightForm(weights="bf16", origin="native"), known) is None
