"""
Whether the engines can take the larger batches of a rung of the ladder: it must not fail at the moment that it is there for.

    weights + overhead of that many tokens a step + one request of full length <= what the engine may use     (`memory`)
    tokens a step >= sequences that may run at once: each of them makes one token in a step
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.memory import DoesNotFit, footprint
from servewright.plan.shape import GPU_MEMORY_UTILIZATION
from servewright.plan.weights import CannotBeSized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.plan.model import ModelPlan
    from servewright.spec.gateway_request import Batching, Ladder


def ladder_faults(source: SourceMap, ladder: Ladder, models: Iterable[ModelPlan], catalog: Catalog) -> tuple[Diagnostic, ...]:
    """
    Return the faults of all rungs of *ladder*, those that are not in force too.
    """
    return tuple(_faults(source, ladder, {model.name: model for model in models}, catalog))


def _faults(source: SourceMap, ladder: Ladder, models: dict[str, ModelPlan], catalog: Catalog) -> Iterator[Diagnostic]:
    for rung in ladder.rungs:
        batching = rung.batching
        why = None if batching is None else _refused(batching, models[batching.model], catalog)
        if batching is not None and why is not None:
            message, hint = why
            yield source.diagnostic(
                "SW321", f"{rung.path}.batching.max_num_batched_tokens", message, value=str(batching.max_num_batched_tokens), hint=hint
            )


def _refused(batching: Batching, model: ModelPlan, catalog: Catalog) -> tuple[str, str] | None:
    """
    Return what stands against *batching*, and what would do.
    """
    tokens, engine = batching.max_num_batched_tokens, model.engine
    least = engine.context_length if model.memory.kv_tokens == 0 else engine.max_num_seqs
    if tokens < least:
        what = "a prompt of full length, which is read in one step" if model.memory.kv_tokens == 0 else "the sequences that may run at once"
        return (
            f"a step of {tokens:,} tokens is less than {what}: {least:,}",
            f"at least {least}; it runs with {engine.max_num_batched_tokens}",
        )
    match, gpu = catalog.model(model.architecture), catalog.gpu(model.gpu_name)
    if match is None or gpu is None:
        return None
    taken = footprint(match.card, model.tensor_parallel, model.precision, engine.context_length, model.pipeline_parallel)
    found = None if isinstance(taken, CannotBeSized) else taken.within(gpu.usable_memory_mib, tokens, float(GPU_MEMORY_UTILIZATION))
    if not isinstance(found, DoesNotFit):
        return None
    hint = "\n".join((*found.arithmetic, f"it runs with {engine.max_num_batched_tokens}"))
    return f"{model.name} does not fit {model.gpu_name} with steps of {tokens:,} tokens, MiB:", hint
