"""
Properties as they come over the wire: to plain values, or to faults with their paths.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

from servewright.provider.inputs import Given, read_inputs

UNKNOWN = Unknown()  # type: ignore[no-untyped-call] # the SDK's own, untyped


def read(**inputs: Any) -> Given:
    """
    Return what is read from *inputs*; those that are functions are called inside the loop, where outputs can be made.
    """

    async def run() -> Given:
        return await read_inputs({name: value() if callable(value) else value for name, value in inputs.items()})

    return asyncio.run(run())


def test_a_whole_number_is_one_again() -> None:
    """
    Every number of the wire is a double: a count of 3 must not arrive as 3.0, a rate of 2.5 stays, true is no number.
    """
    spec = read(spec={"a": 3.0, "b": [2.5, 1e6], "c": {"d": True}, "e": "1.0"}).values["spec"]
    assert spec == {"a": 3, "b": [2.5, 1_000_000], "c": {"d": True}, "e": "1.0"}
    assert [type(each) for each in (spec["a"], spec["b"][0], spec["c"]["d"])] == [int, float, bool]


def test_numbers_that_are_none_stay_for_the_spec_to_refuse() -> None:
    """
    Infinity is no whole number; nothing is raised here.
    """
    assert read(spec={"a": float("inf")}).values["spec"] == {"a": float("inf")}


def test_known_outputs_are_taken() -> None:
    """
    A value that went through an output, and is known, is as good as a plain one.
    """
    given = read(spec=lambda: {"owner": pulumi.Output.from_input("team"), "labels": pulumi.Output.from_input({"a": "b"})})
    assert given.faults == []
    assert given.values["spec"] == {"owner": "team", "labels": {"a": "b"}}


def test_every_unknown_value_is_refused_at_its_path() -> None:
    """
    All of them at once, with the reason and what to give instead.
    """
    given = read(spec={"platform": {"account": UNKNOWN}, "models": [{"source": UNKNOWN}], "owner": "team"})
    assert [path for path, _ in given.faults] == ["spec.platform.account (not shown)", "spec.models[0].source (not shown)"]
    assert all("is not known while the plan is made" in reason for _, reason in given.faults)


def test_a_secret_is_refused_and_never_told() -> None:
    """
    The engine prints the value at a path that it finds: the path of a secret leads to none, and no text holds it.
    """
    given = read(spec=lambda: {"owner": pulumi.Output.secret("hunter2"), "name": "demo"})
    ((path, reason),) = given.faults
    assert path == "spec.owner (not shown)"
    assert reason.startswith("is a secret")
    assert "hunter2" not in repr(given)


def test_a_secret_spec_as_a_whole_is_refused() -> None:
    """
    Engines without output values hand the mark up to the property.
    """
    assert [path for path, _ in read(spec=lambda: pulumi.Output.secret({"owner": "hunter2"})).faults] == ["spec (not shown)"]


@pytest.mark.parametrize(
    ("inputs", "path", "said"),
    [
        ({}, "spec", "is missing"),
        ({"spec": {}, "specFile": "a.yaml"}, "specFile (as a whole)", "stands beside spec"),
        ({"spec": {}, "extends": "a.yaml"}, "extends (as a whole)", "stands beside spec"),
        ({"spec": {}, "overrides": {}}, "overrides (as a whole)", "changes what extends names"),
        ({"overrides": {}}, "spec", "extends beside overrides"),
        ({"spec": "a.yaml"}, "spec", "must be the fields of a spec"),
        ({"extends": "a", "overrides": 1.0}, "overrides", "must be the fields of a spec"),
        ({"specFile": 3.0}, "specFile", "must be the path"),
        ({"specFile": ""}, "specFile", "must be the path"),
        ({"specfile": "a.yaml"}, "specfile", "Nearest: specFile"),
        ({"spec": {"a": pulumi.StringAsset("x")}}, "spec.a", "StringAsset"),
    ],
)
def test_properties_that_do_not_fit_together(inputs: dict[str, Any], path: str, said: str) -> None:
    """
    One way in, in the form that it has.
    """
    ((found, reason),) = read(**inputs).faults
    assert found == path
    assert said in reason


@pytest.mark.parametrize(
    ("inputs", "path", "shown"),
    [
        ({"spec": {"owner": "x", "labels": {}}}, "owner", "spec.owner"),
        ({"spec": {"owner": "x", "labels": {}}}, "labels", "spec.labels (as a whole)"),
        ({"spec": {"owner": "x"}}, "models", "spec.models"),
        ({"spec": {"owner": "x"}}, "", "spec (as a whole)"),
        ({"extends": "base.yaml"}, "extends", "extends"),
        ({"extends": [{"from": "base.yaml"}]}, "extends[0].from", "extends[0].from"),
        ({"extends": "base.yaml", "overrides": {"owner": "x"}}, "owner", "overrides.owner"),
        ({"extends": "base.yaml"}, "", "overrides"),
        ({"specFile": "a.yaml"}, "owner", "specFile"),
    ],
)
def test_a_path_of_the_spec_is_told_as_the_program_gave_it(inputs: dict[str, Any], path: str, shown: str) -> None:
    """
    Below the property that it stands in; what holds other values is not echoed.
    """
    assert read(**inputs).fault(path, "why")[0] == shown


def test_extends_and_overrides_are_one_spec() -> None:
    """
    The overrides build upon what extends names.
    """
    given = read(extends="base.yaml", overrides={"environment": "staging"})
    assert given.source == {"environment": "staging", "extends": "base.yaml"}
