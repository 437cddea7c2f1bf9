"""
A model to serve, and what the user pins of it.
"""

from __future__ import annotations

from typing import Annotated

from servewright.spec.codes import NOT_BUILT, SECRET_IN_SPEC, WRONG_TYPE
from servewright.spec.faults import fault
from servewright.spec.names import (
    Commit,
    GpuName,
    InstanceTypeName,
    KubernetesName,
    Precision,
    Priority,
    Revision,
    SecretKey,
    Source,
    StackName,
    Task,
    Version,
    choice,
)
from servewright.spec.quantities import ShareOf, whole
from servewright.spec.secret_text import REFERENCE_FORM, is_arn
from servewright.spec.structure import AnySection, Listed, Part, Short
from servewright.spec.traffic import SloSpec, TrafficSpec

ReplicaCount = Annotated[int, whole(1, 1000)]


class HardwareSpec(Part):
    """
    A pin of the hardware of one replica; `auto` leaves it to the plan.
    """

    gpu: GpuName | None = None
    """
    The GPU model, as H100. Not together with instance_types.
    """

    count: Annotated[int, whole(1, 64)] | None = None
    """
    GPUs of one replica. 1 to 64. Default: the plan decides.
    """

    instance_types: Annotated[tuple[InstanceTypeName, ...], Listed(1, 20)] | None = None
    """
    EC2 instance types the replicas may run on. 1 to 20. Not together with gpu.
    """


def _auto(value: object) -> object:
    if isinstance(value, str):
        if value == "auto":
            return {}
        raise fault(WRONG_TYPE, "must be auto, {gpu, count} or {instance_types}", f"write {{gpu: {value[:32]}}}")
    return value


HardwareField = Annotated[HardwareSpec, Short(_auto, {"const": "auto"})]


class CheckpointSpec(Part):
    """
    A quantised checkpoint that the user names; its quality is the user's to judge.
    """

    source: Source
    """
    Hub id or s3:// address of the checkpoint.
    """

    revision: Commit
    """
    Commit id of the checkpoint, 40 hexadecimal digits.
    """


class SecretRefSpec(Part):
    """
    A key of a Kubernetes Secret in the stack's namespace; the secret itself never stands in a spec.
    """

    secret: KubernetesName
    """
    Name of the Secret.
    """

    key: SecretKey
    """
    Key in the Secret.
    """


def _reference(value: object) -> object:
    if isinstance(value, str) and is_arn(value):
        raise fault(NOT_BUILT, "a reference by ARN is not built yet", REFERENCE_FORM)
    if isinstance(value, str):
        raise fault(SECRET_IN_SPEC, "a secret never stands in a spec, only a reference to it", REFERENCE_FORM)
    return value


SecretRefField = Annotated[SecretRefSpec, Short(_reference, None)]


class EngineSpec(Part):
    """
    The serving engine.
    """

    name: Annotated[str, choice("vllm", "sglang", "tensorrt-llm", later=("sglang", "tensorrt-llm"))] | None = None
    """
    The engine. Default vllm; the others are not built yet.
    """

    version: Version | None = None
    """
    Version of the engine, in quotes. Default and only value: the pinned one.
    """


class ParallelismSpec(Part):
    """
    How one replica is split over GPUs; absent values are planned.
    """

    tensor: Annotated[int, whole(1, 64)] | None = None
    """
    GPUs that share each layer. 1 to 64; must divide the attention heads.
    """

    pipeline: Annotated[int, whole(1, 64)] | None = None
    """
    Stages of layers, each on GPUs of its own. 1 to 64; tensor times pipeline is the GPUs of a replica, at most 8.
    """


class ScalingSpec(Part):
    """
    Limits of the autoscaler.
    """

    min: ReplicaCount | None = None
    """
    Replicas that always run. 1 to 1000. Default 1, in prod 2. Paid around the clock.
    """

    max: ReplicaCount | None = None
    """
    Replicas at most. 1 to 1000. Default: the busiest hour + 1, in prod 1.5 times the busiest hour. Bounds the bill.
    """

    headroom: ShareOf | None = None
    """
    Capacity kept free above the predicted need. Default 15% in dev, 25% elsewhere.
    """


class ModelSpec(Part):
    """
    One model to serve.
    """

    name: StackName | None = None
    """
    Name of the model within the stack: a-z, 0-9 and -, at most 40 characters. Default: from source. Becomes part of resource names:
    a new name is a new deployment.
    """

    task: Task | None = None
    """
    What the model does: generate answers, embed texts as vectors, or rerank documents for a query. Default generate.
    """

    source: Source
    """
    Hugging Face id (org/model) or s3:// address of the weights.
    """

    revision: Revision | None = None
    """
    Commit id of source, 40 hexadecimal digits. Unpinned is a warning in dev and refused elsewhere: the weights could change under a
    running stack.
    """

    checkpoint: CheckpointSpec | None = None
    """
    A quantised checkpoint to load instead of quantising source.
    """

    token: SecretRefField | None = None
    """
    Secret with the hub token, {secret, key}. Default for gated models: hf-token, key token.
    """

    traffic: TrafficSpec
    """
    What arrives.
    """

    slo: SloSpec
    """
    What users can rely on.
    """

    priority: Priority | None = None
    """
    What decides between plans that meet the SLO: cost, latency, throughput or balanced. Default cost.
    """

    hardware: HardwareField | None = None
    """
    auto, {gpu, count} or {instance_types}. Default auto.
    """

    precision: Precision | None = None
    """
    Format of the weights: auto, bf16, fp16, fp8, nvfp4, mxfp4, int8, int4-awq or int4-gptq. Default auto: native, or a form of 8
    bits or more; for embed and rerank native.
    """

    engine: EngineSpec | None = None
    """
    The serving engine. Default vllm in the pinned version.
    """

    parallelism: ParallelismSpec | None = None
    """
    How a replica is split over GPUs. Default: planned.
    """

    context_length: Annotated[int, whole(16, 10_000_000)] | None = None
    """
    Longest prompt and answer together, tokens. 16 to 10 000 000, at most the model's own limit. Default: planned from the traffic.
    """

    scaling: ScalingSpec | None = None
    """
    Limits of the autoscaler.
    """

    adapters: AnySection | None = None
    """
    LoRA adapters. Not built yet.
    """

    speculative: AnySection | None = None
    """
    Speculative decoding. Not built yet.
    """

    weights: AnySection | None = None
    """
    Where weights are cached. Not built yet.
    """
