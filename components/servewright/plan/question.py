"""
What is asked about one model: its architecture, the forms of its weights that may serve it, its context length, its week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan import faults
from servewright.plan.context_length import default_context_length
from servewright.plan.parallelism import SIZES, Split, TensorSplits, pipeline_refusal, pipeline_splits, refusal, tensor_splits
from servewright.plan.pooling_models import pooling_model
from servewright.plan.precision import NoForm, WeightForm, native_format, weight_forms
from servewright.plan.traffic import utc_week
from servewright.plan.weights import FORMATS, CannotBeSized, gpu_weights, missing_fields, parameters
from servewright.spec.time_zones import hours_east

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.catalog.model import ModelCard, ModelMatch
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.plan.shapes import Shape
    from servewright.spec.request import ModelRequest, Request


_FP32_OVER_16_BIT = 2
"""
Bytes of a weight as it is published in fp32 over those in 16 bits, in which the engine holds it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked about one model: the *request*, what was found for its id, the forms that may serve it, the context length.

    *factors* are those of the 168 hours of a week of UTC, Monday 00:00 first.
    """

    request: ModelRequest
    match: ModelMatch
    forms: tuple[WeightForm, ...]
    context: int
    factors: tuple[Decimal, ...]

    @property
    def card(self) -> ModelCard:
        """
        The architecture.
        """
        return self.match.card

    def load_bytes(self, shape: Shape) -> float:
        """
        Return the bytes that a replica reads while starting: the native weights where the engine quantises them itself.
        """
        counts = parameters(self.card)
        assert not isinstance(counts, CannotBeSized)  # noqa: S101 - tested when the question was put
        published = shape.precision.origin != "checkpoint"
        weights = native_format(self.match) if shape.precision.origin == "online" else shape.precision.weights
        wide = published and self.match.alias is None and self.card.native_format == "fp32"
        return gpu_weights(self.card, counts, FORMATS[weights], 1).total * (_FP32_OVER_16_BIT if wide else 1)


def ask(request: Request, model: ModelRequest, catalog: Catalog) -> Question | tuple[Diagnostic, ...]:
    """
    Return the question, or all faults of the model's own fields against the catalogue.
    """
    source = request.source
    match = catalog.model(hub_id(model.source))
    if match is None:
        return (faults.unknown_model(source, model, catalog),)
    if not _is_hub_id(model.source, match):
        return (faults.not_a_hub_id(source, model, match.card.hf_id if match.alias is None else match.alias.id, match.card.hf_id),)
    card = match.card
    unusable = _unusable(request, model, card, catalog)
    if unusable is not None:
        return (unusable,)
    found: list[Diagnostic] = []
    forms = weight_forms(model, match, catalog)
    if isinstance(forms, NoForm):
        found.append(faults.no_form(source, model, forms))
    context = model.context_length or default_context_length(card, model.traffic)
    if card.max_context is not None and context > card.max_context:
        found.append(faults.context_too_long(source, model, card.max_context))
    elif model.traffic.long_request > context:
        found.append(faults.prompt_too_long(source, model, context))
    found += _pinned_split(request, model, card)
    if found or isinstance(forms, NoForm):
        return tuple(found)
    profile = model.traffic.profile
    local = catalog.profile(profile) if isinstance(profile, str) else profile
    assert local is not None  # noqa: S101 - the spec's rules know the profile names
    factors = utc_week(local, hours_east(model.traffic.timezone))
    return Question(request=model, match=match, forms=forms, context=context, factors=factors)


def _unusable(request: Request, model: ModelRequest, card: ModelCard, catalog: Catalog) -> Diagnostic | None:
    """
    Return why the architecture itself stands against *model*: another task, an engine that does not serve it, numbers that lack.
    """
    if card.kind != model.task:
        return faults.wrong_task(request.source, model, card.kind)
    unserved = pooling_model(card.hf_id).refused
    if unserved is not None:
        return faults.not_served(request.source, model, catalog.engine_contract().version, unserved)
    if missing_fields(card):
        return faults.cannot_be_sized(request.source, model, CannotBeSized(hf_id=card.hf_id, missing=missing_fields(card)))
    return None


def _is_hub_id(source: str, match: ModelMatch) -> bool:
    """
    Tell whether the engine can ask the hub for *source* as it is written: an organisation, a name, and the hub's own letter case.
    """
    known = match.card.hf_id if match.alias is None else match.alias.id
    return source.startswith("s3://") or ("/" in source and source == known)


def hub_id(source: str) -> str:
    """
    Return the hub id of *source*: itself, or the last two parts of an s3 address.

    >>> hub_id("s3://weights/models/Qwen/Qwen2.5-14B-Instruct/")
    'Qwen/Qwen2.5-14B-Instruct'
    """
    if not source.startswith("s3://"):
        return source
    return "/".join(source.removeprefix("s3://").rstrip("/").split("/")[-2:])


def _pinned_split(request: Request, model: ModelRequest, card: ModelCard) -> list[Diagnostic]:
    """
    Return the first fault of the pinned split: of its tensors, its stages, the GPUs that both add up to.
    """
    sizes, most = tensor_splits(card, SIZES[-1]), SIZES[-1]
    if not isinstance(sizes, TensorSplits):
        return []
    tensor, stages, gpus = model.tensor_parallel, model.pipeline_parallel, model.gpus_per_replica
    why = None if tensor is None else refusal(card, tensor, most)
    if why is not None:
        return [faults.split_refused(request.source, model, ("parallelism.tensor", tensor), why, sizes.legal)]
    legal = [s for s in (*map(Split, sizes.legal), *pipeline_splits(card, sizes.legal, most)) if tensor in {None, s.tensor}]
    if stages is not None and all(split.pipeline != stages for split in legal):
        why = pipeline_refusal(card, Split(tensor or 1, stages), most) or ""
        possible = tuple(sorted({split.pipeline for split in legal}))
        return [faults.split_refused(request.source, model, ("parallelism.pipeline", stages), why, possible)]
    legal = [split for split in legal if stages in {None, split.pipeline}]
    if gpus is not None and all(split.gpus != gpus for split in legal):
        possible = tuple(sorted({split.gpus for split in legal}))
        return [faults.split_refused(request.source, model, ("hardware.count", gpus), _count_words(model, gpus), possible)]
    return []


def _count_words(model: ModelRequest, gpus: int) -> str:
    """
    Return why a replica cannot have *gpus* GPUs.
    """
    if model.tensor_parallel is not None:
        return f"{gpus} GPUs / tensor {model.tensor_parallel} = {gpus / model.tensor_parallel:g}, which is no legal number of stages"
    if model.pipeline_parallel is not None:
        return f"{gpus} GPUs / pipeline {model.pipeline_parallel} = {gpus / model.pipeline_parallel:g}, which is no legal tensor split"
    return f"{gpus} GPUs are no legal tensor split times a legal number of stages"
