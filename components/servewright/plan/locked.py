"""
The replica that a lock holds, as the search would have found it: sized by the lock's rate, predicted by today's constants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from servewright.plan.parallelism import Split, refusal
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.shape import Refused, Shape, best_budget, sizing_of

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.lock import LockedModel
    from servewright.plan.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedShape:
    """
    The shape as the lock *held* it, and the requests/s that one replica serves by *today*'s constants and targets.
    """

    held: Shape
    today: float


def stands_against(catalog: Catalog, question: Question, locked: LockedModel) -> str | None:
    """
    Return what stands against *locked* before anything is computed, None where nothing does: a GPU, type or split that this release does
    not know, a context that the traffic has outgrown.
    """
    traffic = question.request.traffic
    longest = traffic.long_request
    if longest > locked.context_length:
        return f"a request at the 95th percentile has {longest.normalize():f} tokens, its context length is {locked.context_length:,}"
    gpu, instance = catalog.gpu(locked.gpu), catalog.instance(locked.instance_type)
    if gpu is None or effective_gpu(gpu.id) is None:
        return f"this release plans on no {locked.gpu}"
    names = (locked.instance_type, *(name for _, types in locked.types for name in types))
    known = {each.name for each in catalog.instances_with_gpu(gpu.id)}
    unknown = next((name for name in names if name not in known), None)
    if instance is None or unknown is not None:
        return f"this release knows no {unknown} with {locked.gpu}"
    precision = locked.precision
    return refusal(question.card, locked.tensor_parallel, int(instance.gpu_count), precision.weights, precision.checkpoint_source)


def locked_shape(catalog: Catalog, question: Question, locked: LockedModel) -> LockedShape | Refused:
    """
    Return the shape of *locked* for *question*; Refused where it no longer fits its GPU or no longer meets the targets.
    """
    gpu = catalog.gpu(locked.gpu)
    assert gpu is not None  # noqa: S101 - `stands_against` was asked before
    found = best_budget(
        sizing_of(question.request, question.card, question.context),
        gpu,
        locked.precision,
        Split(locked.tensor_parallel, locked.pipeline_parallel),
        budgets=(locked.max_num_batched_tokens,),
    )
    if isinstance(found, Refused):
        return found
    held = replace(found, capacity=float(locked.requests_per_s), extra_headroom=locked.extra_headroom)
    return LockedShape(held=held, today=found.capacity)
