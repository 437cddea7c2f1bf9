"""
How a value is written in what is said about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar, plain
from servewright.spec.secret_text import MASK, hides_value, is_digest_field, mask, printable, shown_name

if TYPE_CHECKING:
    from servewright.spec.placed import Placed


def shown_value(path: str, value: Placed) -> str:
    """
    Return *value*, which stands at *path*, in a few words; a secret is masked.
    """
    if isinstance(value, PlacedScalar):
        written = value.written or "null"
        if is_digest_field(path):
            return printable(mask(written, digests=True))
        return MASK if hides_value(path) else shown_name(written)
    if isinstance(value, PlacedList) and all(isinstance(entry, PlacedScalar) for entry in value.items):
        return shown_name(f"[{', '.join(str(plain(entry)) for entry in value.items)}]")
    return "fields" if isinstance(value, PlacedFields) else "a list"
