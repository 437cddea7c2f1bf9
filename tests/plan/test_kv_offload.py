"""
KV blocks outside the GPU: how much they take, which models can, and that other weights never get them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

import cards
import plans
from servewright.catalog.load import load_catalog
from servewright.catalog.model import ModelCard
from servewright.catalog.query import Catalog
from servewright.errors import InvalidInputError
from servewright.plan.engine_arguments import not_offered
from servewright.plan.kv_offload import (
    CHUNK_TOKENS,
    STAGING_GIB,
    TRANSFER,
    TRANSFER_FLAG,
    allocated_bytes,
    cannot_offload,
    chunk_bytes,
    context_mib,
    weights_seed,
)
from servewright.plan.pod import pod_resources
from servewright.spec.cache_request import ContextCache
from ten_specs import plan_text

if TYPE_CHECKING:
    from servewright.plan.model import Plan

KIB = 2**10
MIB = 2**20

MEASURED = {0.5: 1.25, 2: 1.25, 5: 1.2, 20: 1.2, 32: 1.25, 80: 1.2}
"""
Memory of a value by its MiB, in values: MEMORY USAGE of Redis 7.0.15 with jemalloc 5.3.0, to three places.
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """
    Provide the shipped catalogue.
    """
    return load_catalog()


def tokens(number: int) -> ContextCache:
    """
    Return room for *number* tokens of each model.
    """
    return ContextCache(models=("chat",), reusable_tokens=number, size_gib=None)


@pytest.mark.parametrize(("split", "stages"), [(1, 1), (4, 1), (8, 1), (4, 2)])
def test_a_token_of_70b_is_320_kib(catalog: Catalog, split: int, stages: int) -> None:
    """
    However the model is split, its workers together hold 2 x 80 layers x 8 heads x 128 x 2 bytes of each token, and the allocator's rest.
    """
    model = plans.model(architecture="meta-llama/Llama-3.3-70B-Instruct", tensor_parallel=split, pipeline_parallel=stages)
    workers = split * stages
    value = CHUNK_TOKENS * 320 * KIB // workers
    assert chunk_bytes(model, catalog) == allocated_bytes(value) * workers
    assert 1.19 < chunk_bytes(model, catalog) / (CHUNK_TOKENS * 320 * KIB) <= 1.26


def test_replicated_heads_are_stored_by_each_worker(catalog: Catalog) -> None:
    """
    Four KV heads on eight GPUs: each head is kept twice, since every worker stores what it holds.
    """
    card = cards.QWEN3_30B_A3B
    four, eight = (chunk_bytes(plans.model(architecture=card.hf_id, tensor_parallel=split), catalog) for split in (4, 8))
    assert eight == 2 * four


def test_a_latent_is_stored_once(catalog: Catalog) -> None:
    """
    Every GPU of a tensor split holds the whole latent, and LMCache stores that of the first.
    """
    one, eight = (chunk_bytes(plans.model(architecture=cards.DEEPSEEK_R1.hf_id, tensor_parallel=split), catalog) for split in (1, 8))
    assert one == eight > 0


@pytest.mark.parametrize("mib", MEASURED)
def test_a_value_takes_what_was_measured(mib: float) -> None:
    """
    The size class is the allocator's own: the formula is not a factor that happens to fit one size.
    """
    assert round(allocated_bytes(int(mib * MIB)) / (mib * MIB), 3) == MEASURED[mib]


def test_only_whole_chunks_are_kept(catalog: Catalog) -> None:
    """
    A token beyond a chunk takes room for another one.
    """
    models = (plans.model(),)
    whole, more = (context_mib(models, tokens(number), catalog) for number in (CHUNK_TOKENS * 100, CHUNK_TOKENS * 100 + 1))
    assert more - whole == chunk_bytes(models[0], catalog) // MIB
    assert whole == context_mib(models, tokens(CHUNK_TOKENS * 100 - 1), catalog)


def test_each_model_has_its_own_room(catalog: Catalog) -> None:
    """
    Reusable tokens are those of each model; no model can use another one's blocks.
    """
    one = context_mib((plans.model(),), tokens(10_000), catalog)
    assert context_mib((plans.model(), plans.model(name="second")), tokens(10_000), catalog) == 2 * one


def test_a_size_is_taken_as_it_is(catalog: Catalog) -> None:
    """
    Who names the size gets it, for all models together.
    """
    asked = ContextCache(models=("chat", "second"), reusable_tokens=None, size_gib=Decimal("1.5"))
    assert context_mib((plans.model(), plans.model(name="second")), asked, catalog) == 1536


