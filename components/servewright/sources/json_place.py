"""
The place of a value in a JSON text: looked up only where something is wrong with it.
"""

from __future__ import annotations

import json
import re
from typing import Final

from servewright.diagnostics import Position

Step = str | int

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


def place_of(text: str, path: tuple[Step, ...]) -> Position:
    """
    Return where the value at *path* begins in *text*, which is JSON; where it is absent, its nearest parent.

    >>> place_of('{"a": [1, 22]}', ("a", 1))
    Position(line=1, column=11, file='')
    """
    at = _skip(text, 0)
    for step in path:
        below = _field(text, at, step) if isinstance(step, str) else _item(text, at, step)
        if below is None:
            break
        at = below
    return position(text, at)


def position(text: str, at: int) -> Position:
    """
    Return line and column of the offset *at*.
    """
    before = text[:at]
    return Position(before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)


def _field(text: str, at: int, name: str) -> int | None:
    if text[at] != "{":
        return None
    at = _skip(text, at + 1)
    while text[at] == '"':
        key, end = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, end) + 1)
        if key == name:
            return at
        at = _next(text, at)
    return None


def _item(text: str, at: int, number: int) -> int | None:
    if text[at] != "[":
        return None
    at = _skip(text, at + 1)
    for _ in range(number):
        at = _next(text, at)
    return at


def _next(text: str, at: int) -> int:
    """
    Return the start of what follows the value at *at*: the next key or item, or the closing bracket.
    """
    end = _skip(text, _DECODER.raw_decode(text, at)[1])
    return _skip(text, end + 1) if text[end] == "," else end


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()
