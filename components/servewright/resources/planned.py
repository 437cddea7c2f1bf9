"""
What the components of this package are made from: a plan with the catalogue behind it and the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """
    A spec that is planned and priced, and not registered: `plan_spec` makes it.

    *plan* holds the decisions with their reasons, *estimate* the bill of the whole stack in whole USD a month. *catalog* is what both were
    made with.
    """

    plan: Plan
    catalog: Catalog
    estimate: Estimates
