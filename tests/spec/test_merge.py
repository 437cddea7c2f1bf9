"""
Laws of laying one file over another.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.spec.document import document_of, read_values
from servewright.spec.merge import merge
from servewright.spec.placed import PlacedFields, plain


def tree(text: str) -> PlacedFields:
    """
    Return the values in *text*.
    """
    found = read_values("x.yaml", text.encode())
    assert found.root is not None
    assert not found.faults
    return found.root


def dumped(value: dict[str, Any]) -> PlacedFields:
    """
    Return the values of a tree.
    """
    return tree(yaml.safe_dump(value) if value else "{}\n")


def merged(*texts: str) -> dict[str, Any]:
    """
    Return what files laid over each other come to, the lowest first.
    """
    root = tree(texts[0])
    for text in texts[1:]:
        root = merge(root, tree(text))
    return document_of(root, "x.yaml").tree


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("a: 1\n", "b: 2\n", {"a": 1, "b": 2}),
        ("a: 1\n", "a: 2\n", {"a": 2}),
        ("a: {b: 1, c: 2}\n", "a: {c: 3, d: 4}\n", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("a: [1, 2]\n", "a: [3]\n", {"a": [3]}),
        ("a: [{name: x, v: 1}]\n", "a: [{name: x, w: 2}]\n", {"a": [{"name": "x", "w": 2}]}),
        ("a: {b: 1}\n", "a: 2\n", {"a": 2}),
        ("a: 2\n", "a: {b: 1}\n", {"a": {"b": 1}}),
        ("a: {b: 1}\n", "a: null\n", {}),
        ("a: {b: 1, c: 2}\n", "a: {b: null}\n", {"a": {"c": 2}}),
        ("a: 1\n", "b: null\n", {"a": 1, "b": None}),
        ("a: {b: 1}\n", "a: {}\n", {"a": {"b": 1}}),
    ],
)
def test_two_files(lower: str, upper: str, expected: dict[str, Any]) -> None:
    """
    Fields merge, everything else replaces, null takes away what is there and stays null where nothing is.
    """
    assert merged(lower, upper) == expected


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("models: [{name: a, v: 1}, {name: b}]\n", "models: [{name: b, w: 2}]\n", [{"name": "a", "v": 1}, {"name": "b", "w": 2}]),
        ("models: [{name: a}]\n", "models: [{name: b}]\n", [{"name": "a"}, {"name": "b"}]),
        ("models: [{name: a, v: {x: 1, y: [1]}}]\n", "models: [{name: a, v: {y: [2]}}]\n", [{"name": "a", "v": {"x": 1, "y": [2]}}]),
        ("models: [{name: a, v: 1}]\n", "models: [{name: a, v: null}]\n", [{"name": "a"}]),
        ("models: [{name: a}]\n", "models: []\n", [{"name": "a"}]),
        ("models: [{name: a}]\n", "models: [{name: b}, {name: b}]\n", [{"name": "a"}, {"name": "b"}, {"name": "b"}]),
        ("models: [{name: a}]\n", "models: [{name: a, v: 1}, {name: a}]\n", [{"name": "a", "v": 1}, {"name": "a"}]),
        ("models: none\n", "models: [{name: a}]\n", [{"name": "a"}]),
        ("models: [{name: a}]\n", "models: none\n", "none"),
        ("models: [{name: a}]\n", "models: [5]\n", [{"name": "a"}, 5]),
    ],
)
def test_models_merge_by_name(lower: str, upper: str, expected: object) -> None:
    """
    The same name means the same model, another one is added behind; a name that one file gives twice stays twice.
    """
    assert merged(lower, upper) == {"models": expected}


def test_what_was_taken_away_can_be_given_anew() -> None:
    """
    Fields laid over a null are those fields alone.
    """
    assert merged("a: {b: 1}\n", "a: null\n", "a: {c: 2}\n") == {"a": {"c": 2}}


def test_places_are_those_of_the_last_word() -> None:
    """
    A value stands where it was written last, what was removed where it was removed; a model keeps the place of its name.
    """
    lower, upper = (
        read_values("base.yaml", b"models: [{name: a, v: 1, w: 2}]\n", beside=True),
        read_values("x.yaml", b"models:\n- name: a\n  v: null\n  u: 3\n"),
    )
    assert lower.root is not None
    assert upper.root is not None
    source = document_of(merge(lower.root, upper.root), "x.yaml").source
    found = {path: (place.file, place.line) for path, place in source.positions.items()}
    assert found == {
        "": ("", 1),
        "models": ("", 2),
        "models[0]": ("", 2),
        "models[0].name": ("base.yaml", 1),
        "models[0].v": ("", 3),
        "models[0].w": ("base.yaml", 1),
        "models[0].u": ("", 4),
    }


SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"])
NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)
MODELS = st.lists(st.dictionaries(NAMES, VALUES, max_size=2), max_size=3).map(
    lambda found: [{"name": f"m{at}", **one} for at, one in enumerate(found)]
)
TREES = st.dictionaries(NAMES, VALUES, max_size=3) | st.builds(
    lambda one, models: {**one, "models": models}, st.dictionaries(NAMES, VALUES, max_size=3), MODELS
)


@settings(deadline=None)
@given(TREES)
def test_nothing_below_or_above_changes_nothing(value: dict[str, Any]) -> None:
    """
    An empty base is the identity, and so is a file that only names its base.
    """
    root = dumped(value)
    assert plain(merge(dumped({}), root)) == plain(root)
    assert plain(merge(root, dumped({}))) == plain(root)


@settings(deadline=None)
@given(TREES)
def test_saying_the_same_again_changes_nothing(value: dict[str, Any]) -> None:
    """
    A file laid over itself is that file.
    """
    assert plain(merge(dumped(value), dumped(value))) == plain(dumped(value))


@settings(deadline=None)
@given(TREES, TREES, st.randoms(use_true_random=False))
def test_the_order_of_fields_means_nothing(lower: dict[str, Any], upper: dict[str, Any], random: Any) -> None:
    """
    Fields in another order come to the same.
    """

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = sorted(value)
            random.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return [shuffled(entry) for entry in value] if isinstance(value, list) else value

    other = merge(tree(yaml.safe_dump(shuffled(lower), sort_keys=False)), tree(yaml.safe_dump(shuffled(upper), sort_keys=False)))
    assert document_of(other, "x").tree == document_of(merge(dumped(lower), dumped(upper)), "x").tree


SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "a": st.integers(0, 3),
        "b": st.fixed_dictionaries({}, optional={"c": st.integers(0, 3), "d": st.lists(st.integers(0, 3), max_size=2)}),
        "models": st.lists(NAMES, unique=True, max_size=3).flatmap(
            lambda names: st.tuples(
                *(st.fixed_dictionaries({"name": st.just(name)}, optional={"v": st.integers(0, 3)}) for name in names)
            ).map(list)
        ),
    },
)


@settings(deadline=None)
@given(SHAPES, SHAPES, SHAPES)
def test_along_a_chain_it_does_not_matter_where_one_begins(low: dict[str, Any], middle: dict[str, Any], high: dict[str, Any]) -> None:
    """
    Merging is associative where each field keeps its kind.
    """
    a, b, c = dumped(low), dumped(middle), dumped(high)
    assert plain(merge(merge(a, b), c)) == plain(merge(a, merge(b, c)))


@settings(deadline=None)
@given(TREES, TREES, TREES)
def test_a_chain_can_be_written_flat_from_below(low: dict[str, Any], middle: dict[str, Any], high: dict[str, Any]) -> None:
    """
    Whatever the values: a file laid over two others comes to the same as over what those two come to, written as one file. A null that
    takes away what is gone already is the same as none.
    """
    both = document_of(merge(dumped(low), dumped(middle)), "x").tree
    chained = document_of(merge(merge(dumped(low), dumped(middle)), dumped(high)), "x").tree
    assert said(document_of(merge(dumped(both), dumped(high)), "x").tree) == said(chained)


def said(value: Any) -> Any:
    """
    Return a tree without its nulls, which stand for what is absent.
    """
    if isinstance(value, dict):
        return {name: said(entry) for name, entry in value.items() if entry is not None}
    return [said(entry) for entry in value] if isinstance(value, list) else value
