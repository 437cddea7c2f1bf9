"""
How much of a model the largest stage of a pipeline split holds.

    layers        ceil(L / p) of L; the engine gives the first and the last stage no layer more than the others
    experts       where the first d layers are dense: at most ceil(L / p) of the L - d others; where dense ones alternate: ceil of 1/p
    KV cache      ceil of 1/p of the full layers, and of the windowed ones: both kinds alternate in every model of the catalogue
    ends          the embeddings lie on the first stage, the LM head on the last: one of the two, not both

The engine cuts by layers (vLLM 0.31.0, `get_pp_indices`). One stage of one (p = 1) is the whole model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard

_MOST_LEADING: Final = 0.25
"""
Judgement: dense layers that are up to a quarter of all come first (DeepSeek 3 of 61); more of them alternate with others (every second
one in Maverick and Jamba).
"""


def per_stage(layers: int, stages: int) -> int:
    """
    Return how many of *layers* layers the fullest of *stages* stages holds.

    >>> per_stage(61, 4)
    16
    """
    return -(-layers // stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    The largest of *stages* stages: its *layers*, *full_layers* and *window_layers* (by what a token sees) as counts, and the share of all
    layers and of all routed experts that it holds.
    """

    stages: int
    layers: int
    full_layers: int
    window_layers: int
    layer_share: float
    expert_share: float


@lru_cache(maxsize=4096)
def largest_stage(card: ModelCard, pipeline_parallel: int) -> Stage:
    """
    Return the largest stage of *card* cut into *pipeline_parallel* stages.
    """
    p, layers = pipeline_parallel, card.layers or pipeline_parallel
    held = per_stage(layers, p)
    expert_layers = max(1, layers - card.dense_layers)
    leading = card.dense_layers <= _MOST_LEADING * layers
    with_experts = min(held, expert_layers) if leading else per_stage(expert_layers, p)
    return Stage(
        stages=p,
        layers=held,
        full_layers=per_stage(layers - card.window_layers if card.encoder else card.kv_layers or 0, p),
        window_layers=per_stage(card.window_layers, p),
        layer_share=held / layers,
        expert_share=with_experts / expert_layers,
    )
