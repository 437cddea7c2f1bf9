"""
What a structure is without its texts: two structures that were made alike are equal, however their texts differ.

Languages within a text are parsed: PromQL by its own grammar, JSON as JSON, an engine's argument by its flag. So a text that breaks out of
its quotes changes the structure, and so does one that stands where it should not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import promql_parser

Leaf = tuple[str, str]


def skeleton(value: Any, name: str = "") -> Any:
    """
    Return *value*, which is called *name*, with each text, number and flag replaced by its type.
    """
    if isinstance(value, Mapping):
        return {key: skeleton(each, str(key)) for key, each in sorted(value.items())}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_argument(each) for each in value] if name == "args" else [skeleton(each, name) for each in value]
    if isinstance(value, str):
        return _text(value, name)
    return type(value).__name__


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """
    Yield (path, value) of each text, number and flag below *value*; entries of a list share the path.
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from leaves(each, f"{path}[]")
    else:
        yield path, repr(value)


def shape_of(structures: Sequence[Any]) -> Counter[str]:
    """
    Return the skeletons of *structures*, in any order.
    """
    return Counter(json.dumps(skeleton(each), sort_keys=True) for each in structures)


def changed_leaves(benign: Sequence[Any], hostile: Sequence[Any]) -> tuple[list[Leaf], list[Leaf]]:
    """
    Return the leaves that only *benign* has, and those that only *hostile* has.
    """
    first, second = (Counter(leaf for each in side for leaf in leaves(each)) for side in (benign, hostile))
    return sorted((first - second).elements()), sorted((second - first).elements())


def promql_shape(query: str) -> Any:
    """
    Return the syntax tree of *query* without the texts in it; ValueError where it is no PromQL.
    """
    return _promql(promql_parser.parse(query))


def _promql(node: Any) -> Any:
    kind = type(node).__name__
    if kind == "VectorSelector":
        matchers = node.matchers
        return [kind, node.name, sorted((each.name, str(each.op)) for each in matchers.matchers), len(matchers.or_matchers)]
    if kind == "NumberLiteral":
        return [kind]
    if kind == "MatrixSelector":
        return [kind, str(node.range), _promql(node.vector_selector)]
    if kind == "Call":
        return [kind, node.func.name, *(_promql(each) for each in node.args)]
    if kind == "AggregateExpr":
        return [kind, str(node.op), str(node.modifier), _promql(node.expr)]
    if kind == "BinaryExpr":
        return [kind, str(node.op), str(node.modifier), _promql(node.lhs), _promql(node.rhs)]
    msg = f"no query of ours has a {kind}"
    raise ValueError(msg)


def _argument(word: Any) -> Any:
    flag, _, _ = str(word).partition("=")
    return flag if flag.startswith("--") else "word"


def _text(text: str, name: str) -> Any:
    if name == "query":
        return ["promql", promql_shape(text)]
    if text[:1] in ("{", "["):
        try:
            return ["json", skeleton(json.loads(text))]
        except ValueError:
            return "str"
    return "str"
