"""
The composition root: the stages put together, from a spec file to a priced preview.
"""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.additions.files import is_there, read_bytes, shown
from servewright.additions.load import with_additions
from servewright.additions.lock_file import parse_lock
from servewright.additions.price_book_file import with_price_books
from servewright.blueprints.reader import reader
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.lock import lock_of, with_locked_images
from servewright.plan.performance.version import constants_version
from servewright.plan.planner import plan_stack
from servewright.spec.load import load_request, parse_request

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from servewright.additions.price_book_file import Priced
    from servewright.catalog.query import Catalog
    from servewright.catalog.usage import Usage
    from servewright.plan.lock import Lock
    from servewright.plan.model import Plan
    from servewright.plan.what_if import Variant
    from servewright.report.model import Preview
    from servewright.report.what_if import OtherChoice, WhatIf
    from servewright.resources.estimates import Estimates


def plan_file(path: Path, as_of: date | None = None, *, replan: bool = False) -> Plan:
    """
    Return the plan of the spec in *path*; *as_of* is the clock for what depends on a date (default: the catalogue's build date).

    The lock beside the spec decides as far as it fits; *replan* plans afresh as if there were none.
    Raises InvalidInputError with the faults of the first phase that has any.
    """
    known = with_additions(load_catalog(), path.parent, as_of)
    request = load_request(path, known.catalog.zones, names=known.catalog, read=reader)
    priced = with_price_books(known.catalog, request.books, as_of)
    lock = None if replan else lock_beside(path)
    catalog = priced.catalog if lock is None else with_locked_images(priced.catalog, lock)
    plan = plan_stack(request, catalog, as_of, lock=lock, lock_file=None if lock is None else lock_path(path).name)
    return replace(plan, warnings=(*plan.warnings, *known.notices(request), *priced.warnings))


def lock_path(spec: Path) -> Path:
    """
    Return where the lock of *spec* stands: prod.lock.json beside prod.yaml.
    """
    return spec.parent / f"{spec.stem}.lock.json"


def lock_beside(spec: Path) -> Lock | None:
    """
    Return the lock of *spec*, None where there is none; raises InvalidInputError where it cannot be read.
    """
    path = lock_path(spec)
    return parse_lock(shown(path), read_bytes(path), load_catalog()) if is_there(path) else None


def lock_made(plan: Plan, spec: Path, as_of: date | None = None, *, before: Lock | None = None) -> Lock:
    """
    Return the lock that would hold *plan*, which was made from *spec*; what it holds of the lock *before* it stays.
    """
    catalog = with_additions(load_catalog(), spec.parent, as_of).catalog
    return lock_of(plan, catalog if before is None else with_locked_images(catalog, before), constants_version(), before)


def priced_file(path: Path, as_of: date | None = None, *, usage: Path | None = None) -> Preview:
    """
    Return the plan, the resources it registers and their bill. Needs no cloud, no cluster and no Pulumi CLI.

    In the inputs of the resources the estimate is still open: who looks at these takes `preview_file`.
    *as_of* as in `plan_file`; *usage* is a file that says what resources cannot tell. Raises InvalidInputError with the faults of the
    first phase that has any.
    """
    return _priced(path, as_of, usage)[0]


def preview_file(path: Path, as_of: date | None = None) -> Preview:
    """
    Return what `priced_file` does, with the inputs as they are deployed.

    The estimate is itself an input of the component and, without a limit of the user's, the budget's amount: the program is recorded again
    with it. Neither has a price, so the bill stays the same.
    """
    preview, catalog = _priced(path, as_of)

    from servewright.record.offline import record_plan  # noqa: PLC0415

    return replace(preview, records=record_plan(preview.plan, catalog, estimate=estimates(preview)))


def _priced(path: Path, as_of: date | None, usage: Path | None = None) -> tuple[Preview, Catalog]:
    catalog = catalog_beside(path, as_of)
    return priced_plan(plan_file(path, as_of), catalog, as_of, usage=usage), catalog


def planned_text(raw: bytes, beside: Path, as_of: date | None = None) -> tuple[Plan, Catalog]:
    """
    Return the plan of the spec *raw* as if it were a file in the folder of the spec *beside*, and the catalogue that it was planned with.

    It has no lock: what it asks for is planned afresh. *as_of* and what is raised as in `plan_file`.
    """
    known = with_additions(load_catalog(), beside.parent, as_of)
    place = beside.with_name(f"{beside.stem}.patch.yaml")
    request = parse_request(
        shown(place), raw, known.catalog.zones, names=known.catalog, read=reader, key=os.path.realpath(beside.parent) + f"/{place.name}"
    )
    priced = with_price_books(known.catalog, request.books, as_of)
    plan = plan_stack(request, priced.catalog, as_of)
    return replace(plan, warnings=(*plan.warnings, *known.notices(request), *priced.warnings)), priced.catalog


def priced_text(raw: bytes, beside: Path, as_of: date | None = None, *, usage: Path | None = None) -> Preview:
    """
    Return what `priced_file` would of a file with the text *raw* in the folder of the spec *beside*; files beside it can be extended.
    """
    plan, catalog = planned_text(raw, beside, as_of)
    return priced_plan(plan, catalog, as_of, usage=usage)


