"""
The decision with its arithmetic: memory, capacity, replicas by hour, start, pools, engine arguments, every alternative.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from servewright.plan.traffic import utc_week
from servewright.report.alternatives import alternatives
from servewright.report.decision import decision, purchase, types, weights
from servewright.report.defaults import defaults
from servewright.report.engine_flags import engine_flags
from servewright.report.figures import aligned, compact, count, duration, gib, milliseconds, per_million, percent, plural, rate, usd
from servewright.report.foot import next_command
from servewright.report.front_door import front_door, front_door_reasons
from servewright.report.header import header
from servewright.report.ladder import ladder
from servewright.report.monitoring import monitoring
from servewright.report.origins import origins
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.report.watch import watch_plan
from servewright.report.week import week
from servewright.spec.time_zones import hours_east

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import Console

    from servewright.plan.model import Estimate, ModelPlan, Plan, PoolPlan

_BAR_CELLS = 24
_SUM = (Column(), Column(side="right"), Column(), Column(wrap=True, style=QUIET))
_PAIR = (Column(), Column(wrap=True))
_BANDS = (Column(), *(Column(side="right"),) * 4, Column(wrap=True, style=QUIET))


def show_explanation(console: Console, plan: Plan, *, spec: str) -> None:
    """
    Write the plan with everything that led to it. *spec* is the file as the user named it.
    """
    screen = Screen(console)
    header(screen, plan.stack)
    decision(screen, plan)
    front_door(screen, plan, whole=True)
    ladder(screen, plan)
    monitoring(screen, plan, whole=True)
    front_door_reasons(screen, plan)
    for model in plan.models:
        _title(screen, plan, model)
        _memory(screen, model)
        _precision(screen, model)
        _capacity(screen, model)
        _replicas(screen, model)
        _start(screen, model)
        _tokens(screen, model)
        _engine(screen, model)
    _pools(screen, plan)
    alternatives(screen, plan, shown=None)
    defaults(screen, plan)
    origins(screen, plan)
    watch_plan(screen, plan)
    screen.blank()
    next_command(screen, f"servewright preview {spec}")


def _title(screen: Screen, plan: Plan, model: ModelPlan) -> None:
    if len(plan.models) > 1:
        screen.blank()
        screen.paragraph((f"── {model.name} ──", STRONG), indent=0)


def _memory(screen: Screen, model: ModelPlan) -> None:
    memory = model.memory
    screen.heading("Memory of one GPU", f"{model.gpu_name}, GiB")
    requests = "any number of" if math.isinf(model.predicted.kv_requests) else count(int(model.predicted.kv_requests))
    cache = f"{memory.kv_tokens:,} tokens per replica, {requests} running requests of mean length"
    rest = "+ KV cache"
    if not memory.kv_tokens and model.reads_only:
        rest, cache = "+ free", "an encoder has no KV cache"
    utilization = f"usable {gib(memory.usable_gib)} × {model.engine.gpu_memory_utilization} that the engine may use"
    split = f"{gib(memory.replica_weights_gib)} over {plural(model.gpus_per_replica, 'GPU')}"
    rows: list[tuple[Span, Span, Span, Span]] = [
        ("weights", gib(memory.weights_gib), _share(memory.weights_gib, memory.budget_gib), split),
        ("+ overhead", gib(memory.overhead_gib), _share(memory.overhead_gib, memory.budget_gib), "engine, graphs, activations"),
        (rest, gib(memory.kv_cache_gib), _share(memory.kv_cache_gib, memory.budget_gib), cache),
        (("= budget", STRONG), (gib(memory.budget_gib), STRONG), "", utilization),
        ("while loading", gib(memory.load_peak_gib), "", "highest use, before there is a KV cache"),
    ]
    screen.table(_SUM, rows)


def _share(part: float, whole: float) -> str:
    return "█" * max(0, round(part / whole * _BAR_CELLS)) if whole else ""


def _precision(screen: Screen, model: ModelPlan) -> None:
    screen.heading("Precision")
    active = "" if model.active_params == model.total_params else f", {compact(model.active_params)} active per token"
    rows: list[tuple[Span, Span]] = [
        ("model", f"{model.source}{_at(model.revision)}: {compact(model.total_params)} parameters{active}, {model.license}"),
        ("published in", model.native_format),
        ("served in", f"{model.precision.weights}: {weights(model.precision)}"),
        ("loaded from", f"{model.weights_source}{_at(model.weights_revision)}"),
    ]
    screen.table(_PAIR, rows)


def _at(revision: str | None) -> str:
    return "" if revision is None else f" @ {revision}"


def _capacity(screen: Screen, model: ModelPlan) -> None:
    predicted = model.predicted
    screen.heading("One replica at the busiest hour", "p95, with the band of the prediction's error")
    rows: list[tuple[Span, ...]] = [("", *((h, QUIET) for h in ("low", "expected", "high", "target")), "")]
    rows.append(("request, ms" if model.reads_only else "first token, ms", *_estimate(predicted.ttft_p95_ms, model.slo.ttft_p95_ms)))
    if predicted.itl_p95_ms is not None and predicted.output_tokens_per_s is not None:
        rows.append(("between tokens, ms", *_estimate(predicted.itl_p95_ms, model.slo.itl_p95_ms)))
        rows.append(("output tokens/s", *_estimate(predicted.output_tokens_per_s, None)))
    screen.table(_BANDS, rows)
    busiest, arriving = model.replicas.busiest, model.engine_rate
    screen.paragraph(
        f"{rate(arriving)} req/s over {plural(busiest, 'replica')} is {rate(float(arriving) / busiest)} req/s each, "
        f"{percent(float(arriving) / busiest / predicted.max_requests_per_s)} of the {rate(predicted.max_requests_per_s)} req/s "
        f"at which one still meets the targets; {count(round(predicted.concurrency, 1))} requests run at once",
        hang=2,
    )
    if not predicted.calibrated:
        staged = model.pipeline_parallel > 1
        what = "pipeline stages have no measurements" if staged else "generic constants: this GPU has no measurements"
        screen.paragraph(f"{'models that only read have no measurements' if model.reads_only else what}, so the band is wider")


def _estimate(estimate: Estimate, target: Decimal | None) -> tuple[str, str, str, str, str]:
    figures = (milliseconds(estimate.low), milliseconds(estimate.value), milliseconds(estimate.high))
    if target is None:
        return (*figures, "–", "")
    high = "" if estimate.high <= float(target) else "; the band reaches above it"
    return (*figures, milliseconds(target), f"uses {percent(estimate.value / float(target))} of the target{high}")


def _replicas(screen: Screen, model: ModelPlan) -> None:
    replicas = model.replicas
    hours = len(replicas.by_hour)
    mean = count(round(sum(replicas.by_hour) / hours, 2)) if hours else "0"
    note = f"busiest {replicas.busiest}, mean {mean}, autoscaled {replicas.minimum}–{replicas.maximum}, {model.traffic.timezone}"
    screen.heading("Replicas by hour", note)
    week(screen, utc_week(replicas.by_hour, -hours_east(model.traffic.timezone)))


def _start(screen: Screen, model: ModelPlan) -> None:
    start = model.start
    parts = (("node", start.node_launch_s), ("image", start.image_pull_s), ("weights", start.weights_load_s), ("warm-up", start.warm_up_s))
    screen.heading("A new replica is ready after", duration(start.total_s))
    screen.paragraph(" + ".join(f"{name} {duration(seconds)}" for name, seconds in parts))


def _tokens(screen: Screen, model: ModelPlan) -> None:
    price = model.token_price
    screen.heading("Price of 1M tokens")
    month = f"{compact(model.input_tokens_per_month)} in"
    month += " a month" if model.reads_only else f" and {compact(model.output_tokens_per_month)} out a month"
    rows: list[tuple[Span, Span]] = [
        ("expected", f"{per_million(price.blended)}: {month}, {percent(price.utilisation)} of the capacity used"),
        ("at full use", per_million(price.saturated)),
        ("basis", price.basis),
    ]
    if price.input is not None and price.output is not None:
        rows.append(("in, out", f"{per_million(price.input)}, {per_million(price.output)}"))
    screen.table(_PAIR, rows)


def _engine(screen: Screen, model: ModelPlan) -> None:
    screen.heading("Engine arguments")
    rows: list[tuple[Span, Span]] = []
    for flag, value in engine_flags(model.engine.arguments).items():
        shown = "" if value is True else " ".join(value) if isinstance(value, list) else str(value)
        rows.append((flag if not rows else f"--{flag}", shown))
    screen.table(_PAIR, rows)


def _pools(screen: Screen, plan: Plan) -> None:
    screen.heading("Node pools", "at max the dearest pool is full, a cheaper one may be empty")
    months = [p.monthly for p in plan.pools]
    money = [aligned(usd(m) for m in members) for members in zip(*((m.min, m.expected, m.max) for m in months), strict=True)]
    rows: list[tuple[Span, ...]] = [("", "", *((h, QUIET) for h in ("min", "expected", "max")))]
    for pool, amounts in zip(plan.pools, zip(*money, strict=True), strict=True):
        nodes = (count(pool.nodes.min), count(pool.nodes.expected), count(pool.nodes.max))
        rows += [((pool.name, STRONG), "$ a month", *amounts), ("", "nodes", *nodes), (f"  {_pool(pool)}",)]
    screen.table((Column(), Column(style=QUIET), *(Column(side="right", least=9),) * 3), rows)


def _pool(pool: PoolPlan) -> str:
    per_node = f", {plural(pool.replicas_per_node, 'replica')} per node" if pool.purpose == "gpu" else ""
    share = "" if pool.expected_share == 1 else f", {percent(pool.expected_share)} of the {pool.share}'s hours"
    stays = f"a node nobody needs is paid for {duration(pool.idle_s)} more"
    return f"{purchase(pool.purchase)}{share}: {types(pool.instance_types)}{per_node}; limit {plural(pool.limit_nodes, 'node')}; {stays}"
