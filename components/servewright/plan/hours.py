"""
The week as text: 168 hourly replica counts, Monday 00:00 UTC first, run-length encoded ("7*1,12*3,149*1").

This is how the plan's traffic travels on a Deployment, so that a bill can be computed again from the resource alone.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUN: Final = re.compile(r"([0-9]{1,3})\*([0-9]{1,6})")


def encode_hours(replicas: Sequence[int]) -> str:
    """
    Return the run-length text of *replicas* ("count*replicas", comma between), 168 entries.

    >>> encode_hours([1] * 7 + [3] * 12 + [1] * 149)
    '7*1,12*3,149*1'
    """
    if len(replicas) != HOURS_PER_WEEK or min(replicas) < 0:
        msg = f"a week has {HOURS_PER_WEEK} hours of 0 or more replicas, not {len(replicas)}"
        raise ValueError(msg)
    return ",".join(f"{len(list(run))}*{value}" for value, run in groupby(replicas))


def decode_hours(text: str) -> tuple[int, ...]:
    """
    Return the 168 replica counts of *text*; raise ValueError with the expected form where it is not such a text.

    >>> decode_hours("7*1,12*3,149*1")[6:8]
    (1, 3)
    """
    replicas: list[int] = []
    for part in text.split(","):
        match = _RUN.fullmatch(part)
        if match is None:
            msg = f"{part!r} is not of the form count*replicas (7*1,12*3,149*1)"
            raise ValueError(msg)
        replicas += [int(match[2])] * int(match[1])
    if len(replicas) != HOURS_PER_WEEK:
        msg = f"the counts add up to {len(replicas)} hours, not {HOURS_PER_WEEK}"
        raise ValueError(msg)
    return tuple(replicas)
