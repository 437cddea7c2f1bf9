"""
Assumptions for a screen: what is assumed of several resources in the same words is said once.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = 5
"""
How many resources are named; the JSON of a bill has every one.
"""


def gathered(assumptions: Iterable[str]) -> tuple[str, ...]:
    """
    Return *assumptions* with those that several resources have in common as one, at the place of the first.

    >>> gathered(["copy: requests = 10", "a month has 730 hours", "west: requests = 10"])
    ('copy, west: requests = 10', 'a month has 730 hours')
    """
    found: dict[str, list[str]] = defaultdict(list)
    for text in assumptions:
        owner, common = _split(text)
        found[common].append(owner)
    return tuple(f"{_listed(owners)}{common}" for common, owners in found.items())


def _split(text: str) -> tuple[str, str]:
    """
    Return the resource that *text* speaks of, "" for none, and what it says.
    """
    owner, colon, said = text.partition(": ")
    # A constant of ours ("log_volume = 1 GB/day, judgement: why") is of no resource: behind its colon is a remark alone.
    return ("", text) if not colon or " = " in owner else (owner, f": {said}")


def _listed(owners: list[str]) -> str:
    known = list(dict.fromkeys(owners))
    more = f" and {len(known) - _NAMES} more" if len(known) > _NAMES else ""
    return ", ".join(known[:_NAMES]) + more
