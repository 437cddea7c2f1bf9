"""
Plans made by hand, so that the stages behind the planner are tested without it: Llama-3.1-8B on g6.xlarge, spot with an on-demand fallback.

The figures are plausible and fit together (shares, packing, start time); they are not what the planner would decide.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

from servewright.catalog.model import Commitment
from servewright.plan.model import (
    EngineSettings,
    Estimate,
    Memory,
    ModelPlan,
    NextReplica,
    Plan,
    PodResources,
    PoolPlan,
    Precision,
    Prediction,
    Replicas,
    Share,
    StartTime,
    TokenPrice,
    WorkloadPlan,
)
from servewright.ranges import Range
from servewright.spec.request import BudgetRequest, Operator, SecretRef, Slo, Stack, TokenLength, Traffic
from stacks_made import dev_stack

HUB_ID = "meta-llama/Llama-3.1-8B-Instruct"
REVISION = "0e9e39f249a16976918f6564b8830bc894c89659"
BY_HOUR = ((1,) * 8 + (2,) * 4 + (3,) * 4 + (2,) * 3 + (1,) * 5) * 5 + (1,) * 48


def stack(**changes: Any) -> Stack:
    """
    Return a dev stack on a named existing cluster.
    """
    own = {"owner": "ml-platform", "labels": (("cost-center", "4711"),), "namespace": "demo-dev"}
    return dev_stack(**{**own, **changes})


def placeholder_stack() -> Stack:
    """
    Return a stack whose spec names neither account nor cluster.
    """
    return stack(account=None, cluster=replace(stack().cluster, placeholder=True))


def model(**changes: Any) -> ModelPlan:
    """
    Return the model "chat".
    """
    return replace(_CHAT, **changes)


def pools(**changes: Any) -> tuple[PoolPlan, ...]:
    """
    Return burst, fallback and CPU pool; *changes* go to the two GPU pools.
    """
    return replace(_BURST, **changes), replace(_FALLBACK, **changes), _SYSTEM


def plan(**changes: Any) -> Plan:
    """
    Return the plan of the stack "demo".
    """
    return replace(
        Plan(
            stack=stack(),
            models=(model(),),
            pools=pools(),
            operators=(
                Operator(name="karpenter", mode="existing", address=None, namespace="kube-system", labels=()),
                Operator(name="keda", mode="existing", address=None, namespace="keda", labels=()),
                Operator(
                    name="prometheus",
                    mode="existing",
                    address="http://kube-prometheus-stack-prometheus.monitoring:9090",
                    namespace="monitoring",
                    labels=(("release", "kube-prometheus-stack"),),
                ),
            ),
            budget=BudgetRequest(
                limit=Decimal(1500), alerts=(Decimal("0.5"), Decimal("0.8"), Decimal(1)), notify=("ml-platform@example.com",)
            ),
            defaults=(),
            warnings=(),
        ),
        **changes,
    )


_POD = PodResources(cpu_millicores=3500, memory_mib=12_800, gpus=1, shm_mib=1024)
_REPLICAS = Replicas(minimum=1, busiest=3, maximum=4, by_hour=BY_HOUR)

_CHAT = ModelPlan(
    path="models[0]",
    name="chat",
    task="generate",
    source=HUB_ID,
    revision=REVISION,
    weights_source=HUB_ID,
    weights_revision=REVISION,
    architecture="meta-llama/Llama-3.1-8B",
    native_format="bf16",
    total_params=8_030_000_000,
    active_params=8_030_000_000,
    license="Llama Community License",
    token=SecretRef(secret="hf-token", key="token"),  # noqa: S106 - the name of a Secret
    traffic=Traffic(
        requests_per_second=Decimal(2),
        input_tokens=TokenLength(mean=Decimal(1000), p95=Decimal(2500)),
        output_tokens=TokenLength(mean=Decimal(200), p95=Decimal(500)),
        profile="business-hours",
        timezone="UTC",
        prefix_share=Decimal(0),
    ),
    slo=Slo(ttft_p95_ms=Decimal(2000), itl_p95_ms=Decimal(100), availability=None),
    gpu_id="l4",
    gpu_name="L4",
    instance_type="g6.xlarge",
    extra_headroom=Decimal(0),
    gpus_per_replica=1,
    tensor_parallel=1,
    pipeline_parallel=1,
    precision=Precision(weights="fp8", origin="online", weight_only=False),
    memory=Memory(
        usable_gib=22.3,
        budget_gib=20.5,
        weights_gib=8.5,
        overhead_gib=2.0,
        kv_cache_gib=10.0,
        load_peak_gib=12.0,
        kv_tokens=81_000,
        replica_weights_gib=8.5,
    ),
    predicted=Prediction(
        ttft_p95_ms=Estimate(low=500, value=800, high=1200),
        itl_p95_ms=Estimate(low=50, value=60, high=75),
        output_tokens_per_s=Estimate(low=100, value=133, high=160),
        max_requests_per_s=0.9,
        concurrency=9.5,
        kv_use=0.129,
        kv_requests=180.0,
        calibrated=True,
    ),
    engine=EngineSettings(
        context_length=8192,
        max_num_seqs=24,
        max_num_batched_tokens=1024,
        gpu_memory_utilization=Decimal("0.92"),
        arguments=(
            HUB_ID,
            "--served-model-name=chat",
            "--host=0.0.0.0",
            "--port=8000",
            f"--revision={REVISION}",
            f"--tokenizer-revision={REVISION}",
            "--dtype=bfloat16",
            "--quantization=fp8_per_tensor",
            "--tensor-parallel-size=1",
            "--max-model-len=8192",
            "--max-num-seqs=24",
            "--max-num-batched-tokens=1024",
            "--gpu-memory-utilization=0.92",
            "--enable-prefix-caching",
            "--shutdown-timeout=80",
        ),
    ),
    start=StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=17, warm_up_s=70),
    weights_disk_gib=15.0,
    replicas=_REPLICAS,
    workloads=(WorkloadPlan(share="burst", shape="g6-xlarge-x1", pod=_POD, replicas=_REPLICAS),),
    shares=(
        Share(role="burst", purchase="spot", pool="g6-xlarge-x1-burst", replicas=Range.of(1, 3, 4)),
        Share(role="fallback", purchase="on-demand", pool="g6-xlarge-x1-fallback", replicas=Range.of(0, 0, 2)),
    ),
    monthly=Range.of(390, 640, 1600),
    token_price=TokenPrice(
        input=Decimal("0.30"),
        output=Decimal("1.20"),
        blended=Decimal("0.45"),
        saturated=Decimal("0.20"),
        utilisation=0.4,
        basis="GPU nodes at their expected price",
    ),
    next_replica=NextReplica(nodes=1, monthly=Decimal("392.38"), why="each replica has a node of its own"),
    input_tokens_per_month=1_500_000_000,
    output_tokens_per_month=300_000_000,
    reasons=("a plan made by hand",),
    rejected=(),
)

_BURST = PoolPlan(
    name="g6-xlarge-x1-burst",
    purpose="gpu",
    share="burst",
    role="burst",
    purchase="spot",
    shape="g6-xlarge-x1",
    gpu_id="l4",
    instance_types=("g6.xlarge", "g6.2xlarge"),
    zones=("us-east-1a",),
    serves=("chat",),
    replicas_per_node=1,
    nodes=Range.of(1, Decimal("1.2"), 4),
    limit_nodes=5,
    weight=50,
    root_volume_gib=50,
    use_local_nvme=True,
    consolidate_after_s=600,
    expected_share=Decimal("0.75"),
    monthly=Range.of(390, 480, 1600),
)

_FALLBACK = replace(
    _BURST,
    name="g6-xlarge-x1-fallback",
    role="fallback",
    purchase="on-demand",
    instance_types=("g6.xlarge",),
    nodes=Range.of(0, Decimal("0.4"), 2),
    limit_nodes=3,
    weight=10,
    expected_share=Decimal("0.25"),
    monthly=Range.of(0, 160, 1175),
    max_share=Decimal("0.5"),
)

_SYSTEM = PoolPlan(
    name="system",
    purpose="cpu",
    share="base",
    role="base",
    purchase="on-demand",
    shape="demo-system",
    gpu_id=None,
    instance_types=("m7i.large", "m7i.xlarge"),
    zones=("us-east-1a",),
    serves=(),
    replicas_per_node=0,
    nodes=Range.exactly(0),
    limit_nodes=2,
    weight=100,
    root_volume_gib=30,
    use_local_nvme=False,
    consolidate_after_s=300,
    expected_share=Decimal(1),
    monthly=Range.exactly(0),
)


def large() -> Plan:
    """
    Return a prod plan of other proportions: four GPUs per replica, two replicas on a node, two zones, a reserved base beside an on-demand
    burst, weights from S3.
    """
    pod = PodResources(cpu_millicores=12_000, memory_mib=40_000, gpus=4, shm_mib=4096)
    always = Replicas(minimum=2, busiest=2, maximum=2, by_hour=(2,) * 168)
    beyond = Replicas(minimum=0, busiest=2, maximum=4, by_hour=(0,) * 100 + (2,) * 68)
    arguments = ("s3://models/llama-3.3-70b", *model().engine.arguments[1:4], "--load-format=runai_streamer", "--shutdown-timeout=80")
    served = model(
        source="s3://models/llama-3.3-70b",
        weights_source="s3://models/llama-3.3-70b",
        token=None,
        engine=replace(model().engine, arguments=arguments),
        tensor_parallel=4,
        gpus_per_replica=4,
        start=StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=900, warm_up_s=70),
        weights_disk_gib=131.4,
        replicas=Replicas(minimum=2, busiest=4, maximum=6, by_hour=(2,) * 100 + (4,) * 68),
        workloads=(
            WorkloadPlan(share="base", shape="p5-48xlarge-x4", pod=pod, replicas=always),
            WorkloadPlan(share="burst", shape="p5-48xlarge-x4", pod=pod, replicas=beyond),
        ),
        shares=(
            Share(role="base", purchase="reserved", pool="p5-48xlarge-x4-base", replicas=Range.of(2, 2, 2)),
            Share(role="burst", purchase="on-demand", pool="p5-48xlarge-x4-burst", replicas=Range.of(0, 2, 4)),
        ),
    )
    base = replace(
        _BURST,
        name="p5-48xlarge-x4-base",
        share="base",
        role="base",
        purchase="reserved",
        shape="p5-48xlarge-x4",
        instance_types=("p5.48xlarge",),
        zones=("us-east-1a", "us-east-1b"),
        replicas_per_node=2,
        nodes=Range.exactly(2),
        limit_nodes=3,
        weight=100,
        consolidate_after_s=1200,
        expected_share=Decimal(1),
        commitment=Commitment(term="1y", payment="no-upfront"),
    )
    burst = replace(
        base,
        name="p5-48xlarge-x4-burst",
        share="burst",
        role="burst",
        purchase="on-demand",
        nodes=Range.of(0, 1, 2),
        weight=50,
        commitment=None,
    )
    where = stack(environment="prod", namespace="demo-prod", zones=("us-east-1a", "us-east-1b"))
    return plan(stack=where, models=(served,), pools=(base, burst, replace(_SYSTEM, zones=where.zones)))


def pair() -> Plan:
    """
    Return a plan of two models on the same pools: one on-demand base replica of "chat" beside its spot burst, and "chat-base", all spot.
    """
    always = Replicas(minimum=1, busiest=1, maximum=1, by_hour=(1,) * 168)
    beyond = Replicas(minimum=0, busiest=2, maximum=3, by_hour=tuple(hour - 1 for hour in BY_HOUR))
    (alone,) = model().workloads
    base_share = Share(role="base", purchase="on-demand", pool="g6-xlarge-x1-base", replicas=Range.of(1, 1, 1))
    first = model(
        workloads=(replace(alone, share="base", replicas=always), replace(alone, replicas=beyond)),
        shares=(base_share, replace(model().shares[0], replicas=Range.of(0, 2, 3)), model().shares[1]),
    )
    arguments = (HUB_ID, "--served-model-name=chat-base", *model().engine.arguments[2:])
    second = model(name="chat-base", path="models[1]", engine=replace(model().engine, arguments=arguments))
    both = ("chat", "chat-base")
    base = replace(
        _BURST,
        name="g6-xlarge-x1-base",
        share="base",
        role="base",
        purchase="on-demand",
        instance_types=("g6.xlarge",),
        nodes=Range.exactly(1),
        limit_nodes=2,
        weight=100,
        expected_share=Decimal(1),
    )
    shared = tuple(replace(pool, serves=both, limit_nodes=9) for pool in (_BURST, _FALLBACK))
    return plan(models=(first, second), pools=(base, *shared, _SYSTEM))


def embedder() -> Plan:
    """
    Return a plan of one model that only reads: an encoder without KV cache, whose answers are vectors.
    """
    flags = ("--dtype=bfloat16", "--runner=pooling", "--convert=embed", "--max-model-len=8192", "--max-num-seqs=88")
    listen = model().engine.arguments[2:4]
    arguments = ("BAAI/bge-m3", "--served-model-name=vectors", *listen, *flags, "--max-num-batched-tokens=16384", "--shutdown-timeout=80")
    served = model(
        name="vectors",
        task="embed",
        source="BAAI/bge-m3",
        weights_source="BAAI/bge-m3",
        token=None,
        traffic=replace(model().traffic, requests_per_second=Decimal(300), output_tokens=None),
        slo=Slo(ttft_p95_ms=Decimal(200), itl_p95_ms=None, availability=None),
        precision=Precision(weights="bf16", origin="native", weight_only=False),
        memory=replace(model().memory, weights_gib=1.1, overhead_gib=1.7, kv_cache_gib=17.7, kv_tokens=0, replica_weights_gib=1.1),
        predicted=Prediction(
            ttft_p95_ms=Estimate(low=40, value=100, high=160),
            itl_p95_ms=None,
            output_tokens_per_s=None,
            max_requests_per_s=130.0,
            concurrency=4.0,
            kv_use=0.0,
            kv_requests=math.inf,
            calibrated=False,
        ),
        engine=EngineSettings(
            context_length=8192,
            max_num_seqs=88,
            max_num_batched_tokens=16384,
            gpu_memory_utilization=Decimal("0.92"),
            arguments=arguments,
        ),
        token_price=replace(model().token_price, input=Decimal("0.006"), output=None, blended=Decimal("0.006")),
        output_tokens_per_month=0,
        answer_bytes_per_month=30_000_000_000,
    )
    renamed = [replace(each, serves=("vectors",)) for each in (_BURST, _FALLBACK)]
    return plan(models=(served,), pools=(*renamed, _SYSTEM))


def hostile() -> Plan:
    """
    Return a plan whose free texts hold what breaks a sink that does not encode: quotes, expansions, blanks, non-ASCII, length.
    """
    name = "9" + "x" * 59
    nasty = 'chat"$(HOME){}\\'
    arguments = (HUB_ID, f"--served-model-name={nasty}", *model().engine.arguments[2:])
    served = model(name=name, engine=replace(model().engine, arguments=arguments))
    where = stack(name="s" + "y" * 39, owner='Team "Größe" / $(HOME)', labels=(("team", "a b\nc"),))
    renamed = [replace(each, serves=(name,)) for each in (_BURST, _FALLBACK)]
    return plan(stack=where, models=(served,), pools=(*renamed, _SYSTEM))


def no_nvme() -> Plan:
    """
    Return a plan whose nodes keep image and weights on the root volume, found by ids instead of tags, without limit or e-mail.
    """
    cluster = replace(stack().cluster, discovery_tag=None, subnet_ids=("subnet-0a1b2c", "subnet-0d4e5f"), security_group_ids=("sg-0a1b2c",))
    budget = BudgetRequest(limit=None, alerts=(Decimal(1),), notify=())
    return plan(stack=stack(cluster=cluster), pools=pools(use_local_nvme=False, root_volume_gib=60), budget=budget)


VARIANTS = {
    "dev": plan,
    "placeholder": lambda: plan(stack=placeholder_stack()),
    "large": large,
    "pair": pair,
    "embedder": embedder,
    "hostile": hostile,
    "no_nvme": no_nvme,
}
"""
Plans that differ in every way that the emitted objects can depend on.
"""
