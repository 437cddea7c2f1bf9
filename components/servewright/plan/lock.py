"""
The lock: what was decided for a stack, so that a refresh of prices or of fitted constants cannot decide again.

A lock holds hardware, form of the weights, split, engine arguments, the rate that one replica was sized for, instance types and image
digests. What it does not hold follows the spec as ever: traffic, head-room, shares and prices. So a locked stack still scales with
its traffic, and its bill is always at today's prices.

A spec may change what its lock holds (another revision, another pin): then the lock no longer fits, and says where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.model import Precision, Role

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan, Plan, PoolPlan
    from servewright.spec.request import ModelRequest, Request


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
    launch.
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

    def types_of(self, role: Role) -> tuple[str, ...]:
        """
        Return the locked types of the pool of *role*, none where there was no such pool.
        """
        return dict(self.types).get(role, ())


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


def lock_of(plan: Plan, catalog: Catalog, constants: str) -> Lock:
    """
    Return the lock that holds *plan*, made from *catalog* with the fitted *constants* of that name.
    """
    images = ((component, catalog.image(component)) for component in _IMAGES)
    return Lock(
        stack=plan.stack.name,
        environment=plan.stack.environment,
        region=plan.stack.region,
        catalogue=catalog.build_date.isoformat(),
        constants=constants,
        models=tuple(_locked(model, plan.pools) for model in plan.models),
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


def _locked(model: ModelPlan, pools: tuple[PoolPlan, ...]) -> LockedModel:
    own = {share.pool for share in model.shares}
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
        arguments=model.engine.arguments,
        types=tuple((pool.role, pool.instance_types) for pool in pools if pool.name in own),
    )


def misfits(lock: Lock, request: Request) -> tuple[tuple[str, str], ...]:
    """
    Return (spec path, reason) of everything that *request* asks for and *lock* does not hold.
    """
    stack = request.stack
    pairs = (
        ("name", lock.stack, stack.name),
        ("environment", lock.environment, stack.environment),
        ("platform.region", lock.region, stack.region),
    )
    found = [(path, f"the lock is of {held}, the spec says {asked}") for path, held, asked in pairs if held != asked]
    for model in request.models:
        locked = lock.model(model.name)
        if locked is None:
            found.append((model.path, f"the lock holds no model {model.name}"))
        else:
            found += [(f"{model.path}.{field}", reason) for field, reason in _misfits(locked, model)]
    asked_for = {model.name for model in request.models}
    found += [
        ("models", f"the lock holds {each.name}, which the spec does not serve") for each in lock.models if each.name not in asked_for
    ]
    return tuple(found)


def _misfits(locked: LockedModel, model: ModelRequest) -> list[tuple[str, str]]:
    """
    Return (field, reason) of what *model* asks otherwise; what it leaves open fits.
    """
    checkpoint, precision = model.checkpoint, locked.precision
    pairs: tuple[tuple[str, object, object], ...] = (
        ("source", locked.source, model.source),
        ("revision", locked.revision, model.revision),
        ("hardware.count", locked.tensor_parallel * locked.pipeline_parallel, model.gpus_per_replica),
        ("parallelism.tensor", locked.tensor_parallel, model.tensor_parallel),
        ("parallelism.pipeline", locked.pipeline_parallel, model.pipeline_parallel),
        ("context_length", locked.context_length, model.context_length),
        ("precision", precision.weights, None if model.precision == "auto" else model.precision),
        ("checkpoint.source", precision.checkpoint_source, None if checkpoint is None else checkpoint.source),
        ("checkpoint.revision", precision.checkpoint_revision, None if checkpoint is None else checkpoint.revision),
    )
    found = [(field, f"the lock holds {held}, the spec asks for {asked}") for field, held, asked in pairs if asked not in (None, held)]
    types = {name for _, names in locked.types for name in names}
    if model.instance_types and not types <= set(model.instance_types):
        found.append(("hardware.instance_types", f"the lock holds {', '.join(sorted(types))}"))
    return found
