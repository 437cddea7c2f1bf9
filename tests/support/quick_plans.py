"""
Plans of the real planner over the real catalogue, for properties over many requests: what a replica can do on each GPU depends on the
model and its targets alone, so it is worked out once for each of those.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import pytest

from servewright.catalog.load import load_catalog
from servewright.plan import model_plan
from servewright.plan.planner import plan_stack
from servewright.plan.shapes import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import ModelCard
    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.plan.precision import WeightForm
    from servewright.plan.shapes import Refused, Shape
    from servewright.spec.request import ModelRequest, Request

CATALOG = load_catalog()


def plan_quickly(request: Request) -> Plan:
    """
    Return the plan of *request*.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_plan, "shapes", remembered)
        return plan_stack(request, CATALOG)


def remembered(
    catalog: Catalog, request: ModelRequest, card: ModelCard, forms: tuple[WeightForm, ...], context: int
) -> Iterator[Shape | Refused]:
    """
    Return what `shapes` does, from memory where the request differs only in what a replica does not depend on.
    """
    assert catalog is CATALOG
    alone = replace(
        request,
        path="models[0]",
        name="any",
        traffic=replace(request.traffic, requests_per_second=Decimal(1), profile="steady"),
        priority="cost",
        min_replicas=1,
        max_replicas=None,
        max_replicas_rule="+1",
        headroom=Decimal(0),
    )
    return iter(_tried(alone, card, forms, context))


@cache
def _tried(request: ModelRequest, card: ModelCard, forms: tuple[WeightForm, ...], context: int) -> tuple[Shape | Refused, ...]:
    return tuple(shapes(CATALOG, request, card, forms, context))
