"""
Hardware that the search does not try although the request's pins leave it: named among the alternatives, each with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.model import Rejected
from servewright.plan.offers import too_uncertain
from servewright.plan.performance.hardware import effective_gpu

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import Gpu, InstanceType
    from servewright.plan.offers import Market
    from servewright.spec.request import ModelRequest


def left_out(market: Market, request: ModelRequest) -> tuple[Rejected, ...]:
    """
    Return each GPU of which no type is tried, and the types of the others that are too uncertain on spot, with the reason.
    """
    gpus = (gpu for gpu in market.catalog.gpus if request.gpu is None or market.catalog.gpu(request.gpu) == gpu)
    return tuple(rejected for gpu in gpus for rejected in _of_gpu(market, request, gpu))


def _of_gpu(market: Market, request: ModelRequest, gpu: Gpu) -> Iterator[Rejected]:
    pins = request.instance_types
    types = [each for each in market.catalog.instances_with_gpu(gpu.id) if not pins or each.name in pins]
    why = {each.name: _why(market, request, gpu, each) for each in types}
    tried = any(reason is None for reason in why.values())
    for reason in dict.fromkeys(why[each.name] for each in types if not tried or each.excluded is None):
        if reason is not None:
            names = [name for name, found in why.items() if found == reason]
            what = gpu.names[0] if len(names) == len(types) else f"{gpu.names[0]} on {', '.join(names)}"
            yield Rejected(what=what, why=f"left out: {reason}", monthly=None)


def _why(market: Market, request: ModelRequest, gpu: Gpu, instance: InstanceType) -> str | None:
    if instance.excluded is not None:
        return instance.excluded
    if effective_gpu(gpu.id) is None:
        return "its speed is not known"
    if too_uncertain(market, request, instance):
        return "no interruption band published, and slo.availability on spot without a base needs one"
    return None
