"""
The name of a stack or model that the spec does not name: made from the model's source.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_MAX_NAME: Final = 40
_HASH: Final = 4


def name_from(source: str) -> str:
    """
    Return a stack or model name made from the last part of *source*: "meta-llama/Llama-3.2-1B" is llama-3-2-1b.

    A name that would be too long ends in a hash of the source, so that two long sources stay apart.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", source.rstrip("/").rsplit("/", 1)[-1].lower()).strip("-") or "model"
    slug = slug if slug[0].isalpha() else f"m-{slug}"
    if len(slug) <= _MAX_NAME:
        return slug
    digest = hashlib.sha256(source.encode()).hexdigest()[:_HASH]
    return f"{slug[: _MAX_NAME - _HASH - 1].rstrip('-')}-{digest}"
