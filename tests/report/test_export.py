"""
The versioned JSON.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource

from plans import embedder
from previews import bill, line, model, plan, preview, records, stack
from servewright.cost.model import Unknown
from servewright.cost.records import UNKNOWN
from servewright.plan.model import Precision
from servewright.ranges import Range
from servewright.report.diagnostics import diagnostics_value
from servewright.report.export import bill_document, plan_document, preview_value, to_json
from servewright.report.export_numbers import exact, rounded

SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in files("servewright.report").joinpath("schemas").iterdir()
    if path.name.endswith(".json")
}


def validator(name: str) -> Draft202012Validator:
    """
    Return the validator of one of our schemas, the others at hand for its references.
    """
    registry: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values())
    return Draft202012Validator(SCHEMAS[name], registry=registry)


def unknown_price() -> Any:
    """
    Return a preview whose first line has no price.
    """
    bad = line(unit_price=Range.unknown(), source=None, as_of=None)
    unknown = Unknown(id=bad.id, resource=bad.resource, what="instance hours", why="not covered")
    return preview(bill=bill(lines=(bad, *bill().lines[1:]), unknown=(unknown,)))


def variants() -> list[Any]:
    """
    Return previews that use the optional parts of the format.
    """
    checkpoint = Precision(weights="fp8", origin="checkpoint", weight_only=False, checkpoint_source="o/m", checkpoint_revision="0" * 40)
    factors = tuple(Decimal(i % 7) / 7 for i in range(168))
    rare = replace(model().traffic, profile=factors, requests_per_second=Decimal("0.000001"))
    return [
        preview(),
        unknown_price(),
        replace(preview(), plan=plan(models=(model(precision=checkpoint), model(name="b", token=None)))),
        replace(preview(), plan=plan(models=(model(traffic=rare),), stack=stack(account=None))),
        replace(preview(), records=(), operator_versions={}, quotas=()),
        replace(preview(), plan=replace(embedder(), warnings=plan().warnings)),
    ]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_schemas_and_describe_every_field(name: str) -> None:
    """
    Each schema is valid and says of every property what it means.
    """
    Draft202012Validator.check_schema(SCHEMAS[name])

    def properties(node: Any) -> Any:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ()
            for inner in node.values():
                yield from properties(inner)

    assert [key for key, value in properties(SCHEMAS[name]) if "description" not in value and "$ref" not in value] == []


@pytest.mark.parametrize("made", variants(), ids=["whole", "unknown", "two models", "own profile", "empty", "embedder"])
def test_every_output_is_valid(made: Any) -> None:
    """
    Preview, plan and bill hold their schemas.
    """
    validator("preview-v1.json").validate(preview_value(made))
    validator("plan-v1.json").validate(plan_document(made.plan))
    validator("bill-v1.json").validate(bill_document(made))
    validator("diagnostics-v1.json").validate(diagnostics_value(made.plan.warnings))


def test_the_schema_refuses_what_is_not_in_it() -> None:
    """
    An additional field or a number in place of money is not the format.
    """
    value = preview_value(preview())

    with pytest.raises(ValidationError):
        validator("preview-v1.json").validate(value | {"extra": 1})
    value["bill"]["total"]["monthly"]["expected"] = 341.2
    with pytest.raises(ValidationError):
        validator("preview-v1.json").validate(value)


def test_lines_sum_to_the_total_digit_by_digit() -> None:
    """
    Money is exact: the sum of the lines is the total in min, expected and max.
    """
    value = preview_value(preview())["bill"]

    for member in ("min", "expected", "max"):
        assert sum(Decimal(entry["monthly"][member]) for entry in value["lines"]) == Decimal(value["total"]["monthly"][member])


def test_unknown_is_null_and_listed() -> None:
    """
    What is not known is null, its id is in unknown, and the total says "at least".
    """
    value = preview_value(unknown_price())["bill"]

    assert value["lines"][0]["unit_price"] is None
    assert value["lines"][0]["monthly"] == {"min": None, "expected": None, "max": None}
    assert value["total"]["at_least"] is True
    assert [entry["resource"] for entry in value["unknown"]] == [value["lines"][0]["resource"]]


def test_images_are_told_apart_by_digest() -> None:
    """
    Every image of every pod is listed once: fixed by a digest, or with the reason why not.
    """
    value = preview_value(preview(image_waivers={"busybox:1": "a test image"}))["images"]

    assert [entry["image"] for entry in value["resolved"]] == ["docker.io/vllm/vllm-openai:v0.31.0"]
    assert value["unresolved"] == [{"image": "busybox:1", "waiver": "a test image"}]


def test_secrets_are_references() -> None:
    """
    A secret has name, keys, users and a command without a value.
    """
    assert preview_value(preview())["secrets"] == [
        {
            "name": "hf-token",
            "namespace": "serving",
            "keys": ["token"],
            "used_by": ["chat"],
            "create_with": "kubectl --namespace serving create secret generic hf-token --from-file=token=/dev/stdin",
        }
    ]


def test_resources_are_sorted_and_their_keys_too() -> None:
    """
    The order of records and of map keys makes no difference to the bytes.
    """
    turned = tuple(replace(r, inputs=dict(reversed(list(r.inputs.items())))) for r in reversed(records()))

    assert to_json(preview_value(preview())) == to_json(preview_value(preview(records=turned)))


def test_what_is_not_known_yet_stays_marked() -> None:
    """
    Pulumi's unknown value goes through as it is.
    """
    record = replace(records()[3], inputs={"arn": UNKNOWN})

    assert preview_value(preview(records=(record,)))["resources"][0]["inputs"] == {"arn": UNKNOWN}


def test_floats_carry_no_noise() -> None:
    """
    No number has more than six digits behind the point, and whole numbers are integers.
    """
    assert [rounded(v) for v in (0.1 + 0.2, 2.0, 312.00000001, Decimal("1.5"), 0.00000123456789)] == [0.3, 2, 312, 1.5, 1.23457e-06]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_exact_text_is_the_same_number_without_exponent(value: Decimal) -> None:
    """
    Every digit survives; there is no exponent, no trailing zero and no minus before zero.
    """
    text = exact(value)
    assert text is not None

    assert Decimal(text) == value
    assert not set("eE") & set(text)
    assert "." not in text or not text.endswith("0")
    assert text != "-0"


def test_json_is_the_schema_s_order_and_ends_in_a_newline() -> None:
    """
    Keys stand in the order in which the format declares them.
    """
    text = to_json(preview_value(preview()))

    assert list(json.loads(text)) == list(SCHEMAS["preview-v1.json"]["properties"])
    assert text.endswith("}\n")
