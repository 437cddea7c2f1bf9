"""
Fields of a row that the user sets: `--set layers=32`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.additions.model_fields import BY_NAME, Field, refusal
from servewright.spec.faults import nearest_hint

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_BY_HAND: Final = frozenset({"hf_id", "revision", "source", "notes"})
_FLAGS: Final = {"yes": True, "true": True, "no": False, "false": False}
_MAX_DIGITS: Final = 18


class NotSettableError(ValueError):
    """
    Why a text is no field and value of a row.
    """


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """
    Return the fields in *texts* ("layers=32"); raises NotSettableError.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        field = BY_NAME.get(name)
        if not equals or field is None or name in _NOT_BY_HAND:
            settable = [known for known in BY_NAME if known not in _NOT_BY_HAND]
            msg = f"{text[:60]!r} is no FIELD=VALUE of a row. {nearest_hint(name, settable)}"
            raise NotSettableError(msg)
        found[name] = _value(field, value)
    return found


def _value(field: Field, text: str) -> object:
    value: Any = text
    if field.kind == "count" and text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        value = int(text)
    elif field.kind == "flag":
        value = _FLAGS.get(text, text)
    wrong = refusal(field, value)
    if wrong is not None:
        hint = f" {wrong.hint}" if wrong.hint else ""
        msg = f"{field.name}={text[:60]!r} {wrong.message}.{hint}"
        raise NotSettableError(msg)
    return value
