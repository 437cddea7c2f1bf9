"""
Two plans to the decisions that changed: models, pools, operators, images, what holds for the whole stack, and defaults.

A reason is what the head's plan says of its own decision; where it says nothing there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from servewright.report.figures import times
from servewright.report.front_door_facts import front_door
from servewright.report.monitoring_facts import monitoring
from servewright.report.plan_facts import Fact, gate_facts, images, model_facts, nodes, operator_facts, pool_facts, stack_facts

if TYPE_CHECKING:
    from servewright.report.plan_facts import Facts, Value, Why

Key = TypeVar("Key")

_MODEL: Final = re.compile(r"models\[([0-9]+)\]\.(.+)")
_TOLD: Final = re.compile(
    r"platform\.(zones|account|cluster\..+|operators\..+)|(gateway|caches|monitoring)(\..+)?|isolation\.namespace|environment|owner|budgets\..+"
    r"|models\[[0-9]+\]\.(task|revision|traffic\..+|slo\..+|scaling\.(min|max)|precision|hardware|context_length)"
)
"""
Defaults that another decision tells already.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    A decision of the plan that changed: *subject* is a model, a pool, an operator, an image or the stack, *field* what was decided.

    *before* and *after* are texts, None where it is not there.
    """

    subject: str
    field: str
    before: str | None
    after: str | None
    reason: str | None


def decisions(base: Value, head: Value) -> tuple[Decision, ...]:
    """
    Return what changed from the plan in *base* to that in *head*, both values of preview-v1.json.
    """
    return tuple(
        Decision(subject=d.subject, field=d.field, before=_said(d.before), after=_said(d.after), reason=_said(d.reason))
        for d in _changed(base, head)
    )


def _changed(base: Value, head: Value) -> Iterator[Decision]:
    # Who changes what judges the bill says so first. A preview of an older release does not tell its rules: nothing is known to differ.
    if "gate_rules" in base and "gate_rules" in head:
        yield from _differing(head["stack"]["name"], gate_facts(base), gate_facts(head))
    yield from _models(base, head)
    yield from _named(_by_name(base["plan"]["pools"]), _by_name(head["plan"]["pools"]), pool_facts, "pool", _pool)
    yield from _around_the_models(base, head)
    yield from _named(_by_name(base["operators"]), _by_name(head["operators"]), operator_facts, "operator", _operator)
    old, new = images(base), images(head)
    for name in _names(old, new):
        yield from _differing(name, _one("image", old.get(name)), _one("image", new.get(name)))
    yield from _differing(head["stack"]["name"], stack_facts(base, _whole(base)), stack_facts(head, _whole(head)))
    yield from _defaults(base, head)


def _models(base: Value, head: Value) -> Iterator[Decision]:
    old, new = _by_name(base["plan"]["models"]), _by_name(head["plan"]["models"])
    for name in _names(old, new):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield Decision(subject=name, field="model", before=_in(_model, before), after=_in(_model, after), reason=_first(after))
        else:
            yield from _differing(name, model_facts(before, _of_model(base, name)), model_facts(after, _of_model(head, name)))


def _named(
    old: Mapping[str, Value], new: Mapping[str, Value], facts: Callable[[Value], Facts], what: str, words: Callable[[Value], str]
) -> Iterator[Decision]:
    """
    Yield what changed of things that have names; one that came or went is one decision.
    """
    for name in _names(old, new):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            yield Decision(subject=name, field=what, before=_in(words, before), after=_in(words, after), reason=None)
        else:
            yield from _differing(name, facts(before), facts(after))


def _around_the_models(base: Value, head: Value) -> Iterator[Decision]:
    """
    Yield what changed of gateway, teams, routes, caches, stores and monitoring; each field says of which kind its subject is, since names
    may be alike.
    """
    stack = head["stack"]["name"]
    old, new = ({**front_door(side["plan"], stack), **monitoring(side["plan"], stack)} for side in (base, head))
    for what, (things, facts, words) in new.items():
        for each in _named(old[what][0], things, facts, what, words):
            yield each if each.field == what else replace(each, field=f"{what} {each.field}")


def _differing(subject: str, old: Facts, new: Facts) -> Iterator[Decision]:
    for field in _names(old, new):
        before, after = old.get(field), new.get(field)
        if _text(before) != _text(after):
            yield Decision(subject=subject, field=field, before=_text(before), after=_text(after), reason=_reason(after))


def _defaults(base: Value, head: Value) -> Iterator[Decision]:
    """
    Yield defaults whose value changed, came or went, of models that are on both sides.
    """
    old, new = _applied(base), _applied(head)
    both = {model["name"] for model in base["plan"]["models"]} & {model["name"] for model in head["plan"]["models"]}
    for subject, field in _names(old, new):
        before, after = old.get((subject, field)), new.get((subject, field))
        if _text(before) != _text(after) and (subject is None or subject in both):
            name = subject or head["stack"]["name"]
            yield Decision(subject=name, field=f"default of {field}", before=_text(before), after=_text(after), reason=_reason(after))


def _applied(document: Value) -> dict[tuple[str | None, str], Fact]:
    """
    Return the defaults by model (None: the whole stack) and field.
    """
    models = [model["name"] for model in document["plan"]["models"]]
    found: dict[tuple[str | None, str], Fact] = {}
    for default in document["plan"]["defaults"]:
        if _TOLD.fullmatch(default["path"]):
            continue
        match = _MODEL.fullmatch(default["path"])
        known = match is not None and int(match[1]) < len(models)
        key = (models[int(match[1])], match[2]) if match is not None and known else (None, default["path"])
        found[key] = Fact(text=default["value"], reason=default["why"])
    return found


def _whole(document: Value) -> Why:
    reasons = {default["path"]: default["why"] for default in document["plan"]["defaults"]}
    return reasons.get


def _of_model(document: Value, name: str) -> Why:
    index = next((number for number, model in enumerate(document["plan"]["models"]) if model["name"] == name), -1)
    whole = _whole(document)
    return lambda field: whole(f"models[{index}].{field}")


def _model(model: Value) -> str:
    return f"{model['source']}, {model['precision']} on {model['gpus_per_replica']} x {model['gpu']}"


def _first(model: Value | None) -> str | None:
    return model["reasons"][0] if model and model["reasons"] else None


def _pool(pool: Value) -> str:
    return f"{nodes(pool['nodes'])} x {' or '.join(pool['instance_types'])}, {pool['purchase']}"


def _operator(operator: Value) -> str:
    return f"{operator['mode']} {operator['version'] or ''}".strip()


def _in(words: Callable[[Value], str], value: Value | None) -> str | None:
    return None if value is None else words(value)


def _text(fact: Fact | None) -> str | None:
    return None if fact is None else fact.text


def _reason(fact: Fact | None) -> str | None:
    return None if fact is None else fact.reason


def _one(field: str, fact: Fact | None) -> Facts:
    return {} if fact is None else {field: fact}


def _by_name(items: list[Any]) -> dict[str, Value]:
    return {item["name"]: item for item in items}


def _names(old: Mapping[Key, object], new: Mapping[Key, object]) -> list[Key]:
    return list(dict.fromkeys((*new, *old)))


def _said(text: str | None) -> str | None:
    return None if text is None else times(text)
