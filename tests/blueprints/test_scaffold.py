"""
A new blueprint as text.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from servewright.blueprints.scaffold import EXAMPLE, MAIN, README, files_of, from_nothing, from_parent, from_spec, sketch_of, written
from servewright.spec.document import read_values
from servewright.spec.extends_fields import ParameterSpec
from servewright.spec.flow_text import flow
from servewright.spec.placed import plain

SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=4))


@given(VALUES)
def test_values_on_one_line_are_read_back(value: object) -> None:
    """
    Whatever stands in a value, a spec that holds it says the same.
    """
    root = read_values("x.yaml", f"a: {flow(value)}\n".encode()).root

    assert root is not None
    assert plain(root) == {"a": value}


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_numbers_keep_their_digits(value: Decimal) -> None:
    """
    A number is no text and loses no digit.
    """
    root = read_values("x.yaml", f"a: {flow([value])}\n".encode()).root

    assert root is not None
    assert plain(root) == {"a": [value]}


def test_parameters_of_a_parent_are_passed_on() -> None:
    """
    The declaration is the parent's, and each value goes through.
    """
    rate = ParameterSpec.model_validate({"type": "number", "minimum": Decimal("0.1"), "default": 4, "description": 'the "rate"'})
    made = sketch_of("child", from_parent("blueprint:parent@1", {"rate": rate}), {})
    tree = yaml.safe_load(files_of(made)[MAIN])

    assert tree["extends"] == [{"from": "blueprint:parent@1", "with": {"rate": "${rate}"}}]
    assert written(made.parameters["rate"]) == written(rate)
    assert '| `rate` | the "rate" | `4` |' in files_of(made)[README]


def test_the_example_extends_the_folder_that_it_lies_in() -> None:
    """
    It is read from there wherever the folder lies; the page shows what a team writes.
    """
    files = files_of(sketch_of("small", from_nothing("small")))

    assert yaml.safe_load(files[EXAMPLE])["extends"] == [{"from": "blueprint:../../small@1"}]
    assert "  - from: blueprint:small@1\n" in files[README]
    assert yaml.safe_load(files[MAIN])["blueprint"]["version"] == "1.0.0"


@pytest.mark.parametrize("text", ["{models: []}", "  models: []\n", "# a\n{\n models: []}\n"])
def test_a_spec_that_has_no_room_for_a_heading_is_refused(text: str) -> None:
    """
    Fields in braces or indented cannot stand below others.
    """
    root = read_values("x.yaml", text.encode()).root

    assert root is not None
    assert from_spec(text, root) is None


@pytest.mark.parametrize("mark", ["", "\ufeff", "---\n", "# ours\n---\n"])
def test_a_spec_becomes_the_fields_below_the_heading(mark: str) -> None:
    """
    A mark at the beginning of the file would begin a second document and is left out.
    """
    text = f"{mark}name: a # mine\nmodels: []\n"
    root = read_values("x.yaml", text.encode()).root
    assert root is not None
    body = from_spec(text, root)
    assert body is not None
    tree = yaml.safe_load(files_of(sketch_of("b", body))[MAIN])

    assert list(tree) == ["blueprint", "name", "models"]
