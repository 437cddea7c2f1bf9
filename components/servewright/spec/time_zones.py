"""
The time zones that a spec may name, and how far each is from UTC.

Standard time stands for the whole year: a plan is of an average week, and summer time moves most zones by the same hour.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Final

_MINUTES_PER_HOUR: Final = 60


def timezones() -> tuple[str, ...]:
    """
    Return the names of all time zones, sorted.
    """
    return tuple(_standard_minutes())


def hours_east(timezone: str) -> int:
    """
    Return how many whole hours the standard time of *timezone* is ahead of UTC; half hours are rounded down.

    >>> hours_east("America/New_York"), hours_east("Asia/Kolkata")
    (-5, 5)
    """
    return _standard_minutes()[timezone] // _MINUTES_PER_HOUR


@cache
def _standard_minutes() -> dict[str, int]:
    text = resources.files("servewright.spec").joinpath("time_zones.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["name"]: int(row["standard_minutes"]) for row in rows}
