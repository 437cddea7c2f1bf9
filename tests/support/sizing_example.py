"""
One sizing worked through, as the text block that stands in docs/sizing.md.

The block is printed by `python tests/support/sizing_example.py`; a test keeps the two equal.
"""

from __future__ import annotations

import cards
from servewright.plan.kv_cache import kv_bytes
from servewright.plan.memory import fit
from servewright.plan.model import Estimate, Memory, Precision
from servewright.plan.performance.batching import Batching
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.predict import Lengths, Load, Outcome, ReplicaModel, SloTargets, max_rate, predict, saturated
from servewright.plan.performance.step_time import StepTime, step_time

CARD = cards.LLAMA_70B
PRECISION = Precision(weights="fp8", origin="online", weight_only=False)
USABLE_MIB = 143_771
SPLIT, CONTEXT, BUDGET = 2, 8192, 2048
LENGTHS = Lengths(input_mean=1500, input_p95=3000, output_mean=300, output_p95=750)
SLO = SloTargets(ttft_p95_ms=800, itl_p95_ms=60)


def block() -> str:
    """
    Return the worked example.
    """
    memory = fit(CARD, USABLE_MIB, SPLIT, PRECISION, CONTEXT, BUDGET)
    assert isinstance(memory, Memory)
    replica = ReplicaModel(
        card=CARD, gpu_id="h200", tensor_parallel=SPLIT, precision=PRECISION, context_length=CONTEXT, kv_tokens=memory.kv_tokens,
        max_num_batched_tokens=BUDGET,
    )  # fmt: skip
    highest = max_rate(replica, LENGTHS, SLO)
    found = predict(replica, Load(requests_per_s=highest.requests_per_s * 0.75, lengths=LENGTHS))
    assert isinstance(found, Outcome)
    full = saturated(replica, LENGTHS)
    return "\n".join([*_memory_lines(memory), "", *_step_lines(), "", *_rate_lines(highest.requests_per_s, highest.binding, found, full)])


def _memory_lines(memory: Memory) -> list[str]:
    per_token = kv_bytes(CARD, 1, 2, SPLIT)
    return [
        "Llama-3.3-70B, fp8 while loading, 2 x H200, context 8,192, 2,048 tokens a step; GiB on one GPU",
        f"  usable {memory.usable_gib:.1f} x 0.92                      {memory.budget_gib:6.1f}",
        f"  weights                               {memory.weights_gib:8.1f}",
        f"  overhead                              {memory.overhead_gib:8.1f}",
        f"  KV cache                              {memory.kv_cache_gib:8.1f}   {memory.kv_tokens:,} tokens of {per_token:,.0f} bytes",
        f"  peak while loading                    {memory.load_peak_gib:8.1f}",
    ]


def _step_lines() -> list[str]:
    gpu = effective_gpu("h200")
    assert gpu is not None
    step = step_time(CARD, gpu, SPLIT, PRECISION, 2)
    assert isinstance(step, StepTime)
    steady = Batching(step=step, lengths=LENGTHS, budget=BUDGET).steady(30)
    return [
        f"a step, ms, mean context {LENGTHS.context:,.0f}",
        f"  1 running request                     {step.seconds(1, LENGTHS.context) * 1e3:8.1f}",
        f"  31 running requests                   {steady.plain_s * 1e3:8.1f}",
        f"  31 running requests and a prompt      {steady.mixed_s * 1e3:8.1f}",
    ]


def _rate_lines(rate: float, binding: str, found: Outcome, full: object) -> list[str]:
    assert hasattr(full, "requests_per_s")
    return [
        "1,500 tokens in (p95 3,000), 300 out (p95 750); first token 800 ms, time per output token 60 ms, both p95",
        f"  highest rate                          {rate:8.2f}   req/s, bound by: {binding}",
        f"  without targets                       {full.requests_per_s:8.2f}   req/s",
        f"  at three quarters of the highest rate {rate * 0.75:8.2f}   req/s",
        f"    first token, p95                    {_interval(found.ttft_p95_ms)}",
        f"    time per output token, p95          {_interval(found.itl_p95_ms)}",
        f"    running requests                    {found.concurrency:8.1f}   99th percentile {found.concurrency_p99:.0f}",
        f"    KV cache in use                     {found.kv_use:8.0%}",
        f"    time that prompts need              {found.prefill_use:8.0%}",
    ]


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:8.0f}   ms, {estimate.low:.0f} to {estimate.high:.0f}"


if __name__ == "__main__":
    print(block())  # noqa: T201 - the block for docs/sizing.md
