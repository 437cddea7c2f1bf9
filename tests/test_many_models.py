"""
The spec that the benchmark plans: as many models as asked for, each another one, and all of them served.
"""

from __future__ import annotations

from many_models import many_models
from servewright.catalog.load import load_catalog
from servewright.spec.load import parse_request
from ten_specs import plan_text


def test_a_hundred_models_are_a_hundred_different_models() -> None:
    """
    No model repeats another's architecture, so that nothing a plan remembers of one answers for the next; rates and profiles vary too.
    """
    catalog = load_catalog()
    request = parse_request("many.yaml", many_models(100).encode(), catalog.zones, names=catalog)

    assert len({model.name for model in request.models}) == 100
    assert len({model.source for model in request.models}) == 100
    assert len({(model.traffic.requests_per_second, model.traffic.profile) for model in request.models}) == 7 * len(catalog.profiles())


def test_its_models_are_served() -> None:
    """
    A spec that ends in a diagnostic would measure nothing.
    """
    assert len(plan_text("many", many_models(4)).models) == 4
