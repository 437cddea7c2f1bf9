"""
Changes of a spec's text at the places that the reader gives: comments, layout, quotes and line ends stay as they are.

A change replaces what is written at one place. What it expects there is checked: a place where something else is written (an escape, a
block of text) is refused and left to people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.diagnostics import Position
    from servewright.spec.placed import PlacedScalar

_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""
What ends a line for the YAML parser, which counts the places.
"""

_BOM: Final = "\ufeff"
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.@/-]*(?::[A-Za-z0-9_.@/-]+)*")
"""
Text that means itself without quotes, in brackets too; `name: value` has a space behind its colon and is none.
"""

_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class CannotEditError(ValueError):
    """
    A change does not fit the text; the message says why.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """
    What is written at *place*, *before*, becomes *after*.
    """

    place: Position
    before: str
    after: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """
    Return *text* with all *edits* made; raises CannotEditError where one does not find what it expects, or two overlap.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    starts = [0, *(found.end() for found in _BREAK.finditer(body))]
    # one value behind an alias is one place, however often it is used
    placed = sorted({(starts[edit.place.line - 1] + edit.place.column - 1, edit.before, edit.after) for edit in edits})
    end = 0
    made: list[str] = []
    for at, before, after in placed:
        if at < end or not body.startswith(before, at):
            line = body.count("\n", 0, at) + 1
            msg = f"line {line} does not have {before!r} as it was read"
            raise CannotEditError(msg)
        made += [body[end:at], after]
        end = at + len(before)
    return mark + "".join(made) + body[end:]


def respelled(scalar: PlacedScalar, value: str) -> Edit:
    """
    Return the change of *scalar*, a text, to *value*, in the quotes that it has; raises CannotEditError where it is not written as it is
    read: a block of text, an escape, an anchor.
    """
    written = scalar.written or ""
    if written not in {f"{quote}{scalar.value}{quote}" for quote in ("", '"', "'")}:
        msg = f"line {scalar.place.line} does not hold {scalar.value!r} as it is read"
        raise CannotEditError(msg)
    return Edit(place=scalar.place, before=written, after=_spelled(value, written[:1]))


def renamed(place: Position, text: str, name: str, new: str) -> Edit:
    """
    Return the change of the field name *name* at *place* of *text* to *new*, in the quotes that it has.
    """
    body = text.removeprefix(_BOM)
    starts = [0, *(found.end() for found in _BREAK.finditer(body))]
    at = starts[place.line - 1] + place.column - 1
    for quote in ("", '"', "'"):
        before = f"{quote}{name}{quote}"
        if body.startswith(before, at):
            return Edit(place=place, before=before, after=_spelled(new, quote))
    msg = f"line {place.line} does not have the name {name!r} as it was read"
    raise CannotEditError(msg)


def _spelled(value: str, quote: str) -> str:
    if quote == "'":
        return "'" + value.replace("'", "''") + "'"
    if quote == '"' or _PLAIN.fullmatch(value) is None or value.lower() in _WORDS:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value
