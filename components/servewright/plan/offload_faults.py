"""
What stands against keeping KV blocks outside the GPU, and what nobody knows about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.kv_offload import cannot_offload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.plan.model import ModelPlan
    from servewright.spec.request import Request


def offload_faults(request: Request, models: tuple[ModelPlan, ...], catalog: Catalog) -> Iterator[Diagnostic]:
    """
    Yield a fault for each of *models* whose KV blocks LMCache cannot keep though the spec asks for it.
    """
    contexts = None if request.caches is None else request.caches.contexts
    for model in models:
        match = catalog.model(model.architecture)
        why = None if contexts is None or match is None or model.name not in contexts.models else cannot_offload(match.card)
        if why is not None:
            yield request.source.diagnostic(
                "SW322",
                "caches.contexts",
                f"the KV blocks of {model.name} cannot be kept: {why}",
                value=model.name,
                hint="name the models that it is for in caches.contexts.models, or write contexts: off",
            )


def offload_warnings(request: Request) -> tuple[Diagnostic, ...]:
    """
    Return the warning that the engine's image was never looked into for LMCache, where the spec asks for it.
    """
    if request.caches is None or request.caches.contexts is None:
        return ()
    found = request.source.diagnostic(
        "SW445",
        "caches.contexts",
        "that the pinned image of vLLM 0.31.0 holds LMCache follows from how its releases are built; nobody looked into it, and an engine "
        "without LMCache does not start",
        hint="before up: run the image once with python3 -c 'import lmcache.cuda_ops'",
        severity="warning",
    )
    return (found,)
