"""
What a file declares as its parameters, and which values they take.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servewright.spec.extends_fields import ParameterSpec
from servewright.spec.parameters import spelled, value_problems
from spec_files import MODEL, TOP, faults_of, request_of, told


def problems(declaration: dict[str, Any], value: object) -> list[tuple[str, str]]:
    """
    Return what is wrong with a value of a parameter.
    """
    return [(problem.code, problem.path) for problem in value_problems(ParameterSpec.model_validate(declaration), value, "v")]


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "enum": ["a", "b"]}, "b"),
        ({"type": "integer"}, -3),
        ({"type": "integer", "minimum": 1, "maximum": 8}, 8),
        ({"type": "number"}, 3),
        ({"type": "number", "maximum": Decimal("2.5")}, Decimal("2.5")),
        ({"type": "number", "enum": [1, Decimal("2.5")]}, Decimal("1.0")),
        ({"type": "boolean"}, False),
        ({"type": "list"}, []),
        ({"type": "list", "items": "integer", "minimum": 1}, [1, 2]),
        ({"type": "list", "enum": ["a"]}, ["a", "a"]),
        ({"type": "map"}, {"a": "b"}),
        ({"type": "map", "items": "number"}, {"a": 1, "b": Decimal("0.5")}),
    ],
)
def test_values_of_the_type_are_taken(declaration: dict[str, Any], value: object) -> None:
    """
    A value of the declared type within its bounds is one.
    """
    assert problems(declaration, value) == []


@pytest.mark.parametrize(
    ("declaration", "value", "found"),
    [
        ({"type": "string"}, 4711, ("SW116", "v")),
        ({"type": "string"}, True, ("SW116", "v")),
        ({"type": "string"}, ["a"], ("SW116", "v")),
        ({"type": "string", "enum": ["a"]}, "A", ("SW202", "v")),
        ({"type": "integer"}, "8", ("SW116", "v")),
        ({"type": "integer"}, True, ("SW116", "v")),
        ({"type": "integer"}, Decimal("2.0"), ("SW116", "v")),
        ({"type": "integer", "minimum": 1}, 0, ("SW118", "v")),
        ({"type": "integer", "maximum": 8}, 9, ("SW118", "v")),
        ({"type": "number"}, Decimal("NaN"), ("SW116", "v")),
        ({"type": "number"}, Decimal("Infinity"), ("SW116", "v")),
        ({"type": "number"}, Decimal("1E+400"), ("SW118", "v")),
        ({"type": "number"}, Decimal("1." + "1" * 30), ("SW118", "v")),
        ({"type": "boolean"}, 1, ("SW116", "v")),
        ({"type": "boolean", "enum": [True]}, False, ("SW202", "v")),
        ({"type": "list"}, "a", ("SW116", "v")),
        ({"type": "list"}, ["a", 1], ("SW116", "v[1]")),
        ({"type": "list"}, [["a"]], ("SW116", "v[0]")),
        ({"type": "list", "enum": ["a"]}, ["b"], ("SW202", "v[0]")),
        ({"type": "list", "items": "integer", "minimum": 1}, [0], ("SW118", "v[0]")),
        ({"type": "map"}, ["a"], ("SW116", "v")),
        ({"type": "map"}, {"a": {"b": "c"}}, ("SW116", "v.a")),
        ({"type": "map"}, {"a": None}, ("SW116", "v.a")),
    ],
)
def test_other_values_are_refused(declaration: dict[str, Any], value: object, found: tuple[str, str]) -> None:
    """
    Nothing is converted, bounds hold for each entry, and entries are never lists or fields: no parameter brings structure in.
    """
    assert problems(declaration, value) == [found]


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("{type: text}", ("SW202", "2:13", "parameters.p.type")),
        ("{default: x}", ("SW119", "2:6", "parameters.p.type")),
        ("{type: string, min: 3}", ("SW201", "2:21", "parameters.p.min")),
        ("5", ("SW116", "2:6", "parameters.p")),
        ("", ("SW116", "2:5", "parameters.p")),
        ("{type: string, minimum: 3}", ("SW211", "2:30", "parameters.p.minimum")),
        ("{type: string, items: string}", ("SW211", "2:28", "parameters.p.items")),
        ("{type: integer, minimum: 3, maximum: 2}", ("SW212", "2:43", "parameters.p.maximum")),
        ("{type: integer, minimum: low}", ("SW116", "2:31", "parameters.p.minimum")),
        ("{type: integer, default: 1, minimum: 2}", ("SW118", "2:31", "parameters.p.default")),
        ("{type: integer, enum: [1, two]}", ("SW116", "2:32", "parameters.p.enum[1]")),
        ("{type: integer, enum: []}", ("SW118", "2:28", "parameters.p.enum")),
        ("{type: list, default: [a, 1]}", ("SW116", "2:32", "parameters.p.default[1]")),
        ('{type: string, default: "${p}"}', ("SW234", "2:30", "parameters.p.default")),
        (f"{{type: string, description: {'x' * 501}}}", ("SW118", "2:34", "parameters.p.description")),
    ],
)
def test_declarations_are_judged_where_they_stand(declaration: str, expected: tuple[str, str, str]) -> None:
    """
    A bad declaration is one fault in the file that declares, and nothing is said about who uses it or gives it a value.
    """
    base = f"parameters:\n  p: {declaration}\nowner: ${{p}}\n"
    code, place, path = expected
    assert told({TOP: f"extends: [{{from: base.yaml, with: {{p: 7}}}}]\n{MODEL}", "base.yaml": base}) == [
        (code, f"base.yaml:{place}", path)
    ]


@pytest.mark.parametrize(
    ("name", "code"), [("1a", "SW203"), ("é", "SW203"), ('"a b"', "SW203"), ("x" * 41, "SW203"), ("api_key", "SW210"), ("token", "SW210")]
)
def test_names_of_parameters_are_plain(name: str, code: str) -> None:
    """
    A name that no reference could hold, or that is called like a secret, is refused at the name.
    """
    said = told({TOP: f"{MODEL}parameters:\n  {name}: {{type: string, default: x}}\n"})
    assert (code, "spec.yaml:7:3") in [(found, place) for found, place, _ in said]


def test_words_of_a_declaration_are_no_secrets() -> None:
    """
    What is said about a parameter with the name of a secret is not hidden from every message.
    """
    said = faults_of({TOP: f"{MODEL}parameters:\n  token: {{type: integer, default: x, description: whole number}}\n"})
    assert "whole number" in " ".join(fault.message for fault in said)


def test_parameters_that_are_no_fields_are_one_fault() -> None:
    """
    Where the declarations cannot be read, no reference is called undeclared.
    """
    assert told({TOP: f"{MODEL}parameters: [region]\nowner: ${{region}}\n"}) == [("SW116", "spec.yaml:6:13", "parameters")]


def test_a_spec_by_itself_takes_its_defaults() -> None:
    """
    A file whose parameters all have defaults is a spec of its own; without them it says which values it lacks, each one.
    """
    base = MODEL + "parameters:\n  team: {type: string, default: chat}\n  kind: {type: string, default: us}\nowner: ${team}-${kind}\n"
    assert request_of({TOP: base}).stack.owner == "chat-us"
    lacking = base.replace(", default: chat", "").replace(", default: us", "")
    assert told({TOP: lacking}) == [("SW233", "spec.yaml:7:3", "parameters.team"), ("SW233", "spec.yaml:8:3", "parameters.kind")]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (7, "7"), (Decimal("2.50"), "2.50"), (Decimal("1E+3"), "1000"), ("a", "a")]
)
def test_scalars_are_spelled_as_a_spec_has_them(value: object, text: str) -> None:
    """
    Inside a text a parameter reads as someone would write it.
    """
    assert spelled(value) == text
