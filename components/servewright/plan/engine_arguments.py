"""
The engine's argument list, solved from the plan and checked against the pinned release.

The image's entry point is `vllm serve`, so the list starts with the model: `--served-model-name` takes several values and would swallow
a positional model behind it. Only what differs from the release's default or must not drift with it is passed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.precision import ONLINE

if TYPE_CHECKING:
    from servewright.catalog.model import EngineContract
    from servewright.plan.model import Precision
    from servewright.spec.request import Task

PORT: Final = 8000
"""
The engine's own default (engine contract of the pinned release).
"""

SHUTDOWN_TIMEOUT_S: Final = 80
"""
Seconds the engine gives running requests after SIGTERM. Spot gives 120 s of notice (AWS EC2 guide, spot interruption notices); the pod's
grace period keeps room for the pre-stop pause and the engine's own exit.
"""

_DTYPE: Final = {"fp16": "float16"}
_CONVERT: Final = {"embed": "embed", "rerank": "classify"}
"""
What a model of another class is made into; a reranker is a classifier with one class.
"""
_MIN_SEQS: Final = 16
_SEQS_STEP: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInput:
    """
    What the arguments are made from. *weights_source* is a hub id or an s3:// address, *served_name* what clients ask for. An *encoder*
    keeps no KV cache; *hf_overrides* is what the model's configuration must say otherwise.
    """

    weights_source: str
    weights_revision: str | None
    served_name: str
    precision: Precision
    tensor_parallel: int
    pipeline_parallel: int = 1
    context_length: int
    max_num_seqs: int
    max_num_batched_tokens: int
    gpu_memory_utilization: Decimal
    task: Task = "generate"
    encoder: bool = False
    hf_overrides: str | None = None


def max_num_seqs(running_p99: float, kv_requests: float) -> int:
    """
    Return how many sequences may run at once: 1.2 x the 99th percentile of the running requests at full load, in steps of 8 from 16
    on, never more than the *kv_requests* of mean length that fit the KV cache.
    """
    wanted = max(_MIN_SEQS, math.ceil(1.2 * running_p99 / _SEQS_STEP) * _SEQS_STEP)
    return max(1, int(min(wanted, kv_requests)))


def engine_arguments(engine: EngineInput, contract: EngineContract) -> tuple[str, ...]:
    """
    Return the argument list; an argument that the pinned release does not know is our bug and raises InternalError.
    """
    pairs = engine_flags(engine)
    for flag, value in pairs:
        wrong = not_offered(flag, value, contract)
        if wrong is not None:
            raise InternalError(wrong)
    return (engine.weights_source, *(f"{flag}={value}" if value is not None else flag for flag, value in pairs))


def engine_flags(engine: EngineInput) -> list[tuple[str, str | None]]:
    """
    Return the flags behind the model with their values, None where a flag takes none.
    """
    return [
        ("--served-model-name", engine.served_name),
        ("--host", "0.0.0.0"),  # noqa: S104 - inside the pod; who may connect is the NetworkPolicy's matter
        ("--port", str(PORT)),
        *_weights(engine),
        *_task(engine),
        ("--tensor-parallel-size", str(engine.tensor_parallel)),
        *([("--pipeline-parallel-size", str(engine.pipeline_parallel))] if engine.pipeline_parallel > 1 else []),
        ("--max-model-len", str(engine.context_length)),
        ("--max-num-seqs", str(engine.max_num_seqs)),
        ("--max-num-batched-tokens", str(engine.max_num_batched_tokens)),
        ("--gpu-memory-utilization", str(engine.gpu_memory_utilization)),
        *([] if engine.encoder else [("--enable-prefix-caching", None)]),
        ("--shutdown-timeout", str(SHUTDOWN_TIMEOUT_S)),
    ]


def not_offered(flag: str, value: str | None, contract: EngineContract) -> str | None:
    """
    Return why *flag* with *value* cannot be passed: the pinned release does not know it or does not offer that; None where it can.
    """
    known = contract.flags.get(flag)
    if known is None:
        return f"vLLM {contract.version} has no flag {flag}"
    choices = known.get("choices")
    if isinstance(choices, list) and value not in choices:
        return f"vLLM {contract.version} does not offer {value} for {flag}"
    return None


def _task(engine: EngineInput) -> list[tuple[str, str | None]]:
    """
    Return what makes the engine pool instead of generate. Of an encoder it then reads a prompt whole, of a decoder in chunks.
    """
    if engine.task == "generate":
        return []
    pairs: list[tuple[str, str | None]] = [("--runner", "pooling"), ("--convert", _CONVERT[engine.task])]
    return pairs if engine.hf_overrides is None else [*pairs, ("--hf-overrides", engine.hf_overrides)]


def _weights(engine: EngineInput) -> list[tuple[str, str | None]]:
    pairs: list[tuple[str, str | None]] = []
    if engine.weights_revision is not None:
        pairs += [("--revision", engine.weights_revision), ("--tokenizer-revision", engine.weights_revision)]
    if engine.weights_source.startswith("s3://"):
        pairs.append(("--load-format", "runai_streamer"))
    pairs.append(("--dtype", _DTYPE.get(engine.precision.weights, "bfloat16" if engine.precision.weights == "bf16" else "auto")))
    if engine.precision.origin == "online":
        pairs.append(("--quantization", ONLINE[engine.precision.weights]))
    return pairs
