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

from servewright.spec.schema import spec_schema
from spec_texts import FULL, MINIMAL

COMMITTED = resources.files("servewright.report").joinpath("schemas", "spec-v1.json")


def test_the_committed_schema_is_current(*, update_goldens: bool) -> None:
    """
    What is in the repository is what the fields say; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites it.
    """
    made = json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n"
    if update_goldens:
        with resources.as_file(COMMITTED) as path:
            path.write_text(made, encoding="utf-8")
    assert COMMITTED.read_text(encoding="utf-8") == made


def test_the_schema_is_one() -> None:
    """
    It is valid by the meta-schema of its draft.
    """
    jsonschema.Draft202012Validator.check_schema(spec_schema())


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
