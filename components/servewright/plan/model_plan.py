"""
The plan of one model, told in steps: what is it, which forms and splits can serve it, where, at what price, which one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan import faults
from servewright.plan.decision import Decision, decide
from servewright.plan.offers import Market
from servewright.plan.placements import NotSold, Placement, placements
from servewright.plan.question import Question, ask
from servewright.plan.ranking import Ranked, rank, with_prediction
from servewright.plan.reasons import held_back, rejected_by_maximum, rejected_placement, rejected_sale, rejected_shape
from servewright.plan.shapes import Refused, Shape, shapes
from servewright.plan.traffic import replicas_for

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.plan.model import Rejected
    from servewright.spec.request import ModelRequest, Request

MOST_REPLICAS: Final = 1000
"""
The most replicas of one model, as `scaling.max` takes it: beyond, one Service and one autoscaler are the wrong tool; judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """
    What was tried and cannot be chosen: shapes that cannot serve, placements that the region does not sell,
    shapes that need more replicas than allowed.
    """

    refused: tuple[Refused, ...]
    not_sold: tuple[NotSold, ...]
    too_many: tuple[Rejected, ...]


def plan_model(request: Request, model: ModelRequest, catalog: Catalog) -> Decision | tuple[Diagnostic, ...]:
    """
    Return the decision for *model*, or the faults that stand against it.
    """
    question = ask(request, model, catalog)
    if isinstance(question, tuple):
        return question
    market = Market(catalog=catalog, stack=request.stack, capacity=request.capacity, request=model, factors=question.factors)
    tried = tuple(shapes(catalog, model, question.card, question.forms, question.context))
    serving = tuple(s for s in tried if isinstance(s, Shape))
    most = MOST_REPLICAS if model.max_replicas is None else model.max_replicas
    enough = tuple(s for s in serving if _needed(question, s) <= most)
    if serving and not enough:
        return (_beyond_maximum(request, question, serving, most),)
    placed = tuple(p for s in enough for p in placements(market, s, question.load_bytes(s)))
    ranked = rank(model, [with_prediction(catalog, request.stack, model, p) for p in placed if isinstance(p, Placement)])
    lost = Lost(
        refused=tuple(r for r in tried if isinstance(r, Refused)),
        not_sold=tuple(p for p in placed if isinstance(p, NotSold)),
        too_many=tuple(rejected_by_maximum(s, _needed(question, s), most) for s in serving if s not in enough),
    )
    if not ranked:
        return (_nothing_serves(request, question, catalog, lost, serves=bool(serving)),)
    return decide(request, question, catalog, ranked, _rejected(question, catalog, ranked, lost))


def _beyond_maximum(request: Request, question: Question, serving: tuple[Shape, ...], most: int) -> Diagnostic:
    model = question.request
    shape = min(serving, key=lambda s: _needed(question, s))
    needed = _needed(question, shape)
    if model.max_replicas is None:
        return faults.too_many(request.source, model, needed, most)
    return faults.maximum_too_small(request.source, model, needed, model.headroom + shape.extra_headroom, shape.capacity)


def _needed(question: Question, shape: Shape) -> int:
    model = question.request
    rate = model.traffic.requests_per_second * max(question.factors)
    return replicas_for(rate, model.headroom + shape.extra_headroom, shape.capacity)


def _nothing_serves(request: Request, question: Question, catalog: Catalog, lost: Lost, *, serves: bool) -> Diagnostic:
    model, refused, not_sold = question.request, lost.refused, lost.not_sold
    if not_sold:
        reasons_given = tuple(p.why for p in not_sold)
        return faults.not_sold(request.source, model, reasons_given, request.stack.region)
    if serves or not refused:
        excluded = _excluded(model, catalog)
        return faults.no_type(request.source, model, excluded)
    if all(r.does_not_fit is not None for r in refused):
        return faults.does_not_fit(request.source, model, refused, _elsewhere(question, catalog))
    return faults.misses_target(request.source, model, refused)


def _excluded(model: ModelRequest, catalog: Catalog) -> tuple[str, ...]:
    """
    Return why each pinned type, or each type with the pinned GPU, is not planned on.
    """
    gpu = None if model.gpu is None else catalog.gpu(model.gpu)
    types = [catalog.instance(name) for name in model.instance_types] or (catalog.instances_with_gpu(gpu.id) if gpu is not None else ())
    return tuple(dict.fromkeys(f"{t.name}: {t.excluded}" for t in types if t is not None and t.excluded is not None))


def _elsewhere(question: Question, catalog: Catalog) -> tuple[Shape, ...]:
    """
    Return what would serve the model without the pins of the hardware, fewest GPUs first.
    """
    free = question.request.without_hardware_pins()
    found = [s for s in shapes(catalog, free, question.card, question.forms, question.context) if isinstance(s, Shape)]
    return tuple(sorted(found, key=lambda s: (s.tensor_parallel, s.gpu.usable_memory_mib)))


def _rejected(question: Question, catalog: Catalog, ranked: list[Ranked], tried: Lost) -> tuple[Rejected, ...]:
    """
    Return the alternatives that lost, best first: one placement for each other shape, then what cannot serve or be priced.
    """
    best = ranked[0]
    seen = {best.placement.shape.label}
    lost = []
    for other in ranked[1:]:
        if other.placement.shape.label not in seen:
            seen.add(other.placement.shape.label)
            lost.append(rejected_placement(best, other))
    published = tuple(c.quantization for c in catalog.checkpoints(question.request.source))
    back = held_back(question.forms, published) if question.request.precision == "auto" else ()
    not_sold = [rejected_sale(p) for p in tried.not_sold if p.shape.label not in seen]
    return (*lost, *tried.too_many, *back, *not_sold, *(rejected_shape(r) for r in tried.refused))
