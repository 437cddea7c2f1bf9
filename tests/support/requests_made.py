"""
Requests for tests of the planner: one model on an existing cluster in us-east-1, any part of it replaced.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from servewright.diagnostics import Position, SourceMap
from servewright.spec.request import (
    BudgetRequest,
    BurstCapacity,
    Capacity,
    Fallback,
    ModelRequest,
    Request,
    Slo,
    Task,
    TokenLength,
    Traffic,
)
from stacks_made import dev_stack

SPOT = Capacity(burst=BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(1))))
ON_DEMAND = Capacity(burst=BurstCapacity(purchase="on-demand"))


def tokens(mean: int) -> TokenLength:
    """
    Return a length whose 95th percentile is twice its mean.
    """
    return TokenLength(mean=Decimal(mean), p95=Decimal(2 * mean))


def model_request(source: str, **changes: Any) -> ModelRequest:
    """
    Return a request for *source* with moderate traffic; *rate*, *prompt*, *answer*, *ttft* and *itl* are short for the nested fields.
    """
    short = {"rate": "6", "prompt": 1200, "answer": 250, "ttft": "800", "itl": "50", **changes}
    made = ModelRequest(
        path="models[0]",
        name="chat",
        task="generate",
        source=source,
        revision=None,
        checkpoint=None,
        token=None,
        traffic=Traffic(
            requests_per_second=Decimal(short.pop("rate")),
            input_tokens=tokens(short.pop("prompt")),
            output_tokens=tokens(short.pop("answer")),
            profile=short.pop("profile", "steady"),
            timezone="UTC",
            prefix_share=Decimal(0),
        ),
        slo=Slo(ttft_p95_ms=_ms(short.pop("ttft")), itl_p95_ms=_ms(short.pop("itl")), availability=None),
        priority="cost",
        gpu=None,
        gpus_per_replica=None,
        instance_types=(),
        precision="auto",
        tensor_parallel=None,
        pipeline_parallel=None,
        context_length=None,
        min_replicas=1,
        max_replicas=None,
        max_replicas_rule="+1",
        headroom=Decimal("0.15"),
    )
    return replace(made, **short)


def reading_request(source: str, task: Task = "embed", **changes: Any) -> ModelRequest:
    """
    Return a request for *source* whose texts are only read, 200 tokens on average, each within half a second.
    """
    made = model_request(source, **{"rate": "50", "prompt": 200, "ttft": "500", "itl": None, "task": task, **changes})
    return replace(made, traffic=replace(made.traffic, output_tokens=None))


def request(
    model: ModelRequest, *, capacity: Capacity = ON_DEMAND, zones: tuple[str, ...] = ("us-east-1a",), region: str = "us-east-1"
) -> Request:
    """
    Return the request that serves *model*.
    """
    return Request(
        stack=dev_stack(region=region, zones=zones),
        models=(model,),
        capacity=capacity,
        budget=BudgetRequest(limit=Decimal(5000), alerts=(Decimal("0.8"), Decimal(1)), notify=("ml-platform@example.com",)),
        operators=(),
        defaults=(),
        warnings=(),
        source=SourceMap("spec.yaml", {"": Position(1, 1), "models[0]": Position(2, 5), "models[0].source": Position(2, 5)}),
    )


def _ms(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