@pytest.mark.parametrize("card", [cards.LLAMA_70B, cards.QWEN3_30B_A3B, cards.DEEPSEEK_R1], ids=lambda card: card.hf_id)
def test_whole_context_in_every_layer_can_be_kept(card: ModelCard) -> None:
    """
    Grouped heads, experts and a latent are all the same to the connector.
    """
    assert cannot_offload(card) is None


@pytest.mark.parametrize(
    ("card", "word"),
    [
        (cards.GEMMA_27B, "window"),
        (cards.GPT_OSS_120B, "window"),
        (replace(cards.LLAMA_8B, linear_attention_layers=8), "state"),
        (replace(cards.LLAMA_8B, kv_rule_unknown=True), "state"),
        (cards.BGE_M3, "encoder"),
    ],
    ids=["gemma", "gpt-oss", "linear", "unknown", "encoder"],
)
def test_other_layers_are_refused(card: ModelCard, word: str) -> None:
    """
    A model whose layers differ would take more of the GPU than planned, or not start.
    """
    assert word in str(cannot_offload(card))


def test_every_replica_hashes_alike_and_other_weights_otherwise() -> None:
    """
    LMCache's keys hold no revision: what the seed does not tell apart is served from the blocks of other weights.
    """
    model = plans.model()
    others = [
        plans.model(weights_revision="1" * 40),
        plans.model(weights_revision=None),
        plans.model(weights_source="another/model"),
        plans.model(precision=replace(model.precision, weights="bf16")),
    ]
    seeds = {weights_seed(each) for each in (model, *others)}
    assert len(seeds) == 1 + len(others)
    assert weights_seed(plans.model(name="renamed", workloads=())) == weights_seed(model)
    assert all(0 <= seed < 2**32 for seed in seeds), "Python takes no other number"


def test_the_pinned_engine_offers_the_connector(catalog: Catalog) -> None:
    """
    The flag is the pinned release's, and blocks that get lost are computed again instead of failing the request.
    """
    assert not_offered(TRANSFER_FLAG, TRANSFER, catalog.engine_contract()) is None
    assert json.loads(TRANSFER)["kv_load_failure_policy"] == "recompute"
    assert " " not in TRANSFER


def test_the_pod_has_the_memory_that_blocks_come_through(catalog: Catalog) -> None:
    """
    LMCache takes its memory when it starts: the pod asks its node for it.
    """
    instance = catalog.instance("p5.48xlarge")
    assert instance is not None
    plain, staged = (pod_resources(catalog, instance, 4, 60.0, gib).memory_mib for gib in (0, STAGING_GIB))
    assert staged - plain == 4 * STAGING_GIB * 1024


SPEC: Final = """\
apiVersion: servewright.dev/v1
name: demo
environment: dev
owner: ml-platform
platform: {{region: us-east-1}}
models:
  - name: chat
    source: {source}
    traffic: {{requests_per_second: 2, input_tokens: 1000, output_tokens: 200}}
    slo: {{ttft_p95: 2s, itl_p95: 100ms}}
budgets: {{monthly: 9000 USD, notify: [ml-platform@example.com]}}
gateway: {{}}
caches: {{provider: cluster, tls: off, responses: off, contexts: {contexts}}}
"""


def planned(source: str, contexts: str) -> Plan:
    """
    Return the plan of the model *source* with *contexts*.
    """
    return plan_text(f"contexts-{source}-{contexts}", SPEC.format(source=source, contexts=contexts))


def test_the_plan_of_a_model_says_all_of_it() -> None:
    """
    The engine is told, its pod has memory for it as far as the node does, a lock keeps its arguments without it, and what nobody has seen
    is said.
    """
    without, plan = (planned("Qwen/Qwen2.5-7B-Instruct", each) for each in ("off", "{reusable_tokens: 20000}"))
    engine, plain = plan.models[0].engine, without.models[0].engine
    assert f"{TRANSFER_FLAG}={TRANSFER}" in engine.arguments
    assert engine.locked == plain.arguments
    more = plan.models[0].workloads[0].pod.memory_mib - without.models[0].workloads[0].pod.memory_mib
    assert 0 < more <= STAGING_GIB * 1024 * plan.models[0].gpus_per_replica
    assert [tier.purpose for tier in plan.tiers if tier.purpose == "contexts"] == ["contexts"]
    assert {each.code for each in plan.warnings} - {each.code for each in without.warnings} >= {"SW445"}


def test_a_model_that_cannot_is_refused_by_name() -> None:
    """
    Its blocks would take GPU memory that the plan gives to requests.
    """
    with pytest.raises(InvalidInputError, match=r"SW322 caches\.contexts: the KV blocks of chat cannot be kept"):
        planned("google/gemma-3-27b-it", "{reusable_tokens: 20000}")
