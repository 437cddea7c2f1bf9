"""
Parameters in a file's values: typed alone, spelled out inside a text, never read again.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.spec.extends import MAX_VALUES_TOGETHER
from servewright.spec.substitution import MAX_TEXT
from spec_files import MODEL, TOP, faults_of, outcome_of, request_of, told

RATE = MODEL.replace("requests_per_second: 2", 'requests_per_second: "${p}"')


def extending(value: str, declaration: str, base: str) -> dict[str, str]:
    """
    Return a spec that gives the parameter p of a base a *value*.
    """
    return {TOP: f"extends:\n- from: base.yaml\n  with: {{p: {value}}}\n", "base.yaml": f"parameters: {{p: {{{declaration}}}}}\n{base}"}


def test_a_whole_value_keeps_its_type() -> None:
    """
    A number stays a number, a list a list, a map a map, in quotes or not.
    """
    assert request_of(extending("2.5", "type: number", RATE)).models[0].traffic.requests_per_second == Decimal("2.5")
    zones = extending("[us-east-1b]", "type: list", MODEL + "platform:\n  zones: ${p}\n")
    assert request_of(zones).stack.zones == ("us-east-1b",)
    labels = extending("{team: a}", "type: map", MODEL + "labels: ${p}\n")
    assert request_of(labels).stack.labels == (("team", "a"),)
    switch = extending("true", "type: boolean", MODEL + "capacity: {burst: {purchase: spot}, allow_interruption: '${p}'}\n")
    assert request_of(switch).capacity.allow_interruption is True


def test_inside_a_text_it_is_spelled_out() -> None:
    """
    Texts, numbers and units are made of it; the result is text, whatever it looks like.
    """
    assert request_of(extending("3", "type: integer", MODEL + "owner: a-${p}-${p}\n")).stack.owner == "a-3-3"
    slow = request_of(extending("900", "type: integer", MODEL.replace("800ms", "'${p}ms'")))
    assert slow.models[0].slo.ttft_p95_ms == Decimal(900)
    twice = extending("1", "type: integer", MODEL.replace("requests_per_second: 2", "requests_per_second: '${p}${p}'"))
    assert [(fault.code, fault.path, fault.value) for fault in faults_of(twice)] == [
        ("SW116", "models[0].traffic.requests_per_second", "11")
    ]


@pytest.mark.parametrize(
    "text",
    ["{a: b}", "[a, b]", "a: b", "- a", "*anchor", "&x y", "!!int 3", "null", "true", "12", "${p}", "${other}", "$${p}", "<<", "a # b"],
)
def test_a_text_stays_that_text(text: str) -> None:
    """
    What a parameter brings in is never read as YAML, nor as a reference: it cannot add fields, kinds or lists.
    """
    quoted = "'" + text.replace("${", "$${") + "'"
    (fault,) = faults_of(extending(quoted, "type: string", MODEL + "owner: ${p}!\n"))
    assert (fault.code, fault.path, fault.value) == ("SW203", "owner", f"{text}!")


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40).filter(lambda text: "\ufeff" not in text))
def test_no_text_becomes_structure(text: str) -> None:
    """
    Whatever the text: one value is there, at one path, and the rest of the spec is the same.
    """
    given = '"' + "".join(f"\\U{ord(character):08x}" for character in text.replace("${", "$${")) + '"'
    files = extending(given, "type: string", MODEL + "owner: ${p}\n")
    found = outcome_of(files)
    if isinstance(found, tuple):
        assert {fault.path for fault in found} <= {"owner", "extends[0].with.p"}
    else:
        assert found.stack.owner == text
        assert found.models == request_of({TOP: MODEL}).models


def test_a_value_stands_where_it_was_given() -> None:
    """
    A fault in a whole value points at who gave it; in a text, at the text.
    """
    assert told(extending("0", "type: integer", RATE)) == [("SW118", "spec.yaml:3:13", "models[0].traffic.requests_per_second")]
    assert told(extending("-a", "type: string", MODEL + "owner: ${p}\n")) == [("SW203", "spec.yaml:3:13", "owner")]
    assert told(extending("-a", "type: string", MODEL + "owner: a${p}/\n")) == [("SW203", "base.yaml:7:8", "owner")]
    default = extending("null", "type: integer, default: 0", RATE)
    assert told(default) == [("SW118", "base.yaml:1:42", "models[0].traffic.requests_per_second")]


def test_texts_do_not_grow_without_end() -> None:
    """
    A text made of parameters is bounded, also through several files, and the fault stands where it becomes too long.
    """
    base = MODEL + "owner: '" + "${p}" * 40 + "'\n"
    (fault,) = faults_of(extending("x" * (MAX_TEXT // 30), "type: string", base))
    assert (fault.code, fault.file, fault.path) == ("SW118", "base.yaml", "owner")
    assert told({TOP: MODEL + f"owner: {'x' * MAX_TEXT}${{a}}\n"}) == [("SW118", "spec.yaml:6:8", "owner")]
    files = extending("'0123456789'", "type: string", "extends:\n- from: more.yaml\n  with: {p: '" + "${p}" * 200 + "'}\n")
    files["more.yaml"] = f"parameters: {{p: {{type: string}}}}\n{MODEL}owner: ${{p}}\n"
    assert told(files) == [("SW118", "base.yaml:4:13", "extends[0].with.p")]


def test_values_do_not_multiply_without_end() -> None:
    """
    A long list in many places ends in one fault before anything large is made.
    """
    times = 300
    values = "[" + "a, " * (MAX_VALUES_TOGETHER // times) + "]"
    base = MODEL + "".join(f"x{number}: ${{p}}\n" for number in range(times + 1))
    (fault,) = faults_of(extending(values, "type: list", base))
    assert (fault.code, fault.phase) == ("SW133", "syntax")


def test_escapes_leave_the_sign() -> None:
    """
    `$${` is `${` in the spec that comes out, with or without parameters in the file.
    """
    assert [fault.value for fault in faults_of({TOP: MODEL + "owner: a$${b}\n"})] == ["a${b}"]
