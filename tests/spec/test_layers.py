"""
Values for parameters go from a file to the one it extends, are checked there, and are told where they stand.
"""

from __future__ import annotations

import pytest

from servewright.spec.extends import MAX_FILES
from spec_files import MODEL, TOP, faults_of, request_of, told

BASE = f"""\
parameters:
  team: {{type: string, description: who answers}}
  size: {{type: integer, default: 3, minimum: 1, maximum: 9}}
owner: ${{team}}-${{size}}
{MODEL}"""


def files(extends: str, **others: str) -> dict[str, str]:
    """
    Return a spec with one `extends`, over a base with two parameters.
    """
    return {TOP: f"extends: {extends}\n", "base.yaml": BASE, **{f"{name}.yaml": text for name, text in others.items()}}


def test_values_and_defaults_meet() -> None:
    """
    What is given holds, what is left out or null takes its default.
    """
    assert request_of(files("[{from: base.yaml, with: {team: a, size: 5}}]")).stack.owner == "a-5"
    assert request_of(files("[{from: base.yaml, with: {team: a}}]")).stack.owner == "a-3"
    assert request_of(files("[{from: base.yaml, with: {team: a, size: null}}]")).stack.owner == "a-3"


@pytest.mark.parametrize(
    ("extends", "expected", "words"),
    [
        ("base.yaml", ("SW233", "spec.yaml:1:10", "extends"), "base.yaml needs a value for its parameter team"),
        ("[base.yaml]", ("SW233", "spec.yaml:1:11", "extends[0]"), "with: {team: …}}\nwho answers"),
        ("[{from: base.yaml, with: {team: null}}]", ("SW233", "spec.yaml:1:18", "extends[0].from"), "needs a value"),
        ("[{from: base.yaml, with: {team: a, sice: 4}}]", ("SW232", "spec.yaml:1:45", "extends[0].with.sice"), "Nearest: size"),
        ("[{from: base.yaml, with: {team: a, x: 4}}]", ("SW232", "spec.yaml:1:45", "extends[0].with.x"), "it takes team, size"),
        ("[{from: base.yaml, with: {team: a, size: 10}}]", ("SW118", "spec.yaml:1:51", "extends[0].with.size"), "maximum 9"),
        ("[{from: base.yaml, with: {team: 4}}]", ("SW116", "spec.yaml:1:42", "extends[0].with.team"), "put it in quotes"),
        ("[{from: base.yaml, with: [a]}]", ("SW116", "spec.yaml:1:35", "extends[0].with"), "must be fields"),
    ],
)
def test_values_are_judged_where_they_stand(extends: str, expected: tuple[str, str, str], words: str) -> None:
    """
    A value that is missing, unknown or of another kind is one fault in the file that extends, with what would be right.
    """
    given = files(extends)
    if extends.endswith("[a]}]"):
        given["base.yaml"] = BASE.replace("{type: string,", "{type: string, default: x,")
    assert told(given) == [expected]
    (fault,) = faults_of(given)
    assert words in f"{fault.message}\n{fault.hint}"


def test_a_base_without_parameters_takes_none() -> None:
    """
    Who gives a value to nobody is told.
    """
    (fault,) = faults_of({TOP: "extends: [{from: base.yaml, with: {a: 1}}]\n", "base.yaml": MODEL})
    assert (fault.code, fault.hint) == ("SW232", "it takes none")


def test_values_are_passed_on() -> None:
    """
    A file between two others fills its own parameters into those it gives, whole ones with their type.
    """
    middle = "parameters:\n  who: {type: string}\n  n: {type: integer}\n"
    middle += "extends:\n- from: base.yaml\n  with:\n    team: x-${who}\n    size: ${n}\n"
    given = files("[{from: middle.yaml, with: {who: a, n: 7}}]", middle=middle)
    assert request_of(given).stack.owner == "x-a-7"
    assert told(files("[{from: middle.yaml, with: {who: a, n: 70}}]", middle=middle)) == [
        ("SW118", "middle.yaml:8:11", "extends[0].with.size")
    ]


def test_a_faulty_value_is_told_once_however_far_it_is_passed() -> None:
    """
    What only follows from a value that cannot be had is not told.
    """
    middle = "parameters:\n  who: {type: string}\nextends:\n- from: base.yaml\n  with: {team: 'x-${who}', size: 2}\n"
    given = files("[{from: middle.yaml, with: {who: 4}}]", middle=middle)
    assert told(given) == [("SW116", "spec.yaml:1:43", "extends[0].with.who")]


def test_nothing_is_made_of_a_faulty_value() -> None:
    """
    A text with a value in it that was refused is not judged.
    """
    base = f"parameters: {{p: {{type: string, enum: [x]}}}}\nowner: a-${{p}}\n{MODEL}"
    assert told({TOP: "extends: [{from: b.yaml, with: {p: '!'}}]\n", "b.yaml": base}) == [("SW202", "spec.yaml:1:36", "extends[0].with.p")]


def test_a_fault_on_two_ways_is_told_once() -> None:
    """
    A file that is reached twice says once what is wrong with it.
    """
    part = "extends: [{from: base.yaml, with: {team: 4}}]\n"
    given = {
        TOP: "extends: [a.yaml, b.yaml]\n",
        "a.yaml": "extends: part.yaml\n",
        "b.yaml": "extends: part.yaml\n",
        "part.yaml": part,
        "base.yaml": BASE,
    }
    assert told(given) == [("SW116", "part.yaml:1:42", "extends[0].with.team")]


def test_two_files_with_the_same_base_and_values_share_it() -> None:
    """
    The same values make the same base, which is not contested with itself.
    """
    given = {TOP: "extends: [a.yaml, b.yaml]\nmodels: [{name: chat, priority: cost}]\n", "base.yaml": BASE}
    for name in "ab":
        given[f"{name}.yaml"] = "extends: [{from: base.yaml, with: {team: a, size: 3}}]\n"
    assert request_of(given).stack.owner == "a-3"


def test_extending_with_ever_other_values_ends() -> None:
    """
    A few files that extend each other with other values cannot make hundreds of layers.
    """
    given = {f"f{at}.yaml": "" for at in range(7)}
    for at in range(6):
        entries = "".join(f"- from: f{at + 1}.yaml\n  with: {{p: '${{p}}{digit}'}}\n" for digit in range(8))
        given[f"f{at}.yaml"] = f"parameters: {{p: {{type: string, default: x}}}}\nextends:\n{entries}"
    given["f6.yaml"] = f"parameters: {{p: {{type: string}}}}\nlabels: {{x: '${{p}}'}}\n{MODEL}"
    (fault,) = faults_of(given, "f0.yaml")
    assert (fault.code, fault.message) == ("SW133", f"files are extended more than {MAX_FILES} times with different values")
