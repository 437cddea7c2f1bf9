"""
What the engines are told because of what stands in front of them: priorities of teams, KV blocks outside the GPU, larger batches of a
rung of the ladder, traces and logs. A lock holds none of it: it follows the spec, and a lock that was written before still fits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.plan.engine_arguments import not_offered
from servewright.plan.kv_offload import TRANSFER, TRANSFER_FLAG

if TYPE_CHECKING:
    from servewright.catalog.model import EngineContract
    from servewright.plan.model import EngineSettings
    from servewright.spec.request import Request

_BATCH: Final = "--max-num-batched-tokens"

DEFAULT_LOGS: Final = "info"
"""
What engine and gateway write by themselves (vLLM 0.31.0, --uvicorn-log-level and VLLM_LOGGING_LEVEL).
"""


def with_extras(engine: EngineSettings, model: str, request: Request, contract: EngineContract) -> EngineSettings:
    """
    Return *engine* of *model* with the arguments that the gateway, the caches and the monitoring of *request* ask for, those that were
    decided beside them.
    """
    wanted = engine_extras(model, request)
    if not wanted:
        return engine
    for flag, value in wanted.items():
        wrong = not_offered(flag, value, contract)
        if wrong is not None:
            raise InternalError(wrong)
    kept = tuple(each for each in engine.arguments if each.split("=", 1)[0] not in wanted)
    added = tuple(f"{flag}={value}" for flag, value in wanted.items())
    return replace(engine, arguments=(*kept, *added), decided=engine.locked)


def engine_extras(model: str, request: Request) -> dict[str, str]:
    """
    Return flags and values that *model* gets besides what is decided for it; they take the place of a decided one of the same flag.
    """
    extras = {}
    gateway, caches = request.gateway, request.caches
    if gateway is not None and gateway.prioritised:
        extras["--scheduling-policy"] = "priority"
    batching = [] if gateway is None else [rung.batching for rung in gateway.ladder.in_force if rung.batching is not None]
    for each in batching:
        if each.model == model:
            extras[_BATCH] = str(each.max_num_batched_tokens)
    if caches is not None and caches.contexts is not None and model in caches.contexts.models:
        extras[TRANSFER_FLAG] = TRANSFER
    return {**extras, **_watched(request)}


def _watched(request: Request) -> dict[str, str]:
    """
    Return what monitoring asks of every engine: where traces go, and the least severity that its server writes where it is not the
    engine's own default.
    """
    asked = request.monitoring
    if asked is None:
        return {}
    traces = {} if asked.traces is None else {"--otlp-traces-endpoint": asked.traces.endpoint}
    return traces if asked.logs == DEFAULT_LOGS else {**traces, "--uvicorn-log-level": asked.logs}
