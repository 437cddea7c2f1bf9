"""
Reading recorded inputs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from servewright.cost.properties import (
    UnreadableProperty,
    dotted,
    read,
    read_count,
    read_list,
    read_map,
    read_number,
    read_text,
    required,
)
from servewright.cost.records import SECRET, UNKNOWN


def made(**inputs: Any) -> Any:
    """
    Return a record with *inputs*.
    """
    return record("test:index:Thing", "thing", inputs)


def test_paths_are_written_as_pulumi_writes_them() -> None:
    """
    Plain keys are dotted, keys with dots or slashes and indexes stand in brackets.
    """
    assert dotted("spec", "items", 2, "a.b/c", "d") == 'spec.items[2]["a.b/c"].d'


def test_what_is_absent_reads_as_none() -> None:
    """
    A missing key, a key below a missing one and an index past the end are absent, not errors.
    """
    thing = made(spec={"items": [1]})

    assert read(thing, "spec", "other") is None
    assert read(thing, "status", "deep", "er") is None
    assert read(thing, "spec", "items", 1) is None
    assert read_map(thing, "status") == {}
    assert list(read_list(thing, "status")) == []
    assert read_text(thing, "status") is None
    assert read_number(thing, "status") is None


@pytest.mark.parametrize(("value", "why"), [(UNKNOWN, "is not known before deployment"), (SECRET, "is secret")])
def test_unknown_and_secret_values_stop_the_reading_with_their_path(value: str, why: str) -> None:
    """
    The path named is that of the value that is not there, which may be a parent of what was asked for.
    """
    with pytest.raises(UnreadableProperty) as caught:
        read(made(spec={"limits": value}), "spec", "limits", "cpu")

    assert (caught.value.path, caught.value.why) == ("spec.limits", why)
    assert str(caught.value) == f"thing: spec.limits {why}"


def test_lists_and_maps_are_known_as_a_whole() -> None:
    """
    One unknown member stops the reading of a list or a map.
    """
    with pytest.raises(UnreadableProperty, match=r"a\[1\] is not known"):
        read_list(made(a=["x", UNKNOWN]), "a")
    with pytest.raises(UnreadableProperty, match=r"a\.k is not known"):
        read_map(made(a={"k": UNKNOWN}), "a")


@pytest.mark.parametrize("value", ["text", [1]])
def test_other_shapes_are_said(value: object) -> None:
    """
    A text is no list, a list is no map, and a list is no text.
    """
    with pytest.raises(UnreadableProperty, match="is not a map"):
        read_map(made(a=value), "a")
    with pytest.raises(UnreadableProperty, match=r"is not a (list|text)"):
        (read_list if isinstance(value, str) else read_text)(made(a=value), "a")


@pytest.mark.parametrize(("value", "number"), [(3, "3"), (3.0, "3.0"), ("0.1", "0.1"), (0.1, "0.1"), (0, "0")])
def test_numbers_keep_their_decimal_form(value: object, number: str) -> None:
    """
    A double means the decimal that it prints as.
    """
    assert read_number(made(a=value), "a") == Decimal(number)


@pytest.mark.parametrize("value", ["many", -1, "NaN", float("inf"), True, [], {}])
def test_what_is_no_amount_is_refused(value: object) -> None:
    """
    Negative, non-finite and other values are no amounts.
    """
    with pytest.raises(UnreadableProperty, match="is not a number of 0 or more"):
        read_number(made(a=value), "a")


@pytest.mark.parametrize("value", ["1e99999999", "1e50000", 10**16, 1e300, "1e-99999999", "0e99999999", "-1e99999999"])
def test_numbers_that_are_too_long_to_write_out_are_refused(value: object) -> None:
    """
    A large exponent is refused before anything is worked out with it, and the reason is short.
    """
    with pytest.raises(UnreadableProperty, match=r"larger or finer|0 or more") as caught:
        read_count(made(a=value), "a")

    assert len(caught.value.why) < 100
    assert read_count(made(a="1e3"), "a") == 1000


def test_counts_are_whole() -> None:
    """
    A count of 2.0 is 2, one of 2.5 is none.
    """
    assert read_count(made(a=2.0), "a") == 2
    with pytest.raises(UnreadableProperty, match=r"is not a whole number: 2\.5"):
        read_count(made(a=2.5), "a")


def test_a_missing_value_is_named() -> None:
    """
    A value that must be there is named where it is not.
    """
    with pytest.raises(UnreadableProperty, match=r"thing: spec\.name is missing"):
        required(made(), None, "spec", "name")
