"""
Hostile texts in a plan: what is emitted has the structure of a benign twin's, and nothing but the text's own places differs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import promql_parser
import pytest
from pydantic_core import PydanticCustomError

from hostile_plans import SINKS, base, emitted
from hostile_structure import changed_leaves, leaves, shape_of, skeleton
from hostile_texts import BENIGN, HOSTILE
from servewright.spec.names import parse_source

sinks = pytest.mark.parametrize("sink", SINKS)


@cache
def twin(sink: str) -> list[Any]:
    """
    Return what the plan with the benign text in *sink* is emitted as.
    """
    return emitted(SINKS[sink](base(), BENIGN))


def texts_for(sink: str) -> list[tuple[str, str]]:
    """
    Return the hostile texts that a plan can hold in *sink*: weights that read like a flag would be one, so the spec takes none.
    """
    return [(name, text) for name, text in HOSTILE.items() if sink != "weights" or not text.startswith("-")]


@sinks
def test_the_structure_is_that_of_the_benign_twin(sink: str) -> None:
    """
    Same objects, same fields, same types; queries, policies and arguments parse to the same tree.
    """
    wanted = shape_of(twin(sink))
    for name, text in texts_for(sink):
        assert shape_of(emitted(SINKS[sink](base(), text))) == wanted, f"{sink} with {name}"


@sinks
def test_only_the_places_of_the_text_differ(sink: str) -> None:
    """
    What differs from the twin are as many values as the twin shows the benign text in.
    """
    for name, text in texts_for(sink):
        ours, theirs = changed_leaves(twin(sink), emitted(SINKS[sink](base(), text)))
        assert len(ours) == len(theirs), f"{sink} with {name}"
        assert [leaf for leaf in ours if BENIGN not in leaf[1]] == [], f"{sink} with {name}"
        assert [path for path, _ in ours] == [path for path, _ in theirs], f"{sink} with {name}"


@sinks
def test_the_twin_shows_the_text_somewhere(sink: str) -> None:
    """
    A sink that leads nowhere would prove nothing.
    """
    shown = sum(BENIGN in value for each in twin(sink) for _, value in leaves(each))
    # The cluster's name and context go to Pulumi's provider alone.
    assert (shown > 0) == (sink not in {"cluster name", "context"})


@pytest.mark.parametrize("name", HOSTILE)
def test_a_query_asks_for_exactly_the_text(name: str) -> None:
    """
    In PromQL the hostile text is one string: the parser gives it back, letter for letter.
    """
    text = HOSTILE[name]
    plan = SINKS["namespace"](SINKS["served name"](base(), text), text)
    queries = [value for each in emitted(plan) for path, value in _texts(each) if path == "query"]
    assert len(queries) == 4
    for query in queries[:2]:
        matchers = _selector(promql_parser.parse(query)).matchers.matchers
        # without a name the engine answers to that of its weights
        served = text or plan.models[0].weights_source
        assert {each.name: each.value for each in matchers} == {"namespace": text, "model_name": served}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_argument_holds_exactly_the_text(name: str) -> None:
    """
    The text is one argument of the engine, and Kubernetes expands nothing in it.
    """
    text = HOSTILE[name]
    made = emitted(SINKS["weights"](SINKS["served name"](base(), text), text))
    arguments = [each["spec"]["template"]["spec"]["containers"][0]["args"] for each in made if each.get("kind") == "Deployment"]
    # "$$" is how Kubernetes writes "$" where "$(" would begin an expansion
    written = text.replace("$(", "$$(")
    found = [words for words in arguments if words[1] == f"--served-model-name={written}"]
    assert len(found) == 2
    assert all(words[0] == written for words in found)


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if text.startswith("-")])
def test_weights_that_read_like_a_flag_are_no_source(text: str) -> None:
    """
    The one text that a plan cannot hold safely is refused where it is written.
    """
    with pytest.raises(PydanticCustomError):
        parse_source(text)


def test_a_broken_quote_would_be_seen() -> None:
    """
    The comparison itself: a query with one quote too many, a policy with a statement more, a flag more, all differ.
    """
    good = {"query": 'sum(x{a="b"})', "policy": '{"Statement": [{"Effect": "Allow"}]}', "args": ["model", "--port=1"]}
    for field, bad in (
        ("query", 'sum(x{a="b"} or vector(1))'),
        ("policy", '{"Statement": [{"Effect": "Allow"}, {"Effect": "Allow"}]}'),
        ("args", ["model", "--port=1", "--trust-remote-code"]),
        ("args", ["model", "--host=1"]),
    ):
        assert skeleton(good | {field: bad}) != skeleton(good)
    with pytest.raises(ValueError, match="unterminated"):
        skeleton(good | {"query": 'sum(x{a=""} or vector(1)"})'})


def _texts(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _texts(each, key)]
    if isinstance(value, list):
        return [found for each in value for found in _texts(each, path)]
    return [(path, value)]


def _selector(node: Any) -> Any:
    while not hasattr(node, "matchers"):
        node = next(getattr(node, name) for name in ("expr", "lhs") if hasattr(node, name)) if not hasattr(node, "args") else node.args[0]
    return node
