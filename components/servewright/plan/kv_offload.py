"""
KV blocks kept outside the GPU by LMCache: how much memory they take, which models can do it, and how the engine is told.

    chunk  = 256 tokens; only whole ones are kept (LMCache's default)
    value  = a chunk's keys and values in the layers that one GPU holds          (`kv_cache`)
    stored = value in the next size class of the server's allocator, GPUs times; a latent (MLA) is stored once for each stage
    MiB    = sum over the models of chunks of reusable tokens x stored

The allocator (jemalloc) has four sizes to each power of two, and a header lies before the value, so that a value of 20 MiB takes 24: 1.20
to 1.25 times were measured from 0.5 to 80 MiB.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Final

from servewright.plan.kv_cache import kv_bytes
from servewright.plan.memory import KV_ELEMENT_BYTES
from servewright.units import MIB, MIB_PER_GIB

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.catalog.query import Catalog
    from servewright.plan.model import ModelPlan
    from servewright.spec.cache_request import ContextCache

CHUNK_TOKENS: Final = 256
"""
LMCache's own default (0.5.6, chunk_size), given to it all the same: the sizes here rest on it.
"""

STAGING_GIB: Final = 1
"""
Host memory of each GPU's worker through which blocks come and go, which LMCache takes in one piece when it starts: 13,000 tokens of a 70B
model on four GPUs. LMCache's default of 5 GiB is more than the whole of many pods; judgement.
"""

TRANSFER_FLAG: Final = "--kv-transfer-config"
TRANSFER: Final = json.dumps(
    # By itself the engine fails a request whose blocks went lost on the way (vLLM 0.31.0, kv_load_failure_policy).
    {"kv_connector": "LMCacheConnectorV1", "kv_role": "kv_both", "kv_load_failure_policy": "recompute"},
    separators=(",", ":"),
)

_HEADER_BYTES: Final = 64
"""
Of the server's string and its entry in the table, less than this (valkey 9.1, sds.h and dict.c).
"""

_SIZES_TO_A_POWER: Final = 4
"""
jemalloc 5.3, size classes.
"""

_SEEDS: Final = 2**32


def context_mib(models: tuple[ModelPlan, ...], contexts: ContextCache, catalog: Catalog) -> int:
    """
    Return what the store of *contexts* keeps for *models*.
    """
    if contexts.size_gib is not None:
        return math.ceil(contexts.size_gib * MIB_PER_GIB)
    chunks = math.ceil((contexts.reusable_tokens or 0) / CHUNK_TOKENS)
    return sum(math.ceil(chunks * chunk_bytes(model, catalog) / MIB) for model in models)


def chunk_bytes(model: ModelPlan, catalog: Catalog) -> int:
    """
    Return what the store takes for one chunk of *model*, whose workers keep their own parts of it.
    """
    match = catalog.model(model.architecture)
    if match is None:
        return 0
    card, split, stages = match.card, model.tensor_parallel, model.pipeline_parallel
    value = math.ceil(kv_bytes(card, CHUNK_TOKENS, KV_ELEMENT_BYTES, split, stages))
    return allocated_bytes(value) * stages * (1 if card.attention == "MLA" else split)


def allocated_bytes(value: int) -> int:
    """
    Return what the server's allocator takes for a *value* of some KiB or more.

    >>> allocated_bytes(20 * 2**20) / 2**20
    24.0
    """
    wanted = value + _HEADER_BYTES
    step = (1 << (wanted - 1).bit_length()) // (2 * _SIZES_TO_A_POWER)
    return math.ceil(wanted / step) * step


def cannot_offload(card: ModelCard) -> str | None:
    """
    Return why the KV blocks of a model cannot be kept by LMCache, None where they can.

    The connector is not made for layers of different kinds (vLLM 0.31.0: LMCacheConnectorV1 is no SupportsHMA), so that the engine keeps
    the whole context in every layer with a window, for which the plan has no room, and does not start with a state-space layer.
    """
    if card.encoder:
        return "an encoder keeps no KV cache"
    if card.linear_attention_layers or card.kv_rule_unknown:
        return "LMCache's connector of vLLM 0.31.0 keeps only layers that attend to the whole context, and some of its layers keep a state"
    if card.window_layers:
        return "LMCache's connector of vLLM 0.31.0 keeps only layers that attend to the whole context, and some of its layers have a window"
    return None


def weights_seed(model: ModelPlan) -> int:
    """
    Return the number that every replica of *model* hashes its prompts with (PYTHONHASHSEED), another one for other weights.

    LMCache names a block by the model's name and the hash alone, so that a new revision would be served the blocks of the one before it.
    """
    weights = f"{model.weights_source}@{model.weights_revision}:{model.precision.weights}"
    return int.from_bytes(hashlib.sha256(weights.encode()).digest()[:8], "big") % _SEEDS
