"""
What a hub says of a repository, taken with care.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.additions.hub_facts import HubFacts, hub_facts, total_of_index

SHA = "0123456789abcdef0123456789abcdef01234567"


def test_the_facts_are_read() -> None:
    """
    Commit, gate, licence, task and the sum over the types of the weights.
    """
    info = {
        "sha": SHA,
        "gated": "manual",
        "cardData": {"license": "llama3.1"},
        "pipeline_tag": "text-generation",
        "safetensors": {"parameters": {"BF16": 70_000_000_000, "F32": 1000}, "total": 70_000_001_000},
    }

    assert hub_facts(info) == HubFacts(revision=SHA, gated=True, license="llama3.1", kind="generate", total_params=70_000_001_000)


@pytest.mark.parametrize(
    ("parameters", "total"),
    [
        ({"BF16": 10}, 10),
        ({"F8_E4M3": 680, "F32": 4}, 684),
        ({"I32": 100, "F16": 10}, None),  # eight weights of AWQ in one integer
        ({"U8": 100, "BF16": 10}, None),
        ({"BF16": -1}, None),
        ({"BF16": 1.5}, None),
        ({"BF16": True}, None),
        ({"BF16": "10"}, 10),
        ({}, None),
        ([], None),
    ],
)
def test_packed_weights_are_not_counted(parameters: Any, total: int | None) -> None:
    """
    Only types of which one element is one parameter make a count.
    """
    assert hub_facts({"safetensors": {"parameters": parameters}}).total_params == total


@pytest.mark.parametrize(
    ("info", "license_"),
    [
        ({"cardData": {"license": "apache-2.0"}}, "apache-2.0"),
        ({"tags": ["pytorch", "license:mit"]}, "mit"),
        ({"cardData": {"license": ["mit"]}, "tags": "license:x"}, None),
        ({"cardData": {"license": "a\nb"}}, None),
        ({"cardData": {"license": "x" * 200}}, None),
        ({}, None),
    ],
)
def test_the_licence_is_a_short_word(info: dict[str, Any], license_: str | None) -> None:
    """
    From the card, else from the tags; anything else than a short word is not taken.
    """
    assert hub_facts(info).license == license_


@pytest.mark.parametrize(
    ("gated", "is_gated"), [(False, False), (None, False), ("auto", True), ("manual", True), (True, True), ("x", True)]
)
def test_every_gate_is_a_gate(gated: Any, is_gated: bool) -> None:  # noqa: FBT001
    """
    Whether access is granted by hand or at once, a token is needed.
    """
    assert hub_facts({"gated": gated}).gated is is_gated
    assert hub_facts({}).gated is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(info=st.dictionaries(st.sampled_from(["sha", "gated", "cardData", "tags", "pipeline_tag", "safetensors"]), JSON))
@settings(deadline=None)
def test_any_answer_is_facts(info: dict[str, Any]) -> None:
    """
    No shape of an answer is an error: what is not understood is not known.
    """
    found = hub_facts(info)

    assert found.revision is None
    assert found.total_params is None or found.total_params > 0


@pytest.mark.parametrize(
    ("metadata", "native", "total"),
    [
        ({"total_size": 16_060_522_496}, "bf16", 8_030_261_248),
        ({"total_size": 16_060_522_496}, "fp32", 4_015_130_624),
        ({"total_size": 16_060_522_496}, "fp8", None),
        ({"total_size": 16_060_522_496}, None, None),
        ({"total_size": 5, "total_parameters": 8_030_261_248}, None, 8_030_261_248),
        ({"total_parameters": "8030261248"}, None, 8_030_261_248),
        ({"total_size": -4}, "bf16", None),
        ({"total_size": 10**30}, "bf16", None),
        ([], "bf16", None),
    ],
)
def test_an_index_counts_by_its_bytes(metadata: Any, native: str | None, total: int | None) -> None:
    """
    The stated number, else the bytes over those of a parameter where the format is known.
    """
    assert total_of_index(json.dumps({"metadata": metadata}).encode(), native) == total


@pytest.mark.parametrize("raw", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"metadata": 3}'])
def test_an_index_of_another_shape_counts_nothing(raw: bytes) -> None:
    """
    What is no index is not known.
    """
    assert total_of_index(raw, "bf16") is None
