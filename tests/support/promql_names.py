"""
What an expression of PromQL names: its series, their matchers, and over which of them a rate is taken. Read from the parsed expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import promql_parser

_RATES: Final = frozenset({"rate", "increase", "irate"})
"""
Functions that are right over counters only. `resets` is too, and nobody uses it.
"""


@dataclass(frozen=True, slots=True)
class Selected:
    """
    One selector of an expression: the series *name*, the *labels* that it matches, and *within*, the function whose direct argument it is
    ("" where it is none's).
    """

    name: str
    labels: tuple[str, ...]
    within: str = ""

    @property
    def is_rated(self) -> bool:
        """
        Whether a rate is taken over it.
        """
        return self.within in _RATES


@cache
def selected(expr: str) -> tuple[Selected, ...]:
    """
    Return the selectors of *expr*; that it can be parsed is checked with it.
    """
    found: list[Selected] = []
    _read(promql_parser.parse(expr), "", found)
    return tuple(found)


def names_in(expr: str) -> frozenset[str]:
    """
    Return the names of all series in *expr*.
    """
    return frozenset(each.name for each in selected(expr))


@cache
def labels_in(expr: str) -> frozenset[str]:
    """
    Return the labels by which *expr* groups and joins, beyond those of its selectors.
    """
    found: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            found.update(node.modifier.labels)
        if isinstance(node, promql_parser.BinaryExpr) and node.modifier is not None:
            matching = node.modifier.matching
            found.update(matching.labels if matching is not None else ())

    promql_parser.walk(promql_parser.parse(expr), visit)
    return frozenset(found)


def structure(expr: str) -> str:
    """
    Return *expr* as it was parsed, each value of a label written as its place alone: two expressions that differ in values are the same.
    """
    return _shape(promql_parser.parse(expr))


def _read(node: Any, within: str, found: list[Selected]) -> None:
    if isinstance(node, promql_parser.VectorSelector):
        found.append(_selector(node, within))
    elif isinstance(node, promql_parser.MatrixSelector):
        found.append(_selector(node.vector_selector, within))
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            _read(argument, node.func.name, found)
    else:
        for child in _children(node):
            # A subquery hands its own expression's values on: what is rated is that expression, so it counts as the argument.
            _read(child, within if isinstance(node, promql_parser.ParenExpr | promql_parser.SubqueryExpr) else "", found)


def _selector(node: Any, within: str) -> Selected:
    matchers = [*node.matchers.matchers, *(each for either in node.matchers.or_matchers for each in either)]
    named = next((each.value for each in matchers if each.name == "__name__"), "")
    return Selected(node.name or named, tuple(each.name for each in matchers if each.name != "__name__"), within)


def _children(node: Any) -> tuple[Any, ...]:
    if isinstance(node, promql_parser.BinaryExpr):
        return (node.lhs, node.rhs)
    if isinstance(node, promql_parser.AggregateExpr):
        return (node.expr, *((node.param,) if isinstance(node.param, promql_parser.Expr) else ()))
    return (node.expr,) if hasattr(node, "expr") else ()


def _shape(node: Any) -> str:
    if isinstance(node, promql_parser.VectorSelector):
        matchers = ",".join(f"{each.name}{each.op}" for each in node.matchers.matchers)
        return f"{node.name}{{{matchers}}}@{node.offset}"
    if isinstance(node, promql_parser.MatrixSelector):
        return f"{_shape(node.vector_selector)}[{node.range}]"
    if isinstance(node, promql_parser.Call):
        return f"{node.func.name}({','.join(_shape(each) for each in node.args)})"
    if isinstance(node, promql_parser.BinaryExpr):
        return f"({_shape(node.lhs)} {node.op} {_modifier(node.modifier)} {_shape(node.rhs)})"
    if isinstance(node, promql_parser.AggregateExpr):
        by = "" if node.modifier is None else f"{node.modifier.type}{sorted(node.modifier.labels)}"
        return f"{node.op}{by}({_shape(node.expr)})"
    inner = ",".join(_shape(each) for each in _children(node))
    return f"{type(node).__name__}({inner})" if inner else str(node)


def _modifier(modifier: Any) -> str:
    if modifier is None:
        return ""
    matching = modifier.matching
    on = "" if matching is None else f"{matching.type}{sorted(matching.labels)}"
    return f"{modifier.card}{on}{modifier.return_bool}"
