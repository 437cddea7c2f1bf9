"""
Two files that differ, while neither extends the other, are told; nothing depends on the order of a list.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_files import MODEL, TOP, faults_of, outcome_of, request_of, told

LEFT, RIGHT = "left.yaml", "right.yaml"


def diamond(left: str, right: str, top: str = "", root: str = "{}\n") -> dict[str, str]:
    """
    Return a spec over two files that build upon one root.
    """
    return {
        TOP: f"extends: [{LEFT}, {RIGHT}]\n{MODEL}{top}",
        LEFT: f"extends: root.yaml\n{left}",
        RIGHT: f"extends: root.yaml\n{right}",
        "root.yaml": root,
    }


def test_a_conflict_names_both_places() -> None:
    """
    The fault stands at one place and names the other, with both values and what would decide it.
    """
    (fault,) = faults_of(diamond("owner: a\n", "owner: b\n"))
    assert (fault.code, fault.phase, fault.path, fault.value) == ("SW231", "fields", "owner", "b")
    assert (fault.file, fault.line, fault.column) == (RIGHT, 2, 8)
    assert fault.message == "left.yaml:2:8 has a, and neither file extends the other"
    assert fault.hint == "say in spec.yaml which one holds, or let one of the two files extend the other"


@pytest.mark.parametrize(
    ("left", "right", "path"),
    [
        ("owner: a\n", "owner: b\n", "owner"),
        ("owner: a\n", "owner: null\n", "owner"),
        ("labels: {x: a}\n", "labels: {x: b}\n", "labels.x"),
        ("labels: {x: a}\n", "labels: null\n", "labels"),
        ("labels: null\n", "labels: {x: a, y: b}\n", "labels"),
        ("gateway: off\n", "gateway: {}\n", "gateway"),
        ("gateway: {}\n", "gateway: off\n", "gateway"),
        ("platform: {zones: [us-east-1a]}\n", "platform: {zones: [us-east-1b]}\n", "platform.zones"),
        ("capacity: {allow_interruption: true}\n", "capacity: {allow_interruption: 1}\n", "capacity.allow_interruption"),
        ("models: [{name: chat, priority: cost}]\n", "models: [{name: chat, priority: latency}]\n", "models[0].priority"),
        ("models: [{name: a, priority: cost}]\n", "models: [{name: b}, {name: a, priority: latency}]\n", "models[0].priority"),
    ],
)
def test_different_values_side_by_side_are_told(left: str, right: str, path: str) -> None:
    """
    Another value, a removal and another kind of value contest a field; so does the same model under another index.
    """
    files = diamond(left, right)
    assert ("SW231", path) in [(fault.code, fault.path) for fault in faults_of(files)]
    files[TOP] = files[TOP].replace(f"[{LEFT}, {RIGHT}]", f"[{RIGHT}, {LEFT}]")
    assert "SW231" in [fault.code for fault in faults_of(files)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("owner: a\n", "owner: a\n"),
        ("owner: 'a'\n", 'owner: "a"\n'),
        ("owner: null\n", "owner: null\n"),
        ("labels: {x: a}\n", "labels: {y: b}\n"),
        ("labels: {x: a}\n", "labels: {}\n"),
        ("platform: {zones: [us-east-1a]}\n", "platform: {zones: ['us-east-1a']}\n"),
        ("budgets: {monthly: 5 USD}\n", "labels: {y: b}\n"),
        ("budgets: null\n", "budgets: {monthly: null}\n"),
        ("models: [{name: chat, priority: cost}]\n", "models: [{name: chat, scaling: {max: 9}}]\n"),
    ],
)
def test_what_agrees_or_does_not_meet_is_fine(left: str, right: str) -> None:
    """
    The same value, in any spelling, and fields beside each other are no conflict.
    """
    assert not isinstance(outcome_of(diamond(left, right)), tuple)


def test_a_file_overrides_what_it_extends_on_any_way() -> None:
    """
    The one that extends the root has the last word over it, also where the other way brings the root's value unchanged.
    """
    root = "owner: root\nlabels: {x: root}\n"
    files = diamond("owner: left\nlabels: null\n", "budgets: {monthly: 5 USD}\n", root=root)
    assert (request_of(files).stack.owner, request_of(files).stack.labels) == ("left", ())
    files[TOP] = files[TOP].replace(f"[{LEFT}, {RIGHT}]", f"[{RIGHT}, {LEFT}]")
    assert (request_of(files).stack.owner, request_of(files).stack.labels) == ("left", ())


def test_the_file_that_extends_both_decides() -> None:
    """
    What the spec, or any file over both, says itself is not contested, also a null.
    """
    files = diamond("owner: a\nlabels: {x: a}\n", "owner: b\nlabels: null\n", top="owner: c\nlabels: null\n")
    assert request_of(files).stack.owner == "c"
    files[TOP] = f"extends: over.yaml\n{MODEL}"
    files["over.yaml"] = f"extends: [{LEFT}, {RIGHT}]\nowner: c\nlabels: null\n"
    assert request_of(files).stack.owner == "c"


def test_fields_decide_where_neither_had_any() -> None:
    """
    Who puts fields where two files differ in something else has decided.
    """
    files = diamond("budgets: off\n", "budgets: null\n", top="budgets: {monthly: 5 USD}\n")
    assert request_of(files).budget.limit == 5


def test_a_file_over_one_of_them_does_not_decide() -> None:
    """
    Who extends only one of the two contests the field in its place.
    """
    files = diamond("owner: a\n", "owner: b\n")
    files[TOP] = f"extends: [over.yaml, {RIGHT}]\n{MODEL}"
    files["over.yaml"] = f"extends: {LEFT}\nowner: c\n"
    (fault,) = faults_of(files)
    assert (fault.path, fault.file, fault.message.split(",")[0]) == ("owner", RIGHT, "over.yaml:2:8 has c")


def test_fields_put_back_where_another_file_took_them_away_are_contested() -> None:
    """
    A null against fields is decided field by field: what the spec says of one of them leaves the others open.
    """
    files = diamond("labels: null\n", "labels: {x: a}\n", top="labels: {y: c}\n")
    assert [fault.path for fault in faults_of(files)] == ["labels"]
    files[TOP] += "owner: x\n"
    files[TOP] = files[TOP].replace("{y: c}", "{y: c, x: b}")
    assert dict(request_of(files).stack.labels) == {"x": "b", "y": "c"}


def test_parameters_that_make_a_base_two_are_contested() -> None:
    """
    A base that is extended twice, with other values, contests what depends on them and nothing else.
    """
    base = "parameters:\n  team: {type: string}\nowner: ${team}\nlabels: {x: a}\n"
    files = {TOP: f"extends: [{{from: b.yaml, with: {{team: a}}}}, {{from: b.yaml, with: {{team: b}}}}]\n{MODEL}", "b.yaml": base}
    assert told(files) == [("SW231", "spec.yaml:1:72", "owner")]
    assert request_of({**files, TOP: files[TOP].replace("team: b", "team: a")}).stack.owner == "a"


def test_a_contested_field_leads_to_no_other_fault() -> None:
    """
    Rules do not judge what nobody decided.
    """
    files = diamond("environment: dev\n", "environment: prod\n")
    assert [fault.code for fault in faults_of(files)] == ["SW231"]


def test_secrets_in_a_conflict_are_masked() -> None:
    """
    Both values are quoted, and neither where it looks like a secret.
    """
    said = faults_of(diamond("owner: hf_canaryCANARYcanary0123456789\n", "owner: b\n"))
    assert "canary" not in " ".join(f"{fault.message}{fault.value}" for fault in said)


def test_a_file_stays_below_whatever_extends_it_with_any_values() -> None:
    """
    A base that another branch extends with other values is no reason to lose what a file over it says, in either order.
    """
    files = {
        TOP: f"extends: [{LEFT}, {RIGHT}]\n{MODEL}",
        LEFT: "extends: [{from: root.yaml, with: {r: a}}]\nowner: left\n",
        RIGHT: "extends: [{from: root.yaml, with: {r: a-2}}]\n",
        "root.yaml": "parameters:\n  r: {type: string}\nowner: root\nlabels: {x: '${r}'}\n",
    }
    assert [fault.path for fault in faults_of(files)] == ["labels.x"]
    files[TOP] += "labels: {x: top}\n"
    assert request_of(files).stack.owner == "left"
    files[TOP] = files[TOP].replace(f"[{LEFT}, {RIGHT}]", f"[{RIGHT}, {LEFT}]")
    assert request_of(files).stack.owner == "left"


CONTENTS = st.dictionaries(st.sampled_from(["owner", "name"]), st.sampled_from(["a", "b", "null", "${r}"]), max_size=2)
BASES = st.dictionaries(st.integers(1, 5), st.sampled_from(["a", "b"]))
GRAPHS = st.integers(1, 5).flatmap(lambda number: st.tuples(*(st.tuples(BASES, CONTENTS) for _ in range(number))))
"""
Of each file: the later ones that it builds upon, with the value it gives each, and its fields.
"""


def texts(graph: tuple[tuple[dict[int, str], dict[str, str]], ...], order: list[int]) -> dict[str, str]:
    """
    Return the files of a graph, in which each builds upon later ones, listed in some *order*.
    """
    files = {}
    takes = {at for at, (_, content) in enumerate(graph) if "${r}" in content.values()}
    for at, (parents, content) in enumerate(graph):
        listed = [
            f"{{from: f{parent}.yaml, with: {{r: {parents[parent]}}}}}" if parent in takes else f"f{parent}.yaml"
            for parent in order
            if parent in parents and at < parent < len(graph)
        ]
        head = "parameters:\n  r: {type: string, default: a}\n" if at in takes else ""
        head += f"extends: [{', '.join(listed)}]\n" if listed else ""
        fields = "".join(f"{name}: {value}\n" for name, value in content.items())
        files[f"f{at}.yaml" if at else TOP] = head + (fields or "apiVersion: servewright.dev/v1\n")
    files[TOP] += MODEL
    return files


def outcome(files: dict[str, str]) -> object:
    """
    Return what a spec comes to, or which fields are contested.
    """
    found = outcome_of(files)
    if isinstance(found, tuple):
        return sorted({fault.path for fault in found})
    return (found.stack.owner, found.stack.name)


@settings(max_examples=200)
@given(GRAPHS, st.permutations([1, 2, 3, 4, 5]))
def test_the_order_of_a_list_means_nothing(graph: tuple[tuple[dict[int, str], dict[str, str]], ...], order: list[int]) -> None:
    """
    Whatever the graph: listing the bases in another order gives the same values, or the same contested fields.
    """
    assert outcome(texts(graph, [1, 2, 3, 4, 5])) == outcome(texts(graph, order))
