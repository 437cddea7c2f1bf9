"""
From a config.json to a row: equal to the shipped row where the catalogue has one, refused with everything that is missing elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_configs import BGE_RERANKER, BY_ID, DEEPSEEK_R1, GEMMA3_27B, GLM_AIR, LLAMA_8B, MIXTRAL, QWEN3_30B
from servewright.additions.config.derive import Derived, Question, derive
from servewright.additions.hub_facts import HubFacts
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelCard
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.json_text import parse_json
from servewright.plan.kv_cache import kv_bytes
from servewright.plan.weights import FORMATS, CannotBeSized, gpu_weights, missing_fields, parameters

CATALOG = load_catalog()
ROUNDED = 0.005
"""
The shipped counts are rounded to 10 million (1.24 for 1.2357 billion).
"""


def question(config: Any, **fields: Any) -> Question:
    """
    Return the question about *config*.
    """
    return Question(hf_id="acme/model", config=parse_json("config.json", json.dumps(config, indent=2)), source="a test", **fields)


def derived(config: Any, **fields: Any) -> Derived:
    """
    Return the row of *config*.
    """
    return derive(question(config, **fields))


def refused(config: Any, **fields: Any) -> list[Diagnostic]:
    """
    Return the faults of *config*.
    """
    with pytest.raises(InvalidInputError) as caught:
        derive(question(config, **fields))
    return list(caught.value.diagnostics)


def shipped(model_id: str) -> ModelCard:
    """
    Return the catalogue's card.
    """
    found = CATALOG.model(model_id)
    assert found is not None
    return found.card


def weight_bytes(card: ModelCard, split: int) -> float:
    """
    Return the bytes of the weights on one of *split* GPUs.
    """
    counts = parameters(card)
    assert not isinstance(counts, CannotBeSized)
    return gpu_weights(card, counts, FORMATS[card.native_format], split).total


@pytest.mark.parametrize("model_id", BY_ID)
def test_the_row_of_a_known_model_is_the_shipped_one(model_id: str) -> None:
    """
    What sizes a model is derived as it was collected: structure and format exactly, parameters within the rounding of the table.
    """
    row, known = derived(BY_ID[model_id]).model.card, shipped(model_id)
    towers = "gemma-3" in model_id  # the shipped total has the vision tower, which no config.json counts
    exact = [
        *("kind", "layers", "hidden", "attention_heads", "kv_heads", "head_dim", "attention", "mla_q_lora", "mla_kv_lora"),
        *("mla_rope_dim", "mla_nope_dim", "mla_v_dim", "sliding_window", "window_layers", "linear_attention_layers", "kv_layers"),
        *("intermediate", "moe_intermediate", "shared_expert_intermediate", "experts", "experts_per_token", "dense_layers"),
        *("max_context", "tied_embeddings", "native_format"),
    ]

    assert {name: getattr(row, name) for name in exact} == {name: getattr(known, name) for name in exact}
    assert row.active_params == pytest.approx(known.active_params, rel=ROUNDED)
    assert row.total_params == pytest.approx(known.active_params if towers else known.total_params, rel=ROUNDED)


@pytest.mark.parametrize("model_id", BY_ID)
@pytest.mark.parametrize("split", [1, 8])
def test_a_plan_sizes_both_rows_alike(model_id: str, split: int) -> None:
    """
    Bytes of weights on a GPU agree within the rounding, bytes of KV cache to the byte.
    """
    facts = HubFacts(total_params=shipped(model_id).total_params)
    row, known = derived(BY_ID[model_id], hub=facts).model.card, shipped(model_id)

    assert missing_fields(row) == ()
    assert weight_bytes(row, split) == pytest.approx(weight_bytes(known, split), rel=ROUNDED)
    for tokens in (1, 5000, 100_000):
        assert kv_bytes(row, tokens, 2.0, split) == kv_bytes(known, tokens, 2.0, split)


def test_the_hubs_count_is_taken() -> None:
    """
    Where the hub counts the parameters, the row has that number, and what lies within 2 % of the formula is not worth a word.
    """
    row = derived(LLAMA_8B, hub=HubFacts(total_params=8_030_261_248))

    assert row.model.card.total_params == 8_030_261_248
    assert row.notices == ()


def test_layers_that_predict_ahead_are_not_counted() -> None:
    """
    DeepSeek's checkpoint of 684.5 billion holds a layer for speculation that the engine does not load: the row has 671.
    """
    row = derived(DEEPSEEK_R1, hub=HubFacts(total_params=684_531_386_000))
    air = derived(GLM_AIR, hub=HubFacts(total_params=110_468_824_832))

    assert row.model.card.total_params == pytest.approx(671.03e9, rel=0.001)
    assert air.model.card.total_params == pytest.approx(106.85e9, rel=0.001)
    assert row.notices == air.notices == ()


def test_another_count_than_the_formulas_is_said() -> None:
    """
    More than 2 % between hub and formula is a warning with both figures; towers are named where the file has some.
    """
    (plain,) = derived(LLAMA_8B, hub=HubFacts(total_params=8_500_000_000)).notices
    (towers,) = derived(GEMMA3_27B, hub=HubFacts(total_params=28_000_000_000)).notices

    assert (plain.code, plain.severity) == ("SW461", "warning")
    assert (
        "counts 8.50 billion parameters, the formula of the language model gives 8.03 (+5.9%): the hub's figure is taken" in plain.message
    )
    assert "the rest is taken for towers in 16 bits" in towers.message


def test_what_the_hub_says_of_the_task_wins() -> None:
    """
    An embedding model on a decoder has a generator's class: the hub's task tells them apart.
    """
    assert derived(LLAMA_8B).model.card.kind == "generate"
    assert derived(LLAMA_8B, hub=HubFacts(kind="embed")).model.card.kind == "embed"


def test_a_classifier_is_no_reranker() -> None:
    """
    A reranker gives one score; three labels are a classifier, and so is a file that does not say.
    """
    three = BGE_RERANKER | {"id2label": {"0": "a", "1": "b", "2": "c"}}
    silent = {name: value for name, value in BGE_RERANKER.items() if name != "id2label"}

    assert [(fault.code, fault.path) for fault in refused(three)] == [("SW253", "id2label")]
    assert "gives several labels" in refused(silent)[0].message


@pytest.mark.parametrize(
    "name",
    [
        "num_hidden_layers",
        "hidden_size",
        "num_attention_heads",
        "intermediate_size",
        "vocab_size",
        "max_position_embeddings",
        "torch_dtype",
    ],
)
@pytest.mark.parametrize("how", ["absent", "null"])
def test_a_missing_number_is_named_with_the_way_to_set_it(name: str, how: str) -> None:
    """
    Nothing is guessed: the fault names the field of the row, its place, and --set.
    """
    config: dict[str, Any] = LLAMA_8B | {name: None}
    if how == "absent":
        del config[name]
    found = refused(config)

    assert {fault.code for fault in found} == {"SW252"}
    assert all((fault.hint or "").startswith("--set ") for fault in found)


def test_what_is_set_by_hand_fills_the_gap_and_is_noted() -> None:
    """
    --set takes the place of a missing or a broken field, and the row says so.
    """
    config = LLAMA_8B | {"num_hidden_layers": "many", "vocab_size": None}
    row = derived(config, by_hand={"layers": 32, "vocab": 128256}).model.card

    assert (row.layers, row.kv_layers, row.vocab) == (32, 32, 128256)
    assert row.total_params == derived(LLAMA_8B).model.card.total_params
    assert row.notes == "set by hand: layers, vocab"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"num_hidden_layers": "32"}, "SW116", "num_hidden_layers"),
        ({"num_hidden_layers": 32.0}, "SW116", "num_hidden_layers"),
        ({"num_hidden_layers": True}, "SW116", "num_hidden_layers"),
        ({"num_hidden_layers": [32]}, "SW116", "num_hidden_layers"),
        ({"num_hidden_layers": 0}, "SW118", "num_hidden_layers"),
        ({"num_hidden_layers": -5}, "SW118", "num_hidden_layers"),
        ({"hidden_size": 10**15}, "SW118", "hidden_size"),
        ({"num_key_value_heads": 7}, "SW253", "num_key_value_heads"),
        ({"num_attention_heads": 31, "head_dim": None}, "SW253", "num_attention_heads"),
        ({"tie_word_embeddings": "no"}, "SW116", "tie_word_embeddings"),
        ({"rope_scaling": "yarn"}, "SW116", "rope_scaling"),
        ({"rope_scaling": {"type": "yarn", "factor": "4"}}, "SW116", "rope_scaling.factor"),
        ({"rope_scaling": {"type": "yarn", "factor": -4}}, "SW118", "rope_scaling.factor"),
        ({"architectures": "LlamaForCausalLM"}, "SW116", "architectures"),
        ({"layer_types": ["full_attention"] * 31}, "SW253", "layer_types"),
        ({"layer_types": ["mamba"] * 32}, "SW251", "layer_types"),
        ({"quantization_config": {"quant_method": "bitsandbytes"}}, "SW251", "quantization_config"),
        ({"quantization_config": []}, "SW116", "quantization_config"),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_a_hostile_value_is_a_fault_at_its_place(change: dict[str, Any], code: str, path: str) -> None:
    """
    Text, negative, fractional, too large, of another kind: a fault with the line of the value.
    """
    config = LLAMA_8B | change
    found = refused(config)
    lines = json.dumps(config, indent=2).splitlines()

    assert (code, path) in [(fault.code, fault.path) for fault in found]
    fault = next(fault for fault in found if fault.path == path)
    assert f'"{path.rsplit(".", 1)[-1]}"' in lines[fault.line - 1]


@pytest.mark.parametrize("config", [[], "text", None, 3, {}, {"architectures": []}, {"architectures": ["MambaForCausalLM"]}])
def test_an_unknown_architecture_is_refused_with_what_is_known(config: Any) -> None:
    """
    A class that is not listed may mean something else by the same names: it is refused, and the nearest ones are named.
    """
    (fault,) = refused(config)

    assert fault.code in {"SW109", "SW251"}
    if isinstance(config, dict):
        assert "--like LlamaForCausalLM" in (fault.hint or "")


def test_an_architecture_can_be_said_by_the_user() -> None:
    """
    --like reads an unknown class as a known one, on the user's word, and the row says so; a wrong word is refused.
    """
    config = LLAMA_8B | {"architectures": ["AcmeForCausalLM"]}
    row = derived(config, like="LlamaForCausalLM").model.card

    assert row == replace(derived(LLAMA_8B).model.card, notes="read as LlamaForCausalLM, on the user's word")
    assert refused(config, like="Acme")[0].code == "SW251"


def test_a_model_that_cannot_be_sized_is_refused() -> None:
    """
    Fields that add up to several times the stated size describe another structure.
    """
    (fault,) = refused(MIXTRAL, by_hand={"total_params": 7_000_000_000, "active_params": 7_000_000_000})

    assert (fault.code, fault.path) == ("SW252", "architectures")
    assert "layer structure" in fault.message


def test_a_hybrid_is_sized_by_the_hubs_count() -> None:
    """
    Linear-attention layers have parameters that no formula here counts: the hub's count is needed, and is then enough.
    """
    config = QWEN3_30B | {
        "architectures": ["Qwen3NextForCausalLM"],
        "full_attention_interval": 4,
        "num_experts": 512,
        "num_experts_per_tok": 10,
        "moe_intermediate_size": 512,
        "shared_expert_intermediate_size": 512,
        "head_dim": 256,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
        "max_position_embeddings": 262144,
    }
    (missing,) = refused(config)
    row, known = derived(config, hub=HubFacts(total_params=79_670_000_000)).model.card, shipped("Qwen/Qwen3-Next-80B-A3B-Instruct")

    assert (missing.code, missing.message) == ("SW252", "the file does not say total_params")
    assert (row.kv_layers, row.linear_attention_layers) == (known.kv_layers, known.linear_attention_layers) == (12, 36)
    assert row.active_params == pytest.approx(known.active_params, rel=0.01)
    assert kv_bytes(row, 1000, 2.0, 1) == kv_bytes(known, 1000, 2.0, 1)


KEYS = sorted({*LLAMA_8B, *QWEN3_30B, *DEEPSEEK_R1})
JUNK = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)


@given(
    base=st.sampled_from([LLAMA_8B, QWEN3_30B, DEEPSEEK_R1, GEMMA3_27B]),
    changes=st.dictionaries(
        st.sampled_from(KEYS), JUNK | st.lists(JUNK, max_size=3) | st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=3)
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_config_is_a_row_or_a_refusal(base: dict[str, Any], changes: dict[str, Any]) -> None:
    """
    No value of any field ends otherwise, and a row that comes out can be sized.
    """
    found = outcome(base | changes)

    if isinstance(found, ModelCard):
        assert missing_fields(found) == ()
        assert 0 < found.active_params <= found.total_params
    else:
        assert found
        assert all(fault.file == "config.json" and fault.line >= 1 for fault in found)


def outcome(config: Any) -> ModelCard | tuple[Diagnostic, ...]:
    """
    Return the row of *config*, or its faults.
    """
    try:
        return derived(config).model.card
    except InvalidInputError as wrong:
        return wrong.diagnostics
