"""
The schema of the component package: what the spec has, under the same names, in a form that Pulumi reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from servewright.provider.component_schema import COMPONENT
from servewright.provider.schema import FILE, package_schema, published
from servewright.spec.schema import spec_schema

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "components" / "servewright" / "provider"
SPEC = spec_schema()
PARTS = {"Spec": SPEC, **{name.removesuffix("Spec"): part for name, part in SPEC["$defs"].items()}}


def types() -> dict[str, Any]:
    """
    Return the types of the package by their short names.
    """
    made: dict[str, Any] = package_schema()["types"]
    return {token.removeprefix("servewright:index:"): each for token, each in made.items()}


def references(value: object) -> Iterator[str]:
    """
    Yield every reference in *value*.
    """
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_published_schema_is_that_of_the_spec(*, update_goldens: bool) -> None:
    """
    What a plugin answers with is what the fields say today; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites it.
    """
    made = json.dumps(package_schema(), indent=2, ensure_ascii=False) + "\n"
    if update_goldens:
        (FOLDER / FILE).write_text(made, encoding="utf-8")
    assert made == published()


def test_the_version_is_the_package_s() -> None:
    """
    Schema, and what a copied plugin folder installs, are of the package they came with.
    """
    assert package_schema()["version"] == version("servewright")
    assert (FOLDER / "plugin" / "requirements.txt").read_text(encoding="utf-8") == f"servewright=={version('servewright')}\n"


@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_field_of_the_spec_is_there_with_its_text(name: str) -> None:
    """
    Under the name that it has in a spec file, so that a spec can be copied into a program; required where it is required there.
    """
    made, part = types()[name], PARTS[name]
    fields = part.get("properties", {})
    assert set(made["properties"]) == set(fields)
    assert made.get("required", []) == sorted(part.get("required", []))
    for field, schema in fields.items():
        assert made["properties"][field].get("description") == schema.get("description"), field


def test_every_value_of_a_choice_is_an_enumeration() -> None:
    """
    A program in another language gets the words to choose from, each under a name that any language can have.
    """
    assert [each["value"] for each in types()["ModelPriority"]["enum"]] == ["cost", "latency", "throughput", "balanced"]
    for name, made in types().items():
        names = [each["name"] for each in made.get("enum", [])]
        assert all(each.isidentifier() for each in names), name
        assert len(set(names)) == len(names), name


def test_a_part_is_the_same_with_nothing_required() -> None:
    """
    What is set over a blueprint needs no field: all of them, and those below, come from what is extended.
    """
    found = types()
    parts = [name for name in found if name.endswith("Part") and name.removesuffix("Part") in found]
    assert "ModelPart" in parts
    for name in parts:
        whole = found[name.removesuffix("Part")]
        extends = {"extends"} if name == "SpecPart" else set()
        assert set(found[name]["properties"]) == set(whole["properties"]) - extends
        assert "required" not in found[name]
        for reference in references(found[name]):
            below = found.get(reference.removeprefix("#/types/servewright:index:"), {})
            assert "required" not in below, (name, reference)


def test_no_reference_leads_nowhere_and_no_type_is_unused() -> None:
    """
    Every name of a type is defined once and used.
    """
    schema = package_schema()
    used = {reference for reference in references(schema) if not reference.startswith("pulumi.json")}
    assert used == {f"#/types/{token}" for token in schema["types"]}


def test_units_stay_text_and_free_maps_stay_free() -> None:
    """
    800ms, 60% and 2000 USD are strings; labels have the user's own keys; what takes several forms lists them.
    """
    found = types()
    assert found["Slo"]["properties"]["ttft_p95"]["type"] == "string"
    assert found["Budgets"]["properties"]["monthly"]["type"] == "string"
    assert found["Spec"]["properties"]["labels"]["additionalProperties"] == {"type": "string"}
    forms = found["Model"]["properties"]["hardware"]["oneOf"]
    assert forms == [{"type": "string"}, {"$ref": "#/types/servewright:index:Hardware"}]


def test_inputs_and_outputs_of_the_component() -> None:
    """
    Three ways in; the outputs are always there.
    """
    component = package_schema()["resources"][COMPONENT]
    assert component["isComponent"] is True
    assert sorted(component["inputProperties"]) == ["extends", "overrides", "spec", "specFile"]
    assert component["required"] == sorted(component["properties"]) == ["endpoints", "estimatedMonthlyUsd", "namespace", "plan"]
    assert all(each["description"] for each in (component["inputProperties"] | component["properties"]).values())
