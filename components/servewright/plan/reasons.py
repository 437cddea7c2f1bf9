"""
The words of a decision: why this hardware, and why not the others. Figures come from the values that were compared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.model import Rejected
from servewright.plan.node_hours import node_count
from servewright.plan.share_reasons import share_reasons

if TYPE_CHECKING:
    from servewright.plan.placements import NotSold
    from servewright.plan.pool_group import PoolGroup
    from servewright.plan.precision import WeightForm
    from servewright.plan.ranking import Ranked
    from servewright.plan.shapes import Refused, Shape
    from servewright.spec.request import ModelRequest

_WORTH_A_PERCENT = Decimal("0.005")


def reasons(request: ModelRequest, best: Ranked, cheapest: Ranked, groups: tuple[PoolGroup, ...], *, held: bool = False) -> tuple[str, ...]:
    """
    Return why *best* was chosen, the decision first; under another priority than cost also what *cheapest* would have saved.

    *groups* are the pools that its shares run on, with the other models there; *held* is True where a lock decided.
    """
    placement, shape = best.placement, best.placement.shape
    memory, replicas = shape.memory, placement.replicas
    nodes = sum(_nodes_alone(group, tenant.replicas.busiest) for group, tenant in zip(groups, placement.tenants, strict=True))
    rate = request.engine_rate
    gpus = f"each of {shape.gpus} GPUs" if shape.gpus > 1 else "the GPU"
    spare = f"{(request.headroom + shape.extra_headroom) * 100:.0f} % head-room"
    if shape.extra_headroom:
        spare += f" ({shape.extra_headroom * 100:.0f} % of it for the wider error band)"
    cached = f" (of {request.traffic.requests_per_second.normalize():f}, less what the caches surely answer)" if request.hits.low else ""
    need = f"{rate.normalize():f} req/s{cached} with {spare} need {_count(replicas.busiest, 'replica')}"
    left = f"{memory.kv_cache_gib:.1f} GiB are left for {memory.kv_tokens:,} tokens of KV cache per replica"
    if not memory.kv_tokens:
        left = f"{memory.kv_cache_gib:.1f} GiB stay free: an encoder has no KV cache"
    per_step = f"{shape.max_num_batched_tokens:,} tokens per engine step give the highest rate within "
    per_step += "both latency targets" if request.traffic.output_tokens is not None else "the latency target"
    lead = "held by the lock: choice" if held else _lead(request, best)
    words = [
        f"{lead} of {shape.label} on {placement.instance.name}: {_count(nodes, 'node')} at the busiest hour",
        f"one replica serves {shape.capacity:.2f} req/s within the SLO (limit: {shape.binding}); {need}",
        f"{shape.precision.weights} weights take {memory.weights_gib:.1f} GiB on {gpus}, the engine {memory.overhead_gib:.1f}; {left}",
        per_step,
    ]
    words += _repeated(request)
    if shape.precision.origin == "online":
        words.append(f"{shape.precision.weights} is made from the published weights while loading: no published checkpoint is known")
    if shape.precision.weight_only and shape.precision.weights not in ("bf16", "fp16"):
        words.append(f"{shape.gpu.names[0]} has no {shape.precision.weights} units: weights are read in 8 bits or fewer, computed in 16")
    if request.priority != "cost" and cheapest.price < best.price:
        less = f"{(best.price - cheapest.price) / best.price * 100:.0f} % less" if best.price.is_finite() else "a known price"
        words.append(f"the cheapest within the same targets is {cheapest.placement.shape.label}, at {less}: priority: cost takes it")
    return (*words, *share_reasons(best, groups), *_alone(best, groups))


def _repeated(request: ModelRequest) -> tuple[str, ...]:
    """
    Return what was counted of prompts that begin alike, where the model keeps their beginning.
    """
    share, mean = request.traffic.prefix_share, request.traffic.input_tokens.mean
    if not share or request.traffic.output_tokens is None:
        return ()
    read = max(Decimal(1), mean * (1 - share))
    counted = f"the rate counts {read:,.0f} of {mean:,.0f} tokens, first token and KV cache all of them"
    return (f"{share * 100:.0f} % of a mean prompt is in the engine's cache: {counted}",)


def _alone(best: Ranked, groups: tuple[PoolGroup, ...]) -> tuple[str, ...]:
    """
    Return what *best* costs on nodes of its own where it shares some: alternatives are priced like that, its own part is not.
    """
    if best.price.is_infinite() or all(len(group.tenants) == 1 for group in groups):
        return ()
    return (f"on nodes of its own it would cost ${best.price:,.0f}: each other amount and percentage here is of this model alone too",)


def rejected_placement(best: Ranked, other: Ranked) -> Rejected:
    """
    Return *other* as an alternative that lost to *best*, with its price and what made it dearer.
    """
    placement = other.placement
    nodes = sum(_nodes_alone(group, group.tenants[0].replicas.busiest) for group in placement.groups)
    lead = _dearer(best, other)
    why = (
        f"{lead}: {placement.shape.capacity:.2f} req/s per replica, {_count(placement.replicas.busiest, 'replica')} on "
        f"{nodes} x {placement.instance.name}"
    )
    return Rejected(what=placement.shape.label, why=why, monthly=other.placement.monthly.expected, serves=True, predicted=other.prediction)


def rejected_shape(refused: Refused) -> Rejected:
    """
    Return a shape that cannot serve.
    """
    return Rejected(what=refused.what, why=refused.why, monthly=None)


def rejected_sale(found: NotSold) -> Rejected:
    """
    Return a placement that the region does not sell.
    """
    return Rejected(what=f"{found.shape.label} on {found.instance.name}", why=found.why, monthly=None)


def rejected_by_maximum(shape: Shape, needed: int, most: int) -> Rejected:
    """
    Return a shape that needs more replicas than the autoscaler may reach.
    """
    return Rejected(what=shape.label, why=f"{shape.capacity:.2f} req/s per replica: needs {needed:,} of at most {most:,}", monthly=None)


def _dearer(best: Ranked, other: Ranked) -> str:
    if other.price.is_infinite() or best.price.is_infinite():
        return "no price known"
    change = (other.price - best.price) / best.price if best.price else Decimal(0)
    if change < -_WORTH_A_PERCENT and best.placement.tenants[0].request.priority == "cost":
        return f"{change * 100:+,.0f} % alone, and dearer beside the other models"
    words = "same price" if abs(change) < _WORTH_A_PERCENT else f"{change * 100:+,.0f} %"
    return words if other.placement.monthly.expected is not None else f"{words} at ${other.price:,.0f}, compared so"


def held_back(forms: tuple[WeightForm, ...], available: tuple[str, ...]) -> tuple[Rejected, ...]:
    """
    Return the published forms of fewer than 8 bits that `precision: auto` does not take.
    """
    taken = {form.weights for form in forms}
    return tuple(
        Rejected(
            what=form,
            why="held back: fewer than 8 bits only when named (precision: " + form + "), its quality is not measured here",
            monthly=None,
        )
        for form in dict.fromkeys(available)
        if form not in taken and form in ("nvfp4", "mxfp4", "int4-awq", "int4-gptq")
    )


_PRIORITY = {
    "cost": "lowest expected price",
    "latency": "shortest answer",
    "throughput": "lowest price per request/s",
    "balanced": "best balance of price and latency",
}


def _lead(request: ModelRequest, best: Ranked) -> str:
    if best.price.is_infinite():
        return "no price known, the smallest hardware"
    if best.placement.monthly.expected is None:
        return f"price unknown, compared at ${best.price:,.0f}, on-demand prices in the place of unknown ones: choice"
    return _PRIORITY[request.priority]


def _nodes_alone(group: PoolGroup, replicas: int) -> int:
    return node_count(replicas, group.replicas_per_node, group.zones)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
