"""
The instance types in a lock: the pools that a release makes, on types that carry a replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.lock import LockedModel
    from servewright.plan.model import Role

_POOLS: Final = (("base",), ("burst",), ("burst", "fallback"), ("base", "burst"), ("base", "burst", "fallback"))
"""
The roles that the pools of one model have together, in the order in which they are filled.
"""


def broken_types(model: LockedModel, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """
    Yield (path within *model*, message) of every pool that no release makes for it, and of every type that cannot carry a replica.
    """
    if tuple(role for role, _ in model.types) not in _POOLS:
        yield "types", "must be base, burst or both in this order, each once; a fallback only behind a burst"
        return
    for place, (role, names) in enumerate(model.types):
        path = f"types[{place}][1]"
        wrong = _wrong_together(model, role, names)
        if wrong is not None:
            yield path, wrong
            continue
        for number, name in enumerate(names):
            why = _cannot_carry(model, name, catalog)
            if why is not None:
                yield f"{path}[{number}]", why


def _wrong_together(model: LockedModel, role: Role, names: tuple[str, ...]) -> str | None:
    """
    Return what is wrong with *names* as the types of the pool of *role*, None where nothing is.
    """
    if role == "base" and names != (model.instance_type,):
        return f"must be {model.instance_type} alone: a base is bought on the type that was planned on"
    if role == "burst" and model.instance_type not in names:
        return f"must have {model.instance_type}, the type that was planned on"
    if role == "fallback" and len(names) != 1:
        return "must be one type"
    return None if len(set(names)) == len(names) else "must have each type once"


def _cannot_carry(model: LockedModel, name: str, catalog: Catalog) -> str | None:
    """
    Return why a replica of *model* cannot run on the type called *name*, None where it can or where this catalogue cannot tell.
    """
    gpu, instance = catalog.gpu(model.gpu), catalog.instance(name)
    if gpu is None or instance is None:
        return None
    if instance.gpu_id != gpu.id:
        return f"{name} has no {model.gpu}"
    gpus = model.tensor_parallel * model.pipeline_parallel
    if instance.gpu_count < gpus:
        return f"{name} has {instance.gpu_count.normalize():f} of the {gpus} GPUs that a replica takes"
    return None
