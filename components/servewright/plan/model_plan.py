"""
What can serve one model, told in steps: what is it, which forms and splits can serve it, where, at what price, in which order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from servewright.plan import faults
from servewright.plan.left_out import left_out
from servewright.plan.locked import locked_shape, stands_against
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
    from servewright.plan.lock import LockedModel
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
    shapes that need more replicas than allowed, hardware that was not tried.
    """

    refused: tuple[Refused, ...]
    not_sold: tuple[NotSold, ...]
    too_many: tuple[Rejected, ...]
    left_out: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """
    What was asked about a model and the placements that can serve it, best first; *lost* cannot be chosen.
    """

    question: Question
    ranked: list[Ranked]
    lost: Lost
    locked: LockedModel | None = None


def rank_model(
    request: Request, model: ModelRequest, catalog: Catalog, locked: LockedModel | None = None
) -> Candidates | tuple[Diagnostic, ...]:
    """
    Return what can serve *model*, or the faults that stand against it; with a lock the *locked* placement alone.
    """
    question = ask(request, model, catalog)
    if isinstance(question, tuple):
        return question
    market = market_of(request, catalog)
    if locked is not None:
        return _as_locked(request, market, question, locked)
    tried = tuple(shapes(catalog, model, question.card, question.forms, question.context))
    serving = tuple(s for s in tried if isinstance(s, Shape))
    most = _most(model)
    enough = tuple(s for s in serving if _needed(question, s) <= most)
    if serving and not enough:
        return (_beyond_maximum(request, question, serving, most),)
    placed = tuple(p for s in enough for p in placements(market, question, s))
    ranked = rank(model, [with_prediction(catalog, request.stack, model, p) for p in placed if isinstance(p, Placement)])
    lost = Lost(
        refused=tuple(r for r in tried if isinstance(r, Refused)),
        not_sold=tuple(p for p in placed if isinstance(p, NotSold)),
        too_many=tuple(rejected_by_maximum(s, _needed(question, s), most) for s in serving if s not in enough),
        left_out=left_out(market, model),
    )
    if not ranked:
        return (_nothing_serves(request, question, catalog, lost, serves=bool(serving)),)
    return Candidates(question=question, ranked=ranked, lost=lost)


def market_of(request: Request, catalog: Catalog) -> Market:
    """
    Return where and how the capacity of *request* is bought.
    """
    return Market(catalog=catalog, stack=request.stack, capacity=request.capacity)


def _as_locked(request: Request, market: Market, question: Question, locked: LockedModel) -> Candidates | tuple[Diagnostic, ...]:
    """
    Return the one placement that *locked* holds; a fault where the traffic or the targets have grown beyond it.
    """
    model = question.request
    against = stands_against(market.catalog, question, locked)
    if against is not None:
        return (faults.lock_no_longer_serves(request.source, model, against),)
    question = replace(question, context=locked.context_length)
    shape = locked_shape(market.catalog, question, locked)
    if isinstance(shape, Refused):
        return (faults.lock_no_longer_serves(request.source, model, f"{shape.what}: {shape.why}"),)
    if _needed(question, shape.held) > _most(model):
        return (_beyond_maximum(request, question, (shape.held,), _most(model)),)
    placed = placements(market, question, shape.held, locked)
    most = max((p.replicas.busiest * shape.today for p in placed if isinstance(p, Placement)), default=0.0)
    if placed and most < float(model.engine_rate):
        why = f"by today's constants its replicas serve {most:.2f} of {model.engine_rate.normalize():f} req/s"
        return (faults.lock_no_longer_serves(request.source, model, why),)
    ranked = [with_prediction(market.catalog, request.stack, model, p) for p in placed if isinstance(p, Placement)]
    if not ranked:
        why = next((p.why for p in placed if isinstance(p, NotSold)), f"{locked.instance_type} is not in the catalogue")
        return (faults.lock_no_longer_serves(request.source, model, why),)
    return Candidates(question=question, ranked=ranked, lost=Lost(refused=(), not_sold=(), too_many=()), locked=locked)


def _beyond_maximum(request: Request, question: Question, serving: tuple[Shape, ...], most: int) -> Diagnostic:
    model = question.request
    shape = min(serving, key=lambda s: _needed(question, s))
    needed = _needed(question, shape)
    if model.max_replicas is None:
        return faults.too_many(request.source, model, needed, most)
    return faults.maximum_too_small(request.source, model, needed, model.headroom + shape.extra_headroom, shape.capacity)


def _most(model: ModelRequest) -> int:
    return MOST_REPLICAS if model.max_replicas is None else model.max_replicas


def _needed(question: Question, shape: Shape) -> int:
    model = question.request
    rate = model.engine_rate * max(question.factors)
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
    why = {t.name: "it has no GPU" if t.gpu_id is None else t.excluded for t in types if t is not None}
    return tuple(f"{name}: {reason}" for name, reason in why.items() if reason is not None)


def _elsewhere(question: Question, catalog: Catalog) -> tuple[Shape, ...]:
    """
    Return what would serve the model without the pins of the hardware, fewest GPUs first.
    """
    free = question.request.without_hardware_pins()
    found = [s for s in shapes(catalog, free, question.card, question.forms, question.context) if isinstance(s, Shape)]
    return tuple(sorted(found, key=lambda s: (s.tensor_parallel, s.gpu.usable_memory_mib)))


def rejected(candidates: Candidates, best: Ranked, catalog: Catalog) -> tuple[Rejected, ...]:
    """
    Return the alternatives that lost to *best*, in their order: one placement for each other shape, then what cannot serve or be priced.
    """
    question, tried = candidates.question, candidates.lost
    seen = {best.placement.shape.label}
    lost = []
    for other in candidates.ranked:
        if other.placement.shape.label not in seen:
            seen.add(other.placement.shape.label)
            lost.append(rejected_placement(best, other))
    published = tuple(c.quantization for c in catalog.checkpoints(question.request.source))
    back = held_back(question.forms, published) if question.request.precision == "auto" else ()
    not_sold = [rejected_sale(p) for p in tried.not_sold if p.shape.label not in seen]
    return (*lost, *tried.too_many, *back, *not_sold, *(rejected_shape(r) for r in tried.refused), *tried.left_out)
