"""
Rules of one model about what its task makes: answers have lengths and gaps between tokens, vectors and ranks have neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CONTRADICTION, MISSING, NOT_BUILT
from servewright.spec.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from servewright.spec.finding import Scope
    from servewright.spec.served_model import ModelSpec

_NO_TOKENS: Final = "makes no output tokens: its latency is that of the whole request"


def tokens(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    """
    Yield a finding for lengths that are missing or contradict each other.
    """
    if model.traffic.output_tokens is None and not only_reads(model):
        yield Finding(
            code=MISSING,
            path=f"{path}.traffic.output_tokens",
            message="output_tokens is missing",
            hint="output_tokens: 300, the mean",
            reads=(f"{path}.task",),
        )
    for name, length in (("input_tokens", model.traffic.input_tokens), ("output_tokens", model.traffic.output_tokens)):
        if length is not None and length.p95 is not None and length.p95 < length.mean:
            yield Finding(
                code=CONTRADICTION,
                path=f"{path}.traffic.{name}.p95",
                message=f"the 95th percentile is below the mean of {length.mean}",
                reads=(f"{path}.traffic.{name}.mean",),
            )


def only_reads(model: ModelSpec) -> bool:
    """
    Tell whether *model* makes no tokens.
    """
    return model.task in {"embed", "rerank"}


def task(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    """
    Yield a finding for each field that means something only while tokens are made, or only while none are.
    """
    if not only_reads(model):
        if model.traffic.per_call is not None:
            message = "task generate has one request in a call"
            where = f"{path}.traffic.per_call"
            yield Finding(code=CONTRADICTION, path=where, message=message, hint="leave per_call out", reads=(f"{path}.task",))
        return
    split = model.parallelism
    fields = (
        ("traffic.output_tokens", model.traffic.output_tokens, "makes no output tokens"),
        *((f"slo.{name}", given, f"{_NO_TOKENS}, slo.{name.replace('itl', 'ttft')}") for name, given in _per_token(model)),
    )
    for field, given, why in fields:
        if given is not None:
            yield Finding(
                code=CONTRADICTION,
                path=f"{path}.{field}",
                message=f"task {model.task} {why}",
                hint=f"leave {field.rsplit('.', 1)[-1]} out",
                reads=(f"{path}.task",),
            )
    if split is not None and (split.pipeline or 1) > 1:
        yield Finding(
            code=NOT_BUILT,
            path=f"{path}.parallelism.pipeline",
            message=f"pipeline stages for task {model.task} are not built yet",
            hint="leave pipeline out",
            reads=(f"{path}.task",),
        )


def _per_token(model: ModelSpec) -> tuple[tuple[str, Decimal | None], ...]:
    slo = model.slo
    return ("itl_p50", slo.itl_p50), ("itl_p95", slo.itl_p95), ("itl_p99", slo.itl_p99)


def context(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    """
    Yield a finding for a context that a mean request does not fit.
    """
    answered, prompt = model.traffic.output_tokens, model.traffic.input_tokens.mean
    if model.context_length is None or (answered is None and not only_reads(model)):
        return
    whole = prompt if answered is None else prompt + answered.mean
    if model.context_length < whole:
        words = f"{whole}" if answered is None else f"{prompt} + {answered.mean} = {whole}"
        yield Finding(
            code=CONTRADICTION,
            path=f"{path}.context_length",
            message=f"shorter than a mean request: {words} tokens",
            reads=(f"{path}.traffic.input_tokens", f"{path}.traffic.output_tokens"),
        )
