"""
No answer about a spec ever holds a secret that stands in it, wherever it stands and whatever else is wrong.
"""

from __future__ import annotations

import copy
from dataclasses import asdict

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from spec_texts import FULL, MINIMAL, zones_of

CANARIES = [
    "hf_canaryCANARYcanary0123456789",
    "sk-canary-0123456789abcdef",
    "AKIACANARY0CANARY0XX",
    "cAn4rYcAn4rYcAn4rYcAn4rYcAn4rYcAn4rY",
    "-----BEGIN PRIVATE KEY-----\nMIIEcanaryCanary\n-----END PRIVATE KEY-----",
]

Path = tuple[str | int, ...]


def leaves(value: object, path: Path = ()) -> list[Path]:
    """
    Return the places of all scalars.
    """
    if isinstance(value, dict):
        return [leaf for key, entry in value.items() for leaf in leaves(entry, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, entry in enumerate(value) for leaf in leaves(entry, (*path, index))]
    return [path]


TREE = yaml.safe_load(FULL.replace(": off", ": 'off'"))


def replaced(path: Path, value: object) -> str:
    """
    Return the full spec with *value* at *path*.
    """
    tree = copy.deepcopy(TREE)
    parent = tree
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = value
    return str(yaml.safe_dump(tree, sort_keys=False))


def answer(text: str) -> str:
    """
    Return everything that is said about a spec that must be refused.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", text.encode(), zones_of)
    assert "***" in str(caught.value) + str(caught.value.diagnostics)
    return str(caught.value) + repr(caught.value) + str([asdict(diagnostic) for diagnostic in caught.value.diagnostics])


@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_in_any_field_is_refused_and_never_shown(canary: str) -> None:
    """
    Each scalar of the spec is replaced by a secret in turn: SW210 at its place, and no trace of it.
    """
    places = leaves(TREE)
    assert len(places) > 60
    for path in places:
        said = answer(replaced(path, canary))
        assert "SW210" in said, path
        assert not any(part in said for part in canary.splitlines() if "canary" in part.lower()), path


@pytest.mark.parametrize("canary", CANARIES[:4])
@pytest.mark.parametrize(
    "text",
    [
        "CANARY: 1\n" + MINIMAL,
        "labels: {CANARY: a}\n" + MINIMAL,
        "labels: {a: x, CANARY: y, CANARY: z}\n" + MINIMAL,
        "owner: !CANARY x\n" + MINIMAL,
        "owner: *CANARY\n" + MINIMAL,
        'owner: "CANARY\n' + MINIMAL,
        "owner: {CANARY\n" + MINIMAL,
        "CANARY = 1\n",
        "- CANARY\n",
        "owner: [CANARY, CANARY]\nname: CANARY\nunknown: {deep: [{x: CANARY}]}\n" + MINIMAL,
    ],
)
def test_a_secret_in_odd_places_is_never_shown(text: str, canary: str) -> None:
    """
    Field names, tags, aliases, unclosed texts, lists and unknown fields do not give it away.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", text.replace("CANARY", canary).encode(), zones_of)
    assert canary not in str(caught.value.diagnostics)


def test_a_long_value_is_masked_before_it_is_cut() -> None:
    """
    No first half of a secret is left at the end of a shortened value or name.
    """
    for padding in range(40, 90):
        said = answer(MINIMAL + f"owner: {'a ' * (padding // 2)}{CANARIES[0]}\n? {'b ' * (padding // 2)}{CANARIES[0]}\n: 1\n")
        assert "hf_c" not in said


def test_what_stands_in_a_secret_field_is_hidden_everywhere() -> None:
    """
    A password that looks like a word is masked in the diagnostics of other fields of the same file too.
    """
    said = answer(MINIMAL + "labels: {password: correct-horse}\nowner: not correct-horse!\n")
    assert "correct-horse" not in said


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(leaves(TREE)),
    st.sampled_from(CANARIES[:4]),
    st.text(alphabet=" .:,-", max_size=5),
    st.text(alphabet=" .:,-", max_size=5),
)
def test_a_secret_within_a_text_is_never_shown(path: Path, canary: str, before: str, after: str) -> None:
    """
    Words around a secret do not hide it.
    """
    assert canary not in answer(replaced(path, f"{before}{canary}{after}"))
