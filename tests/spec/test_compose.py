"""
A spec made of several files is the spec that one could have written in one, with every fault at its place.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.diagnostics import SourceMap
from servewright.spec.request import Request
from spec_files import MODEL, TOP, faults_of, request_of, told
from spec_texts import FULL

TREE: dict[str, Any] = yaml.safe_load(FULL.replace(": off", ": 'off'"))

ALWAYS_JUDGED = ("apiVersion", "token")
"""
Fields whose overridden values are judged too: a version, and text in the place of a secret.
"""


def bare(request: Request) -> Request:
    """
    Return a request without what only says where its values stand.
    """
    warnings = tuple(replace(warning, file="", line=0, column=0) for warning in request.warnings)
    return replace(request, source=SourceMap("", {}), trace=(), warnings=warnings)


def split(tree: dict[str, Any], choose: Any, number: int) -> list[dict[str, Any]]:
    """
    Return *tree* dealt out to some files: each field to one of them, and lower ones with other values below it.
    """
    parts: list[dict[str, Any]] = [{} for _ in range(number)]
    for name, value in tree.items():
        if isinstance(value, dict) and value and choose([True, False]):
            for part, below in zip(parts, split(value, choose, number), strict=True):
                if below:
                    part[name] = below
            continue
        owner = choose(range(number))
        parts[owner][name] = value
        for lower in parts[:owner] if name not in ALWAYS_JUDGED else ():
            if choose([True, False]):
                # lists of rules merge by name: what stands in a lower one stays
                lower[name] = choose(["other", 5, None, *([] if name in ("rules", "waivers") else [["x"]])])
    return parts


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_spec_in_parts_is_the_spec_written_flat(data: st.DataObject) -> None:
    """
    However the fields are dealt out to a chain of files, and whatever they override, the request is that of the flat spec.
    """

    def choose(options: Any) -> Any:
        return data.draw(st.sampled_from(list(options)))

    tree = copy.deepcopy(TREE)
    (model,) = tree.pop("models")
    number = data.draw(st.integers(2, 4))
    parts = split(tree, choose, number)
    named = split({name: value for name, value in model.items() if name != "name"}, choose, number)
    names = [*(f"b{at}.yaml" for at in range(number - 1)), TOP]
    files = {}
    for at, (name, part, fields) in enumerate(zip(names, parts, named, strict=True)):
        whole = {**part, "models": [{"name": model["name"], **fields}]}
        files[name] = yaml.safe_dump({**whole, "extends": names[at - 1]} if at else whole)
    assert bare(request_of(files)) == bare(request_of({TOP: yaml.safe_dump(TREE)}))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(TREE)), st.booleans())
def test_side_by_side_is_the_same_too(name: str, first: bool) -> None:  # noqa: FBT001 - drawn
    """
    One field in a file beside the rest, in either order of the list, is the flat spec.
    """
    rest = {field: value for field, value in TREE.items() if field != name}
    files = {"a.yaml": yaml.safe_dump({name: TREE[name]}), "b.yaml": yaml.safe_dump(rest)}
    files[TOP] = f"extends: [{'a.yaml, b.yaml' if first else 'b.yaml, a.yaml'}]\n"
    assert bare(request_of(files)) == bare(request_of({TOP: yaml.safe_dump(TREE)}))


def test_an_empty_base_changes_nothing() -> None:
    """
    Building upon a file that says nothing is the spec itself, places included.
    """
    with_base = request_of({TOP: FULL + "extends: empty.yaml\n", "empty.yaml": "{}\n"})
    alone = request_of({TOP: FULL})
    assert replace(with_base, source=alone.source, trace=()) == alone
    places = alone.source.positions
    assert {path: with_base.source.positions[path] for path in places} == dict(places)


def test_a_fault_points_at_the_file_that_set_the_value() -> None:
    """
    Fields, rules and what is missing are told where they stand, in whatever file; the spec's own come first.
    """
    base = MODEL.replace("800ms", "800") + "    revision: main\n"
    files = {TOP: "extends: base.yaml\nenvironment: prod\nowner: '-'\n", "base.yaml": base}
    assert told(files) == [
        ("SW203", "spec.yaml:3:8", "owner"),
        ("SW117", "base.yaml:5:21", "models[0].slo.ttft_p95"),
        ("SW214", "base.yaml:6:15", "models[0].revision"),
    ]


def test_warnings_point_at_their_file_too() -> None:
    """
    A warning about a value of a base names the base; planning's faults take the same map.
    """
    request = request_of({TOP: "extends: base.yaml\nowner: x\n", "base.yaml": MODEL + "    revision: main\n"})
    (warning,) = request.warnings
    assert (warning.code, warning.file, warning.line) == ("SW401", "base.yaml", 6)
    planned = request.source.diagnostic("SW311", "models[0].slo.itl_p95", "x")
    assert (planned.file, planned.line, planned.column) == ("base.yaml", 5, 37)
    assert request.source.diagnostic("SW311", "owner", "x").file == TOP


def test_a_required_field_that_was_taken_away_is_missing_where_it_was() -> None:
    """
    The null is what is wrong.
    """
    files = {TOP: "extends: base.yaml\nmodels:\n- name: chat\n  traffic: {input_tokens: null}\n  slo: null\n", "base.yaml": MODEL}
    assert told(files) == [
        ("SW119", "spec.yaml:4:27", "models[0].traffic.input_tokens"),
        ("SW119", "spec.yaml:5:8", "models[0].slo"),
    ]


def test_what_is_overridden_is_not_judged() -> None:
    """
    A value that does not hold is no fault, but a secret is one wherever it stands.
    """
    base = MODEL + "owner: '!'\nlabels: {a: '!'}\n"
    files = {TOP: "extends: base.yaml\nowner: x\nlabels: null\n", "base.yaml": base}
    assert request_of(files).stack.owner == "x"
    files["base.yaml"] = base.replace("owner: '!'", "owner: hf_canaryCANARYcanary0123456789")
    assert told(files) == [("SW210", "base.yaml:6:8", "owner")]


def test_a_secret_made_of_parts_is_found() -> None:
    """
    What parameters put together is looked at as well, and nothing repeats it.
    """
    base = MODEL + "parameters: {p: {type: string}}\nowner: hf_${p}\n"
    files = {TOP: "extends: [{from: base.yaml, with: {p: canaryCANARYcanary}}]\n", "base.yaml": base}
    (fault,) = faults_of(files)
    assert (fault.code, fault.file, fault.line, fault.path) == ("SW210", "base.yaml", 7, "owner")
    assert "canary" not in f"{fault.message}{fault.value}{fault.hint}"


def test_a_secret_for_a_parameter_is_refused_once() -> None:
    """
    A secret in `with` or in a default is one fault where it stands, and what is wrong with it otherwise is not told.
    """
    secret = "hf_canaryCANARYcanary0123456789"  # noqa: S105 - made up
    base = MODEL + "parameters: {p: {type: integer, default: 5}}\nlabels: {l: 'a${p}'}\n"
    assert told({TOP: f"extends: [{{from: base.yaml, with: {{p: {secret}}}}}]\n", "base.yaml": base}) == [
        ("SW210", "spec.yaml:1:39", "extends[0].with.p")
    ]
    owned = base.replace("integer, default: 5", "string").replace("labels: {l: 'a${p}'}", "owner: ${p}")
    assert told({TOP: f"extends: [{{from: base.yaml, with: {{p: '{secret}!'}}}}]\n", "base.yaml": owned}) == [
        ("SW210", "spec.yaml:1:39", "extends[0].with.p")
    ]
    given = {TOP: "extends: base.yaml\n", "base.yaml": base.replace("5}", f"{secret}}}").replace("integer", "string")}
    assert told(given) == [("SW210", "base.yaml:6:41", "parameters.p.default")]
    assert "canary" not in str(faults_of(given))


@pytest.mark.parametrize(
    ("top", "base", "expected"),
    [
        ("models: [{slo: {itl_p95: 5ms}}]\n", MODEL, [("SW119", "spec.yaml:2:10", "models[0].name")]),
        ("models: [{name: chat}]\n", MODEL.replace("name: chat\n    ", ""), [("SW119", "base.yaml:2:5", "models[0].name")]),
        ("models: [{name: null}]\n", MODEL, [("SW119", "spec.yaml:2:17", "models[0].name")]),
        ("models: [{name: 5}]\n", MODEL, [("SW116", "spec.yaml:2:17", "models[0].name")]),
        ("models: [{name: chat}, {name: chat}]\n", MODEL, [("SW209", "spec.yaml:2:31", "models[1].name")]),
        (
            "models: [{name: a}, {}, {name: a}]\n",
            MODEL,
            [("SW119", "spec.yaml:2:21", "models[1].name"), ("SW209", "spec.yaml:2:32", "models[2].name")],
        ),
    ],
)
def test_models_without_a_name_are_not_guessed(top: str, base: str, expected: list[tuple[str, str, str]]) -> None:
    """
    Where two files have models each needs a name of its own; one that lacks it is one fault, and nothing follows from it.
    """
    assert told({TOP: f"extends: base.yaml\n{top}", "base.yaml": base}) == expected
    alone = {TOP: "extends: base.yaml\n", "base.yaml": MODEL.replace("name: chat\n    ", "")}
    assert request_of(alone).models[0].name == "llama-3-2-1b-instruct"


def test_every_file_says_its_own_version() -> None:
    """
    A base written for another version is refused, also where the spec overrides the field.
    """
    files = {TOP: "apiVersion: servewright.dev/v1\nextends: base.yaml\n", "base.yaml": f"apiVersion: servewright.dev/v2\n{MODEL}"}
    assert told(files) == [("SW202", "base.yaml:1:13", "apiVersion")]
    assert told({TOP: f"apiVersion: servewright.dev/v2\n{MODEL}"}) == [("SW202", "spec.yaml:1:13", "apiVersion")]


@pytest.mark.parametrize(
    ("extends", "path"),
    [
        ("5", "extends"),
        ("{from: base.yaml}", "extends"),
        ("[5]", "extends[0]"),
        ("[{with: {a: 1}}]", "extends[0].from"),
        ("[{from: base.yaml, wiht: {}}]", "extends[0].wiht"),
        ("[{from: 5}]", "extends[0].from"),
        ("[]", "extends"),
    ],
)
def test_other_forms_of_extends_are_told(extends: str, path: str) -> None:
    """
    What is no path and no {from, with} is one fault, and what the base would have brought is not called missing.
    """
    assert [fault.path for fault in faults_of({TOP: f"extends: {extends}\n", "base.yaml": MODEL})] == [path]
