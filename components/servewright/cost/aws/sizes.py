"""
How many instances a group has: its minimum, what it starts with, and its maximum.

    min = its minimum        max = its maximum
    expected = `nodes` of the usage file, else the desired size, else the minimum

A group that starts with nothing and may grow says nothing about its use: what is expected is then unknown, not 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.cost.properties import UnreadableProperty, dotted, read_count, required
from servewright.cost.usage import usage_of
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

USAGE_KEY = "nodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """
    The *instances* of a group, *why* their expected number is not known, and the *assumptions* behind it.
    """

    instances: Range
    why: str | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeKeys:
    """
    Where a type of group keeps its sizes.
    """

    minimum: tuple[str, ...]
    desired: tuple[str, ...]
    maximum: tuple[str, ...]


def read_sizes(record: ResourceRecord, context: Context, keys: SizeKeys) -> Sizes:
    """
    Return the sizes of *record*, which stand at *keys*; raise UnreadableProperty where they contradict each other.
    """
    low = required(record, read_count(record, *keys.minimum), *keys.minimum)
    high = required(record, read_count(record, *keys.maximum), *keys.maximum)
    if low > high:
        raise UnreadableProperty(record, dotted(*keys.minimum), f"is more than {dotted(*keys.maximum)}: {low} and {high}")
    used = usage_of(record, USAGE_KEY, context)
    if used.given:
        return _as_used(used.quantity.expected, low, high)
    desired = read_count(record, *keys.desired)
    start = low if desired is None else desired
    if not low <= start <= high:
        raise UnreadableProperty(record, dotted(*keys.desired), f"is not within {low} and {high}: {start}")
    if start == 0 and high > 0:
        return Sizes(instances=Range(Decimal(low), None, Decimal(high)), why=_may_grow(record, high))
    absent = f"{record.name}: {dotted(*keys.desired)} is absent, its minimum of {low} stands for the expected instances"
    return Sizes(instances=Range.of(low, start, high), assumptions=(absent,) if desired is None and low < high else ())


def _as_used(nodes: Decimal | None, low: int, high: int) -> Sizes:
    """
    Return the sizes with the mean number that the user gives; one that the group cannot have leaves the expected number unknown.
    """
    fits = nodes is None or low <= nodes <= high
    why = None if fits else f"{USAGE_KEY} of the usage file is not within {low} and {high}: {nodes}"
    return Sizes(instances=Range(Decimal(low), nodes if fits else None, Decimal(high)), why=why)


def _may_grow(record: ResourceRecord, high: int) -> str:
    return f"starts with no instances and may grow to {high}: give {USAGE_KEY} (the mean number) of {record.name} in a usage file"
