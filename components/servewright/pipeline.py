"""
The composition root: the stages put together, from a spec file to a priced preview.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servewright.catalog.load import load_catalog
from servewright.plan.planner import plan_stack
from servewright.spec.load import load_request

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from servewright.plan.model import Plan
    from servewright.report.model import Preview
    from servewright.resources.estimates import Estimates


def plan_file(path: Path, as_of: date | None = None) -> Plan:
    """
    Return the plan of the spec in *path*; *as_of* is the clock for what depends on a date (default: the catalogue's build date).

    Raises InvalidInputError with the faults of the first phase that has any.
    """
    catalog = load_catalog()
    return plan_stack(load_request(path, catalog.zones, names=catalog), catalog, as_of)


def preview_file(path: Path, as_of: date | None = None) -> Preview:
    """
    Return the plan, the resources it registers and their bill. Needs no cloud, no cluster and no Pulumi CLI.

    *as_of* as in `plan_file`. Raises InvalidInputError with the faults of the first phase that has any.
    """
    # Pulumi's SDK takes half a second to import: only who records pays for it.
    from servewright.cost.bill import price_records  # noqa: PLC0415
    from servewright.record.offline import record_plan  # noqa: PLC0415
    from servewright.report.model import preview_of  # noqa: PLC0415

    catalog = load_catalog()
    plan = plan_file(path, as_of)
    records = record_plan(plan, catalog)
    preview = preview_of(plan, records, price_records(records, catalog), catalog, as_of)
    # The estimate is itself an input of the component and, without a limit of the user's, the budget's amount: the program is recorded
    # again with it. Neither has a price, so the bill stays the same.
    return replace(preview, records=record_plan(plan, catalog, estimate=estimates(preview)))


def estimates(preview: Preview) -> Estimates:
    """
    Return the bill of *preview* as the component's input.
    """
    from servewright.resources.estimates import Estimates  # noqa: PLC0415

    return Estimates.of(
        preview.bill.monthly, complete=preview.bill.complete, prices_as_of=f"{preview.prices_oldest} to {preview.prices_newest}"
    )
