"""
Rules of one model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.pins import COMMIT
from servewright.spec.codes import (
    CONTRADICTION,
    DUPLICATE,
    NOT_BUILT,
    SECTION_LATER,
    TOO_SMALL,
    UNKNOWN_GPU,
    UNKNOWN_INSTANCE,
    UNKNOWN_NAME,
    UNPINNED,
    UNPINNED_WARNING,
)
from servewright.spec.faults import nearest
from servewright.spec.finding import Finding
from servewright.spec.paths import item
from servewright.spec.task_rules import context, task, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.served_model import ModelSpec

ENGINE_VERSION: Final = "0.31.0"
"""
The one engine release we emit arguments for; the row "vllm" of the catalogue's pins (a test holds them equal).
"""


def _revision(scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    where = f"{path}.revision"
    if model.source.startswith("s3://"):
        if model.revision is not None:
            yield Finding(
                code=CONTRADICTION, path=where, message="an s3:// address has no revision", hint="put the version into the address"
            )
        return
    if model.revision is not None and COMMIT.fullmatch(model.revision):
        return
    known = None if scope.names is None else scope.names.revision(model.source)
    hint = "pin the commit id of 40 hexadecimal digits" if known is None else f"revision: {known}"
    what = "no revision is pinned" if model.revision is None else f"{model.revision} is no commit id"
    reads = (f"{path}.source", "environment")
    if scope.defaults.pinned:
        message = f"{what}: in {scope.environment} the weights must not change by themselves"
        yield Finding(code=UNPINNED, path=where, message=message, hint=hint, reads=reads)
    else:
        message = f"{what}: the weights may change by themselves; staging and prod refuse that"
        yield Finding(code=UNPINNED_WARNING, path=where, message=message, hint=hint, severity="warning", reads=reads)


def _hardware(scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    hardware, where = model.hardware, f"{path}.hardware"
    if hardware is None:
        return
    if hardware.gpu is not None and hardware.instance_types is not None:
        yield Finding(
            code=CONTRADICTION, path=where, message="gpu and instance_types are both given", hint="keep one: the instance types fix the GPU"
        )
    if hardware.count is not None and hardware.gpu is None and hardware.instance_types is None:
        yield Finding(
            code=CONTRADICTION,
            path=f"{where}.count",
            message="count needs a gpu",
            hint=f"{{gpu: H100, count: {hardware.count}}}",
            reads=(where,),
        )
    yield from duplicates(hardware.instance_types, f"{where}.instance_types")
    if scope.names is None:
        return
    if hardware.gpu is not None and scope.names.gpu(hardware.gpu) is None:
        hint = _nearest(scope.names.nearest_gpus(hardware.gpu), "All of them: servewright catalog gpus")
        yield Finding(code=UNKNOWN_GPU, path=f"{where}.gpu", message="not a GPU we know", hint=hint)
    for index, name in enumerate(hardware.instance_types or ()):
        if scope.names.instance(name) is None:
            hint = _nearest(scope.names.nearest_instances(name), None)
            yield Finding(
                code=UNKNOWN_INSTANCE, path=item(f"{where}.instance_types", index), message="not an instance type we know", hint=hint
            )


def _nearest(names: tuple[str, ...], rest: str | None) -> str | None:
    parts = [f"Nearest: {', '.join(names)}"] if names else []
    return ". ".join([*parts, *([] if rest is None else [rest])]) or None


def _parallelism(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    count, split = None if model.hardware is None else model.hardware.count, model.parallelism
    if count is None or split is None or (split.tensor is None and split.pipeline is None):
        return
    gpus = (split.tensor or 1) * (split.pipeline or 1)
    both = split.tensor is not None and split.pipeline is not None
    if count == gpus or (not both and count % gpus == 0):
        return
    words, hint = f"a split over {split.tensor} GPUs", f"tensor: {count}"
    if split.tensor is None:
        words, hint = f"a pipeline of {split.pipeline} stages", f"pipeline: {count}"
    if both:
        words, hint = f"tensor {split.tensor} x pipeline {split.pipeline} = {gpus} GPUs", f"count: {gpus}"
    yield Finding(
        code=CONTRADICTION,
        path=f"{path}.parallelism.{'pipeline' if split.tensor is None else 'tensor'}",
        message=f"{words} and hardware.count {count} do not fit together",
        hint=f"{hint}, or leave one of them out",
        reads=(f"{path}.hardware", f"{path}.parallelism.pipeline"),
    )


def _scaling(scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    if model.scaling is None or model.scaling.max is None:
        return
    low, high = model.scaling.min, model.scaling.max
    if low is not None and low > high:
        yield Finding(
            code=TOO_SMALL,
            path=f"{path}.scaling.max",
            message=f"the maximum {high} is below the minimum {low}",
            reads=(f"{path}.scaling.min",),
        )
    if low is None and scope.defaults.min_replicas > high:
        message = f"the maximum {high} is below the minimum of {scope.defaults.min_replicas} that {scope.environment} has by default"
        yield Finding(
            code=TOO_SMALL,
            path=f"{path}.scaling.max",
            message=message,
            hint=f"give scaling.min: {high} too, or a higher maximum",
            reads=("environment", f"{path}.scaling.min"),
        )


def _engine(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    if model.engine is None or model.engine.version is None or model.engine.version.removeprefix("v") == ENGINE_VERSION:
        return
    yield Finding(
        code=NOT_BUILT,
        path=f"{path}.engine.version",
        message=f"another engine release than {ENGINE_VERSION} is not built yet",
        hint=f'version: "{ENGINE_VERSION}", or leave it out',
        reads=(f"{path}.engine.name",),
    )


def _timezone(scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    zone = model.traffic.timezone
    if zone is not None and zone not in scope.timezones:
        near = nearest(zone, scope.timezones)
        yield Finding(
            code=UNKNOWN_NAME,
            path=f"{path}.traffic.timezone",
            message="not a time zone we know",
            hint=None if near is None else f"Nearest: {near}",
        )


def _sections(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    for name, section in (("adapters", model.adapters), ("speculative", model.speculative), ("weights", model.weights)):
        if section is not None:
            yield from section_findings(section.state, name, f"{path}.{name}")


def section_findings(state: str, name: str, path: str) -> Iterator[Finding]:
    """
    Yield what is said about a section that is not built yet.
    """
    if state == "custom":
        yield Finding(code=NOT_BUILT, path=path, message=f"{name} is not built yet", hint=f"{name}: off, or leave it out")
    if state == "default":
        yield Finding(
            code=SECTION_LATER, path=path, message=f"{name} is not built yet: the stack is planned without it", severity="warning"
        )


def duplicates(values: tuple[object, ...] | None, path: str) -> Iterator[Finding]:
    """
    Yield a finding for each entry of a list that stands in it before.
    """
    seen: set[object] = set()
    for index, value in enumerate(values or ()):
        if value in seen:
            yield Finding(code=DUPLICATE, path=item(path, index), message="stands in the list twice", hint="keep one")
        seen.add(value)


MODEL_RULES: Final[tuple[Callable[[Scope, ModelSpec, str], Iterator[Finding]], ...]] = (
    tokens,
    task,
    context,
    _revision,
    _hardware,
    _parallelism,
    _scaling,
    _engine,
    _timezone,
    _sections,
)
