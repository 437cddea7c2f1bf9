"""
The preview: plan, registered resources and bill of one stack, as the one value that every report is made from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from servewright.cost.model import Bill
from servewright.cost.records import ResourceRecord
from servewright.plan.model import Plan
from servewright.report.quota import QuotaNeed, quotas_needed
from servewright.report.upper_bound import Bound, bounds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from servewright.catalog.query import Catalog

_PINNED_AS: Final = {"prometheus": "kube-prometheus-stack"}
"""
Operators whose name in a spec is not the component's name in the versions table.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What would be built, why and for how much.

    *as_of* is the clock of the preview; *prices_oldest* and *prices_newest* bound the dates of this bill's prices.
    *operator_versions* is what each operator was checked against, *image_waivers* why an image reference has no digest,
    *quotas* what the account must allow, *bounds* what unknown lines of the bill would cost on demand.
    """

    plan: Plan
    records: tuple[ResourceRecord, ...]
    bill: Bill
    as_of: date
    prices_oldest: date
    prices_newest: date
    operator_versions: Mapping[str, str] = field(default_factory=dict)
    image_waivers: Mapping[str, str] = field(default_factory=dict)
    quotas: tuple[QuotaNeed, ...] = ()
    bounds: tuple[Bound, ...] = ()


def preview_of(
    plan: Plan,
    records: tuple[ResourceRecord, ...],
    bill: Bill,
    catalog: Catalog,
    as_of: date | None = None,
) -> Preview:
    """
    Return the preview of *plan*; *as_of* is the catalogue's build date where none is given.
    """
    dates = [line.as_of_from for line in bill.lines if line.as_of_from is not None]
    oldest, newest = (min(dates), max(dates)) if dates else catalog.prices_between(plan.stack.region)
    return Preview(
        plan=plan,
        records=records,
        bill=bill,
        as_of=as_of or catalog.build_date,
        prices_oldest=oldest,
        prices_newest=newest,
        operator_versions={o.name: catalog.pin(_PINNED_AS.get(o.name, o.name)).version for o in plan.operators},
        image_waivers={f"{i.name}:{i.tag}": i.waiver for i in catalog.versions.images.values() if i.waiver is not None},
        quotas=quotas_needed(plan.pools, catalog),
        bounds=bounds_of(bill, catalog),
    )


def standing(preview: Preview) -> dict[str, str]:
    """
    Return for the URN of each counted resource whether it is "priced", "free", "unknown" or "unsupported".
    """
    unsupported = {u.resource for u in preview.bill.unsupported}
    unknown = {u.resource for u in preview.bill.unknown}
    priced = {line.resource for line in preview.bill.lines}
    return {r.urn: _state(r.urn, unsupported, unknown, priced) for r in preview.records if not r.structural}


def _state(urn: str, unsupported: Iterable[str], unknown: Iterable[str], priced: Iterable[str]) -> str:
    if urn in unsupported:
        return "unsupported"
    if urn in unknown:
        return "unknown"
    return "priced" if urn in priced else "free"
