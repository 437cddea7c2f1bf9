"""
What the user may have meant: near spellings for a diagnostic.
"""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONFUSED = str.maketrans({"o": "0", "l": "1", "i": "1", "_": "-", " ": "-"})

_LONGEST = 200
"""
Longer text is no name; comparing it would only cost time.
"""


def nearest(text: str, names: Iterable[str], *, limit: int = 3, cutoff: float = 0.6) -> tuple[str, ...]:
    """
    Return at most *limit* of *names* that are near *text*, the nearest first; of equally near ones that which begins alike.

    Case and look-alike characters do not count, so "H1OO" finds "H100". *cutoff* is difflib's ratio, 0..1.

    >>> nearest("H1OO", ["A100", "H100", "L4"])
    ('H100', 'A100')
    """
    if not text.strip() or len(text) > _LONGEST:
        return ()
    by_folded: dict[str, list[str]] = {}
    for name in names:
        by_folded.setdefault(_fold(name), []).append(name)
    wanted = _fold(text.strip())
    close = get_close_matches(wanted, by_folded, n=2 * limit, cutoff=cutoff)
    close.sort(key=lambda folded: (-SequenceMatcher(None, folded, wanted).ratio(), -_same_start(folded, wanted), folded))
    return tuple(name for folded in close for name in by_folded[folded])[:limit]


def nearest_model(text: str, ids: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """
    Return at most *limit* of the model *ids* that are near *text*; without an organisation in *text*, by their names alone.
    """
    if "/" in text:
        return nearest(text, ids, limit=limit)
    by_name: dict[str, list[str]] = {}
    for model_id in ids:
        by_name.setdefault(model_id.rsplit("/", 1)[-1], []).append(model_id)
    names = nearest(text, by_name, limit=limit)
    return tuple(model_id for name in names for model_id in by_name[name])[:limit]


def _fold(text: str) -> str:
    return text.casefold().translate(_CONFUSED)


def _same_start(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
