"""
The engine's arguments in a lock: those that the planner writes for what else the lock holds, and none beside them.

The planner's own function says which they are, so a lock that says 2 GPUs and an engine that is started with 8 are found out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.json_text import JsonFault, parse_json
from servewright.plan.engine_arguments import EngineInput, engine_flags, not_offered
from servewright.plan.pooling_models import pooling_model
from servewright.plan.shape import GPU_MEMORY_UTILIZATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import EngineContract, ModelCard
    from servewright.plan.lock import LockedModel

_LONGEST_SHUTDOWN_S: Final = 89
"""
With ten seconds of pause before it and twenty to exit it stays within spot's notice of 120 s.
"""

_CACHE: Final = "--enable-prefix-caching"
_OVERRIDES: Final = "--hf-overrides"
_SHUTDOWN: Final = "--shutdown-timeout"
_FREE: Final = (_CACHE, _OVERRIDES, _SHUTDOWN)
"""
What the rest of a lock does not tell: the first two follow from the model's row in the catalogue, the last is what its release took.
"""

_EARLIER: Final = {("--quantization", "fp8_per_tensor"): ("fp8",)}
"""
What earlier releases wrote for the same: a lock outlives the spelling of its release. Who changes a spelling adds the former one here.
"""


def broken_arguments(model: LockedModel, contract: EngineContract, card: ModelCard | None = None) -> Iterator[tuple[str, str]]:
    """
    Yield (path within *model*, message) of every argument that no release writes for it; *contract* is of the pinned engine, *card* the
    model's row where the catalogue has one.
    """
    source = model.precision.checkpoint_source or model.source
    if not model.arguments or model.arguments[0] != source:
        yield f"arguments{'[0]' if model.arguments else ''}", f"must begin with the weights: {source}"
        return
    free = _FREE if card is None else (_SHUTDOWN,)
    expected = {flag: value for flag, value in _written_for(model, source, card) if flag not in free}
    seen: set[str] = set()
    for number, text in enumerate(model.arguments[1:], 1):
        flag, equals, value = text.partition("=")
        given = value if equals else None
        wrong = "stands above already" if flag in seen else not_offered(flag, given, contract) or _wrong(flag, given, expected, free)
        seen.add(flag)
        if wrong is not None:
            yield f"arguments[{number}]", wrong
    for flag, right in expected.items():
        if flag not in seen:
            yield "arguments", f"{_written(flag, right)} is missing"


def _written_for(model: LockedModel, source: str, card: ModelCard | None) -> list[tuple[str, str | None]]:
    """
    Return the flags that the planner writes for what else *model* holds, and for its *card*.
    """
    precision = model.precision
    engine = EngineInput(
        weights_source=source,
        weights_revision=precision.checkpoint_revision if precision.checkpoint_source else model.revision,
        served_name=model.name,
        precision=precision,
        tensor_parallel=model.tensor_parallel,
        pipeline_parallel=model.pipeline_parallel,
        context_length=model.context_length,
        max_num_seqs=model.max_num_seqs,
        max_num_batched_tokens=model.max_num_batched_tokens,
        gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
        task=model.task,
        encoder=card is not None and card.encoder,
        hf_overrides=None if card is None else pooling_model(card.hf_id).hf_overrides,
    )
    return engine_flags(engine)


def _written(flag: str, value: str | None) -> str:
    return flag if value is None else f"{flag}={value}"


def _wrong(flag: str, value: str | None, expected: dict[str, str | None], free: tuple[str, ...]) -> str | None:
    """
    Return what is wrong with *flag* and its *value* beside what else the lock holds, None where nothing is; *free* flags it may pass.
    """
    if flag in expected:
        right = expected[flag]
        earlier = () if right is None else _EARLIER.get((flag, right), ())
        return None if value == right or value in earlier else f"what else the lock holds makes it {_written(flag, right)}"
    if flag not in free or (flag == _OVERRIDES and "--runner" not in expected):
        return "no release passes this for what else the lock holds"
    return _wrong_alone(flag, value)


def _wrong_alone(flag: str, value: str | None) -> str | None:
    if flag == _CACHE:
        return None if value is None else "takes no value"
    if flag == _SHUTDOWN:
        fits = value is not None and re.fullmatch(r"[1-8]?[0-9]", value) is not None
        return None if fits else f"must be a whole number of seconds up to {_LONGEST_SHUTDOWN_S}"
    try:
        return None if isinstance(parse_json(flag, value or "").value, dict) else "must be fields in braces"
    except JsonFault:
        return "must be JSON"
