"""
Locks for tests of their file and its rules: one model on H100, with the arguments that the planner writes for it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from servewright.catalog.load import load_catalog
from servewright.plan.engine_arguments import EngineInput, engine_arguments
from servewright.plan.lock import Lock, LockedImage, LockedModel
from servewright.plan.model import Precision
from servewright.plan.shape import GPU_MEMORY_UTILIZATION

BF16 = Precision(weights="bf16", origin="native", weight_only=False)
IMAGE = LockedImage(component="vllm", name="docker.io/vllm/vllm-openai", tag="v0.31.0", digest="sha256:" + "0" * 64)


def locked_model(**changes: Any) -> LockedModel:
    """
    Return a model as a release locks it; its arguments follow from *changes*.
    """
    plain = LockedModel(
        name="chat",
        source="meta-llama/Llama-3.3-70B-Instruct",
        revision="6f6073b423013f6a7d4d9f39144961bfbfbc386b",
        gpu="h100",
        instance_type="p5.48xlarge",
        tensor_parallel=4,
        pipeline_parallel=1,
        precision=BF16,
        context_length=16384,
        max_num_seqs=64,
        max_num_batched_tokens=2048,
        requests_per_s=Decimal("3.1415926535"),
        extra_headroom=Decimal("0.1"),
        arguments=(),
        types=(("base", ("p5.48xlarge",)), ("burst", ("p5.48xlarge",)), ("fallback", ("p5.48xlarge",))),
    )
    made = replace(plain, **changes)
    return made if "arguments" in changes else replace(made, arguments=arguments_of(made))


def arguments_of(model: LockedModel, **more: Any) -> tuple[str, ...]:
    """
    Return the arguments that the planner writes for *model*; *more* as in `EngineInput`.
    """
    precision = model.precision
    engine = EngineInput(
        weights_source=precision.checkpoint_source or model.source,
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
        **more,
    )
    return engine_arguments(engine, load_catalog().engine_contract())


def lock(*models: LockedModel, **changes: Any) -> Lock:
    """
    Return a lock of *models*.
    """
    plain = Lock(
        stack="chat",
        environment="prod",
        region="us-east-1",
        catalogue="2026-11-21",
        constants="4a85721c685e",
        models=models,
        images=(IMAGE,),
    )
    return replace(plain, **changes)
