"""
Made-up outputs of the right shape for any resource type of the installed SDKs.

They are read from the SDKs' own classes through `pulumi._types`, which is private: nothing that a user sees depends on them.
"""

from __future__ import annotations

import functools
import importlib
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pulumi import _types

if TYPE_CHECKING:
    from servewright.record.monitor import Registration

_MOST_DEPTH: Final = 3
_SCALARS: Final[dict[Any, Any]] = {int: 7, float: 7.5, bool: True}


def fabricate(made: Registration) -> Mapping[str, Any]:
    """
    Return outputs of *made*: its inputs, and a value for each output that is not one of them.
    """
    return _overlaid({key: _value(kind, f"{made.name}.{key}", 0) for key, kind in _outputs(made.type).items()}, made.inputs)


@functools.cache
def _outputs(token: str) -> Mapping[str, Any]:
    """
    Return the output types of *token* ("aws:sns/topic:Topic" is pulumi_aws.sns.Topic), none where no SDK class stands for it.
    """
    try:
        package, module, name = token.split(":")
        found = importlib.import_module(f"pulumi_{package.replace('-', '_')}.{module.split('/')[0].replace('/', '.')}")
        return _types.resource_types(getattr(found, name))
    except (ImportError, AttributeError, ValueError):
        return {}


def _value(kind: Any, path: str, depth: int) -> Any:  # noqa: ANN401 - a type and a value of it
    plain = _types.unwrap_type(kind) if kind else kind
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin is typing.Union:
        some = [each for each in arguments if each is not type(None)]
        return _value(some[0], path, depth) if some else None
    if getattr(origin, "__name__", "") in ("list", "Sequence"):
        return [_value(arguments[0], f"{path}.0", depth + 1)]
    if getattr(origin, "__name__", "") in ("dict", "Mapping"):
        return {"key": "value"}
    if isinstance(plain, type) and _types.is_output_type(plain):
        members = _types.output_type_types(plain) if depth < _MOST_DEPTH else {}
        return {key: _value(each, f"{path}.{key}", depth + 1) for key, each in members.items()}
    return f"known:{path}" if plain is str else _SCALARS.get(plain)


def _overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = {key: value for key, value in base.items() if value is not None}
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _overlaid(below, value) if isinstance(value, Mapping) and isinstance(below, Mapping) else value
    return merged
