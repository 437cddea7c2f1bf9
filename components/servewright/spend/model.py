"""
Actual spend as it stands in an export: amounts by period, each with what the export says it was for.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Format = Literal["CSV", "Cost Explorer", "OpenCost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One amount: USD paid for *what* from *start*, for as many *days*.

    *service* and *usage_type* are AWS's names ("Amazon Elastic Compute Cloud - Compute", "USE1-BoxUsage:g6.xlarge"), *component* is the
    bill's, or "nodes" for nodes of either kind. Each is None where the export does not say. *quantity* is in the unit of the usage type.
    """

    start: date
    days: int
    amount: Decimal
    service: str | None = None
    usage_type: str | None = None
    component: str | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """
    The *entries* of an export in *file*; *estimated* days are those that the export itself calls provisional.
    """

    file: str
    format: Format
    entries: tuple[Entry, ...]
    estimated: frozenset[date] = frozenset()
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """
        All that was paid, USD.
        """
        return sum((entry.amount for entry in self.entries), Decimal(0))
