"""
What was found against what stands: new, changed, unchanged, vanished; and what of it is taken only when it is accepted by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from servewright.catalog.rates import CPU_COMPONENT
from servewright.offers.codes import JUMP, VANISHED
from servewright.offers.faults import fault
from servewright.offers.query import NO_UPFRONT_YEAR, ON_DEMAND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.offers.query import Key
    from servewright.offers.rules import Found, Judged, Tier

LARGEST_JUMP: Final = Decimal("0.30")
"""
The share by which a price may move before somebody must look (shared practice of price refreshes; judgement).
"""

State = Literal["unchanged", "changed", "new", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One key: the price of its first tier *before* and *after*; "kept" was accepted as it stands, though the file has no price of it.
    """

    key: Key
    unit: str
    before: Decimal | None
    after: Decimal | None
    state: State

    @property
    def share(self) -> Decimal | None:
        """
        By which share it moved; None where one side is missing.
        """
        return None if not self.before or self.after is None else self.after / self.before - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """
    What the caller accepts: *keys* by name, and *jumps* of any key.
    """

    keys: frozenset[str] = frozenset()
    jumps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    The *changes* of one offer file in the order of their keys, the prices that are *taken*, and the *faults* that refuse all of it.
    """

    changes: tuple[Change, ...]
    taken: tuple[Found, ...]
    faults: tuple[Diagnostic, ...]


Standing = Callable[["Key"], "Mapping[Decimal, Decimal | None]"]
"""
What stands for a key: the price from each quantity on (None: none is known from there on), the first tier first; empty where nothing is.
"""


def standing(catalog: Catalog) -> Standing:
    """
    Return the look-up of what stands for a key: its own region's price, never one that holds everywhere.
    """
    units: dict[tuple[str, str, str, str], dict[Decimal, Decimal | None]] = {}
    for row in sorted(catalog.unit_prices.rows, key=lambda each: each.start):
        tiers_of = units.setdefault((row.service, row.component, row.variant, row.region), {})
        tiers_of[row.start] = row.price.amount
        if row.end is not None:
            tiers_of[row.end] = None

    def tiers(key: Key) -> Mapping[Decimal, Decimal | None]:
        if not key.is_hours:
            return units.get((key.service, key.component, key.variant, key.region), {})
        if key.component not in (ON_DEMAND, NO_UPFRONT_YEAR):
            return {}
        row = catalog.instance_prices.price(key.variant, key.region, ON_DEMAND if key.component == ON_DEMAND else NO_UPFRONT_YEAR)
        if row is None and key.component == ON_DEMAND:
            return units.get((key.service, CPU_COMPONENT, key.variant, key.region), {})
        return {} if row is None else {Decimal(0): row.amount}

    return tiers


def outcome(result: Judged, stands: Standing, accepted: Accepted, file: str) -> Outcome:
    """
    Return what *result* changes of what *stands*.
    """
    changes: list[Change] = []
    taken: list[Found] = []
    faults: list[Diagnostic] = []
    for key, wrong in result.faults:
        if str(key) in accepted.keys:
            changes.append(Change(key=key, unit="", before=_first(stands(key)), after=None, state="kept"))
        else:
            faults.append(wrong)
    for key in result.absent:
        before = _first(stands(key))
        if before is None:
            continue
        changes.append(Change(key=key, unit="", before=before, after=None, state="kept"))
        if str(key) not in accepted.keys:
            faults.append(_vanished(key, before, file))
    for found in result.found:
        before_by_start = stands(found.key)
        changes.append(_change(found, before_by_start))
        taken.append(found)
        if not (accepted.jumps or str(found.key) in accepted.keys):
            faults += _jumps(found, before_by_start)
    return Outcome(
        changes=tuple(sorted(changes, key=lambda each: each.key)),
        taken=tuple(sorted(taken, key=lambda each: each.key)),
        faults=tuple(sorted(faults, key=lambda each: (each.line, each.path))),
    )


def unasked(catalog: Catalog, changes: Iterable[Change]) -> int:
    """
    Return how many prices of *catalog* in the regions of *changes* stand outside of them: they are kept by hand.
    """
    seen = {each.key for each in changes}
    regions = {key.region for key in seen}
    units = {(row.service, row.component, row.variant, row.region) for row in catalog.unit_prices.rows if row.region in regions}
    asked = {(key.service, CPU_COMPONENT if key.is_hours else key.component, key.variant, key.region) for key in seen}
    return len(units - asked)


def _first(tiers: Mapping[Decimal, Decimal | None]) -> Decimal | None:
    return next(iter(tiers.values()), None)


def _change(found: Found, stands: Mapping[Decimal, Decimal | None]) -> Change:
    before = _first(stands)
    same = {tier.start: tier.amount for tier in found.tiers} == {start: amount for start, amount in stands.items() if amount is not None}
    state: State = "new" if before is None else "unchanged" if same else "changed"
    return Change(key=found.key, unit=found.unit, before=before, after=found.amount, state=state)


def _jumps(found: Found, stands: Mapping[Decimal, Decimal | None]) -> Iterator[Diagnostic]:
    """
    Yield the tiers that moved too far from what stands for the same quantity, wherever the tiers of either side begin.
    """
    for tier, start, before in _pairs(found, stands):
        share = Decimal(0) if not before else tier.amount / before - 1
        if abs(share) > LARGEST_JUMP:
            where = f" from {start:,} {found.unit} on" if start else ""
            text = f"moved from {before} to {tier.amount} USD{where}, {share * 100:+.0f} %: more than {LARGEST_JUMP * 100:.0f} % either way"
            hint = f"Look at the price yourself, then --accept {_quoted(found.key)} takes it; --accept-jumps takes all of them."
            yield fault(found.file, JUMP, text, line=found.line, path=str(found.key), value=str(tier.amount), hint=hint, phase="planning")


def _pairs(found: Found, stands: Mapping[Decimal, Decimal | None]) -> Iterator[tuple[Tier, Decimal, Decimal | None]]:
    """
    Yield each tier that was found with what stands where it begins, and with each tier that begins inside it.
    """
    for tier in found.tiers:
        yield tier, tier.start, next((stands[start] for start in sorted(stands, reverse=True) if start <= tier.start), None)
        for start, amount in stands.items():
            if tier.start < start and (tier.end is None or start < tier.end):
                yield tier, start, amount


def _vanished(key: Key, before: Decimal, file: str) -> Diagnostic:
    hint = f"Look whether it is still sold. --accept {_quoted(key)} leaves {before} USD as it stands."
    return fault(file, VANISHED, "has no row any more, and it has a price that stands", path=str(key), hint=hint, phase="planning")


def _quoted(key: Key) -> str:
    text = str(key)
    return f"'{text}'" if set(text) & set(" ()*,;&|") else text
