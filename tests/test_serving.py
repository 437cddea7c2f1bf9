"""
The composition root inside a program: a spec as a file, as plain values or planned already, to resources or to one error with all faults.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from servewright.pipeline import estimates, preview_file
from servewright.record.monitor import Recording
from servewright.record.offline import record
from servewright.resources import Planned, plan_spec, serve

SPEC: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "docs" / "examples" / "python" / "whole_stack" / "spec.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Run in a folder with a spec.
    """
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(SPEC), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recorded(spec: Any, **options: Any) -> Recording:
    """
    Return the recording of a program that serves *spec*.
    """
    return record(lambda: serve(spec, **options), project="p", stack="s")


def refused(spec: Any) -> list[str]:
    """
    Return the lines of what is said about *spec*.
    """
    with pytest.raises(pulumi.RunError) as raised:
        plan_spec(spec)
    return str(raised.value).splitlines()


def test_a_file_its_fields_and_its_plan_are_the_same_stack(folder: Path) -> None:
    """
    However the spec comes in: the same URNs with the same inputs.
    """
    expected = {urn: made.inputs for urn, made in recorded("spec.yaml").resources.items()}
    for spec in (folder / "spec.yaml", SPEC, {"extends": "spec.yaml"}, plan_spec("spec.yaml")):
        assert {urn: made.inputs for urn, made in recorded(spec).resources.items()} == expected


def test_the_estimate_is_the_offline_bill(folder: Path) -> None:
    """
    Of a file and of fields.
    """
    expected = estimates(preview_file(folder / "spec.yaml"))
    assert plan_spec("spec.yaml").estimate == expected
    assert plan_spec(SPEC).estimate == expected


def test_planning_registers_nothing() -> None:
    """
    What is planned can be looked at, and registered later or not at all.
    """
    found: list[Planned] = []
    recording = record(lambda: found.append(plan_spec("spec.yaml")), project="p", stack="s")
    assert [made.type for made in recording.resources.values()] == ["pulumi:pulumi:Stack"]
    assert [model.name for model in found[0].plan.models] == ["chat"]


def test_the_component_has_the_spec_s_name_or_the_given_one() -> None:
    """
    Two of one spec under two names are two components.
    """
    names = {made.name for made in recorded(SPEC, name="other").resources.values()}
    assert "other-namespace" in names
    assert {made.name for made in recorded(SPEC).resources.values()} >= {"chat", "chat-namespace"}


def test_faults_of_fields_have_no_place_in_a_file() -> None:
    """
    Each line has code, path, what is wrong and what would be right.
    """
    assert refused({**SPEC, "modells": []}) == ["SW201  modells: not a field we know (Nearest: models)"]


def test_faults_of_a_file_have_their_place(folder: Path) -> None:
    """
    Also where fields in the program extend it; the last line says how to see more.
    """
    (folder / "bad.yaml").write_text("models: []\nowner: a b\n", encoding="utf-8")
    lines = refused("bad.yaml")
    assert any(line.startswith("bad.yaml:2:8  SW203  owner: ") for line in lines)
    assert lines[-1] == "All about it: servewright preview bad.yaml --as-of today"
    assert any("bad.yaml:2:8  SW203  owner: " in line for line in refused({"extends": "bad.yaml"}))


@pytest.mark.parametrize(
    ("value", "said"),
    [(object(), "a Python object"), (date(2026, 1, 1), "a Python date"), ({1, 2}, "a Python set"), (b"x", "a Python bytes")],
)
def test_what_no_spec_can_hold_is_refused_at_its_path(value: object, said: str) -> None:
    """
    Before anything is planned.
    """
    (line,) = refused({**SPEC, "labels": {"a": [value]}})
    assert line.startswith(f"SW116  labels.a[0]: is {said}, which no plan can be made from")


def test_an_output_is_refused_at_its_path() -> None:
    """
    The plan is made before anything is deployed.
    """

    def program() -> None:
        plan_spec({**SPEC, "owner": pulumi.Output.from_input("team")})

    with pytest.raises(pulumi.RunError, match="SW116  owner: is an Output, which no plan can be made from"):
        record(program, project="p", stack="s")


def test_odd_text_does_not_break_the_reading() -> None:
    """
    Any text that Python holds comes to the spec's own rules.
    """
    for text in ("\ud800", "\x00", "a\u2028b", "Ωmega \U0001f600", '"'):
        assert refused({**SPEC, "owner": text})


def test_a_waiver_that_has_ended_stops_fields_too(folder: Path) -> None:
    """
    What lies beside the program holds for it; *today* is the day.
    """
    waiver = '{"image": "ghcr.io/acme/tool:v1", "reason": "no digest yet", "expires": "2030-01-01"}'
    text = f'{{"apiVersion": "servewright.dev/images/v1", "images": [], "waivers": [{waiver}]}}'
    (folder / "servewright.images.json").write_text(text, encoding="utf-8")
    assert plan_spec(SPEC, today=date(2029, 1, 1)).plan.models
    with pytest.raises(pulumi.RunError, match="SW254"):
        plan_spec(SPEC, today=date(2031, 1, 1))
