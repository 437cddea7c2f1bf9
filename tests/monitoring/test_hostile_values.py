"""
Names that a user chose are values in expressions and in labels, whatever characters they hold: no structure changes, no template runs.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, Final

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitoring_made
from promql_names import structure
from servewright.resources.monitoring.promql import one_of, selector, string
from servewright.resources.monitoring.rule import Alert, no_template
from servewright.resources.monitoring.rule_objects import group_values
from servewright.resources.monitoring.rules import rule_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.model import Plan

HOSTILE: Final = (
    'a"b',
    'x"} or vector(1) or up{a="',
    "a\\",
    'a\\" or up{b="',
    "line\nbreak",
    ".*",
    "a|b",
    "(?i)[a-z]+$",
    "{{ $labels.pod }}",
    '{{ range query "up" }}{{ end }}',
    "{{{",
    "`raw`",
    "'single'",
    "# comment",
    "$(HOME) ${HOME}",
    "naïve ☃",
    "tab\tand\rreturn",
)

_TEXT: Final = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def renamed(value: Any, old: str, new: str) -> Any:
    """
    Return *value* with the text *old* replaced wherever it stands alone or as the name that an engine answers to.
    """
    if isinstance(value, str):
        return {old: new, f"--served-model-name={old}": f"--served-model-name={new}"}.get(value, value)
    if isinstance(value, tuple):
        return tuple(renamed(each, old, new) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: renamed(getattr(value, field.name), old, new) for field in dataclasses.fields(value) if field.init}
        return dataclasses.replace(value, **changed)
    return value


def owned(plan: Plan, owner: str) -> Plan:
    """
    Return *plan* with another owner.
    """
    return dataclasses.replace(plan, stack=dataclasses.replace(plan.stack, owner=owner))


def shapes(plan: Plan) -> list[tuple[str, str]]:
    """
    Return what every rule of *plan* is called, and the structure of its expression.
    """
    return [
        (rule.name if isinstance(rule, Alert) else rule.record, structure(rule.expr))
        for group in rule_groups(monitoring_made.scope(plan))
        for rule in group.rules
    ]


def expanded(text: str) -> str:
    """
    Return what a template of Prometheus makes of *text*, where its only actions give a text in quotes: any other is refused.
    """
    pieces = re.split(r'\{\{("(?:[^"\\]|\\.)*")\}\}', text)
    assert all("{{" not in piece for piece in pieces[::2])
    return "".join(piece[1:-1] if place % 2 else piece for place, piece in enumerate(pieces))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("old", ["small", "auto"])
def test_a_name_changes_no_structure(old: str, text: str) -> None:
    """
    A model or a route of any name has the rules of one with a plain name, but for the values.
    """
    plain = monitoring_made.plan()

    assert shapes(renamed(plain, old, text)) == shapes(plain)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_without_a_gateway_changes_no_structure(text: str) -> None:
    """
    The same where engines are called directly.
    """
    plain = monitoring_made.without_gateway()

    assert shapes(renamed(plain, "chat", text)) == shapes(plain)


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_of_alerts_are_no_templates(text: str) -> None:
    """
    The owner, and any name in a label, is what the alert says at the end.
    """
    plan = owned(renamed(monitoring_made.plan(), "small", text), text)
    rules = [rule for group in group_values(monitoring_made.scope(plan)) for rule in group["rules"] if "alert" in rule]

    assert {expanded(rule["labels"]["owner"]) for rule in rules} == {text}
    assert all(expanded(value) is not None for rule in rules for value in rule["labels"].values())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("change", [lambda plan, text: renamed(plan, "small", text), lambda plan, text: renamed(plan, "auto", text), owned])
def test_texts_of_alerts_hold_no_name(change: Callable[[Plan, str], Plan], text: str) -> None:
    """
    Summary and description are templates: they are the same for every name and every owner.
    """

    def texts(plan: Plan) -> list[dict[str, str]]:
        return [rule["annotations"] for group in group_values(monitoring_made.scope(plan)) for rule in group["rules"] if "alert" in rule]

    plain = monitoring_made.plan()

    assert texts(change(plain, text)) == texts(plain)


@given(_TEXT)
def test_any_text_is_one_value(text: str) -> None:
    """
    A selector of any value is one selector, and the value is read back as it was.
    """
    expr: Any = promql_parser.parse(selector("up", {"namespace": text}))
    (matcher,) = expr.matchers.matchers

    assert (expr.name, matcher.name, matcher.op, matcher.value) == ("up", "namespace", promql_parser.MatchOp.Equal, text)


@given(st.lists(_TEXT, min_size=1, max_size=4), _TEXT)
def test_one_of_matches_its_values_alone(values: list[str], other: str) -> None:
    """
    The regular expression matches exactly the texts that it was made of.
    """
    expr: Any = promql_parser.parse(f"up{{a=~{one_of(values)}}}")
    (matcher,) = expr.matchers.matchers

    for text in (*values, other):
        assert (re.fullmatch(matcher.value, text) is not None) == (text in values)


@given(_TEXT)
def test_a_text_that_is_no_template_stays(text: str) -> None:
    """
    What the template gives is the text.
    """
    assert expanded(no_template(text)) == text


def test_the_check_notices_a_value_that_breaks_out() -> None:
    """
    Without the encoding the structure is another one.
    """
    naive = 'up{namespace="x"} or vector(1) or up{a=""}'

    assert structure(naive) != structure(f"up{{namespace={string('x')}}}")
