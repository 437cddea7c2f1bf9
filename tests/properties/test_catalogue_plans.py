"""
Every model of the catalogue at three levels of traffic: a plan that fits, or a refusal with its arithmetic.
"""

from __future__ import annotations

import re

import pytest

from requests_made import model_request, reading_request, request
from servewright.catalog.load import load_catalog
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.plan.model import ModelPlan
from servewright.plan.planner import plan_stack
from servewright.spec.request import ModelRequest

CATALOG = load_catalog()
MODELS = tuple(sorted(card.hf_id for card in CATALOG.models if card.kind == "generate"))
READING = {card.hf_id: card for card in CATALOG.models if card.reads_only}
LEVELS = ("0.2", "5", "120")
READING_LEVELS = ("1", "400", "200000")
TTFT_MS, ITL_MS, REQUEST_MS = 3000, 120, 500

REFUSALS = frozenset({"SW303", "SW304", "SW306", "SW311", "SW312", "SW317", "SW318"})
"""
What a sound spec may meet: fields that a size needs are not published, no form of the weights, a context shorter than a long request, too
little memory, a target that no hardware meets, more replicas than one Service should have, a model that the engine does not serve.
"""
WITH_FIGURES = REFUSALS - {"SW303", "SW304"}
UNSERVED = frozenset(
    {
        "Alibaba-NLP/gte-multilingual-base",
        "jinaai/jina-embeddings-v2-base-en",
        "jinaai/jina-embeddings-v3",
        "nomic-ai/nomic-embed-text-v1.5",
        "sentence-transformers/all-mpnet-base-v2",
    }
)


def planned(source: str, rate: str) -> ModelPlan | tuple[Diagnostic, ...]:
    """
    Return the plan, or what stands against it.
    """
    return planned_request(
        model_request(source, rate=rate, prompt=1000, answer=300, ttft=str(TTFT_MS), itl=str(ITL_MS), context_length=None)
    )


def planned_request(model: ModelRequest) -> ModelPlan | tuple[Diagnostic, ...]:
    """
    Return the plan of *model*, or what stands against it.
    """
    try:
        return plan_stack(request(model), CATALOG).models[0]
    except InvalidInputError as error:
        return error.diagnostics


@pytest.mark.parametrize("source", MODELS)
def test_a_plan_or_a_refusal_with_arithmetic(source: str) -> None:
    """
    What is planned fits its GPUs, stays on one node and meets its targets; what is refused says what was asked and what there is.
    """
    for rate in LEVELS:
        found = planned(source, rate)
        if isinstance(found, ModelPlan):
            fits(found)
        else:
            says_why(found)


@pytest.mark.parametrize("source", sorted(READING))
def test_an_embedder_or_reranker_is_planned_or_refused_with_arithmetic(source: str) -> None:
    """
    What only reads has as many replicas as its traffic needs, reads whole prompts where it must, and no figure of an answer.
    """
    found = [planned_request(reading_request(source, READING[source].kind, rate=rate)) for rate in READING_LEVELS]
    plans = [each for each in found if isinstance(each, ModelPlan)]

    assert (source in UNSERVED) == (not plans)
    assert [each.replicas.busiest for each in plans] == sorted(each.replicas.busiest for each in plans)
    for each in found:
        if isinstance(each, ModelPlan):
            reads(each)
        else:
            says_why(each)


def reads(model: ModelPlan) -> None:
    """
    Check the figures of a plan that only reads.
    """
    card, engine, predicted = READING[model.source], model.engine, model.predicted
    assert 0 < predicted.ttft_p95_ms.value <= REQUEST_MS * (1 + 1e-6)
    assert (predicted.itl_p95_ms, predicted.output_tokens_per_s, predicted.calibrated) == (None, None, False)
    assert (model.output_tokens_per_month, model.token_price.output) == (0, None)
    assert model.token_price.input == model.token_price.blended
    assert model.pipeline_parallel == 1
    assert (model.memory.kv_tokens == 0) == card.encoder
    assert card.encoder or model.memory.kv_tokens >= engine.context_length
    assert not card.encoder or engine.max_num_batched_tokens >= engine.context_length
    assert {"--runner=pooling", f"--convert={'embed' if model.task == 'embed' else 'classify'}"} <= set(engine.arguments)
    assert ("--enable-prefix-caching" in engine.arguments) == (not card.encoder)


def fits(model: ModelPlan) -> None:
    """
    Check the figures of a plan against the hardware it stands on.
    """
    gpu, node = CATALOG.gpu(model.gpu_id), CATALOG.instance(model.instance_type)
    assert gpu is not None
    assert node is not None
    assert model.gpus_per_replica == model.tensor_parallel * model.pipeline_parallel <= 8
    assert model.gpus_per_replica <= node.gpu_count
    assert node.gpu_id == gpu.id
    memory = model.memory
    assert memory.weights_gib + memory.overhead_gib + memory.kv_cache_gib <= gpu.usable_memory_mib / 1024
    assert memory.load_peak_gib <= gpu.usable_memory_mib / 1024
    assert memory.kv_tokens >= model.engine.context_length
    assert model.predicted.ttft_p95_ms.value <= TTFT_MS * (1 + 1e-6)
    assert model.predicted.itl_p95_ms is not None
    assert model.predicted.itl_p95_ms.value <= ITL_MS * (1 + 1e-6)
    staged = f"--pipeline-parallel-size={model.pipeline_parallel}" in model.engine.arguments
    assert staged == (model.pipeline_parallel > 1)
    assert not (staged and model.predicted.calibrated)


def says_why(found: tuple[Diagnostic, ...]) -> None:
    """
    Check that a refusal is one of those that a sound spec may meet, and has figures or names in it.
    """
    for diagnostic in found:
        assert diagnostic.code in REFUSALS, diagnostic
        if diagnostic.code in WITH_FIGURES:
            assert re.search(r"\d", f"{diagnostic.message} {diagnostic.hint}"), diagnostic