def priced_plan(plan: Plan, catalog: Catalog, as_of: date | None = None, *, usage: Path | None = None) -> Preview:
    """
    Return the resources that *plan* registers and their bill; *catalog* is the one that it was planned with.
    """
    # Pulumi's SDK takes a second to import: only who has something to record pays for it.
    from servewright.cost.bill import price_records  # noqa: PLC0415
    from servewright.programs import usage_from  # noqa: PLC0415
    from servewright.record.offline import record_plan  # noqa: PLC0415
    from servewright.report.model import preview_of  # noqa: PLC0415

    records = record_plan(plan, catalog)
    bill = price_records(records, catalog, usage=usage_from(usage, records, catalog), as_of=as_of)
    return preview_of(plan, records, bill, catalog, as_of)


def what_if(path: Path, preview: Preview, as_of: date | None = None, *, usage: Path | None = None) -> WhatIf:
    """
    Return what the spec in *path*, whose preview is given, would cost under other choices: of each kind the cheapest, registered and priced
    as the preview is.

    A lock beside the spec holds its decisions and not the others'. The file *usage*, which fits the preview, holds for all.
    """
    catalog = catalog_beside(path, as_of)
    request = load_request(path, catalog.zones, names=catalog, read=reader)

    from servewright.plan.what_if import variants  # noqa: PLC0415 - only who asks for it pays for it
    from servewright.programs import usage_from  # noqa: PLC0415
    from servewright.report.what_if import WhatIf  # noqa: PLC0415

    found = [_planned(variant, catalog, as_of) for variant in variants(request, preview.plan, catalog)]
    shown = [choice for kind in dict.fromkeys(c.kind for c in found) for choice in _cheapest([c for c in found if c.kind == kind])]
    used = usage_from(usage, preview.records, catalog)
    return WhatIf(choices=tuple(_priced_choice(choice, catalog, used, as_of) for choice in shown), left_out=len(found) - len(shown))


_SHOWN_OF_A_KIND = 4


def _planned(variant: Variant, catalog: Catalog, as_of: date | None) -> OtherChoice:
    from servewright.report.what_if import OtherChoice  # noqa: PLC0415

    try:
        return OtherChoice(kind=variant.kind, what=variant.what, plan=plan_stack(variant.request, catalog, as_of))
    except InvalidInputError as fault:
        return OtherChoice(kind=variant.kind, what=variant.what, why=fault.diagnostics[0].message)


def _cheapest(choices: list[OtherChoice]) -> list[OtherChoice]:
    """
    Return those that are shown: plans whose nodes have a price, from the lowest up. Where there is none, one that says why.
    """
    priced = [(amount, choice) for choice in choices if (amount := _nodes_price(choice)) is not None]
    cheapest = [choice for _, choice in sorted(priced, key=lambda pair: pair[0])[:_SHOWN_OF_A_KIND]]
    return cheapest or [choice for choice in choices if choice.why is not None][:1]


def _nodes_price(choice: OtherChoice) -> Decimal | None:
    amounts = [None] if choice.plan is None else [model.monthly.expected for model in choice.plan.models]
    return None if None in amounts else sum((amount for amount in amounts if amount is not None), Decimal(0))


def _priced_choice(choice: OtherChoice, catalog: Catalog, usage: Usage, as_of: date | None) -> OtherChoice:
    if choice.plan is None:
        return choice
    from servewright.cost.bill import price_records  # noqa: PLC0415
    from servewright.record.offline import record_plan  # noqa: PLC0415

    return replace(choice, bill=price_records(record_plan(choice.plan, catalog), catalog, usage=usage, as_of=as_of))


def catalog_beside(spec: Path, as_of: date | None = None) -> Catalog:
    """
    Return the catalogue with the models and image digests that lie beside *spec*, its lock's before them, under the price books that the
    spec names; *as_of* as in `plan_file`.
    """
    catalog = books_of(spec, as_of)[0].catalog
    lock = lock_beside(spec)
    return catalog if lock is None else with_locked_images(catalog, lock)


def books_of(spec: Path, as_of: date | None = None) -> tuple[Priced, str]:
    """
    Return the catalogue beside *spec* under the price books that it names, and the spec's region; *as_of* as in `plan_file`.
    """
    known = with_additions(load_catalog(), spec.parent, as_of).catalog
    request = load_request(spec, known.zones, names=known, read=reader)
    return with_price_books(known, request.books, as_of), request.stack.region


def estimates(preview: Preview) -> Estimates:
    """
    Return the bill of *preview* as the component's input, with what its gates judge.
    """
    from servewright.cost.gate_inputs import to_inputs  # noqa: PLC0415
    from servewright.report.gates import facts_of  # noqa: PLC0415
    from servewright.resources.estimates import Estimates  # noqa: PLC0415

    return Estimates.of(
        preview.bill.monthly,
        complete=preview.bill.complete,
        prices_as_of=f"{preview.prices_oldest} to {preview.prices_newest}",
        gates=to_inputs(preview.plan.gates, facts_of(preview.plan, preview.bill)),
    )
