"""
How far a lock holds a request: what the spec asks for otherwise, and the models that stay as they were decided all the same.

A model whose own pins changed is planned anew, and so is one that the lock does not know; the others stay. Only where the lock is of
another stack, environment or region does it hold nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from servewright.plan.model import NO_LOCK, LockUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.lock import Lock, LockedModel
    from servewright.plan.model import ModelPlan, PoolPlan
    from servewright.spec.request import ModelRequest, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """
    What the spec says at *path* and its lock does not hold, *why* in words.
    """

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """
    The *misfits* of a lock, the models that it *held* nevertheless, and the names of those that it knows and that are *dropped*: planned
    anew, because the spec asks for something else. *replaced*: the spec has models that the lock does not know, and lacks some of its own.
    """

    misfits: tuple[Misfit, ...]
    held: tuple[LockedModel, ...]
    dropped: tuple[str, ...]
    replaced: bool

    def model(self, name: str) -> LockedModel | None:
        """
        Return what is held of the model called *name*, None where it is planned anew.
        """
        return next((each for each in self.held if each.name == name), None)

    def use(self, file: str | None) -> LockUse:
        """
        Return what the lock in *file* does to the plan.
        """
        held = tuple(each.name for each in self.held)
        state: Literal["locked", "stale"] = "stale" if self.misfits else "locked"
        return LockUse(state=state, file=file, held=held, dropped=self.dropped, replaced=self.replaced)


NO_FIT = Fit(misfits=(), held=(), dropped=(), replaced=False)


def fit_of(lock: Lock, request: Request, catalog: Catalog) -> Fit:
    """
    Return how far *lock* holds *request*; *catalog* knows the names of GPUs.
    """
    of_stack = tuple(_of_stack(lock, request))
    known = [(model, locked) for model in request.models if (locked := lock.model(model.name)) is not None]
    own = {locked.name: tuple(_of_model(locked, model, catalog)) for model, locked in known}
    held = () if of_stack else tuple(locked for _, locked in known if not own[locked.name])
    kept, asked_for, locked_names = {each.name for each in held}, {m.name for m in request.models}, {each.name for each in lock.models}
    return Fit(
        misfits=(*of_stack, *(misfit for found in own.values() for misfit in found), *_of_names(lock, request)),
        held=held,
        dropped=tuple(name for name in own if name not in kept),
        replaced=bool(asked_for - locked_names) and bool(locked_names - asked_for),
    )


def lock_use(fit: Fit, lock: Lock | None, file: str | None) -> LockUse:
    """
    Return what *lock*, which is in *file* and fits as *fit* says, does to the plan; nothing where there is none.
    """
    return NO_LOCK if lock is None else fit.use(file)


def narrowed(fit: Fit, models: Iterable[ModelPlan], pools: Iterable[PoolPlan]) -> tuple[Misfit, ...]:
    """
    Return the held models that lose instance types: a model that now shares their nodes pins its own.
    """
    types = {pool.name: (pool.role, pool.instance_types) for pool in pools}
    found = []
    for model in models:
        locked = fit.model(model.name)
        now = dict(types[share.pool] for share in model.shares)
        lost = [name for role, names in (() if locked is None else locked.types) for name in names if name not in now.get(role, names)]
        if fit.misfits and lost:
            why = f"the lock holds {', '.join(dict.fromkeys(lost))} too: a model that shares its nodes leaves them out"
            found.append(Misfit(path=model.path, why=why))
    return tuple(found)


def _of_stack(lock: Lock, request: Request) -> Iterator[Misfit]:
    stack = request.stack
    for path, held, asked in (
        ("name", lock.stack, stack.name),
        ("environment", lock.environment, stack.environment),
        ("platform.region", lock.region, stack.region),
    ):
        if held != asked:
            yield Misfit(path=path, why=f"the lock is of {held}, the spec says {asked}: all is planned afresh")


def _of_names(lock: Lock, request: Request) -> Iterator[Misfit]:
    """
    Yield the models that only one of both knows; neither moves any other model.
    """
    asked_for = {model.name for model in request.models}
    for model in request.models:
        if lock.model(model.name) is None:
            yield Misfit(path=model.path, why=f"the lock holds no model {model.name}: it is planned afresh")
    for each in lock.models:
        if each.name not in asked_for:
            yield Misfit(path="models", why=f"the lock holds {each.name}, which the spec does not serve")


def _of_model(locked: LockedModel, model: ModelRequest, catalog: Catalog) -> Iterator[Misfit]:
    """
    Yield what *model* asks otherwise; what it leaves open fits.
    """
    for field, held, asked in _pins(locked, model, catalog):
        if asked not in (None, held):
            why = f"the lock holds {held}, the spec asks for {asked}: {model.name} is planned afresh"
            yield Misfit(path=f"{model.path}.{field}", why=why)
    types = {name for _, names in locked.types for name in names}
    if model.instance_types and not types <= set(model.instance_types):
        why = f"the lock holds {', '.join(sorted(types))}: {model.name} is planned afresh"
        yield Misfit(path=f"{model.path}.hardware.instance_types", why=why)


def _pins(locked: LockedModel, model: ModelRequest, catalog: Catalog) -> tuple[tuple[str, object, object], ...]:
    """
    Return (field, what is held, what is asked for) of all that a spec can pin of a model but its instance types; None: it is left open.
    """
    checkpoint, precision = model.checkpoint, locked.precision
    gpu = None if model.gpu is None else catalog.gpu(model.gpu)
    return (
        ("task", locked.task, model.task),
        ("source", locked.source, model.source),
        ("revision", locked.revision, model.revision),
        ("hardware.gpu", locked.gpu, model.gpu if gpu is None else gpu.id),
        ("hardware.count", locked.tensor_parallel * locked.pipeline_parallel, model.gpus_per_replica),
        ("parallelism.tensor", locked.tensor_parallel, model.tensor_parallel),
        ("parallelism.pipeline", locked.pipeline_parallel, model.pipeline_parallel),
        ("context_length", locked.context_length, model.context_length),
        ("precision", precision.weights, None if model.precision == "auto" else model.precision),
        ("checkpoint.source", precision.checkpoint_source, None if checkpoint is None else checkpoint.source),
        ("checkpoint.revision", precision.checkpoint_revision, None if checkpoint is None else checkpoint.revision),
    )
