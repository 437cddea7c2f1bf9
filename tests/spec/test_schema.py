"""
The JSON Schema of the spec is current, and it takes what the loader takes.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
import yaml

from servewright.spec.schema import part_schema, spec_schema
from spec_texts import FULL, MINIMAL

PART = part_schema()
SCHEMAS = {"spec-v1.json": spec_schema, "spec-part-v1.json": part_schema}


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_current(name: str, *, update_goldens: bool) -> None:
    """
    What is in the repository is what the fields say; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites it.
    """
    committed = resources.files("servewright.report").joinpath("schemas", name)
    made = json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
    if update_goldens:
        with resources.as_file(committed) as path:
            path.write_text(made, encoding="utf-8")
    assert committed.read_text(encoding="utf-8") == made


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_one(name: str) -> None:
    """
    It is valid by the meta-schema of its draft.
    """
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("text", [MINIMAL, FULL])
def test_good_specs_are_good_by_the_schema(text: str) -> None:
    """
    An editor with the schema shows no fault in a spec that the loader takes.
    """
    jsonschema.validate(yaml.safe_load(text.replace(": off", ": 'off'")), spec_schema())


@pytest.mark.parametrize(
    "bad", [{"models": [{"source": "a/b"}]}, {"replicas": 3}, {"models": [{"source": "a/b", "traffic": {}, "slo": {"ttft_p95": 800}}]}]
)
def test_bad_specs_are_bad_by_the_schema(bad: dict[str, object]) -> None:
    """
    Missing and unknown fields and missing units are seen by an editor too.
    """
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, spec_schema())


def test_every_field_says_what_it_means() -> None:
    """
    No field is without its text.
    """
    schema: dict[str, Any] = spec_schema()
    for name, part in {"Spec": schema, **schema["$defs"]}.items():
        for field, described in part.get("properties", {}).items():
            assert described.get("description"), f"{name}.{field}"


PARTS = (
    "{}",
    "extends: base.yaml",
    "extends: [base.yaml, {from: ../b.yaml, with: {a: 1, b: [x], c: null}}]\nmodels: [{name: chat, slo: null, scaling: {min: 3}}]",
    "parameters: {r: {type: string, default: x}, n: {type: list, items: integer, minimum: 1}}",
    "platform: {region: '${r}', zones: ['${r}a']}",
    "models: [{name: '${r}', traffic: {requests_per_second: '${n}'}, hardware: '${h}'}]\nlabels: {a: null, b: 'x-${r}'}\nbudgets: null",
)


@pytest.mark.parametrize("text", [MINIMAL, FULL, *PARTS])
def test_parts_are_good_by_their_schema(text: str) -> None:
    """
    An editor shows no fault in a file that only says some fields, takes some away or leaves some to parameters.
    """
    jsonschema.validate(yaml.safe_load(text.replace(": off", ": 'off'")), PART)


@pytest.mark.parametrize(
    "bad",
    [
        {"replicas": 3},
        {"models": [{"name": "a", "slo": {"ttft_p95": 800}}]},
        {"extends": [{"path": "a"}]},
        {"extends": 5},
        {"parameters": {"a": {"default": 1}}},
        {"parameters": {"a": {"type": "text"}}},
        {"environment": "production"},
    ],
)
def test_slips_in_parts_are_seen(bad: dict[str, object]) -> None:
    """
    Unknown fields, values of another kind and bad declarations are seen in parts too.
    """
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, PART)
