"""
Suggestions for names that were mistyped.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.catalog.nearest import nearest

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("text", "first"),
    [("H1OO", "H100"), ("h200", "H200"), ("A100-8OGB", "A100-80GB"), ("a10g", "A10G"), ("L40s", "L40S"), ("RTX_PRO_6000", "RTX-PRO-6000")],
)
def test_gpu_names_are_found_through_case_and_look_alikes(text: str, first: str) -> None:
    """
    Wrong case, the letter O for a zero and underscores lead to the GPU that is meant.
    """
    assert CATALOG.nearest_gpus(text)[0] == first


@pytest.mark.parametrize(("text", "first"), [("g6e.2xlrge", "g6e.2xlarge"), ("G6.XLARGE", "g6.xlarge"), ("p5en48xlarge", "p5en.48xlarge")])
def test_instance_types_are_found(text: str, first: str) -> None:
    """
    A missing letter, wrong case or a missing dot lead to the type that is meant.
    """
    assert CATALOG.nearest_instances(text)[0] == first


@pytest.mark.parametrize(("text", "first"), [("us-est-1", "us-east-1"), ("US-EAST-1", "us-east-1"), ("eu-central1", "eu-central-1")])
def test_regions_are_found(text: str, first: str) -> None:
    """
    Of two regions that are equally near, the one that begins alike comes first.
    """
    assert CATALOG.nearest_regions(text)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("meta-llama/Llama-3.3-70B-Instuct", "meta-llama/Llama-3.3-70B-Instruct"),
        ("Llama-3.3-70B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"),
        ("qwen/qwen2.5-14b-instruct", "Qwen/Qwen2.5-14B-Instruct"),
    ],
)
def test_models_are_found(text: str, first: str) -> None:
    """
    A missing letter, a missing organisation and an ambiguous case lead to the id that is meant.
    """
    assert CATALOG.nearest_models(text)[0] == first


@pytest.mark.parametrize("text", ["", "   ", "!!!!", "x" * 10_000])
def test_nothing_near_is_no_suggestion(text: str) -> None:
    """
    Empty, alien and endless text get no suggestion, and none of them takes long.
    """
    assert CATALOG.nearest_gpus(text) == ()
    assert CATALOG.nearest_instances(text) == ()
    assert CATALOG.nearest_models(text) == ()
    assert CATALOG.nearest_regions(text) == ()


@given(text=st.text(max_size=40), names=st.lists(st.text(min_size=1, max_size=12), max_size=8))
def test_suggestions_are_at_most_three_of_the_names(text: str, names: list[str]) -> None:
    """
    Whatever is typed, at most three suggestions come back, each of them a name that exists.
    """
    found = nearest(text, names)
    assert len(found) <= 3
    assert set(found) <= set(names)


@given(name=st.sampled_from([item.name for item in CATALOG.instances]))
def test_a_right_name_suggests_itself(name: str) -> None:
    """
    The nearest name to a name is the name.
    """
    assert CATALOG.nearest_instances(name)[0] == name
