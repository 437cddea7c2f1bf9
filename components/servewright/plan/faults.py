"""
The planning diagnostics: what cannot be planned, with the arithmetic and the nearest thing that can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.plan.precision import NoForm
    from servewright.plan.shapes import Refused, Shape
    from servewright.plan.weights import CannotBeSized
    from servewright.spec.request import ModelRequest

_SHOWN = 4


def unknown_model(source: SourceMap, request: ModelRequest, catalog: Catalog) -> Diagnostic:
    """
    Return the fault of a model id whose architecture is not in the tables.
    """
    near = catalog.nearest_models(request.source)
    hint = "nearest: " + ", ".join(near) + "\n" if near else ""
    if "/" in request.source:
        hub_id, own = "/".join(request.source.rstrip("/").split("/")[-2:]), request.source.startswith("s3://")
        hint += f"its config.json makes a row of your own: servewright models add {hub_id}{' --config FILE' if own else ''}\n"
    hint += "a fine-tune of your own: an s3:// address that ends in the hub id of the model it was made from"
    return source.diagnostic(
        "SW301", f"{request.path}.source", "no architecture of this model in the catalogue", value=request.source, hint=hint
    )


def not_a_hub_id(source: SourceMap, request: ModelRequest, known: str, architecture: str) -> Diagnostic:
    """
    Return the fault of a short name or another letter case: the engine would ask the hub for exactly that and not find it.
    """
    right = known if "/" in known else architecture
    return source.diagnostic(
        "SW301", f"{request.path}.source", "the hub does not know the model under this name", value=request.source, hint=f"write {right}"
    )


def wrong_task(source: SourceMap, request: ModelRequest, kind: str) -> Diagnostic:
    """
    Return the fault of a model that does something else than the task asks.
    """
    return source.diagnostic(
        "SW302",
        f"{request.path}.source",
        f"this model does not {request.task}: its kind is {kind}",
        value=request.source,
        hint=f"task: {kind}, or a model that can {request.task}",
    )


def not_served(source: SourceMap, request: ModelRequest, version: str, why: str) -> Diagnostic:
    """
    Return the fault of a model of the catalogue that the pinned engine does not serve.
    """
    return source.diagnostic(
        "SW318",
        f"{request.path}.source",
        f"vLLM {version} does not serve this model: {why}",
        value=request.source,
        hint=f"choose another model that can {request.task}: servewright models list",
    )


def cannot_be_sized(source: SourceMap, request: ModelRequest, found: CannotBeSized) -> Diagnostic:
    """
    Return the fault of a model whose catalogue row lacks what a size needs.
    """
    return source.diagnostic(
        "SW303",
        f"{request.path}.source",
        f"the catalogue's row of {found.hf_id} lacks {', '.join(found.missing)}",
        value=request.source,
        hint="nothing is guessed: choose a model whose row is complete",
    )


def no_form(source: SourceMap, request: ModelRequest, found: NoForm) -> Diagnostic:
    """
    Return the fault of a precision that cannot be had.
    """
    path = f"{request.path}.precision" if request.checkpoint is None else f"{request.path}.checkpoint"
    return source.diagnostic("SW304", path, found.why, value=request.precision, hint=found.hint)


def context_too_long(source: SourceMap, request: ModelRequest, longest: int) -> Diagnostic:
    """
    Return the fault of a context length that the model was not made for.
    """
    return source.diagnostic(
        "SW305",
        f"{request.path}.context_length",
        f"{request.source} was made for at most {longest:,} tokens",
        value=str(request.context_length),
        hint=f"at most {longest}",
    )


def prompt_too_long(source: SourceMap, request: ModelRequest, context: int) -> Diagnostic:
    """
    Return the fault of traffic whose long requests do not fit the context length.
    """
    needed = request.traffic.long_request
    return source.diagnostic(
        "SW306",
        f"{request.path}.traffic.input_tokens",
        f"a request at the 95th percentile has {needed.normalize():f} tokens, the context length is {context:,}",
        hint=f"{_longest(request, context)}shorter requests, or a model with a longer context",
    )


def _longest(request: ModelRequest, context: int) -> str:
    """
    Return how a spec says that no prompt is longer than what fits, "" where the mean alone does not.
    """
    mean = request.traffic.input_tokens.mean
    room = context - (request.traffic.long_request - request.traffic.input_tokens.p95)
    if not mean < room:
        return ""
    return f"input_tokens: {{mean: {mean.normalize():f}, p95: {int(room)}}} where no prompt is longer\n"


def does_not_fit(source: SourceMap, request: ModelRequest, refused: tuple[Refused, ...], fitting: tuple[Shape, ...]) -> Diagnostic:
    """
    Return the fault of a model that fits no GPU the spec allows, with the arithmetic of the closest miss.
    """
    misses = [r.does_not_fit for r in refused if r.does_not_fit is not None]
    closest = min(misses, key=lambda m: (m.needs_mib / m.has_mib, m.gpus))
    words = next(r.what for r in refused if r.does_not_fit is closest)
    hint = "\n".join(closest.arithmetic)
    if fitting:
        hint += "\nfits: " + " · ".join(dict.fromkeys(s.label for s in fitting[:_SHOWN]))
    path = f"{request.path}.hardware" if request.gpu or request.instance_types else f"{request.path}.source"
    return source.diagnostic("SW311", path, f"{request.source} does not fit {words}, MiB:", hint=hint)


def misses_target(source: SourceMap, request: ModelRequest, refused: tuple[Refused, ...]) -> Diagnostic:
    """
    Return the fault of latency targets that no hardware meets, with the nearest tries.
    """
    tries = [r for r in refused if r.does_not_fit is None]
    fastest = sorted(tries, key=lambda r: (-r.gpus * (r.gpu.memory_bandwidth_tbps or 0), r.what))
    # One try for each GPU: the largest split of the fastest ones shows how far off the target is.
    shown = list({r.gpu.id: r for r in reversed(fastest)}.values())[::-1][:_SHOWN]
    pins = _pins(request)
    other = f"take away {' and '.join(pins)}" if pins else "allow other hardware"
    hint = "\n".join(f"{r.what}: {r.why}" for r in shown) + f"\nrelax the target, shorten the prompts, or {other}"
    whose = "that the spec leaves" if pins else "of the catalogue"
    return source.diagnostic("SW312", f"{request.path}.slo", f"no hardware {whose} meets these targets", hint=hint)


def not_sold(source: SourceMap, request: ModelRequest, reasons: tuple[str, ...], region: str) -> Diagnostic:
    """
    Return the fault of a region that sells none of the hardware that would serve the model.
    """
    hint = "\n".join(dict.fromkeys(reasons[:_SHOWN])) + "\nchoose another region, or other hardware"
    return source.diagnostic("SW313", "platform.region", f"{region} sells no hardware that fits {request.name}", value=region, hint=hint)


def no_type(source: SourceMap, request: ModelRequest, excluded: tuple[str, ...]) -> Diagnostic:
    """
    Return the fault of pins that leave no instance type.
    """
    pins = _pins(request)
    hint = "\n".join(excluded[:_SHOWN]) if excluded else f"take away {'one of ' if len(pins) > 1 else ''}{', '.join(pins)}"
    pinned = ", ".join(filter(None, (request.gpu, *request.instance_types)))
    return source.diagnostic(
        "SW314", f"{request.path}.hardware", "these pins leave no instance type to run on", value=pinned or None, hint=hint
    )


def _pins(request: ModelRequest) -> tuple[str, ...]:
    """
    Return the fields of the spec that leave some hardware out.
    """
    said = {
        "hardware.gpu": request.gpu,
        "hardware.count": request.gpus_per_replica,
        "hardware.instance_types": request.instance_types,
        "parallelism.tensor": request.tensor_parallel,
        "parallelism.pipeline": request.pipeline_parallel,
    }
    return tuple(field for field, pinned in said.items() if pinned)


def split_refused(source: SourceMap, request: ModelRequest, pin: tuple[str, int | None], why: str, possible: tuple[int, ...]) -> Diagnostic:
    """
    Return the fault of a pinned split, a field and its value, that does not divide the model.
    """
    field, value = pin
    hint = "possible: " + ", ".join(str(size) for size in possible)
    return source.diagnostic("SW315", f"{request.path}.{field}", why, value=str(value), hint=hint)


def too_many(source: SourceMap, request: ModelRequest, needed: int, most: int) -> Diagnostic:
    """
    Return the fault of traffic that needs more replicas than one Deployment should have.
    """
    return source.diagnostic(
        "SW317",
        f"{request.path}.traffic.requests_per_second",
        f"the busiest hour needs {needed:,} replicas; one model is planned with at most {most:,}",
        value=f"{request.traffic.requests_per_second.normalize():f}",
        hint="divide the traffic over several stacks, or check the figure: it is the mean of the busiest hour, not of a day",
    )


def maximum_too_small(source: SourceMap, request: ModelRequest, needed: int, headroom: Decimal, capacity: float) -> Diagnostic:
    """
    Return the fault of a replica limit below what the busiest hour needs.
    """
    rate: Decimal = request.engine_rate
    return source.diagnostic(
        "SW316",
        f"{request.path}.scaling.max",
        f"the busiest hour needs {needed} replicas",
        value=str(request.max_replicas),
        hint=f"{rate.normalize():f} req/s x {1 + headroom} head-room / {capacity:.2f} req/s per replica = {needed}",
    )


def lock_no_longer_serves(source: SourceMap, request: ModelRequest, why: str) -> Diagnostic:
    """
    Return the fault of a lock whose hardware cannot serve what the spec now asks for.
    """
    return source.diagnostic(
        "SW341",
        request.path,
        f"the lock no longer serves this: {why}",
        hint="servewright plan SPEC --replan shows a new plan with its price, with --write-lock it is taken",
    )
