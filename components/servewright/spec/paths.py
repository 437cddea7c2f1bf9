"""
Spec paths: "models[0].slo.ttft_p95"; a key that is no plain name stands in quotes: labels["a.b/c"].
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from servewright.spec.secret_text import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = ""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")


def child(path: str, key: str) -> str:
    """
    Return the path of the field *key* below *path*.
    """
    if _PLAIN.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(shown_name(key))}]"


def item(path: str, index: int) -> str:
    """
    Return the path of entry *index* of the list at *path*.
    """
    return f"{path}[{index}]"


def join(parts: Iterable[str | int]) -> str:
    """
    Return the path made of field names and list indices.
    """
    path = ROOT
    for part in parts:
        path = item(path, part) if isinstance(part, int) else child(path, part)
    return path


def within(path: str, parent: str) -> bool:
    """
    Return True where *path* is *parent* or lies below it.
    """
    return not parent or path == parent or (path.startswith(parent) and path[len(parent)] in ".[")
