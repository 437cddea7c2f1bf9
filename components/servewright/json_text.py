"""
JSON text to plain values, with the place of every value: for files that people edit and for answers from outside.

Stricter than the standard library: no duplicate names, no NaN or Infinity, no numbers beyond a double, bounded in depth and in count.
What is no JSON ends the reading with one fault at its place.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from math import isfinite
from typing import Final

from servewright.diagnostics import Diagnostic, Position, SourceMap

NOT_JSON: Final = "SW121"
TWICE: Final = "SW110"

MAX_DEPTH: Final = 32
"""
Levels of nesting; the deepest file that is read here has 6 (judgement).
"""

MAX_VALUES: Final = 30_000
"""
Values in one text, as in a spec; a long list of layers that are not quantised has some thousands (judgement).
"""

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None
"""
What JSON can say.
"""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?(?![0-9.eE+-])")
_WORD: Final = re.compile(r"[A-Za-z_+-][A-Za-z0-9_.+-]{0,40}")
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonText:
    """
    The *value* of a text and where each of its parts stands, by path ("models[0].layers"); a field's place is that of its value.
    """

    value: JsonValue
    source: SourceMap


class JsonFault(Exception):  # noqa: N818 - a fault of the input, which the caller turns into its diagnostic
    """
    What makes a text no JSON, and where.
    """

    def __init__(self, position: Position, message: str, *, hint: str | None = None, code: str = NOT_JSON) -> None:
        self.position = position
        self.message = message
        self.hint = hint
        self.code = code
        super().__init__(message)

    def diagnostic(self, file: str) -> Diagnostic:
        """
        Return the diagnostic of this fault in *file*.
        """
        return Diagnostic(
            code=self.code,
            severity="error",
            phase="syntax",
            file=file,
            line=self.position.line,
            column=self.position.column,
            path="",
            value=None,
            message=self.message,
            hint=self.hint,
        )


def parse_json(file: str, text: str, *, most: int = MAX_VALUES) -> JsonText:
    """
    Return the value of *text* with its places; raises JsonFault, where it has more than *most* values too.

    >>> parse_json("a.json", '{"n": [1, 2.5]}').value
    {'n': [1, 2.5]}
    """
    reader = _Reader(text, most)
    value, end = reader.value(reader.skip(0), "", 0)
    end = reader.skip(end)
    if end != len(text):
        raise reader.fault(end, "something follows the end of the document")
    return JsonText(value=value, source=SourceMap(file, reader.positions))


@dataclass(slots=True)
class _Reader:
    """
    The text and what was met in it so far; every method takes an offset and returns the one behind what it read.
    """

    text: str
    most: int = MAX_VALUES
    positions: dict[str, Position] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def value(self, at: int, path: str, depth: int) -> tuple[JsonValue, int]:
        if len(self.positions) >= self.most:
            raise self.fault(at, f"more than {self.most:,} values")
        self.positions[path] = self.position(at)
        first = self.text[at : at + 1]
        if first in ("{", "["):
            if depth >= MAX_DEPTH:
                raise self.fault(at, f"nested deeper than {MAX_DEPTH} levels")
            return self._fields(at + 1, path, depth + 1) if first == "{" else self._items(at + 1, path, depth + 1)
        if first == '"':
            return self._string(at)
        return self._scalar(at)

    def skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return at if match is None else match.end()

    def position(self, at: int) -> Position:
        if not self.starts:
            self.starts += [0, *(match.end() for match in re.finditer("\n", self.text))]
        line = bisect_right(self.starts, at)
        return Position(line, at - self.starts[line - 1] + 1)

    def fault(self, at: int, message: str, *, hint: str | None = None, code: str = NOT_JSON) -> JsonFault:
        return JsonFault(self.position(at), message, hint=hint, code=code)

    def _fields(self, at: int, path: str, depth: int) -> tuple[dict[str, JsonValue], int]:
        found: dict[str, JsonValue] = {}
        at = self.skip(at)
        while self.text[at : at + 1] != "}":
            at = self._separated(at, first=not found)
            if self.text[at : at + 1] != '"':
                raise self.fault(at, "a name in double quotes must stand here")
            name, end = self._string(at)
            if name in found:
                raise self.fault(at, "this name stands twice", hint="keep one of them", code=TWICE)
            end = self.skip(end)
            if self.text[end : end + 1] != ":":
                raise self.fault(end, "a colon must stand between a name and its value")
            found[name], at = self.value(self.skip(end + 1), _child(path, name), depth)
            at = self.skip(at)
        return found, at + 1

    def _items(self, at: int, path: str, depth: int) -> tuple[list[JsonValue], int]:
        found: list[JsonValue] = []
        at = self.skip(at)
        while self.text[at : at + 1] != "]":
            at = self._separated(at, first=not found)
            item, at = self.value(at, f"{path}[{len(found)}]", depth)
            found.append(item)
            at = self.skip(at)
        return found, at + 1

    def _separated(self, at: int, *, first: bool) -> int:
        if at >= len(self.text):
            raise self.fault(at, "the text ends inside a bracket", hint="it may have been cut off: get the whole file")
        if first:
            return at
        if self.text[at] != ",":
            raise self.fault(at, "a comma or the closing bracket must stand here")
        following = self.skip(at + 1)
        if self.text[following : following + 1] in ("}", "]"):
            raise self.fault(at, "a comma stands before the closing bracket", hint="JSON has no trailing commas")
        return following

    def _string(self, at: int) -> tuple[str, int]:
        match = _STRING.match(self.text, at)
        if match is None:
            raise self.fault(at, "this text is not closed, or holds a control character or an unknown escape")
        text: str = json.loads(match[0])
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self.fault(at, "this text holds half a character") from None
        return text, match.end()

    def _scalar(self, at: int) -> tuple[JsonValue, int]:
        match = _NUMBER.match(self.text, at)
        if match is not None:
            number = int(match[0]) if match[1] is None and match[2] is None else float(match[0])
            if not isfinite(number):
                raise self.fault(at, "this number is larger than a computer's numbers")
            return number, match.end()
        word = _WORD.match(self.text, at)
        if word is not None and word[0] in _WORDS:
            return _WORDS[word[0]], word.end()
        if at >= len(self.text):
            raise self.fault(at, "the text ends where a value must stand", hint="it may have been cut off: get the whole file")
        if word is not None:
            raise self.fault(at, f"{word[0]} is no JSON", hint="a value is a number, true, false, null, or text in double quotes")
        if self.text[at] in "-0123456789":
            raise self.fault(at, "this is no number of JSON, or one beyond 19 digits")
        raise self.fault(at, "no JSON value begins with this character")


def _child(path: str, name: str) -> str:
    if _PLAIN_NAME.fullmatch(name) is None:
        return f"{path}[{json.dumps(name)}]"
    return f"{path}.{name}" if path else name
