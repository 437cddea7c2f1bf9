"""
The lock: what was decided for a stack, so that a refresh of prices or of fitted constants cannot decide again.

A lock holds hardware, form of the weights, split, engine arguments, the rate that one replica was sized for, instance types and image
digests. What it does not hold follows the spec as ever: traffic, head-room, shares and prices. So a locked stack still scales with
its traffic, and its bill is always at today's prices.

A spec may change what its lock holds (another revision, another pin): `lock_fit` says where, and what stays all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.model import Precision, Role
from servewright.spec.request import Task

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan, PoolPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedImage:
    """
    The image of a *component* ("vllm") as it was resolved; *digest* None: a waiver stood for it.
    """

    component: str
    name: str
    tag: str
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedModel:
    """
    What was decided for one model.

    *requests_per_s* is the rate that one replica serves within the SLO, *extra_headroom* what was added to the request's own: with both
    the number of replicas follows from the traffic alone. *types* are the instance types of each pool by its role, the first expected to
    launch. A lock without a *task* was written before there was another than generate.
    """

    name: str
    source: str
    revision: str | None
    gpu: str
    instance_type: str
    tensor_parallel: int
    pipeline_parallel: int
    precision: Precision
    context_length: int
    max_num_seqs: int
    max_num_batched_tokens: int
    requests_per_s: Decimal
    extra_headroom: Decimal
    arguments: tuple[str, ...]
    types: tuple[tuple[Role, tuple[str, ...]], ...]
    task: Task = "generate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """
    The decisions of a whole stack. *catalogue* is the day that the tables behind it were built on, *constants* names the fitted constants.
    """

    stack: str
    environment: str
    region: str
    catalogue: str
    constants: str
    models: tuple[LockedModel, ...]
    images: tuple[LockedImage, ...]

    def model(self, name: str) -> LockedModel | None:
        """
        Return what was decided for the model called *name*.
        """
        return next((each for each in self.models if each.name == name), None)


_IMAGES: Final = ("vllm",)
"""
Components whose images serve the models; what operators run is not part of a plan.
"""


def lock_of(plan: Plan, catalog: Catalog, constants: str, before: Lock | None = None) -> Lock:
    """
    Return the lock that holds *plan*, made from *catalog* with the fitted *constants* of that name.

    What *plan* holds of the lock *before* it stays as it was, the rate that a replica was sized for included.
    """
    held = {} if before is None else {each.name: each for each in before.models if each.name in plan.lock.held}
    images = ((component, catalog.image(component)) for component in _IMAGES)
    return Lock(
        stack=plan.stack.name,
        environment=plan.stack.environment,
        region=plan.stack.region,
        catalogue=catalog.build_date.isoformat(),
        constants=constants,
        models=tuple(_locked(model, plan.pools, held.get(model.name)) for model in plan.models),
        images=tuple(LockedImage(component=c, name=image.name, tag=image.tag, digest=image.digest) for c, image in images),
    )


def with_locked_images(catalog: Catalog, lock: Lock) -> Catalog:
    """
    Return *catalog* with the images as *lock* holds them.
    """
    images = dict(catalog.versions.images)
    for held in lock.images:
        now = images.get(held.component)
        if now is not None and (now.name, now.tag, now.digest) != (held.name, held.tag, held.digest):
            images[held.component] = replace(now, name=held.name, tag=held.tag, digest=held.digest, source="the lock")
    return replace(catalog, versions=replace(catalog.versions, images=images))


def _locked(model: ModelPlan, pools: tuple[PoolPlan, ...], held: LockedModel | None) -> LockedModel:
    own = {share.pool for share in model.shares}
    types = tuple((pool.role, pool.instance_types) for pool in pools if pool.name in own)
    if held is not None:
        return replace(held, types=types)
    return LockedModel(
        name=model.name,
        source=model.source,
        revision=model.revision,
        gpu=model.gpu_id,
        instance_type=model.instance_type,
        tensor_parallel=model.tensor_parallel,
        pipeline_parallel=model.pipeline_parallel,
        precision=model.precision,
        context_length=model.engine.context_length,
        max_num_seqs=model.engine.max_num_seqs,
        max_num_batched_tokens=model.engine.max_num_batched_tokens,
        requests_per_s=Decimal(repr(model.predicted.max_requests_per_s)),
        extra_headroom=model.extra_headroom,
        arguments=model.engine.locked,
        types=types,
        task=model.task,
    )
