"""
How a field says what is wrong: one pydantic error that carries our code, message and hint.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CUTOFF: Final = 0.6
_MAX_COMPARED: Final = 64
_MIN_BEGINNING: Final = 3


def fault(code: str, message: str, hint: str | None = None) -> PydanticCustomError:
    """
    Return the error to raise in a validator.
    """
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def kind(value: object) -> str:
    """
    Return what *value* is in a spec's words.
    """
    if value is None:
        return "nothing"
    names: tuple[tuple[type, str], ...] = ((bool, "true or false"), (str, "text"), (list, "a list"), (dict, "fields"))
    return next((name for cls, name in names if isinstance(value, cls)), "a number")


def nearest(text: str, names: Iterable[str]) -> str | None:
    """
    Return the one of *names* that is written most like *text* or begins it, None where none is near.
    """
    wanted = text[:_MAX_COMPARED].casefold()
    folded = {name.casefold(): name for name in names}
    found = get_close_matches(wanted, folded, n=1, cutoff=_CUTOFF) or [
        name for name in folded if len(name) >= _MIN_BEGINNING and wanted.startswith(name)
    ]
    return folded[found[0]] if found else None


def nearest_hint(text: str, names: Iterable[str]) -> str:
    """
    Return the hint that names the nearest and all legal values.
    """
    legal = tuple(names)
    near = nearest(text, legal)
    if len(legal) == 1:
        return f"write {legal[0]}"
    every = f"All of them: {', '.join(legal)}"
    return every if near is None else f"Nearest: {near}. {every}"
