"""
The plan of one model: what is chosen, what is said about it, what is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from requests_made import ON_DEMAND, SPOT, model_request, request, tokens
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Commitment
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.plan.model import ModelPlan, Plan
from servewright.plan.planner import plan_stack
from servewright.spec.request import BaseCapacity, Capacity, ModelRequest

CATALOG = load_catalog()
LLAMA_1B = "meta-llama/Llama-3.2-1B-Instruct"
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA_70B = "meta-llama/Llama-3.3-70B-Instruct"


def plan(model: ModelRequest, capacity: Capacity = ON_DEMAND, **where: object) -> Plan:
    """
    Return the plan for *model*.
    """
    return plan_stack(request(model, capacity=capacity, **where), CATALOG)  # type: ignore[arg-type]


def faults(model: ModelRequest, **where: object) -> tuple[Diagnostic, ...]:
    """
    Return the planning faults of *model*.
    """
    with pytest.raises(InvalidInputError) as refused:
        plan(model, **where)  # type: ignore[arg-type]
    return refused.value.diagnostics


def chosen(model: ModelRequest, capacity: Capacity = ON_DEMAND) -> ModelPlan:
    """
    Return the plan of the only model.
    """
    return plan(model, capacity).models[0]


def test_a_small_model_gets_one_small_gpu_in_its_native_form() -> None:
    """
    At the same price the published weights win over a converted form: quality is not given away for nothing.
    """
    found = chosen(model_request(LLAMA_1B, rate="5"))

    assert (found.gpu_id, found.gpus_per_replica, found.precision.weights) == ("l4", 1, "bf16")


def test_a_large_model_takes_the_published_checkpoint() -> None:
    """
    The 70B model is served from the checkpoint with a published revision, which stands in the arguments.
    """
    found = chosen(model_request(LLAMA_70B, rate="12", prompt=1500, answer=300, itl="60"))

    assert found.precision.origin == "checkpoint"
    assert found.engine.arguments[0] == found.weights_source == "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic"
    assert f"--revision={found.weights_revision}" in found.engine.arguments


@pytest.mark.parametrize("capacity", [ON_DEMAND, SPOT], ids=["on-demand", "spot"])
def test_the_price_of_a_model_is_that_of_its_pools(capacity: Capacity) -> None:
    """
    Nothing is lost between the search and the pools: their prices add up to the model's.
    """
    found = plan(model_request(LLAMA_8B), capacity)

    pools = [p.monthly for p in found.pools if p.purpose == "gpu"]
    model = found.models[0].monthly
    assert sum((p.expected for p in pools if p.expected is not None), Decimal(0)) == model.expected
    assert sum((p.max for p in pools if p.max is not None), Decimal(0)) == model.max
    assert sum((p.min for p in pools if p.min is not None), Decimal(0)) == model.min


def test_spot_has_a_fallback_pool_of_lower_weight() -> None:
    """
    Burst on spot, fallback on-demand: Karpenter tries the heavier pool first, both carry the label that the pods select.
    """
    burst, fallback = (p for p in plan(model_request(LLAMA_8B), SPOT).pools if p.purpose == "gpu")

    assert (burst.purchase, burst.role, fallback.purchase, fallback.role) == ("spot", "burst", "on-demand", "fallback")
    assert burst.weight > fallback.weight
    assert burst.shape == fallback.shape
    assert burst.expected_share + fallback.expected_share == 1


def mix(purchase: Any, share: str = "0.5", **terms: Any) -> Capacity:
    """
    Return a base beside a spot burst with its fallback.
    """
    return Capacity(base=BaseCapacity(purchase=purchase, share=Decimal(share), **terms), burst=SPOT.burst)


def test_a_base_has_a_pool_and_a_workload_of_its_own() -> None:
    """
    Base, burst and fallback are three pools in the order in which Karpenter fills them; base and burst are two workloads on one kind of
    node, the base first.
    """
    found = plan(model_request(LLAMA_8B, rate="40", profile="business-hours"), mix("on-demand"))
    model = found.models[0]
    pools = [pool for pool in found.pools if pool.purpose == "gpu"]

    assert [(pool.role, pool.purchase) for pool in pools] == [("base", "on-demand"), ("burst", "spot"), ("fallback", "on-demand")]
    assert [pool.weight for pool in pools] == sorted({pool.weight for pool in pools}, reverse=True)
    assert [pool.name for pool in pools] == [f"{model.workloads[0].shape}-{pool.role}" for pool in pools]
    assert [(workload.share, workload.scaled) for workload in model.workloads] == [("base", False), ("burst", True)]
    assert [share.role for share in model.shares] == ["base", "burst", "fallback"]
    assert pools[0].nodes.min == pools[0].nodes.expected == pools[0].nodes.max


def test_the_reasons_say_what_a_base_is_used_for() -> None:
    """
    How many replicas always run, how they are bought, and how much of their time the traffic needs; with two zones what is left when one
    is lost.
    """
    week = model_request(LLAMA_8B, rate="40", profile="business-hours", min_replicas=2)
    one = plan(week, mix("on-demand")).models[0].reasons
    two = plan(week, mix("on-demand"), zones=("us-east-1a", "us-east-1b")).models[0]
    always = two.workloads[0].replicas.busiest
    left = always // 2
    served = 100 * min(1, left * two.predicted.max_requests_per_s / 40)

    assert any(re.fullmatch(r"base: \d+ of \d+ replicas always run, on-demand; the traffic needs \d+ % of their hours", r) for r in one)
    assert not any("zones lost" in reason for reason in one)
    lost = f"with one of 2 zones lost, {left} of {always} base replicas serve on: good for {served:.0f} % of the busiest hour"
    assert any(reason.startswith(lost) for reason in two.reasons)


def test_a_commitment_of_unknown_price_is_planned_and_said() -> None:
    """
    Three years have no row: hardware is compared by what is known, the price stays unknown with a warning, and the terms reach the pool.
    """
    found = plan(model_request(LLAMA_8B, instance_types=("g6.xlarge",)), mix("reserved", term="3y", payment="no-upfront"))
    base = found.pools[0]

    assert (base.purchase, base.monthly.expected) == ("reserved", None)
    assert base.commitment == Commitment(term="3y", payment="no-upfront")
    assert found.models[0].monthly.expected is None
    assert "SW432" in {warning.code for warning in found.warnings}


def test_percentages_against_an_unknown_price_have_a_base() -> None:
    """
    Where the choice has no price, the amount that the others are compared with is said; so is that of an alternative without a price.
    """
    types = ("g6.xlarge", "g6e.xlarge", "p4d.24xlarge")
    found = plan(model_request(LLAMA_8B, instance_types=types), mix("reserved", term="3y", payment="no-upfront")).models[0]
    compared = [each.why.split(":")[0] for each in found.rejected if each.serves]

    assert re.match(r"price unknown, compared at \$[0-9,]+, on-demand prices in the place of unknown ones: choice", found.reasons[0])
    assert len(compared) > 1
    assert all(re.fullmatch(r"(same price|\+[0-9,]+ %) at \$[0-9,]+, compared so", each) for each in compared)


def test_a_base_that_takes_the_whole_maximum_leaves_no_burst() -> None:
    """
    Nothing stands there for replicas that can never be: one pool, one workload, no autoscaler.
    """
    found = plan(model_request(LLAMA_8B, rate="0.5", max_replicas=1), mix("on-demand"))

    assert [pool.role for pool in found.pools if pool.purpose == "gpu"] == ["base"]
    assert [workload.share for workload in found.models[0].workloads] == ["base"]


def test_limits_leave_room_for_one_replacement() -> None:
    """
    A pool may launch one node more than the maximum needs, else neither drift nor a rolling update could proceed.
    """
    found = plan(model_request(LLAMA_8B))
    pool = found.pools[0]

    assert pool.limit_nodes == -(-found.models[0].replicas.maximum // pool.replicas_per_node) + 1


def test_every_alternative_has_a_reason_and_the_dearer_ones_a_price() -> None:
    """
    What lost is listed best first; each entry says why, and those that could serve say for how much.
    """
    found = chosen(model_request(LLAMA_8B))
    prices = [r.monthly for r in found.rejected if r.monthly is not None]

    assert found.monthly.expected is not None
    assert min(prices) >= found.monthly.expected
    assert prices == sorted(prices)
    assert all(r.why for r in found.rejected)


def test_latency_priority_is_never_slower_than_cost() -> None:
    """
    Who asks for latency gets an answer at least as fast as who asks for price, and pays at least as much.
    """
    cheap = chosen(model_request(LLAMA_8B))
    fast = chosen(model_request(LLAMA_8B, priority="latency"))

    def answer(found: ModelPlan) -> float:
        return found.predicted.ttft_p95_ms.value + 250 * found.predicted.itl_p95_ms.value

    assert answer(fast) <= answer(cheap)
    assert cheap.monthly.expected is not None
    assert fast.monthly.expected is not None
    assert fast.monthly.expected >= cheap.monthly.expected
    assert any("the cheapest within the same targets is" in reason for reason in fast.reasons)
    assert not any("the cheapest within the same targets is" in reason for reason in cheap.reasons)


def test_pins_of_the_hardware_are_kept() -> None:
    """
    A named GPU, number of GPUs and type are what is planned, also where something else is cheaper.
    """
    found = plan(model_request(LLAMA_8B, gpu="H100", gpus_per_replica=2, instance_types=("p5.48xlarge",)))

    assert (found.models[0].gpu_id, found.models[0].tensor_parallel) == ("h100", 2)
    assert found.pools[0].instance_types == ("p5.48xlarge",)


def test_reasons_name_the_figures_that_decided() -> None:
    """
    The reasons hold capacity, head-room, replicas and the memory arithmetic.
    """
    text = "\n".join(chosen(model_request(LLAMA_8B)).reasons)

    assert re.search(
        r"one replica serves [0-9.]+ req/s within the SLO \(limit: .+\); 6 req/s with \d+ % head-room( \(.+\))? need \d+ replica", text
    )
    assert re.search(r"weights take [0-9.]+ GiB on the GPU, the engine [0-9.]+; [0-9.]+ GiB are left for [0-9,]+ tokens", text)


def test_a_gated_model_gets_a_token_reference_by_default() -> None:
    """
    The default reference is listed among the defaults; an open model gets none.
    """
    gated, free = plan(model_request(LLAMA_8B)), plan(model_request("Qwen/Qwen2.5-7B-Instruct"))

    assert gated.models[0].token is not None
    assert "models[0].token" in {d.path for d in gated.defaults}
    assert free.models[0].token is None


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    """
    A typo in the id leads to the id that was meant.
    """
    (fault,) = faults(model_request("meta-llama/Llama-3.3-70B-Instuct"))

    assert (fault.code, fault.path) == ("SW301", "models[0].source")
    assert fault.hint is not None
    assert "meta-llama/Llama-3.3-70B-Instruct" in fault.hint


def test_a_model_that_does_not_fit_shows_its_arithmetic() -> None:
    """
    The closest miss is spelled out in MiB, with what would fit.
    """
    (fault,) = faults(model_request("meta-llama/Llama-3.1-405B-Instruct", gpu="H100", precision="bf16", itl="200", ttft="5000"))

    assert fault.code == "SW311"
    assert fault.message == "meta-llama/Llama-3.1-405B-Instruct does not fit H100 x 8, bf16, MiB:"
    assert fault.hint is not None
    assert re.search(r"needs +weights [0-9,]+ \+ KV of one [0-9,]+-token request [0-9,]+ \+ overhead [0-9,]+ = [0-9,]+", fault.hint)
    assert re.search(r"has +8 × 81,559 × 0.92 = 600,274", fault.hint)
    assert "fits: " in fault.hint


def test_targets_that_no_hardware_meets_are_refused_with_the_nearest_tries() -> None:
    """
    A first token in 5 ms is answered with what the largest shapes reach.
    """
    (fault,) = faults(model_request(LLAMA_8B, ttft="5"))

    assert (fault.code, fault.path) == ("SW312", "models[0].slo")
    assert fault.hint is not None
    assert "the first token takes" in fault.hint


def test_all_faults_of_a_model_come_together() -> None:
    """
    A precision that cannot be had and a context that is too long are reported at once.
    """
    found = faults(model_request(LLAMA_8B, precision="nvfp4", context_length=10**6))

    assert [f.code for f in found] == ["SW304", "SW305"]


def test_a_limit_below_the_busiest_hour_is_refused_with_the_arithmetic() -> None:
    """
    scaling.max below the need would silently miss the SLO.
    """
    (fault,) = faults(model_request(LLAMA_8B, rate="2000", max_replicas=2))

    assert (fault.code, fault.path, fault.value) == ("SW316", "models[0].scaling.max", "2")
    assert fault.hint is not None
    assert re.fullmatch(r"2000 req/s x 1\.\d+ head-room / [0-9.]+ req/s per replica = \d+", fault.hint)


def test_a_limit_of_replicas_moves_the_choice_to_larger_ones() -> None:
    """
    scaling.max is a constraint of the search: hardware whose replicas are too small for it is no candidate.
    """
    free = chosen(model_request(LLAMA_8B, rate="40"))
    few = chosen(model_request(LLAMA_8B, rate="40", max_replicas=1))

    assert free.replicas.busiest > 1
    assert few.replicas.busiest == few.replicas.maximum == 1
    assert few.predicted.max_requests_per_s >= 40


def test_more_replicas_than_one_service_should_have_are_refused() -> None:
    """
    A slip of a factor of thousand in the traffic does not become a plan for millions.
    """
    assert [f.code for f in faults(model_request(LLAMA_8B, rate="1000000"))] == ["SW317"]


@pytest.mark.parametrize("source", ["Qwen2.5-14B-Instruct", "qwen/qwen2.5-14b-instruct", "unsloth/Qwen3-8B-GGUF"])
def test_what_the_engine_could_not_load_is_refused(source: str) -> None:
    """
    A short name, another letter case or a format that is not planned for never reaches the engine's arguments.
    """
    (fault,) = faults(model_request(source))

    assert fault.code in ("SW301", "SW304")
    assert fault.hint is not None
    assert "Qwen/Qwen" in fault.hint


def test_a_checkpoint_that_is_known_by_its_revision_can_be_asked_for() -> None:
    """
    The checkpoint that the planner itself takes for a model is also a source.
    """
    found = chosen(model_request("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", rate="4", itl="60"))

    assert (found.architecture, found.precision.weights, found.precision.origin) == (LLAMA_70B, "fp8", "native")


def test_windowed_layers_hold_more_requests_than_full_ones() -> None:
    """
    The number of requests that fit is counted at their own length, not at the full context, of which windows keep a part.
    """
    found = chosen(model_request("google/gemma-3-27b-it", rate="1", prompt=1500, answer=300, ttft="3000", itl="100"))

    naive = found.memory.kv_tokens / 1800
    assert 0 < found.predicted.kv_requests < naive
    assert 0 < found.predicted.kv_use < 1


def test_a_region_without_prices_is_refused_and_not_priced_as_another() -> None:
    """
    Without a price nothing can be ranked; no other region's price stands in.
    """
    found = faults(model_request(LLAMA_70B, gpu="H200", rate="2"), region="eu-west-1", zones=("eu-west-1a",))

    assert [f.code for f in found] == ["SW313"]


def test_a_prompt_longer_than_the_context_is_refused() -> None:
    """
    Requests that the engine would reject are found at preview.
    """
    model = model_request(LLAMA_8B, context_length=1024)
    found = faults(replace(model, traffic=replace(model.traffic, input_tokens=tokens(900))))

    assert [f.code for f in found] == ["SW306"]


@pytest.mark.parametrize(("source", "code"), [("BAAI/bge-m3", "SW302"), ("gpt2", "SW301")])
def test_models_that_do_something_else_are_refused(source: str, code: str) -> None:
    """
    An embedding model does not generate; an unknown one is not guessed.
    """
    assert [f.code for f in faults(model_request(source))] == [code]
