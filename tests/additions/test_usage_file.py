"""
A usage file: what it says is held against the resources, and what is wrong in it is said with its place.
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from servewright.additions.usage_file import MOST, USAGE_VERSION, read_usage
from servewright.catalog.usage import UsageDefault, UsageDefaults
from servewright.cost.records import ResourceRecord
from servewright.errors import InvalidInputError
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.usage import Usage
    from servewright.diagnostics import Diagnostic

NAT, BUCKET = "aws:ec2/natGateway:NatGateway", "aws:s3/bucket:Bucket"
SCHEMA = json.loads((files("servewright.report") / "schemas" / "usage-v1.json").read_text(encoding="utf-8"))


def default(token: str, key: str) -> UsageDefault:
    """
    Return a default.
    """
    return UsageDefault(type=token, key=key, unit="GB", quantity=Range.exactly(1), kind="judgement", remark="none")


DEFAULTS = UsageDefaults(rows=(default(NAT, "data_processed_gb"), default(BUCKET, "storage_gb"), default(BUCKET, "get_requests")))


def record(token: str, name: str) -> ResourceRecord:
    """
    Return a resource.
    """
    urn = f"urn:pulumi:dev::shop::{token}::{name}"
    return ResourceRecord(urn=urn, type=token, name=name, parent=None, custom=True, region="us-east-1", inputs={})


RECORDS = (record(NAT, "nat"), record(BUCKET, "logs"), record(BUCKET, "weights"))


def text_of(usage: str) -> bytes:
    """
    Return a file whose entries are *usage*, from line 3 on.
    """
    return f"apiVersion: {USAGE_VERSION}\nusage:\n{usage}\n".encode()


def usage_of(usage: str) -> Usage:
    """
    Return what the file says of RECORDS.
    """
    return read_usage("usage.yaml", text_of(usage)).fitted(RECORDS, DEFAULTS)


def faults(raw: bytes) -> list[Diagnostic]:
    """
    Return what is wrong with *raw*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_usage("usage.yaml", raw).fitted(RECORDS, DEFAULTS)
    return list(caught.value.diagnostics)


def said(usage: Usage, of: ResourceRecord, key: str) -> Range | None:
    """
    Return what *usage* says of a resource.
    """
    return usage.given(of.urn, of.type, of.name, key)


def test_the_last_entry_that_fits_decides() -> None:
    """
    By type, by name, by URN with a star; each key on its own.
    """
    usage = usage_of(
        f'  "{BUCKET}": {{storage_gb: 10, get_requests: 5}}\n'
        "  weights: {storage_gb: {min: 1, expected: 2.5, max: 4}}\n"
        '  "*::nat": {data_processed_gb: 7}'
    )
    nat, logs, weights = RECORDS
    assert said(usage, logs, "storage_gb") == Range.exactly(10)
    assert said(usage, weights, "storage_gb") == Range(Decimal(1), Decimal("2.5"), Decimal(4))
    assert said(usage, weights, "get_requests") == Range.exactly(5)
    assert said(usage, nat, "data_processed_gb") == Range.exactly(7)
    assert said(usage, nat, "storage_gb") is None


@given(low=st.integers(0, 9), more=st.integers(0, 9), most=st.integers(0, 9))
def test_numbers_come_back_exactly(low: int, more: int, most: int) -> None:
    """
    Decimal digits are kept as written.
    """
    low_text, expected, high = f"{low}.10", f"{low + more}.2", low + more + most + 1
    quantity = said(
        usage_of(f"  nat: {{data_processed_gb: {{min: {low_text}, expected: {expected}, max: {high}}}}}"), RECORDS[0], "data_processed_gb"
    )
    assert quantity == Range(Decimal(low_text), Decimal(expected), Decimal(high))


