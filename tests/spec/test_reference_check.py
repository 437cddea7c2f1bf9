"""
Each reference names a parameter of its file, each parameter is referred to.
"""

from __future__ import annotations

import pytest

from spec_files import MODEL, TOP, faults_of, told

HEAD = MODEL + "parameters:\n  team: {type: string, default: a}\n  zones: {type: list, default: [us-east-1a]}\n"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("owner: ${taem}", "this file has no parameter taem", "Nearest: team"),
        ("owner: ${HOME}", "this file has no parameter HOME", "the environment is not read"),
        ("owner: x-${zones}", "zones is a list, it cannot stand inside a text", "let ${zones} stand alone"),
        ("owner: ${team", "${ is not followed by the name of a parameter and }", "$${ writes ${ itself"),
        ("owner: ${team + 1}", "${ is not followed by the name of a parameter and }", "there are no expressions"),
        ("owner: ${{ team }}", "${ is not followed by the name of a parameter and }", "there are no expressions"),
        ("owner: ${team:-x}", "${ is not followed by the name of a parameter and }", "there are no expressions"),
    ],
)
def test_what_refers_to_nothing_is_refused(text: str, message: str, hint: str) -> None:
    """
    A slip in a name, the environment and expressions of other tools are one fault each, at the text.
    """
    (fault,) = faults_of({TOP: HEAD + "labels: {a: '${team}'}\nplatform: {zones: '${zones}'}\n" + text + "\n"})
    assert (fault.code, fault.path, fault.line, fault.column, fault.message) == ("SW234", "owner", 11, 8, message)
    assert hint in (fault.hint or "")


def test_every_reference_of_a_text_is_judged() -> None:
    """
    Two slips in one text are two faults.
    """
    said = faults_of({TOP: HEAD + "labels: {a: '${team}'}\nplatform: {zones: '${zones}'}\nowner: ${a}${b}${team}\n"})
    assert [fault.message for fault in said] == ["this file has no parameter a", "this file has no parameter b"]


def test_a_text_behind_an_alias_is_told_once() -> None:
    """
    An alias does not repeat what is wrong with the text that it stands for.
    """
    assert told({TOP: MODEL + "owner: &x a${b}\nlabels: {l: *x}\n"}) == [("SW234", "spec.yaml:6:8", "owner")]


def test_field_names_take_no_parameter() -> None:
    """
    A name with a reference is one fault at the name.
    """
    assert told({TOP: MODEL + "labels: {'${x}': a}\n"}) == [("SW234", "spec.yaml:6:10", 'labels["${x}"]')]


def test_parameters_that_nobody_uses_are_told() -> None:
    """
    An unused parameter is a fault at its name; use in a value for another file counts, in a description not.
    """
    assert told({TOP: MODEL + "parameters:\n  a: {type: string, default: x, description: 'for ${a}'}\n"}) == [
        ("SW235", "spec.yaml:7:3", "parameters.a")
    ]
    passing = MODEL + "parameters:\n  a: {type: string, default: x}\nextends:\n- from: b.yaml\n  with: {b: '${a}'}\n"
    base = "parameters: {b: {type: string}}\nowner: ${b}\n"
    assert told({TOP: passing, "b.yaml": base.replace("${b}", "b")}) == [("SW235", "b.yaml:1:14", "parameters.b")]


def test_a_file_does_not_see_the_parameters_of_another() -> None:
    """
    Parameters belong to the file that declares them.
    """
    base = "parameters: {b: {type: string, default: x}}\nowner: ${b}\n"
    assert told({TOP: MODEL + "extends: b.yaml\nlabels: {l: '${b}'}\n", "b.yaml": base}) == [("SW234", "spec.yaml:7:13", "labels.l")]
