"""
References to parameters in a text: `${region}` alone is the parameter's value with its type, inside a text its spelling.

`$${` stands for `${`. There are no expressions, no environment variables, and what a parameter brings in is never read again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""
The name of a parameter.
"""

MARK: Final = "${"

_PIECE: Final = re.compile(r"(?P<escaped>\$\$\{)|\$\{(?P<inside>[^{}]*)(?P<end>\}?)")


@dataclass(frozen=True, slots=True)
class Reference:
    """
    One `${...}`: *name* is what stands between the braces; *sound* is False where that is no name.
    """

    name: str
    sound: bool


def pieces(text: str) -> tuple[str | Reference, ...]:
    """
    Return *text* as plain pieces and references, in order, escapes resolved.

    >>> pieces("chat-${region}")
    ('chat-', Reference(name='region', sound=True))
    >>> pieces("$${home}")
    ('${home}',)
    """
    if MARK not in text:
        return (text,)
    found: list[str | Reference] = []
    at, literal = 0, ""
    for match in _PIECE.finditer(text):
        literal += text[at : match.start()]
        at = match.end()
        if match["escaped"]:
            literal += MARK
            continue
        found += [literal] if literal else []
        literal = ""
        found.append(Reference(match["inside"], bool(match["end"]) and NAME.fullmatch(match["inside"]) is not None))
    literal += text[at:]
    return (*found, literal) if literal else tuple(found)


def references(text: str) -> tuple[Reference, ...]:
    """
    Return the references in *text*.
    """
    return tuple(piece for piece in pieces(text) if isinstance(piece, Reference))


def whole(text: str) -> str | None:
    """
    Return the name of the parameter that *text* is and nothing else, None where it is something else.

    >>> whole("${rate}"), whole("team-${rate}")
    ('rate', None)
    """
    found = pieces(text)
    one = found[0] if len(found) == 1 else None
    return one.name if isinstance(one, Reference) and one.sound else None
