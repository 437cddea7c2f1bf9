"""
Why this hardware: for each model the decision with its reasons, and what lost with its price and its predicted speed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.report.alternatives import SHOWN, chosen, varied
from servewright.report.decision import nodes, purchase, replicas, serving, shared_with, short_name, traffic, weights
from servewright.report.export_numbers import rounded
from servewright.report.figures import milliseconds, plural, rate, times
from servewright.report.html.cells import label, measure, money
from servewright.report.html.parts import Cell, Fact, Facts, Fold, Heading, Item, Items, Part, Section, Table, Text
from servewright.report.html.scatter_chart import Point, scatter_chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Estimate, ModelPlan, Plan, Prediction, Rejected
    from servewright.report.html.parts import Block, Chart
    from servewright.report.model import Preview


def choices(preview: Preview) -> Section:
    """
    Return one part for each model.
    """
    plan = preview.plan
    parts = tuple(_part(plan, model, number) for number, model in enumerate(plan.models))
    lead = "Everything that the region sells was weighed; amounts are of GPU nodes and their volumes, expected."
    return Section(id="choices", title="Decisions, reasons and what lost", short="Decisions", lead=lead, blocks=parts)


def _part(plan: Plan, model: ModelPlan, number: int) -> Part:
    name = f"model-{number + 1}"
    return Part(id=name, title=f"{model.name}: {chosen(model)}", blocks=tuple(_blocks(plan, model, name)))


def _blocks(plan: Plan, model: ModelPlan, name: str) -> Iterator[Block]:
    yield _decision(plan, model)
    yield Items(items=tuple(Item(text=times(reason)) for reason in model.reasons))
    serves = [r for r in model.rejected if r.serves or r.monthly is not None]
    others = [r for r in model.rejected if r not in serves]
    drawn = _points(model, serves)
    unpriced = [r for r in serves if r.monthly is None]
    if len(drawn) > 1:
        yield _scatter(model, drawn, name)
    if unpriced:
        yield Text(text=_not_drawn(unpriced), tone="warn")
    shown = varied(tuple(serves), SHOWN)
    if len(serves) > len(shown):
        yield _table(model, shown, f"{name}-first", "the choice and the best of other hardware")
    if serves:
        table = _table(model, serves, f"{name}-all", "all that would serve within the targets, in the planner's order")
        whole = len(serves) == len(shown)
        title = f"{plural(len(serves), 'alternative')} that would serve too"
        yield table if whole else Fold(title=title, blocks=(table,))
    if others:
        yield Fold(title=f"{len(others)} that cannot serve, or were left out", blocks=(_refused(model, others, name),))


def _not_drawn(unpriced: list[Rejected]) -> str:
    gpus = sorted({each.what.split(" ", 1)[0] for each in unpriced})
    verb = "is not drawn, its" if len(unpriced) == 1 else "are not drawn, their"
    return f"{plural(len(unpriced), 'alternative')} {verb} price is not known: on {', '.join(gpus)}."


def _decision(plan: Plan, model: ModelPlan) -> Facts:
    bought = " and ".join(dict.fromkeys(purchase(s.purchase) for s in model.shares if s.role != "fallback"))
    facts = [
        Fact(name="Model", text=short_name(model.source), note=weights(model.precision)),
        Fact(name="Hardware", text=f"{nodes(serving(plan, model))}{shared_with(plan, model)}", note=f"bought {bought}" if bought else ""),
        Fact(name="Replicas", text=replicas(model)),
        Fact(name="Traffic", text=traffic(model)),
        _latency("One request" if model.reads_only else "First token", model.predicted.ttft_p95_ms, model.slo.ttft_p95_ms),
    ]
    if model.predicted.itl_p95_ms is not None:
        facts.append(_latency("Between tokens", model.predicted.itl_p95_ms, model.slo.itl_p95_ms))
    return Facts(facts=tuple(facts))


def _latency(name: str, predicted: Estimate, target: Decimal | None) -> Fact:
    low, value, high = (milliseconds(each) for each in (predicted.low, predicted.value, predicted.high))
    if target is None:
        return Fact(name=name, text=f"{value} ms, p95, no target", note=f"between {low} and {high} ms", value=f"{rounded(predicted.value)}")
    above = "; the band reaches above the target" if predicted.high > float(target) else ""
    words = f"{value} ms, p95, of {milliseconds(target)} ms allowed"
    return Fact(name=name, text=words, note=f"predicted between {low} and {high} ms{above}", value=f"{rounded(predicted.value)}")


def _points(model: ModelPlan, serves: list[Rejected]) -> list[Point]:
    found = [(chosen(model), model.predicted, model.monthly.expected, True)]
    found += [(times(r.what), r.predicted, r.monthly, False) for r in serves if r.predicted is not None]
    return [
        Point(name=name, milliseconds=Decimal(repr(rounded(predicted.ttft_p95_ms.value))), monthly=monthly, chosen=own)
        for name, predicted, monthly, own in found
        if monthly is not None
    ]


def _scatter(model: ModelPlan, points: list[Point], name: str) -> Chart | Text:
    if not any(point.chosen for point in points):
        return Text(text="The price of the chosen hardware is not known, so there is nothing to draw the others against.", tone="warn")
    return scatter_chart(f"{name}-alternatives", f"{model.name}: cost against predicted latency", points, model.slo.ttft_p95_ms)


def _table(model: ModelPlan, serves: list[Rejected], name: str, words: str) -> Table:
    headings = (
        Heading(text="hardware"),
        Heading(text="expected a month", number=True),
        Heading(text="first token, ms", number=True),
        Heading(text="between tokens, ms", number=True),
        Heading(text="req/s a replica", number=True),
        Heading(text="why"),
    )
    first = (label(chosen(model), note="chosen"), money(model.monthly.expected), *_speed(model.predicted), label("the choice"))
    rows = [(label(times(r.what)), money(r.monthly), *_speed(r.predicted), label(times(r.why))) for r in serves]
    return Table(id=name, caption=f"{model.name}: {words}", headings=headings, rows=(first, *rows), sortable=True)


def _speed(predicted: Prediction | None) -> tuple[Cell, ...]:
    if predicted is None:
        return (Cell(text="–", number=True),) * 3
    first, between = predicted.ttft_p95_ms.value, predicted.itl_p95_ms
    return (
        measure(first, milliseconds(first)),
        measure(None, "") if between is None else measure(between.value, milliseconds(between.value)),
        measure(predicted.max_requests_per_s, rate(predicted.max_requests_per_s)),
    )


def _refused(model: ModelPlan, others: list[Rejected], name: str) -> Table:
    rows = tuple((label(times(r.what)), label(times(r.why))) for r in others)
    return Table(
        id=f"{name}-refused",
        caption=f"{model.name}: what was weighed and cannot be chosen",
        headings=(Heading(text="hardware"), Heading(text="why not")),
        rows=rows,
        sortable=True,
    )
