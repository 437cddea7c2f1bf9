"""
Laws over every plan: memory, splits, replicas. The memory check is written here from the formulas, without the planner's code.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from requests_made import ON_DEMAND, SPOT, model_request, request
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelCard
from servewright.errors import InvalidInputError
from servewright.plan.model import ModelPlan, Plan
from servewright.plan.planner import plan_stack
from servewright.spec.request import BaseCapacity, Capacity

CATALOG = load_catalog()

# Plain grouped-query models from 1B to 405B, whose weights follow from five numbers.
PLAIN = (
    "meta-llama/Llama-3.2-1B-Instruct",
    "meta-llama/Llama-3.1-8B-Instruct",
    "Qwen/Qwen2.5-7B-Instruct",
    "Qwen/Qwen2.5-14B-Instruct",
    "Qwen/Qwen3-32B",
    "meta-llama/Llama-3.3-70B-Instruct",
    "meta-llama/Llama-3.1-405B-Instruct",
)
BYTES = {"bf16": 2.0, "fp8": 1.0}

SOURCES = st.sampled_from(PLAIN)
RATES = st.decimals("0.1", "60", places=1)
PROMPTS = st.integers(64, 6000)
ANSWERS = st.integers(16, 1200)
HALF = BaseCapacity(purchase="on-demand", share=Decimal("0.5"))
CAPACITIES = st.sampled_from([ON_DEMAND, SPOT, Capacity(base=HALF, burst=SPOT.burst), Capacity(base=replace(HALF, share=Decimal(1)))])
PRIORITIES = st.sampled_from(["cost", "latency", "throughput", "balanced"])

plan_settings = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def plan_of(source: str, rate: Decimal, prompt: int, answer: int, **changes: object) -> Plan:
    """
    Return a plan; a case whose targets cannot be met is none.
    """
    capacity = changes.pop("capacity", ON_DEMAND)
    model = model_request(source, rate=str(rate), prompt=prompt, answer=answer, ttft="3000", itl="120", **changes)
    try:
        return plan_stack(request(model, capacity=capacity), CATALOG)  # type: ignore[arg-type]
    except InvalidInputError:
        reject()


def card_of(model: ModelPlan) -> ModelCard:
    """
    Return the architecture behind *model*.
    """
    found = CATALOG.model(model.architecture)
    assert found is not None
    return found.card


def bytes_on_one_gpu(model: ModelPlan) -> float:
    """
    Return weights and the KV cache of one request of the full context on one GPU (of the largest stage), from the architecture alone.
    """
    card, split, stages = card_of(model), model.tensor_parallel, model.pipeline_parallel
    layers, hidden, heads, kv_heads = -(-(card.layers or 0) // stages), card.hidden or 0, card.attention_heads or 0, card.kv_heads or 0
    head_dim, width, vocab = card.head_dim or 0, card.intermediate or 0, card.vocab or 0
    attention = 2 * hidden * heads * head_dim + 2 * hidden * kv_heads * head_dim * split / min(split, kv_heads)
    linear = layers * (attention + 3 * hidden * width) / split * BYTES[model.precision.weights]
    ends = vocab * hidden * (1 if card.tied_embeddings or stages > 1 else 2) / split * 2
    context = int(next(a for a in model.engine.arguments if a.startswith("--max-model-len=")).split("=")[1])
    return linear + ends + 2 * layers * kv_heads / min(split, kv_heads) * head_dim * 2 * context


@plan_settings
@given(source=SOURCES, rate=RATES, prompt=PROMPTS, answer=ANSWERS, priority=PRIORITIES)
def test_a_plan_never_exceeds_gpu_memory(source: str, rate: Decimal, prompt: int, answer: int, priority: str) -> None:
    """
    Weights and one request of the full context stay below what the engine may use of the GPU; so do the plan's own parts.
    """
    found = plan_of(source, rate, prompt, answer, priority=priority)
    model = found.models[0]
    gpu = CATALOG.gpu(model.gpu_id)
    assert gpu is not None

    budget = gpu.usable_memory_mib * 2**20 * float(model.engine.gpu_memory_utilization)
    assert bytes_on_one_gpu(model) < budget
    parts = model.memory.weights_gib + model.memory.overhead_gib + model.memory.kv_cache_gib
    assert math.isclose(parts * 2**30, budget, rel_tol=1e-9)
    assert model.memory.load_peak_gib * 2**20 <= gpu.usable_memory_mib * 2**10


@plan_settings
@given(source=SOURCES, rate=RATES, prompt=PROMPTS, answer=ANSWERS)
def test_the_split_divides_the_heads(source: str, rate: Decimal, prompt: int, answer: int) -> None:
    """
    Attention heads are divided evenly; KV heads are divided or copied whole; the replica has as many GPUs as it is split over.
    """
    found = plan_of(source, rate, prompt, answer)
    model = found.models[0]
    card, split = card_of(model), model.tensor_parallel
    kv_heads = card.kv_heads or 0

    assert (card.attention_heads or 0) % split == 0
    assert kv_heads % split == 0 or split % kv_heads == 0
    assert model.gpus_per_replica == split * model.pipeline_parallel
    assert {workload.pod.gpus for workload in model.workloads} == {model.gpus_per_replica}


@plan_settings
@given(source=SOURCES, rate=RATES, more=st.decimals("0", "60", places=1), prompt=PROMPTS, answer=ANSWERS)
def test_more_traffic_never_needs_fewer_replicas(source: str, rate: Decimal, more: Decimal, prompt: int, answer: int) -> None:
    """
    On the hardware that was chosen for the smaller load, the larger one needs at least as many replicas.
    """
    small = plan_of(source, rate, prompt, answer)
    first = small.models[0]
    pins = {"gpu": first.gpu_name, "gpus_per_replica": first.gpus_per_replica, "precision": first.precision.weights}
    pins["instance_types"] = small.pools[0].instance_types[:1]
    large = plan_of(source, rate + more, prompt, answer, **pins)

    assert large.models[0].replicas.busiest >= first.replicas.busiest
    assert large.models[0].replicas.maximum >= first.replicas.maximum


@plan_settings
@given(source=SOURCES, rate=RATES, prompt=PROMPTS, answer=ANSWERS)
def test_the_prediction_meets_the_targets(source: str, rate: Decimal, prompt: int, answer: int) -> None:
    """
    At its share of the busiest hour each replica is predicted within both targets.
    """
    found = plan_of(source, rate, prompt, answer)
    predicted = found.models[0].predicted

    assert predicted.ttft_p95_ms.value <= 3000 * (1 + 1e-9)
    assert predicted.itl_p95_ms.value <= 120 * (1 + 1e-9)


@plan_settings
@given(source=SOURCES, rate=RATES, prompt=PROMPTS, answer=ANSWERS, capacity=CAPACITIES)
def test_pods_fit_their_nodes(source: str, rate: Decimal, prompt: int, answer: int, capacity: object) -> None:
    """
    As many pods as the packing says fit the allocatable CPU, memory and GPUs of every type that a pool admits.
    """
    found = plan_of(source, rate, prompt, answer, capacity=capacity)
    pods = {(workload.share, workload.shape): workload.pod for workload in found.models[0].workloads}
    for pool in found.pools:
        for name in pool.instance_types if pool.purpose == "gpu" else ():
            node, pod = CATALOG.instance(name), pods[pool.share, pool.shape]
            assert node is not None
            assert pool.replicas_per_node * pod.gpus <= node.gpu_count
            assert pool.replicas_per_node * pod.cpu_millicores <= (node.allocatable_cpu_millicores or 0)
            assert pool.replicas_per_node * pod.memory_mib <= (node.allocatable_memory_mib or 0)
