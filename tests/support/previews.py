"""
A small preview made by hand, and the parts of it that tests change.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console

from servewright.cost.model import Bill, Free, Line, NotPriced
from servewright.cost.records import STACK_TYPE, ResourceRecord
from servewright.diagnostics import Diagnostic
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
    Rejected,
    Replicas,
    Share,
    StartTime,
    TokenPrice,
    WorkloadPlan,
)
from servewright.ranges import Range
from servewright.report.model import Preview
from servewright.report.quota import QuotaNeed
from servewright.spec.request import AppliedDefault, BudgetRequest, Operator, SecretRef, Slo, Stack, TokenLength, Traffic
from stacks_made import dev_stack

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = "urn:pulumi:dev::servewright::"
DIGEST = "sha256:" + "ab" * 32
BY_HOUR = ((1,) * 8 + (3,) * 10 + (2,) * 6) * 5 + (1,) * 48

REPLICAS = Replicas(minimum=1, busiest=3, maximum=4, by_hour=BY_HOUR)


def stack(**changes: Any) -> Stack:
    """
    Return a dev stack on an existing cluster.
    """
    return dev_stack(**{"name": "support-chat", "owner": "team-support", **changes})


def model(**changes: Any) -> ModelPlan:
    """
    Return a 1B model on one L4 per replica.
    """
    base = ModelPlan(
        path="models[0]",
        name="chat",
        task="generate",
        source="meta-llama/Llama-3.2-1B-Instruct",
        revision=None,
        weights_source="meta-llama/Llama-3.2-1B-Instruct",
        weights_revision=None,
        architecture="meta-llama/Llama-3.2-1B-Instruct",
        native_format="bf16",
        total_params=1_235_814_400,
        active_params=1_235_814_400,
        license="llama3.2",
        token=SecretRef(secret="hf-token", key="token"),  # noqa: S106 - the name of a Secret
        traffic=Traffic(
            requests_per_second=Decimal(5),
            input_tokens=TokenLength(mean=Decimal(800), p95=Decimal(1600)),
            output_tokens=TokenLength(mean=Decimal(200), p95=Decimal(400)),
            profile="business-hours",
            timezone="Europe/Berlin",
            prefix_share=Decimal(0),
        ),
        slo=Slo(ttft_p95_ms=Decimal(500), itl_p95_ms=Decimal(40), availability=None),
        gpu_id="l4",
        gpu_name="L4",
        instance_type="g6.xlarge",
        extra_headroom=Decimal(0),
        gpus_per_replica=1,
        tensor_parallel=1,
        pipeline_parallel=1,
        precision=Precision(weights="bf16", origin="native", weight_only=False),
        memory=Memory(
            usable_gib=22.0341,
            budget_gib=20.2714,
            weights_gib=2.3019,
            overhead_gib=1.4732,
            kv_cache_gib=16.4963,
            load_peak_gib=2.3019,
            kv_tokens=540_539,
            replica_weights_gib=2.3019,
        ),
        predicted=Prediction(
            ttft_p95_ms=Estimate(low=187.2, value=312.0, high=436.8),
            itl_p95_ms=Estimate(low=18.9, value=21.0, high=23.1),
            output_tokens_per_s=Estimate(low=300.0, value=333.3333, high=366.6),
            max_requests_per_s=2.214,
            concurrency=7.52,
            kv_use=0.2,
            kv_requests=180.0,
            calibrated=True,
        ),
        engine=EngineSettings(
            context_length=8192,
            max_num_seqs=64,
            max_num_batched_tokens=2048,
            gpu_memory_utilization=Decimal("0.92"),
            arguments=("meta-llama/Llama-3.2-1B-Instruct", "--served-model-name=chat", "--max-model-len=8192", "--enable-prefix-caching"),
        ),
        start=StartTime(node_launch_s=90, image_pull_s=37, weights_load_s=3, warm_up_s=70),
        weights_disk_gib=2.3019,
        replicas=REPLICAS,
        workloads=(
            WorkloadPlan(
                share="burst",
                shape="g6-xlarge-x1",
                pod=PodResources(cpu_millicores=3000, memory_mib=12_000, gpus=1, shm_mib=1024),
                replicas=REPLICAS,
            ),
        ),
        shares=(
            Share(role="burst", purchase="spot", pool="chat-burst", replicas=Range.of(1, Decimal("1.4"), 4)),
            Share(role="fallback", purchase="on-demand", pool="chat-fallback", replicas=Range.of(0, Decimal("0.2"), 2)),
        ),
        monthly=Range(Decimal("235.279"), Decimal("418.90212"), Decimal("1646.15")),
        token_price=TokenPrice(
            input=None,
            output=None,
            blended=Decimal("0.0638243719"),
            saturated=Decimal("0.0404361"),
            utilisation=0.412,
            basis="expected price of the GPU pools over all input and output tokens of the month",
        ),
        next_replica=NextReplica(nodes=1, monthly=Decimal("235.279"), why="needs 1 x g6.xlarge more"),
        input_tokens_per_month=5_250_000_000,
        output_tokens_per_month=1_312_500_000,
        reasons=(
            "lowest expected price of L4 x 1, bf16 on g6.xlarge: 3 nodes at the busiest hour",
            "one replica serves 2.21 req/s within the SLO (limit: first token); 5 req/s with 15 % head-room need 3 replicas",
        ),
        rejected=(
            Rejected(what="A10G x 1, bf16", why="+31 %: 2.60 req/s per replica, 3 replicas on 3 x g5.xlarge", monthly=Decimal("548.76")),
            Rejected(what="T4 x 1, fp16", why="no units for bf16", monthly=None),
        ),
    )
    return replace(base, **changes)


def pool(**changes: Any) -> PoolPlan:
    """
    Return the spot pool of the model.
    """
    base = PoolPlan(
        name="chat-burst",
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
        nodes=Range.of(1, Decimal("1.42"), 4),
        limit_nodes=5,
        weight=20,
        root_volume_gib=60,
        use_local_nvme=True,
        consolidate_after_s=300,
        expected_share=Decimal("0.92"),
        monthly=Range(Decimal("235.279"), Decimal("334.09618"), Decimal("941.116")),
    )
    return replace(base, **changes)


def plan(**changes: Any) -> Plan:
    """
    Return the plan of the stack.
    """
    fallback = pool(
        name="chat-fallback",
        role="fallback",
        purchase="on-demand",
        nodes=Range.of(0, Decimal("0.12"), 2),
        limit_nodes=3,
        weight=10,
        expected_share=Decimal("0.08"),
        monthly=Range(Decimal(0), Decimal("84.80594"), Decimal("705.034")),
    )
    base = Plan(
        stack=stack(),
        models=(model(),),
        pools=(pool(), fallback),
        operators=(
            Operator(name="karpenter", mode="existing", address=None, namespace="kube-system", labels=()),
            Operator(
                name="prometheus",
                mode="existing",
                address="http://kube-prometheus-stack-prometheus.monitoring:9090",
                namespace="monitoring",
                labels=(("release", "kube-prometheus-stack"),),
            ),
        ),
        budget=BudgetRequest(limit=Decimal(1500), alerts=(Decimal("0.8"), Decimal(1)), notify=("ml@example.com",)),
        defaults=(
            AppliedDefault(path="environment", value="dev", why="the spec names none"),
            AppliedDefault(path="capacity.burst.purchase", value="spot", why="dev: the lowest price; interruptions are accepted"),
        ),
        warnings=(
            Diagnostic(
                code="SW401",
                severity="warning",
                phase="fields",
                file="dev.yaml",
                line=3,
                column=5,
                path="models[0].revision",
                value=None,
                message="not pinned: the weights may change under a running stack",
            ),
        ),
    )
    return replace(base, **changes)


def records() -> tuple[ResourceRecord, ...]:
    """
    Return a stack, a component, a pool, a workload and a budget.
    """
    root = f"{PROJECT}pulumi:pulumi:Stack::servewright-dev"
    component = f"{PROJECT}servewright:index:ServingStack::support-chat"
    container = {"name": "engine", "image": f"docker.io/vllm/vllm-openai:v0.31.0@{DIGEST}", "args": ["--port=8000"]}
    pod = {"spec": {"containers": [container], "initContainers": [{"name": "wait", "image": "busybox:1"}]}}

    def child(kind: str, name: str, inputs: dict[str, Any]) -> ResourceRecord:
        urn = f"{PROJECT}servewright:index:ServingStack${kind}::{name}"
        return ResourceRecord(urn=urn, type=kind, name=name, parent=component, custom=True, region="us-east-1", inputs=inputs)

    return (
        ResourceRecord(urn=root, type=STACK_TYPE, name="servewright-dev", parent=None, custom=False, region=None, inputs={}),
        ResourceRecord(
            urn=component,
            type="servewright:index:ServingStack",
            name="support-chat",
            parent=root,
            custom=False,
            region=None,
            inputs={},
        ),
        child("kubernetes:karpenter.sh/v1:NodePool", "support-chat-chat-burst", {"spec": {"weight": 20, "limits": {"nodes": "5"}}}),
        child("kubernetes:apps/v1:Deployment", "support-chat-chat", {"spec": {"template": pod}}),
        child("aws:budgets/budget:Budget", "support-chat-budget", {"limitAmount": "1500"}),
    )


def line(**changes: Any) -> Line:
    """
    Return the node-hours of the spot pool.
    """
    base = Line(
        resource=records()[2].urn,
        component="GPU nodes",
        model="chat",
        region="us-east-1",
        purchase="spot",
        name="instance hours (g6.xlarge, spot)",
        unit="node-hours",
        quantity=Range.of(730, Decimal("1036.6"), 2920),
        unit_price=Range(Decimal("0.3223"), Decimal("0.3223"), Decimal("0.3517")),
        source="https://example.com/spot.js",
        as_of="2026-H2",
    )
    return replace(base, **changes)


def bill(**changes: Any) -> Bill:
    """
    Return a bill of three lines.
    """
    volumes = line(
        component="storage",
        purchase=None,
        name="root volumes (gp3)",
        unit="GB-months",
        quantity=Range.of(60, Decimal("85.2"), 240),
        unit_price=Range.exactly(Decimal("0.08")),
        source="https://example.com/ebs",
        as_of="2024-07-01",
    )
    budget = line(
        resource=records()[4].urn,
        component="budget",
        model=None,
        purchase=None,
        name="budget days",
        unit="days",
        quantity=Range.exactly(30),
        unit_price=Range.exactly(0),
        source="https://example.com/budgets",
        as_of="2026-01-21",
    )
    base = Bill(
        lines=(line(), volumes, budget),
        unknown=(),
        unsupported=(),
        free=(Free(type="kubernetes:apps/v1:Deployment", reason="runs on the nodes of its pool", count=1),),
        not_priced=(NotPriced(what="Prometheus of the cluster", requests="scrapes 4 pods"),),
        assumptions=("a month has 730 hours",),
    )
    return replace(base, **changes)


def preview(**changes: Any) -> Preview:
    """
    Return the whole preview.
    """
    made = plan()
    base = Preview(
        plan=made,
        records=records(),
        bill=bill(),
        as_of=date(2026, 11, 20),
        prices_oldest=date(2024, 7, 1),
        prices_newest=date(2026, 7, 20),
        operator_versions={"karpenter": "1.14.1", "prometheus": "88.5.3"},
        quotas=(QuotaNeed(code="L-3819A6DF", name="All G and VT Spot Instance Requests", purchase="spot", vcpu=40, default=0),),
    )
    return replace(base, **changes)


def shown(show: Callable[..., None], *values: Any, width: int = 80, encoding: str = "utf-8", **options: Any) -> str:
    """
    Return what *show* writes to a console of *width* that is no terminal.
    """
    console = Console(file=EncodedFile(encoding), width=width)
    show(console, *values, **options)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


class EncodedFile(StringIO):
    """
    A file in memory that says it has an encoding.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """
        The encoding that was asked for.
        """
        return self._encoding
