"""
The engine's argument list as flags with values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL = "model"
"""
The name under which the positional model stands.
"""

Value = str | bool | list[str]


def engine_flags(arguments: Sequence[str]) -> dict[str, Value]:
    """
    Return the flags of *arguments* without their dashes; a flag without value is True, one with several values a list.

    >>> engine_flags(["org/model", "--port=8000", "--enable-prefix-caching"])
    {'model': 'org/model', 'port': '8000', 'enable-prefix-caching': True}
    """
    flags: dict[str, Value] = {}
    current = MODEL
    for argument in arguments:
        if argument.startswith("--"):
            name, given, value = argument[2:].partition("=")
            flags[name] = value if given else True
            current = name
        else:
            flags[current] = _extended(flags.get(current, True), argument)
    return flags


def _extended(value: Value, argument: str) -> Value:
    if isinstance(value, bool):
        return argument
    return [*value, argument] if isinstance(value, list) else [value, argument]
