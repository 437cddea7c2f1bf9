"""
What the traffic of a model needs hour by hour, whatever is bought for it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.traffic import replicas_for

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan
    from servewright.spec.request import ModelRequest


def factors(model: ModelPlan, catalog: Catalog) -> tuple[Decimal, ...]:
    """
    Return the 168 factors of the model's week, by its own clock.
    """
    profile = model.traffic.profile
    known = catalog.profile(profile) if isinstance(profile, str) else profile
    return known or (Decimal(1),)


def needed(model: ModelPlan, request: ModelRequest, catalog: Catalog) -> tuple[int, ...]:
    """
    Return the replicas that the traffic needs in each hour, with the head-room that is asked for.
    """
    rate, headroom = model.expected_rate, request.headroom + model.extra_headroom
    return tuple(replicas_for(rate * factor, headroom, model.predicted.max_requests_per_s) for factor in factors(model, catalog))


def use_of_base(model: ModelPlan, request: ModelRequest, catalog: Catalog) -> Decimal | None:
    """
    Return which part of the hours of its base the traffic needs, None where it has none.
    """
    base = sum(workload.replicas.busiest for workload in model.workloads if workload.share == "base")
    hours = needed(model, request, catalog)
    return Decimal(sum(min(base, each) for each in hours)) / (base * len(hours)) if base else None
