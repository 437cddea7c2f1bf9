"""
Every billed resource counted once: priced, free, unknown or unsupported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """
    How many resources of a stack are priced, free, have something unknown, or are unsupported.
    """

    priced: int
    free: int
    unknown: int
    unsupported: int

    @property
    def total(self) -> int:
        """
        All resources that could cost something: structure (stack, providers, components) is not among them.
        """
        return self.priced + self.free + self.unknown + self.unsupported


def take_census(records: Iterable[ResourceRecord], bill: Bill) -> Census:
    """
    Return the census of *records* under their *bill*; whoever has anything unknown counts as unknown.
    """
    urns = {record.urn for record in records if not record.structural}
    unknown = {item.resource for item in bill.unknown} & urns
    unsupported = {item.resource for item in bill.unsupported} & urns
    priced = {line.resource for line in bill.lines} & urns - unknown
    return Census(
        priced=len(priced),
        free=len(urns - unknown - unsupported - priced),
        unknown=len(unknown),
        unsupported=len(unsupported),
    )
