"""
Seconds of one engine step: B running requests make one token each, and n prompt tokens are read on the side (chunked prefill).

    linear layers   norm( 2 P (B + n) / (t F e_c),  bytes / (W e_m) )     attention projections, feed-forward, LM head, each for itself
    experts         touched = E (1 - (1 - k/E)^(B+n));  tokens per touched expert m = k (B + n) / touched
                    norm( 2 P_one k (B + n) / (t F e_x w/(w + w0) m/(m + m0)),  P_one touched bytes / (t W e_xm) )
    decode          B x KV bytes of one request / (W e_kv);  MLA: norm with the FLOPs of the latent, 2 heads S (2 kv_lora + rope) per layer
    prefill         4 heads head_dim n (S_prompt / 2) per full layer / (t F16 e_ctx); in an encoder, which looks both ways, 8
    all-reduce      2 per layer: start + 2 (t-1)/t x (B + n) hidden x 2 bytes / (link e_link)
    hand-over       between pipeline stages: start + (B + n) x 2 hidden x 2 bytes / (link e_link)
    host            layers x layer overhead + step overhead + B x sequence overhead

With p > 1 pipeline stages it is the step of the largest stage: its layers and the LM head. What it hands over are the hidden states and
the residual (vLLM 0.31.0, `IntermediateTensors`), by start and efficiency of the all-reduce over two GPUs: judgement.
norm(x, y) = sqrt(x^2 + y^2): a smooth maximum, for compute and memory overlap but not fully. t GPUs, P parameters, F peak FLOP/s, W
memory bandwidth, e_... efficiencies from data/constants.csv, w the width of an expert's shard. The structure was checked against
operator tables and measured points: docs/sizing.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from typing import TYPE_CHECKING, NamedTuple, Protocol

from servewright.plan.kv_cache import layer_token_bytes
from servewright.plan.performance.hardware import all_reduce, constants
from servewright.plan.performance.kernel_rates import kernel_rates
from servewright.plan.stages import largest_stage
from servewright.plan.weight_formats import BYTES_16_BIT, FORMATS
from servewright.plan.weights import CannotBeSized, gpu_weights, parameters

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.plan.model import Precision
    from servewright.plan.performance.hardware import Constants, EffectiveGpu
    from servewright.plan.performance.kernel_rates import KernelRates
    from servewright.plan.stages import Stage
    from servewright.plan.weights import GpuWeights


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearTime:
    """
    A group of linear layers: seconds per token if compute were all, seconds per step if reading the weights were all.
    """

    compute_s_per_token: float
    read_s: float


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
        return hypot(compute, self.read_s_per_expert * touched)


class Pass(Protocol):
    """
    Seconds in which a request gets one token while *others* run, with *prompt_tokens* tokens of prompts *prompt_length* long in its batch.
    """

    def __call__(self, others: float, prompt_tokens: float = 0.0, prompt_length: float = 0.0, /) -> float:
        """
        Return the seconds.
        """


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
    move_s_per_token: float
    fixed_s: float
    sequence_s: float

    def seconds(self, running: float, context: float, prompt_tokens: float = 0.0, prompt_length: float = 0.0) -> float:
        """
        Return the seconds of a step of *running* requests at mean *context* with *prompt_tokens* tokens of prompts *prompt_length* long.
        """
        return self.passing(context, 1)(running - 1, prompt_tokens, prompt_length)

    def reading(self, tokens: float, prompt_length: float) -> float:
        """
        Return the seconds of a step that reads *tokens* tokens of prompts *prompt_length* long and makes none: no LM head, no decoding.
        """
        seen = prompt_length / 2
        attended_s = self.prefill_full_s * seen + self.prefill_window_s * min(self.window, seen)
        total = self.fixed_s + tokens * (self.move_s_per_token + attended_s)
        if self.experts is not None:
            total += self.experts.seconds(tokens)
        linear = (self.attention, self.feed_forward)
        return total + sum(hypot(each.compute_s_per_token * tokens, each.read_s) for each in linear)

    def passing(self, context: float, stages: int) -> Pass:
        """
        Return the function T of `batching`: the seconds in which a request gets one token through *stages* stages, at mean *context*.

        The search asks it a hundred thousand times, so what the fields say is taken out of it first.
        """
        windowed = min(context, self.window)
        running_s = self.sequence_s + self.full_s_per_context_token * context + self.window_s_per_context_token * windowed
        fixed_s, move_s, experts = self.fixed_s, self.move_s_per_token, self.experts
        attention, attention_read = self.attention.compute_s_per_token, self.attention.read_s
        feed_forward, feed_forward_read = self.feed_forward.compute_s_per_token, self.feed_forward.read_s
        head, head_read = self.head.compute_s_per_token, self.head.read_s
        full_s, window_s, window = self.prefill_full_s, self.prefill_window_s, self.window

        def pass_s(others: float, prompt_tokens: float = 0.0, prompt_length: float = 0.0) -> float:
            heads = running = others / stages + 1
            tokens = running + prompt_tokens
            total = fixed_s + running_s * running + move_s * tokens
            if prompt_tokens:
                seen = prompt_length / 2
                total += prompt_tokens * (full_s * seen + window_s * (min(window, seen)))
                heads += prompt_tokens / (max(1.0, prompt_length))
            if experts is not None:
                total += experts.seconds(tokens)
            total += hypot(attention * tokens, attention_read) + hypot(feed_forward * tokens, feed_forward_read)
            return stages * (total + hypot(head * heads, head_read))

        return pass_s


@lru_cache(maxsize=4096)
def step_time(  # noqa: PLR0917 - what a step depends on
    card: ModelCard,
    gpu: EffectiveGpu,
    tensor_parallel: int,
    precision: Precision,
    kv_element_bytes: float,
    pipeline_parallel: int = 1,
) -> StepTime | CannotBeSized:
    """
    Return the step time of *card* on *tensor_parallel* times *gpu*, of its largest stage where there are *pipeline_parallel* of them.
    """
    counts = parameters(card)
    if isinstance(counts, CannotBeSized):
        return counts
    k, t, stage = constants(), tensor_parallel, largest_stage(card, pipeline_parallel)
    weight_format = FORMATS[precision.weights]
    weights = gpu_weights(card, counts, weight_format, t, pipeline_parallel)
    rates = kernel_rates(gpu, weight_format, precision, kv_element_bytes, k)
    decode_s = _decode_s_per_context_token(card, rates, t, kv_element_bytes)
    # In an encoder a token sees all others of its prompt, in a decoder on average half of them.
    prefill_s = (8 if card.encoder else 4) * _head_width(card) * (card.attention_heads or 0) / t / rates.prefill
    moved = _moves(card, gpu, t, stage)
    # State-space blocks are in no formula of ours: what the total has beyond the formulas is read and multiplied in 16 bits.
    mixers = stage.layer_share * counts.other / t if card.linear_attention_layers else 0.0
    return StepTime(
        attention=LinearTime(
            compute_s_per_token=2 * (stage.layer_share * counts.attention / t / rates.attention + mixers / rates.linear_16bit),
            read_s=(weights.attention + BYTES_16_BIT * mixers) / rates.weight_read,
        ),
        feed_forward=LinearTime(
            compute_s_per_token=2 * stage.layer_share * counts.feed_forward / t / rates.linear,
            read_s=weights.feed_forward / rates.weight_read,
        ),
        head=LinearTime(compute_s_per_token=2 * counts.embedding / t / rates.linear_16bit, read_s=weights.head / rates.weight_read),
        experts=_experts(card, stage.expert_share * counts.experts, weights, rates, t) if card.experts else None,
        full_s_per_context_token=stage.full_layers * decode_s,
        window_s_per_context_token=stage.window_layers * decode_s,
        prefill_full_s=stage.full_layers * prefill_s,
        prefill_window_s=stage.window_layers * prefill_s,
        window=float(card.sliding_window) if card.sliding_window else math.inf,
        move_s_per_token=moved.per_token_s,
        fixed_s=moved.fixed_s + _host_s(card, stage, k) * gpu.overhead_multiplier + k.step_overhead,
        sequence_s=k.sequence_overhead,
    )


def _host_s(card: ModelCard, stage: Stage, k: Constants) -> float:
    """
    Return the seconds that the host spends on the layers of *stage*.
    """
    expert_layers = (card.layers or 0) - card.dense_layers if card.experts else 0
    return stage.layers * k.layer_overhead + stage.expert_share * expert_layers * k.expert_layer_overhead


class _Moves(NamedTuple):
    fixed_s: float
    per_token_s: float


def _moves(card: ModelCard, gpu: EffectiveGpu, t: int, stage: Stage) -> _Moves:
    """
    Return what a step sends between GPUs: the all-reduces of its layers, and the hand-over to the next stage.
    """
    token_bytes, fixed_s, per_token_s = (card.hidden or 0) * BYTES_16_BIT, 0.0, 0.0
    if t > 1:
        reduce = all_reduce(gpu.link, t)
        fixed_s = 2 * stage.layers * reduce.start_s
        per_token_s = 2 * stage.layers * 2 * (t - 1) / t * token_bytes / (gpu.link_bytes_per_s * reduce.link_efficiency)
    if stage.stages > 1:
        pair = all_reduce(gpu.link, 2)
        fixed_s += pair.start_s
        per_token_s += 2 * token_bytes / (gpu.link_bytes_per_s * pair.link_efficiency)
    return _Moves(fixed_s, per_token_s)


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


def _experts(card: ModelCard, parameters_held: float, weights: GpuWeights, rates: KernelRates, t: int) -> ExpertTime:
    """
    Return the time of the routed experts, each cut over all GPUs.
    """
    k, width = constants(), card.moe_intermediate / t
    one_of_each_layer = parameters_held / card.experts
    return ExpertTime(
        experts=card.experts,
        per_token=card.experts_per_token,
        compute_s_per_token=2 * one_of_each_layer * card.experts_per_token / t / (rates.experts * width / (width + k.expert_width_half)),
        read_s_per_expert=weights.experts / card.experts / rates.expert_read,
        fill_half=k.expert_fill_half,
    )
