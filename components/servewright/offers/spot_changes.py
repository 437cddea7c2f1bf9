"""
Spot prices and bands against what stands: the types of the catalogue, what moved, and when that is too much to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.offers.codes import JUMP, VANISHED
from servewright.offers.faults import fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.offers.changes import Accepted
    from servewright.offers.spot_feed import Spot

MOST: Final = Decimal(2)
"""
The factor by which a spot price may move either way before somebody must look: 30 %, as for list prices, is an ordinary month (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotChange:
    """
    The spot price of a type in a region *before* and *after* (None: none), with the zones' *low* and *high* where they are known.
    """

    instance_type: str
    region: str
    before: Decimal | None
    after: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    band_before: str | None = None
    band_after: str | None = None

    @property
    def key(self) -> str:
        """
        The name that --accept takes.
        """
        return f"EC2/spot/{self.instance_type}/{self.region}"


def spot_changes(spot: Spot, catalog: Catalog, ranges: Mapping[str, tuple[Decimal, Decimal]] | None = None) -> tuple[SpotChange, ...]:
    """
    Return a change for each type of *catalog* that has a price in *spot* or has one that stands; *ranges* are low and high of the zones.
    """
    rows = catalog.instance_prices
    made = []
    for name in sorted(each.name for each in catalog.instances):
        stands = rows.price(name, spot.region, "spot")
        if stands is None and name not in spot.prices:
            continue
        low, high = (ranges or {}).get(name, (None, None))
        made.append(
            SpotChange(
                instance_type=name,
                region=spot.region,
                before=None if stands is None else stands.amount,
                after=spot.prices.get(name),
                low=low,
                high=high,
                band_before=rows.band(name, spot.region),
                band_after=spot.bands.get(name),
            )
        )
    return tuple(made)


def spot_faults(changes: tuple[SpotChange, ...], accepted: Accepted, file: str) -> tuple[Diagnostic, ...]:
    """
    Return what keeps *changes* from being taken.
    """
    found = []
    for each in changes:
        if each.key in accepted.keys or each.before is None:
            continue
        if each.after is None:
            hint = f"--accept {each.key} leaves {each.before} USD as it stands."
            found.append(
                fault(file, VANISHED, "has no spot price any more, and it has one that stands", path=each.key, hint=hint, phase="planning")
            )
        elif not accepted.jumps and not each.before / MOST <= each.after <= each.before * MOST:
            text = f"moved from {each.before} to {each.after} USD: more than by the factor {MOST}"
            hint = f"--accept {each.key} takes it; --accept-jumps takes all of them."
            found.append(fault(file, JUMP, text, path=each.key, value=str(each.after), hint=hint, phase="planning"))
    return tuple(found)


def spot_book(changes: tuple[SpotChange, ...], made: str, day: str, source: str, kept: Mapping[str, Decimal] | None = None) -> str:
    """
    Return the price book of *changes*; *made* is its first line, *day* when they were read, *source* where. *kept* is what stays of a type
    that has no price any more.
    """
    lines = [
        made,
        "apiVersion: servewright.dev/prices/v1",
        "name: AWS spot prices",
        "currency: USD",
        f"as_of: {day}",
        f'source: "{source}"',
        "instances:",
    ]
    for each in changes:
        amount = (kept or {}).get(each.instance_type) if each.after is None else each.after
        if amount is not None:
            note = "" if each.band_after is None else f"  # taken back: {each.band_after} in a month"
            note = "  # kept from the book before" if each.after is None else note
            row = f'type: {each.instance_type}, region: {each.region}, purchase: spot, usd_per_hour: "{amount:f}"'
            lines.append(f"  - {{{row}}}{note}")
    return "\n".join(lines) + "\n"
