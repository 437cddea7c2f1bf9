"""
What the figures rest on, as sentences for the foot of the bill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.pool import NODE_POOL
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.model import Assumption
    from servewright.catalog.query import Catalog
    from servewright.cost.model import Line
    from servewright.cost.registry import Priced


def assumption_texts(catalog: Catalog, whole: Priced, on_max: Iterable[str]) -> tuple[str, ...]:
    """
    Return the general sentences, one for each constant that *whole* assumes, and those that its pricers wrote themselves.

    *on_max* stands among the general ones: what the max is and is not.
    """
    return (
        f"a month has {HOURS_PER_MONTH} hours (365 x 24 / 12)",
        *on_max,
        *_dates(catalog, whole.lines),
        "public list prices before taxes, discounts and free tiers, which belong to the account",
        *_packing(whole.lines),
        *(_constant(catalog.assumption(name)) for name in sorted(whole.assumed)),
        *dict.fromkeys(whole.assumptions),
    )


def _dates(catalog: Catalog, lines: Iterable[Line]) -> tuple[str, ...]:
    """
    Return how old the prices of *lines* are, by the earliest day that each can mean; nothing where no price has a day.
    """
    days = [line.as_of_from for line in lines if line.as_of_from is not None]
    if not days:
        return ()
    return (f"prices on this bill are of {min(days)} to {max(days)}, catalogue built {catalog.build_date}; each line names its own date",)


def _packing(lines: Iterable[Line]) -> tuple[str, ...]:
    if not any(NODE_POOL in line.resource for line in lines):
        return ()
    return ("pods are packed onto as few nodes as their requests allow, less what DaemonSets take",)


def _constant(row: Assumption) -> str:
    between = f" ({row.low} to {row.high})" if row.low and row.high else ""
    return f"{row.name} = {row.value} {row.unit}{between}, {row.kind}: {row.remark}"
