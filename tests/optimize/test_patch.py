"""
Fields of changes: put together, compared, written.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from servewright.optimize.model import Candidate
from servewright.optimize.patch import conflict, merged, of_models, overlay, paths, to_line, to_text


def candidate(fields: dict[str, Any], *decides: str) -> Candidate:
    """
    Return a change that sets *fields*.
    """
    return Candidate(id="x", kind="purchase", title="x", fields=fields, decides=frozenset(decides))


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ({"capacity": {"base": None}}, {"capacity": {"base": {"share": "50%"}}}, True),
        ({"capacity": {"base": {"share": "50%"}}}, {"capacity": {"burst": None}}, False),
        (of_models({"a": {"precision": "fp8"}}), of_models({"b": {"precision": "fp8"}}), False),
        (of_models({"a": {"precision": "fp8"}}), of_models({"a": {"precision": "int8"}}), True),
        (of_models({"a": {"scaling": {"max": 1}}}), of_models({"a": {"scaling": {"min": 1}}}), False),
        ({"platform": {"zones": ["x"]}}, {"platform": {"zones": ["x"], "region": "y"}}, True),
        ({}, {"capacity": None}, False),
    ],
    ids=["within", "beside", "other model", "same field", "other field", "same list", "nothing"],
)
def test_changes_conflict_where_they_set_the_same(one: dict[str, Any], other: dict[str, Any], clash: bool) -> None:  # noqa: FBT001 - a case
    """
    The same field, or one within another; in both directions.
    """
    assert conflict(candidate(one), candidate(other)) is clash
    assert conflict(candidate(other), candidate(one)) is clash


def test_changes_conflict_where_they_decide_the_same() -> None:
    """
    Two ways to choose the hardware do not set the same field.
    """
    assert conflict(candidate({"a": 1}, "hardware"), candidate({"b": 1}, "hardware"))


def test_the_later_change_has_the_last_word_and_models_merge_by_name() -> None:
    """
    As in files that extend each other.
    """
    one = {"capacity": {"base": {"share": "50%"}}, **of_models({"a": {"slo": {"ttft_p95": "1s"}}})}
    other = {"capacity": {"base": None}, **of_models({"a": {"slo": {"itl_p95": "9ms"}}, "b": {"precision": "fp8"}})}

    both = merged(one, other)

    assert both["capacity"] == {"base": None}
    assert both["models"] == [{"name": "a", "slo": {"ttft_p95": "1s", "itl_p95": "9ms"}}, {"name": "b", "precision": "fp8"}]
    assert paths(both) == {"capacity.base", "models[a].slo.ttft_p95", "models[a].slo.itl_p95", "models[b].precision"}
    assert one["capacity"] == {"base": {"share": "50%"}}


def test_the_text_is_the_fields() -> None:
    """
    As a file, and on one line.
    """
    fields = {"capacity": {"base": None}, **of_models({"a": {"slo": {"ttft_p95": "1200ms"}, "context_length": 4096}})}

    assert yaml.safe_load(overlay(fields, "../a.yaml")) == {"extends": "../a.yaml", **fields}
    assert yaml.safe_load(to_text(fields)) == yaml.safe_load(to_line(fields)) == fields
    assert to_text({}) == ""
    assert "\n" not in to_line(fields)
