"""
What a blueprint says of itself, and the schema of its parameters.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repositories import write
from servewright.blueprints.find import find, offers, shelves
from servewright.spec.parameters import value_problems

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.blueprints.offer import Offer

EVERY_KIND = """\
blueprint:
  name: chat
  version: 2.0.0
  question: "What does\\n it cost?"
  tool: ">=0.1"
  locked: [capacity.base]
  deprecated: {since: 2.0.0, use: "blueprint:chat@3", why: it is old}
  migration: [{from: 1, note: rate has another name, rename: {rate: requests}}]
parameters:
  requests: {type: number, minimum: 0.5, maximum: 100, default: 2.5, description: requests a second}
  replicas: {type: integer, minimum: 1, maximum: 8}
  size: {type: string, enum: [small, large], default: small}
  night: {type: boolean, default: false}
  zones: {type: list, default: [us-east-1a]}
  ports: {type: list, items: integer, minimum: 1, maximum: 65535, default: [80]}
  labels: {type: map, default: {team: a}}
"""


@pytest.fixture(scope="module")
def offer(tmp_path_factory: pytest.TempPathFactory) -> Offer:
    """
    Return the offer of a blueprint with parameters of every kind.
    """
    folder: Path = write(tmp_path_factory.mktemp("shelf"), {"chat/blueprint.yaml": EVERY_KIND})
    return find("./chat@2", folder)


def test_an_offer_says_what_the_heading_says(offer: Offer) -> None:
    """
    Texts on one line, parameters in their order, and the reference by which it is extended.
    """
    assert offer.question == "What does it cost?"
    assert (offer.reference, offer.label, offer.shelf) == ("blueprint:./chat@2.0.0", "blueprint:chat@2.0.0", None)
    assert list(offer.parameters) == ["requests", "replicas", "size", "night", "zones", "ports", "labels"]
    assert offer.locked == ("capacity.base",)
    assert offer.deprecated is not None
    assert offer.deprecated.use == "blueprint:chat@3"
    assert [(step.from_, step.rename) for step in offer.migration] == [(1, {"rate": "requests"})]


def test_the_schema_is_one(offer: Offer) -> None:
    """
    It is JSON Schema 2020-12, plain JSON, and has defaults, bounds, choices, meaning and what has to be given.
    """
    schema = offer.parameters_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["required"] == ["replicas"]
    assert schema["properties"]["requests"] == {
        "type": "number",
        "minimum": 0.5,
        "maximum": 100,
        "description": "requests a second",
        "default": 2.5,
    }
    assert schema["properties"]["ports"]["items"] == {"type": "integer", "minimum": 1, "maximum": 65535}
    assert schema["properties"]["labels"]["additionalProperties"] == {"type": "string"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"replicas": 1, "requsts": 2}, schema)


VALUES = st.recursive(
    st.sampled_from(["small", "x", "", True, False, 0, 1, 8, 9, 80, 70000, -1]) | st.sampled_from([Decimal("0.5"), Decimal("100.5")]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=3,
)


def in_json(value: Any) -> Any:
    """
    Return *value* with numbers as JSON has them.
    """
    return json.loads(json.dumps(value, default=float))


@settings(max_examples=300)
@given(data=st.data())
def test_the_schema_takes_what_the_loader_takes(offer: Offer, data: st.DataObject) -> None:
    """
    A value is one for the schema exactly where it is one in `with`.
    """
    name = data.draw(st.sampled_from(list(offer.parameters)))
    value = data.draw(VALUES)
    found = jsonschema.Draft202012Validator(offer.parameters_schema()["properties"][name]).is_valid(in_json(value))
    assert found == (not tuple(value_problems(offer.parameters[name], value, "")))


def test_the_defaults_of_what_is_shipped_fit_their_schema() -> None:
    """
    All shipped blueprints can be extended with what they need alone.
    """
    for offer in offers(shelves()[0]):
        schema = offer.parameters_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        defaults = {name: one["default"] for name, one in schema["properties"].items() if "default" in one}
        assert set(defaults) | set(schema.get("required", [])) == set(offer.parameters)
        jsonschema.Draft202012Validator({**schema, "required": []}).validate(defaults)
