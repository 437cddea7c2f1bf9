"""
Plans of models that only read: embedding and reranking, alone and beside a chat model.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quick_plans import CATALOG, plan_quickly
from requests_made import model_request, reading_request, request, tokens
from servewright.errors import InvalidInputError
from servewright.plan.lock import lock_of
from servewright.plan.planner import plan_stack
from servewright.plan.shape import whole_prompt_budgets

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.plan.model import ModelPlan, Plan
    from servewright.spec.request import ModelRequest

BGE_M3 = "BAAI/bge-m3"
QWEN = "Qwen/Qwen3-Embedding-8B"
RERANKER = "Qwen/Qwen3-Reranker-0.6B"
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"


def planned(model: ModelRequest) -> ModelPlan:
    """
    Return the plan of *model* alone.
    """
    return plan_quickly(request(model)).models[0]


def faults(model: ModelRequest) -> tuple[Diagnostic, ...]:
    """
    Return what stands against *model*.
    """
    with pytest.raises(InvalidInputError) as caught:
        plan_quickly(request(model))
    return caught.value.diagnostics


@settings(max_examples=30, deadline=None)
@given(st.sampled_from((BGE_M3, QWEN)), st.integers(1, 2000), st.integers(1, 2000))
def test_more_traffic_never_has_fewer_replicas_of_a_kind(source: str, one: int, other: int) -> None:
    """
    On the same GPU, the busiest hour's replicas rise with the traffic.
    """
    less, more = (planned(reading_request(source, rate=str(rate), gpu="L4")) for rate in sorted((one, other)))

    assert less.gpus_per_replica != more.gpus_per_replica or less.replicas.busiest <= more.replicas.busiest


def test_a_replica_is_planned_with_the_head_room_of_what_is_not_measured() -> None:
    """
    30 % on top of the request's own, and the prediction says that nothing like it was measured.
    """
    found = planned(reading_request(BGE_M3, rate="400"))

    assert found.extra_headroom == Decimal("0.3")
    assert not found.predicted.calibrated
    assert found.replicas.busiest * found.predicted.max_requests_per_s >= 400 * 1.45


def test_an_encoder_takes_its_context_in_one_step_and_a_decoder_in_chunks() -> None:
    """
    The engine refuses an encoder whose step is shorter than its context; a decoder has a KV cache instead.
    """
    encoder, decoder = planned(reading_request(BGE_M3)).engine, planned(reading_request(QWEN, gpu="L4", ttft="5000")).engine

    assert encoder.max_num_batched_tokens >= encoder.context_length == 8192
    assert "--enable-prefix-caching" not in encoder.arguments
    assert "--enable-prefix-caching" in decoder.arguments
    assert all(flags >= {"--runner=pooling", "--convert=embed"} for flags in (set(encoder.arguments), set(decoder.arguments)))


@pytest.mark.parametrize("context", [16, 512, 8192, 8193, 40_960])
def test_no_step_of_an_encoder_is_shorter_than_its_context(context: int) -> None:
    """
    The smallest budget that is tried holds a prompt of the full length.
    """
    budgets = whole_prompt_budgets(context)

    assert budgets[0] == max(context, 256)
    assert list(budgets) == sorted(set(budgets))


def test_a_reranker_made_of_a_decoder_is_told_to_the_engine_and_the_user() -> None:
    """
    It is published as a generator: the engine classifies by the tokens of yes and no, and callers write its instruction.
    """
    made = plan_quickly(request(reading_request(RERANKER, "rerank")))
    overrides = [each for each in made.models[0].engine.arguments if each.startswith("--hf-overrides=")]

    assert len(overrides) == 1
    assert '"classifier_from_token":["no","yes"]' in overrides[0]
    assert [w.path for w in made.warnings if w.code == "SW441"] == ["models[0].source"]
    assert [w for w in plan_quickly(request(reading_request("BAAI/bge-reranker-v2-m3", "rerank"))).warnings if w.code == "SW441"] == []


def test_vectors_are_made_in_the_published_form_unless_another_is_named() -> None:
    """
    `auto` never quantises what an index is made of; a named precision is taken.
    """
    alternatives = planned(reading_request(QWEN)).rejected

    assert planned(reading_request(QWEN)).precision.origin == "native"
    assert [each.what for each in alternatives if "fp8" in each.what] == []
    assert planned(reading_request(QWEN, precision="fp8", gpu="L4", ttft="5000")).precision.weights == "fp8"


def test_tokens_are_input_alone() -> None:
    """
    The price per million is of input tokens; for an answer there is none, and its bytes are those of the vectors.
    """
    found = planned(reading_request(BGE_M3, rate="1"))
    texts = 3600 * 730

    assert found.token_price.output is None
    assert found.token_price.input == found.token_price.blended
    assert found.input_tokens_per_month == 200 * texts
    assert found.output_tokens_per_month == 0
    assert found.answer_bytes_per_month == 1024 * 20 * texts
    assert planned(model_request(LLAMA_8B)).answer_bytes_per_month is None


def test_a_text_longer_than_the_context_is_refused_with_both_lengths() -> None:
    """
    512 positions hold no text of 600 tokens.
    """
    model = reading_request("BAAI/bge-base-en-v1.5")
    (fault,) = faults(replace(model, traffic=replace(model.traffic, input_tokens=tokens(300))))

    assert (fault.code, fault.message) == ("SW306", "a request at the 95th percentile has 600 tokens, the context length is 512")


def test_a_latency_that_nothing_meets_is_refused_with_the_nearest_tries() -> None:
    """
    The host alone takes longer than 20 ms.
    """
    (fault,) = faults(reading_request(BGE_M3, ttft="20"))

    assert fault.code == "SW312"
    assert "a request takes" in (fault.hint or "")


def test_a_model_that_the_engine_does_not_serve_is_refused() -> None:
    """
    Code of the hub is never run, and a class that is missing is not guessed.
    """
    (fault,) = faults(reading_request("nomic-ai/nomic-embed-text-v1.5"))

    assert fault.code == "SW318"
    assert "--trust-remote-code" in fault.message


def test_an_embedder_does_not_rerank() -> None:
    """
    The task is the model's kind.
    """
    (fault,) = faults(reading_request(BGE_M3, "rerank"))

    assert (fault.code, fault.message) == ("SW302", "this model does not rerank: its kind is embed")


def together(*models: ModelRequest) -> Plan:
    """
    Return the plan of all *models* in one stack.
    """
    return plan_quickly(replace(request(models[0]), models=models))


def test_an_embedder_fills_the_nodes_of_a_chat_model() -> None:
    """
    Of four GPUs of a node the chat model needs two: the embedder takes the third, and both cost less than apart.
    """
    types = ("g6.12xlarge",)
    chat = model_request(LLAMA_8B, rate="2", ttft="3000", itl="120", instance_types=types, gpus_per_replica=1)
    embedder = reading_request(BGE_M3, name="vectors", path="models[1]", instance_types=types, gpus_per_replica=1)
    made = together(chat, embedder)
    (pool,) = [each for each in made.pools if each.purpose == "gpu"]
    apart = [planned(each).monthly.expected for each in (chat, embedder)]

    assert pool.serves == ("chat", "vectors")
    assert pool.monthly.expected is not None
    assert None not in apart
    assert pool.monthly.expected < sum(each for each in apart if each is not None)
    assert sum((m.monthly.expected or Decimal(0) for m in made.models), Decimal(0)) == pytest.approx(pool.monthly.expected)


def test_a_lock_holds_a_plan_that_only_reads() -> None:
    """
    What was decided is decided again, argument by argument.
    """
    asked = request(reading_request(RERANKER, "rerank"))
    first = plan_stack(asked, CATALOG)
    again = plan_stack(asked, CATALOG, lock=lock_of(first, CATALOG, "any"), lock_file="x.lock.json")

    assert again.lock.state == "locked"
    assert again.models[0].engine == first.models[0].engine
    assert again.models[0].replicas == first.models[0].replicas
