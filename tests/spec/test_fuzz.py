"""
Whatever stands in a file, the answer is a request or diagnostics.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.spec import node_builder
from servewright.spec.load import parse_request
from spec_texts import FULL, MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.spec.request import Request

TREE = yaml.safe_load(FULL.replace(": off", ": 'off'"))
TOKENS = st.sampled_from(
    [
        "models",
        "source",
        "slo",
        ":",
        ": ",
        "- ",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "&a ",
        "*a",
        "!t ",
        "<<",
        "#",
        "|",
        ">",
        "---",
        "\t",
        "800ms",
        "a/b",
        "%",
        "?",
        "\\",
        "é",
        "null",
        ".nan",
        "1e999",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["off", "auto", "60%", "800ms", "5 USD", "spot", "existing"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=10) | st.sampled_from(["name", "purchase", "existing", "mean", "gpu"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def outcome(raw: bytes) -> Request | None:
    """
    Return the request in *raw*, None after checking the diagnostics of a refusal.
    """
    try:
        return parse_request("spec.yaml", raw, zones_of)
    except InvalidInputError as error:
        check(error)
        return None


def check(error: InvalidInputError) -> None:
    """
    Assert what holds for every refusal: faults of one phase, each with code, place, path and message in words of ours.
    """
    said = error.diagnostics
    assert said
    assert len({fault.phase for fault in said}) == 1
    for fault in said:
        assert re.fullmatch(r"SW[12][0-9]{2}", fault.code)
        assert fault.severity == "error"
        assert fault.message
        assert "Input should be" not in fault.message
        assert (fault.line >= 1 and fault.column >= 1) or fault.code == "SW120"
        assert all(text.isprintable() for text in (fault.path, fault.message, fault.value or "", fault.hint or ""))
        assert len(fault.value or "") <= 81
    json.dumps([asdict(fault) for fault in said]).encode()


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """
    No bytes bring down the reader.
    """
    outcome(raw)


@settings(deadline=None, max_examples=300)
@given(st.lists(TOKENS, max_size=60))
def test_any_mixture_of_yaml(tokens: list[str]) -> None:
    """
    No arrangement of YAML's own signs brings down the reader.
    """
    outcome("".join(tokens).encode())


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(FULL) - 1), st.integers(0, 5), st.text(max_size=5) | TOKENS)
def test_any_slip_in_a_good_spec(at: int, cut: int, put: str) -> None:
    """
    A few characters taken out or put in make a spec or a diagnostic.
    """
    outcome((FULL[:at] + put + FULL[at + cut :]).encode("utf-8", "replace"))


@settings(deadline=None, max_examples=150)
@given(st.lists(TOKENS | st.sampled_from(['"\\ud800"', '"\\udfff\\x00"']), max_size=40))
def test_the_parser_without_the_c_library(tokens: list[str]) -> None:
    """
    Where PyYAML has no libyaml the answers keep their form.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(node_builder, "_LOADER", yaml.SafeLoader)
        outcome(("owner: x\n" + "".join(tokens)).encode())
        outcome(f"owner: {''.join(tokens)}\n{MINIMAL}".encode())


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """
    Return the places of all values, lists and fields included.
    """
    below: list[tuple[str | int, ...]] = [path] if path else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        below += places(entry, (*path, key))
    return below


def mutated(changes: list[tuple[tuple[str | int, ...], Any]]) -> dict[str, Any]:
    """
    Return the full spec with other values at some places.
    """
    tree: dict[str, Any] = copy.deepcopy(TREE)
    for path, value in changes:
        parent: Any = tree
        for name in path[:-1]:
            try:
                parent = parent[name]
            except (KeyError, IndexError, TypeError):
                break
        last = path[-1]
        if isinstance(parent, list) and (not isinstance(last, int) or last >= len(parent)):
            continue
        if isinstance(parent, dict | list):
            parent[last] = value  # type: ignore[call-overload]
    return tree


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(places(TREE)), VALUES), min_size=1, max_size=4))
def test_any_values_in_a_good_spec(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    """
    Values of any kind at any place, several at once, are accepted or told.
    """
    outcome(yaml.safe_dump(mutated(changes)).encode())


def test_the_unchanged_tree_is_accepted() -> None:
    """
    The mutations start from a good spec.
    """
    assert outcome(yaml.safe_dump(TREE).encode()) is not None


@settings(deadline=None, max_examples=100)
@given(st.permutations(list(yaml.safe_load(MINIMAL)["models"][0].items())))
def test_the_order_of_fields_means_nothing(items: list[tuple[str, Any]]) -> None:
    """
    The same fields in another order are the same request.
    """
    text = yaml.safe_dump({"models": [dict(items)]}, sort_keys=False)
    found = outcome(text.encode())
    first = outcome(MINIMAL.encode())
    assert found is not None
    assert first is not None
    assert (found.models, found.stack, found.defaults) == (first.models, first.stack, first.defaults)
