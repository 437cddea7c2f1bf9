"""
Seconds of one engine step: B running requests make one token each, and n prompt tokens are read on the side (chunked prefill).

    linear layers   norm( 2 P (B + n) / (t F e_c),  bytes / (W e_m) )     attention projections, feed-forward, LM head, each for itself
    experts         touched = E (1 - (1 - k/E)^(B+n));  tokens per touched expert m = k (B + n) / touched
                    norm( 2 P_one k (B + n) / (t F e_x w/(w + w0) m/(m + m0)),  P_one touched bytes / (t W e_xm) )
    decode          B x KV bytes of one request / (W e_kv);  MLA: norm with the FLOPs of the latent, 2 heads S (2 kv_lora + rope) per layer
    prefill         4 heads head_dim n (S_prompt / 2) per full layer / (t F16 e_ctx)
    all-reduce      2 per layer: start + 2 (t-1)/t x (B + n) hidden x 2 bytes / (link e_link)
    host            layers x layer overhead + step overhead + B x sequence overhead

norm(x, y) = sqrt(x^2 + y^2): a smooth maximum, for compute and memory overlap but not fully. t GPUs, P parameters, F peak FLOP/s, W
memory bandwidth, e_... efficiencies from data/constants.csv, w the width of an expert's shard. The structure was checked against
operator tables and measured points: docs/sizing.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from servewright.plan.kv_cache import layer_token_bytes
from servewright.plan.performance.hardware import AllReduce, all_reduce, constants
from servewright.plan.performance.kernel_rates import kernel_rates
from servewright.plan.weight_formats import BYTES_16_BIT, FORMATS
from servewright.plan.weights import CannotBeSized, gpu_weights, parameters

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.model import Precision
    from servewright.plan.performance.hardware import EffectiveGpu
    from servewright.plan.performance.kernel_rates import KernelRates
    from servewright.plan.weights import GpuWeights, Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearTime:
    """
    A group of linear layers: seconds per token if compute were all, seconds per step if reading the weights were all.
    """

    compute_s_per_token: float
    read_s: float

    def seconds(self, tokens: float) -> float:
        """
        Return the seconds for *tokens* tokens.
        """
        return math.hypot(self.compute_s_per_token * tokens, self.read_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertTime:
    """
    The routed experts of all layers: *compute_s_per_token* at full tiles, *read_s_per_expert* for one expert of every layer.
    """

    experts: int
    per_token: int
    compute_s_per_token: float
    read_s_per_expert: float
    fill_half: float

    def seconds(self, tokens: float) -> float:
        """
        Return the seconds for *tokens* tokens, which touch only some of the experts.
        """
        touched = self.experts * (1 - (1 - self.per_token / self.experts) ** tokens)
        compute = self.compute_s_per_token * (tokens + self.fill_half * touched / self.per_token)
        return math.hypot(compute, self.read_s_per_expert * touched)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """
    The step time of one replica, with everything that does not change from step to step worked out.
    """

    attention: LinearTime
    feed_forward: LinearTime
    head: LinearTime
    experts: ExpertTime | None
    full_s_per_context_token: float
    window_s_per_context_token: float
    prefill_full_s: float
    prefill_window_s: float
    window: float
    reduce_s_per_token: float
    fixed_s: float
    sequence_s: float

    def seconds(self, running: float, context: float, prompt_tokens: float = 0.0, prompt_length: float = 0.0) -> float:
        """
        Return the seconds of a step of *running* requests at mean *context* with *prompt_tokens* tokens of prompts *prompt_length* long.
        """
        tokens = running + prompt_tokens
        windowed = min(context, self.window)
        total = self.fixed_s + self.sequence_s * running + self.reduce_s_per_token * tokens
        total += self.attention.seconds(tokens) + self.feed_forward.seconds(tokens)
        total += running * (self.full_s_per_context_token * context + self.window_s_per_context_token * windowed)
        heads = running
        if prompt_tokens:
            seen = prompt_length / 2
            total += prompt_tokens * (self.prefill_full_s * seen + self.prefill_window_s * min(self.window, seen))
            heads += prompt_tokens / max(prompt_length, 1.0)
        if self.experts is not None:
            total += self.experts.seconds(tokens)
        return total + self.head.seconds(heads)


@lru_cache(maxsize=4096)
def step_time(
    card: ModelCard,
    gpu: EffectiveGpu,
    tensor_parallel: int,
    precision: Precision,
    kv_element_bytes: float,
) -> StepTime | CannotBeSized:
    """
    Return the step time of *card* on *tensor_parallel* times *gpu*.
    """
    counts = parameters(card)
    if isinstance(counts, CannotBeSized):
        return counts
    k, t = constants(), tensor_parallel
    weight_format = FORMATS[precision.weights]
    weights = gpu_weights(card, counts, weight_format, t)
    rates = kernel_rates(gpu, weight_format, precision, kv_element_bytes, k)
    layers, kv_layers = card.layers or 0, card.kv_layers or 0
    decode_s = _decode_s_per_context_token(card, rates, t, kv_element_bytes)
    prefill_s = 4 * _head_width(card) * (card.attention_heads or 0) / t / rates.prefill
    reduce = all_reduce(gpu.link, t) if t > 1 else AllReduce(start_s=0.0, link_efficiency=1.0)
    host_s = layers * k.layer_overhead + (layers - card.dense_layers if card.experts else 0) * k.expert_layer_overhead
    token_bytes = (card.hidden or 0) * BYTES_16_BIT
    # State-space blocks are in no formula of ours: what the total has beyond the formulas is read and multiplied in 16 bits.
    mixers = counts.other / t if card.linear_attention_layers else 0.0
    return StepTime(
        attention=LinearTime(
            compute_s_per_token=2 * (counts.attention / t / rates.attention + mixers / rates.linear_16bit),
            read_s=(weights.attention + BYTES_16_BIT * mixers) / rates.weight_read,
        ),
        feed_forward=LinearTime(
            compute_s_per_token=2 * counts.feed_forward / t / rates.linear,
            read_s=weights.feed_forward / rates.weight_read,
        ),
        head=LinearTime(compute_s_per_token=2 * counts.embedding / t / rates.linear_16bit, read_s=weights.head / rates.weight_read),
        experts=_experts(card, counts, weights, rates, t) if card.experts else None,
        full_s_per_context_token=kv_layers * decode_s,
        window_s_per_context_token=card.window_layers * decode_s,
        prefill_full_s=kv_layers * prefill_s,
        prefill_window_s=card.window_layers * prefill_s,
        window=float(card.sliding_window) if card.sliding_window else math.inf,
        reduce_s_per_token=2 * layers * 2 * (t - 1) / t * token_bytes / (gpu.link_bytes_per_s * reduce.link_efficiency),
        fixed_s=2 * layers * reduce.start_s + host_s * gpu.overhead_multiplier + k.step_overhead,
        sequence_s=k.sequence_overhead,
    )


def _decode_s_per_context_token(card: ModelCard, rates: KernelRates, t: int, element_bytes: float) -> float:
    """
    Return the seconds per layer that attention spends on one token of context in decode.
    """
    read = layer_token_bytes(card, element_bytes, t) / rates.kv_read
    if card.attention != "MLA":
        return read
    flops = 2 * (card.attention_heads or 0) / t * (2 * card.mla_kv_lora + card.mla_rope_dim)
    return math.hypot(read, flops / rates.latent)


def _head_width(card: ModelCard) -> float:
    """
    Return the mean width of a head's query-key and attention-value products.
    """
    if card.attention == "MLA":
        return (card.mla_nope_dim + card.mla_rope_dim + card.mla_v_dim) / 2
    return card.head_dim or 0


def _experts(card: ModelCard, counts: Parameters, weights: GpuWeights, rates: KernelRates, t: int) -> ExpertTime:
    """
    Return the time of the routed experts, each cut over all GPUs.
    """
    k, width = constants(), card.moe_intermediate / t
    one_of_each_layer = counts.experts / card.experts
    return ExpertTime(
        experts=card.experts,
        per_token=card.experts_per_token,
        compute_s_per_token=2 * one_of_each_layer * card.experts_per_token / t / (rates.experts * width / (width + k.expert_width_half)),
        read_s_per_expert=weights.experts / card.experts / rates.expert_read,
        fill_half=k.expert_fill_half,
    )
