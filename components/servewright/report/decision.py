"""
The decision for each model: what runs on what, how many, how fast.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.ranges import total
from servewright.report.figures import count, milliseconds, rate, span
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.resources import labels
from servewright.resources.naming import Names
from servewright.resources.serving import endpoint

if TYPE_CHECKING:
    from servewright.plan.model import Estimate, ModelPlan, Plan, PoolPlan, Precision

_TYPES_NAMED = 3
_REVISION_DIGITS = 8
_MILLISECOND_DIGITS = 5


def decision(screen: Screen, plan: Plan) -> None:
    """
    Write one block per model.
    """
    for model in plan.models:
        screen.blank()
        title = f"{short_name(model.source)} in {model.precision.weights}, {replica(model)} per replica"
        screen.paragraph((f"{model.name}: {title}", STRONG), hang=4)
        rows: list[tuple[Span, Span]] = [
            (("weights", QUIET), weights(model.precision)),
            (("replicas", QUIET), replicas(model)),
            (("nodes", QUIET), nodes(serving(plan, model)) + shared_with(plan, model)),
            (("traffic", QUIET), traffic(model)),
            (("latency", QUIET), latency(model)),
            (("address", QUIET), address(plan, model)),
        ]
        screen.table((Column(), Column(wrap=True)), rows, indent=4)


def address(plan: Plan, model: ModelPlan) -> str:
    """
    Return where the engines of *model* answer, and to whom.
    """
    callers = f"namespaces labelled {labels.CLIENT}=true" if plan.gateway is None else "the gateway alone"
    return f"{endpoint(model, Names.of(plan.stack))} from {callers}"


def serving(plan: Plan, model: ModelPlan) -> tuple[PoolPlan, ...]:
    """
    Return the GPU pools that *model* may run on.
    """
    return tuple(pool for pool in plan.pools if model.name in pool.serves and pool.purpose == "gpu")


def neighbours(plan: Plan, model: ModelPlan) -> tuple[str, ...]:
    """
    Return the other models that run on nodes of *model*.
    """
    return tuple(dict.fromkeys(name for pool in serving(plan, model) for name in pool.serves if name != model.name))


def shared_with(plan: Plan, model: ModelPlan) -> str:
    """
    Return which nodes of *model* others run on too: a reader must not add them up.
    """
    found = neighbours(plan, model)
    if not found:
        return ""
    pools = serving(plan, model)
    alone = [pool for pool in pools if len(pool.serves) == 1]
    which = " and ".join(dict.fromkeys(pool.share for pool in pools if len(pool.serves) > 1))
    return f"; {f'the {which} nodes are ' if alone else ''}shared with {' and '.join(found)}"


def short_name(source: str) -> str:
    """
    Return the last part of a hub id or address.
    """
    return source.rstrip("/").rsplit("/", 1)[-1]


def replica(model: ModelPlan) -> str:
    """
    Return the GPUs of one replica: "2 × H200".
    """
    return f"{model.gpus_per_replica} × {model.gpu_name}"


def weights(precision: Precision) -> str:
    """
    Return where the weights' format comes from, and what the GPU cannot do with it.
    """
    if precision.origin == "checkpoint":
        revision = f" @ {precision.checkpoint_revision[:_REVISION_DIGITS]}" if precision.checkpoint_revision else ""
        origin = f"checkpoint {precision.checkpoint_source}{revision}"
    elif precision.origin == "online":
        origin = f"quantised to {precision.weights} by the engine while it loads"
    else:
        origin = f"as published, in {precision.weights}"
    return f"{origin}; this GPU has no {precision.weights} units: weights only, arithmetic in 16 bits" if precision.weight_only else origin


def replicas(model: ModelPlan) -> str:
    """
    Return how many replicas run, by hour and by the autoscaler's bounds.
    """
    mean = sum(model.replicas.by_hour) / max(1, len(model.replicas.by_hour))
    bounds = span(Decimal(model.replicas.minimum), Decimal(model.replicas.maximum))
    return f"{model.replicas.busiest} at the busiest hour, autoscaled {bounds}, {count(round(mean, 2))} on average"


def nodes(pools: tuple[PoolPlan, ...]) -> str:
    """
    Return the nodes over all *pools* with their range, and how they are bought: "1-3 × g6.xlarge on demand, 1.4 expected".

    A single pool has no range of its own worth showing: at the maximum the dearest pool is full and a cheaper one may be empty.
    """
    amount = total(pool.nodes for pool in pools)
    names = tuple(dict.fromkeys(name for pool in pools for name in pool.instance_types))
    found = f"{span(amount.min, amount.max)} × {types(names)}"
    if len(pools) > 1:
        likely = [p for p in pools if p.nodes.expected != 0]
        return f"{found}; expected: " + ", ".join(f"{count(p.nodes.expected)} {p.role} {purchase(p.purchase)}" for p in likely)
    expected = "" if amount.expected in (amount.min, amount.max) else f", {count(amount.expected)} expected"
    return f"{found} {purchase(pools[0].purchase)}{expected}" if pools else "none"


def purchase(option: str) -> str:
    """
    Return a purchase option as it is said in a sentence.
    """
    return "on demand" if option == "on-demand" else f"on {option}"


def types(names: tuple[str, ...]) -> str:
    """
    Return the type that is expected to launch, and those that may stand in: "g6.xlarge or g6.2xlarge or 3 more".
    """
    more = len(names) - _TYPES_NAMED
    return " or ".join([*names[:_TYPES_NAMED], *([f"{more} more"] if more > 0 else [])])


def traffic(model: ModelPlan) -> str:
    """
    Return what arrives in the busiest hour.
    """
    arriving = model.traffic
    profile = arriving.profile if isinstance(arriving.profile, str) else "own profile"
    tokens = f"{count(arriving.input_tokens.mean)} tokens in"
    tokens += "" if arriving.output_tokens is None else f", {count(arriving.output_tokens.mean)} out"
    return f"{rate(arriving.requests_per_second)} req/s at the busiest hour ({profile}), {tokens}"


def latency(model: ModelPlan) -> str:
    """
    Return the predicted latencies against their targets, with their bands.
    """
    predicted, slo = model.predicted, model.slo
    what = "request       " if model.reads_only else "first token   "
    lines = [_against(what, "p95", predicted.ttft_p95_ms, slo.ttft_p95_ms)]
    if predicted.itl_p95_ms is not None:
        lines.append(_against("between tokens", "p95 of request means", predicted.itl_p95_ms, slo.itl_p95_ms))
    if not predicted.calibrated:
        what = "this GPU: generic constants" if model.pipeline_parallel == 1 else "pipeline stages"
        lines.append(f"no measurements for {'models that only read' if model.reads_only else what}, wider bands")
    return "\n".join(lines)


def _against(what: str, over: str, predicted: Estimate, target: Decimal | None) -> str:
    value = milliseconds(predicted.value).rjust(_MILLISECOND_DIGITS)
    goal = "ms" if target is None else f"of {milliseconds(target)} ms"
    return f"{what} {value} {goal}, {over}, between {milliseconds(predicted.low)} and {milliseconds(predicted.high)}"