@pytest.mark.parametrize(
    ("usage", "code", "line", "column", "words"),
    [
        ("  natt: {data_processed_gb: 1}", "SW256", 3, 3, "no resource has this"),
        ("  nat: {data_procesed_gb: 1}", "SW257", 3, 9, "no type that this fits has the key"),
        ("  nat: {data_processed_gb: -1}", "SW118", 3, 28, "from 0 to"),
        ("  nat: {data_processed_gb: .nan}", "SW118", 3, 28, "from 0 to"),
        ("  nat: {data_processed_gb: .inf}", "SW118", 3, 28, "from 0 to"),
        (f"  nat: {{data_processed_gb: {MOST}0}}", "SW118", 3, 28, "from 0 to"),
        ("  nat: {data_processed_gb: true}", "SW116", 3, 28, "true or false"),
        ("  nat: {data_processed_gb: 5GB}", "SW116", 3, 28, "this is text"),
        ("  nat: {data_processed_gb: [1]}", "SW116", 3, 28, "this is a list"),
        ("  nat: {data_processed_gb: null}", "SW116", 3, 28, "this is nothing"),
        ("  nat: {data_processed_gb: {min: 3, expected: 2, max: 4}}", "SW211", 3, 28, "not in this order"),
        ("  nat: {data_processed_gb: {min: 1, expected: 3, max: 2}}", "SW211", 3, 28, "not in this order"),
        ("  nat: {data_processed_gb: {min: 1, max: 2}}", "SW119", 3, 28, "expected is missing"),
        ("  nat: {data_processed_gb: {min: 1, expected: 2, max: 3, mean: 2}}", "SW201", 3, 58, "no such field"),
        ("  nat: 7", "SW116", 3, 8, "must be keys with numbers"),
        ("  nat: {}", "SW116", 3, 8, "is empty"),
        ("  nat: {data_processed_gb: 1}\n  nat: {data_processed_gb: 2}", "SW110", 4, 3, "stands twice"),
        ("  nat: {data_processed_gb: 1, data_processed_gb: 2}", "SW110", 3, 31, "stands twice"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(usage: str, code: str, line: int, column: int, words: str) -> None:
    """
    One fault with code, line and column.
    """
    (found,) = faults(text_of(usage))
    assert (found.code, found.line, found.column) == (code, line, column)
    assert words in found.message


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        (b"", "SW107", ""),
        (b"- a", "SW109", ""),
        (b"usage: {nat: {data_processed_gb: 1}}", "SW250", "apiVersion"),
        (b"apiVersion: servewright.dev/usage/v2\nusage: {nat: {data_processed_gb: 1}}", "SW250", "apiVersion"),
        (f"apiVersion: {USAGE_VERSION}".encode(), "SW119", "usage"),
        (f"apiVersion: {USAGE_VERSION}\nusage: 7".encode(), "SW116", "usage"),
        (f"apiVersion: {USAGE_VERSION}\nusages: {{}}\nusage: {{nat: {{data_processed_gb: 1}}}}".encode(), "SW201", "usages"),
    ],
)
def test_the_frame_of_the_file(raw: bytes, code: str, path: str) -> None:
    """
    Version and fields of the document itself.
    """
    (found,) = faults(raw)
    assert (found.code, found.path) == (code, path)


def test_all_faults_are_said_at_once_with_the_nearest_names() -> None:
    """
    In the order of the file; a hint names the nearest pattern and key.
    """
    found = faults(text_of("  natt: {data_processed_gb: 1}\n  nat: {data_procesed_gb: 1, storage_gb: 2}"))
    assert [(fault.code, fault.path) for fault in found] == [
        ("SW256", "usage.natt"),
        ("SW257", "usage.nat.data_procesed_gb"),
        ("SW257", "usage.nat.storage_gb"),
    ]
    assert (found[0].hint or "").startswith("nearest: nat;")
    assert found[1].hint == "write data_processed_gb"


def test_a_key_needs_one_of_the_fitted_types_alone() -> None:
    """
    A wide pattern may hold a key that some of its resources know.
    """
    assert said(usage_of('  "*": {storage_gb: 3}'), RECORDS[0], "storage_gb") == Range.exactly(3)


def accepted_by_the_schema(text: bytes) -> bool:
    """
    Tell whether the published schema accepts a file.
    """
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("usage", "right"),
    [
        ("  nat: {data_processed_gb: 1.5}", True),
        ("  nat: {data_processed_gb: {min: 1, expected: 2, max: 3}}", True),
        ("  nat: {data_processed_gb: -1}", False),
        ("  nat: {data_processed_gb: true}", False),
        ("  nat: {data_processed_gb: {min: 1, max: 3}}", False),
        ("  nat: {data_processed_gb: {min: 1, expected: 2, max: 3, mean: 2}}", False),
        ("  nat: {}", False),
    ],
)
def test_the_schema_says_what_the_reader_says(usage: str, right: bool) -> None:  # noqa: FBT001
    """
    An editor that knows the schema marks what the reader refuses.
    """
    assert accepted_by_the_schema(text_of(usage)) is right
    try:
        usage_of(usage)
        read: Any = True
    except InvalidInputError:
        read = False
    assert read is right


def test_the_schema_has_the_version() -> None:
    """
    Another apiVersion is another format.
    """
    assert SCHEMA["properties"]["apiVersion"] == {"const": USAGE_VERSION, "description": "Version of this format."}
    assert not accepted_by_the_schema(b"apiVersion: v1\nusage: {nat: {a: 1}}")
