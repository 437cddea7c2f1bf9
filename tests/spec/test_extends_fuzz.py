"""
Whatever files extend each other in whatever way, the answer is a request or diagnostics, and soon.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_files import MODEL, TOP, outcome_of
from spec_texts import FULL

NAMES = [TOP, "a.yaml", "b.yaml", "c.yaml", "d.yaml"]
PATHS = st.sampled_from(
    [*NAMES, *NAMES, "./a.yaml", "x/../b.yaml", "gone.yaml", "/a.yaml", "~", "", "..", "blueprint:x@1", "http://h/x", "${p}"]
)
SCALARS = st.sampled_from(["${p}", "${q}", "x-${p}", "$${p}", "${", "800ms", "5 USD", "off", "chat", None, True, 0, 3, 2.5, "", "spot"])
SMALL = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pqxname"), inner, max_size=2), max_leaves=4
)
ENTRIES = (
    PATHS
    | SMALL
    | st.fixed_dictionaries({"from": PATHS | SMALL}, optional={"with": st.dictionaries(st.sampled_from("pqr"), SMALL, max_size=3) | SMALL})
)
DECLARED = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "string", "integer", "number", "boolean", "list", "map", "text"]),
        "default": SMALL,
        "enum": st.lists(SCALARS, max_size=2) | SMALL,
        "minimum": SCALARS,
        "maximum": SCALARS,
        "items": st.sampled_from(["string", "integer", "list"]),
        "description": SCALARS,
    },
)
HEADING = st.fixed_dictionaries(
    {"name": st.just("chat"), "version": st.just("1.0.0"), "question": st.just("What does it cost?")},
    optional={
        "locked": st.lists(
            st.sampled_from(["owner", "models[chat]", "models[chat].slo", "capacity", "labels[p]", "gone", "models"]), max_size=3
        ),
        "deprecated": st.just({"since": "1.0.0", "why": "it is old"}) | SMALL,
        "tool": SCALARS,
        "migration": SMALL,
    },
)
TREE: dict[str, Any] = yaml.safe_load(FULL.replace(": off", ": 'off'"))
FIELDS = st.dictionaries(st.sampled_from(sorted(TREE)), SMALL | st.none(), max_size=3)
FILES = st.builds(
    lambda base, fields, extra: {**base, **fields, **extra},
    st.sampled_from([{}, {}, yaml.safe_load(MODEL), TREE]),
    FIELDS,
    st.fixed_dictionaries(
        {},
        optional={
            "extends": PATHS | st.lists(ENTRIES, max_size=3) | SMALL,
            "blueprint": HEADING | SMALL,
            "parameters": st.dictionaries(st.sampled_from("pqr"), DECLARED | SMALL, max_size=3) | SMALL,
        },
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.tuples(*[FILES] * len(NAMES)))
def test_any_graph_of_files(trees: tuple[dict[str, Any], ...]) -> None:
    """
    Circles, gaps, odd forms, parameters of any kind: faults of one phase, each with code, file, place and words of ours, none twice.
    """
    found = outcome_of({name: yaml.safe_dump(tree, allow_unicode=True) for name, tree in zip(NAMES, trees, strict=True)})
    if not isinstance(found, tuple):
        assert found.models
        return
    assert found
    assert len({fault.phase for fault in found}) == 1
    assert len(set(found)) == len(found)
    for fault in found:
        assert re.fullmatch(r"SW[12][0-9]{2}", fault.code)
        assert fault.file in NAMES
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.message
        assert "Input should be" not in fault.message
        assert all(text.replace("\n", "").isprintable() for text in (fault.path, fault.message, fault.value or "", fault.hint or ""))


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                "extends",
                "from",
                "with",
                "parameters",
                "type",
                "p",
                "${p}",
                "a.yaml",
                ": ",
                "\n",
                "  ",
                "- ",
                "{",
                "}",
                "[",
                "]",
                ",",
                '"',
                "&x ",
                "*x",
            ]
        ),
        max_size=40,
    )
)
def test_any_mixture_of_yaml(tokens: list[str]) -> None:
    """
    No arrangement of signs in the spec or in its base brings down the reader.
    """
    text = "".join(tokens)
    outcome_of({TOP: f"extends: a.yaml\n{MODEL}", "a.yaml": text})
    outcome_of({TOP: text, "a.yaml": f"parameters: {{p: {{type: string}}}}\nowner: ${{p}}\n{MODEL}"})


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60), st.integers(1, 31))
def test_any_tangle_ends(edges: list[tuple[int, int]], number: int) -> None:
    """
    Large tangles, circles included, are answered.
    """
    names = [TOP, *(f"f{at}.yaml" for at in range(1, 31))][:number]
    listed: dict[int, list[str]] = {}
    for one, other in edges:
        if max(one, other) < number:
            listed.setdefault(one, []).append(names[other])
    files = {
        name: (f"extends: [{', '.join(listed[at][:16])}]\n" if at in listed else "") + f"labels: {{l{at}: x}}\n"
        for at, name in enumerate(names)
    }
    files[TOP] += MODEL
    found = outcome_of(files)
    if isinstance(found, tuple):
        assert {fault.code for fault in found} <= {"SW132", "SW133"}
