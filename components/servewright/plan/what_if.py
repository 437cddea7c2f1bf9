"""
The same models and traffic under one other choice: another GPU, region, way of buying or format of the weights, or without caches.

Each variant is a request of its own that the planner answers as any other, so that its figures are what a user would get who wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from servewright.spec.cache_request import NO_HITS
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.spec.request import ModelRequest, Request

Kind = Literal["GPU", "region", "purchase", "precision", "caches"]

_FORMATS: Final = ("bf16", "fp8", "int4-awq")
"""
One format of each width that engines serve: 16, 8 and 4 bits a weight.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """
    One other choice: *kind* is what differs, *what* says how.
    """

    kind: Kind
    what: str
    request: Request


def variants(request: Request, plan: Plan, catalog: Catalog) -> tuple[Variant, ...]:
    """
    Return what *request*, whose plan is *plan*, could have asked for instead.
    """
    return (
        *_gpus(request, plan, catalog),
        *_precisions(request, plan),
        *_purchases(request),
        *_regions(request, catalog),
        *_caches(request),
    )


def _gpus(request: Request, plan: Plan, catalog: Catalog) -> Iterator[Variant]:
    used = {model.gpu_id for model in plan.models}
    for gpu in catalog.gpus:
        if used != {gpu.id} and _sold(catalog, gpu.id, request.stack.region):
            models = tuple(replace(model.without_hardware_pins(), gpu=gpu.id) for model in request.models)
            yield Variant(kind="GPU", what=f"on {gpu.names[0]}", request=_elsewhere(request, models))


def _sold(catalog: Catalog, gpu_id: str, region: str) -> bool:
    """
    Tell whether an instance with the GPU has an on-demand price in *region*.
    """
    prices = catalog.instance_prices
    return any(prices.price(each.name, region, "on-demand") is not None for each in catalog.instances_with_gpu(gpu_id))


def _precisions(request: Request, plan: Plan) -> Iterator[Variant]:
    used = {model.precision.weights for model in plan.models}
    for weights in _FORMATS:
        if used != {weights}:
            models = tuple(replace(model.without_hardware_pins(), precision=weights, checkpoint=None) for model in request.models)
            yield Variant(kind="precision", what=f"in {weights}", request=_elsewhere(request, models))


def _purchases(request: Request) -> Iterator[Variant]:
    behind = Fallback(purchase="on-demand", max_share=Decimal(1))
    others = {
        "all on demand": Capacity(burst=BurstCapacity(purchase="on-demand")),
        "all on spot, on demand behind it": Capacity(burst=BurstCapacity(purchase="spot", fallback=behind)),
    }
    for what, capacity in others.items():
        if replace(capacity, allow_interruption=request.capacity.allow_interruption) != request.capacity:
            yield Variant(kind="purchase", what=what, request=replace(request, capacity=capacity))


def _regions(request: Request, catalog: Catalog) -> Iterator[Variant]:
    here = request.stack
    models = tuple(model.without_hardware_pins() for model in request.models)
    for region in catalog.regions():
        zones = catalog.zones(region)[: len(here.zones)]
        if region != here.region and len(zones) == len(here.zones) and catalog.coverage(region).on_demand:
            moved = replace(_elsewhere(request, models), stack=replace(here, region=region, zones=zones))
            yield Variant(kind="region", what=f"in {region}", request=moved)


def _caches(request: Request) -> Iterator[Variant]:
    """
    Yield the stack in which every request reaches an engine.
    """
    if request.caches is not None:
        models = tuple(replace(model, hits=NO_HITS) for model in request.models)
        yield Variant(kind="caches", what="without caches", request=replace(request, models=models, caches=None))


def _elsewhere(request: Request, models: tuple[ModelRequest, ...]) -> Request:
    """
    Return *request* for *models* on other hardware: what was bought for the old one (a rate, a reservation) is bought on demand there.
    """
    base = request.capacity.base
    if base is None or (base.rate is None and base.reservation is None):
        return replace(request, models=models)
    plain = BaseCapacity(purchase="on-demand", share=base.share)
    return replace(request, models=models, capacity=replace(request.capacity, base=plain))
