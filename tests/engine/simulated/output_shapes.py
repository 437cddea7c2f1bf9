"""
What outputs a resource type has, and plausible values for them, read from the installed SDK's own classes.

`pulumi._types` is private: this is test tooling only.
"""

from __future__ import annotations

import functools
import importlib
import typing
from collections.abc import Callable
from typing import Any

from pulumi import _types

MOST_DEPTH = 3


@functools.cache
def outputs_of(token: str) -> dict[str, Any]:
    """
    Return {output property: kind} of a type token; {} where the SDK that defines it is not installed.

    A kind is "str", "int", "num", "bool", "map", "any", [kind] or {property: kind}.
    """
    try:
        package, module, name = token.split(":")
        resource = getattr(importlib.import_module(f"pulumi_{package}.{module.split('/')[0]}"), name)
    except (ImportError, AttributeError, ValueError):
        return {}
    return {key: _kind(kind, 0) for key, kind in _types.resource_types(resource).items()}


def fabricate(kind: Any, path: str, leaf: Callable[[str, str], Any]) -> Any:
    """
    Return a value of *kind*; *leaf* decides every scalar.
    """
    if isinstance(kind, list):
        return [fabricate(kind[0], f"{path}.0", leaf)]
    if isinstance(kind, dict):
        return {name: fabricate(part, f"{path}.{name}", leaf) for name, part in kind.items()}
    return leaf(kind, path)


def _kind(annotation: Any, depth: int) -> Any:
    plain = _types.unwrap_type(annotation) if annotation else annotation
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin is typing.Union:
        some = [a for a in arguments if a is not type(None)]
        return _kind(some[0], depth) if some else "any"
    name = getattr(origin, "__name__", "")
    if name in {"list", "Sequence"}:
        return [_kind(arguments[0], depth + 1)]
    if name in {"dict", "Mapping"}:
        return "map"
    if isinstance(plain, type) and _types.is_output_type(plain):
        members = _types.output_type_types(plain)
        return {key: _kind(kind, depth + 1) for key, kind in members.items()} if depth < MOST_DEPTH else "map"
    return {str: "str", int: "int", float: "num", bool: "bool"}.get(plain, "any")
