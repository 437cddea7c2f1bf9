"""
Evaluate the `x-kubernetes-validations` rules of a CRD with cel-python, as the API server does on create.

Rules that compare with the stored object (`oldSelf`) cannot fail on create; they are counted as transition rules. A rule that uses a
function we do not have is never passed over: it is reported as not evaluable, and the tests assert that this set is empty.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import celpy
import lark
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError, CELFunction, CELUnsupportedError, base_functions

from crd_structure import member_schema, subschemas

MACROS = frozenset({"has", "all", "exists", "exists_one", "filter", "map"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CelVerdict:
    """
    What the rules said: *faults* as "path: message", and how many rules were *evaluated*.
    """

    faults: tuple[str, ...]
    evaluated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCensus:
    """
    All rules of a schema, by what we can do with them.
    """

    evaluable: frozenset[str]
    transition: frozenset[str]
    not_evaluable: frozenset[str]


def _find(text: celtypes.StringType, pattern: celtypes.StringType) -> celtypes.StringType:
    """
    Return the first match or "" (the Kubernetes regex library's find).
    """
    match = re.search(str(pattern), str(text))
    return celtypes.StringType(match[0] if match else "")


def _split(text: celtypes.StringType, separator: celtypes.StringType) -> celtypes.ListType:
    """
    Return the parts between separators (the extended string library's split).
    """
    return celtypes.ListType([celtypes.StringType(part) for part in str(text).split(str(separator))])


KUBERNETES_FUNCTIONS: dict[str, CELFunction] = {"find": _find, "split": _split}
"""
Functions of the Kubernetes CEL libraries that cel-python lacks, as far as the rules of the kinds that we emit use them.
"""


def cel_verdict(value: Any, schema: dict[str, Any]) -> CelVerdict:
    """
    Return the verdict of every rule at and below *schema* on the defaulted object *value*.
    """
    faults: list[str] = []
    evaluated = 0
    for path, part, rule in _applications(value, schema, ""):
        text = rule["rule"]
        if is_transition(text):
            continue
        evaluated += 1
        if (problem := _evaluate(text, part)) is not None:
            faults.append(f"{path or '(root)'}: {rule.get('message', text)}{problem}")
    return CelVerdict(faults=tuple(sorted(faults)), evaluated=evaluated)


def rule_census(schema: dict[str, Any]) -> RuleCensus:
    """
    Return all rules of *schema*, whether or not an object reaches them.
    """
    rules = frozenset(_rules_of(schema))
    transition = frozenset(rule for rule in rules if is_transition(rule))
    missing = frozenset(rule for rule in rules - transition if unknown_functions(rule))
    return RuleCensus(evaluable=rules - transition - missing, transition=transition, not_evaluable=missing)


def is_transition(rule: str) -> bool:
    """
    Return True where *rule* compares with the stored object.
    """
    return bool(re.search(r"\boldSelf\b", rule))


def unknown_functions(rule: str) -> frozenset[str]:
    """
    Return the functions that *rule* calls and nobody here implements; {"(syntax)"} where it does not parse.
    """
    try:
        tree = celpy.Environment().compile(rule)
    except CELParseError:
        return frozenset({"(syntax)"})
    known = MACROS | base_functions.keys() | KUBERNETES_FUNCTIONS.keys()
    return frozenset(_called(tree)) - known


def _called(tree: lark.Tree[lark.Token]) -> Iterator[str]:
    # a call is "name(…)" (ident_arg) or "value.name(…)" (member_dot_arg, whose second child is the name)
    for node in tree.iter_subtrees():
        if node.data == "ident_arg":
            yield str(node.children[0])
        elif node.data == "member_dot_arg":
            yield str(node.children[1])


def _rules_of(schema: dict[str, Any]) -> Iterator[str]:
    yield from (rule["rule"] for rule in schema.get("x-kubernetes-validations", []))
    for part in subschemas(schema):
        yield from _rules_of(part)


def _applications(value: Any, schema: dict[str, Any], path: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    rules = schema.get("x-kubernetes-validations", [])
    if rules:
        converted = _to_cel(value, schema)
        yield from ((path, converted, rule) for rule in rules)
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _applications(item, member_schema(schema, name) or {}, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _applications(item, schema.get("items", {}), f"{path}[{index}]")


def _to_cel(value: Any, schema: dict[str, Any]) -> Any:
    """
    Return *value* in CEL's types; the schema decides between int and double, string, timestamp and duration.
    """
    if isinstance(value, dict):
        return celtypes.MapType({celtypes.StringType(k): _to_cel(v, member_schema(schema, k) or {}) for k, v in value.items()})
    if isinstance(value, list):
        return celtypes.ListType([_to_cel(item, schema.get("items", {})) for item in value])
    if isinstance(value, int) and not isinstance(value, bool) and schema.get("type") == "number":
        return celtypes.DoubleType(value)
    if isinstance(value, str) and schema.get("format") in {"date-time", "duration"}:
        typed = celtypes.TimestampType if schema["format"] == "date-time" else celtypes.DurationType
        return typed(value)
    return json_to_cel(value)


@functools.cache
def _program(rule: str) -> celpy.Runner:
    environment = celpy.Environment()
    return environment.program(environment.compile(rule), functions=KUBERNETES_FUNCTIONS)


def _evaluate(rule: str, value: Any) -> str | None:
    """
    Return None where *rule* holds; a rule that fails to evaluate refuses the object, as in the server.
    """
    try:
        return None if _program(rule).evaluate({"self": value}) else ""
    except (CELEvalError, CELParseError, CELUnsupportedError) as error:
        return f" (not evaluated: {error})"
