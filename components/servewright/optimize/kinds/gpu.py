"""
Other hardware for all models at once: each GPU that the region sells, and what the plan finds where the spec leaves it open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.optimize.model import Candidate
from servewright.optimize.patch import merged, of_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.optimize.model import Case, Fields
    from servewright.spec.request import ModelRequest

_DECIDES = frozenset({"hardware"})


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield the open choice where something is pinned or asked for at a higher price, then each other GPU.
    """
    models = case.request.models
    if any(_pinned(model) for model in models):
        yield _candidate(
            case, "open", "hardware left to the plan", {m.name: {**_loose(m), "hardware": "auto"} for m in models if _pinned(m)}
        )
    dear = {model.name: {"priority": "cost"} for model in models if model.priority != "cost"}
    if dear:
        yield _candidate(case, "priority-cost", "priority: cost", dear)
    used = {model.gpu_id for model in case.plan.models}
    for gpu in case.catalog.gpus:
        if used != {gpu.id} and sold(case.catalog, gpu.id, case.request.stack.region):
            fields = {model.name: {**_loose(model), "hardware": _hardware(model, gpu.names[0])} for model in models}
            yield _candidate(case, gpu.id.lower(), f"on {gpu.names[0]}", fields)


def sold(catalog: Catalog, gpu_id: str, region: str) -> bool:
    """
    Tell whether an instance with the GPU has an on-demand price in *region*.
    """
    prices = catalog.instance_prices
    return any(prices.price(each.name, region, "on-demand") is not None for each in catalog.instances_with_gpu(gpu_id))


def _candidate(case: Case, name: str, title: str, fields: dict[str, dict[str, Any]]) -> Candidate:
    made = merged(of_models(fields), _bought(case))
    return Candidate(id=f"gpu-{name}", kind="gpu", title=title, fields=made, decides=_DECIDES)


def _pinned(model: ModelRequest) -> bool:
    return model.without_hardware_pins() != model


def _loose(model: ModelRequest) -> dict[str, Any]:
    return {} if model.tensor_parallel is None and model.pipeline_parallel is None else {"parallelism": None}


def _hardware(model: ModelRequest, gpu: str) -> dict[str, Any]:
    """
    Return the pin of a GPU, with the other forms of a pin that the spec has taken away.
    """
    others = {"count": model.gpus_per_replica is not None, "instance_types": bool(model.instance_types)}
    return {"gpu": gpu, **{field: None for field, there in others.items() if there}}


def _bought(case: Case) -> Fields:
    """
    Return what a base needs whose rate or reservation is that of the old hardware: it is bought on demand.
    """
    base = case.request.capacity.base
    if base is None or (base.rate is None and base.reservation is None):
        return {}
    gone = {name: None for name in ("term", "payment", "rate") if getattr(base, name) is not None}
    return {"capacity": {"base": {"purchase": "on-demand", **gone}}}
