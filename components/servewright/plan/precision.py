"""
Which forms of the weights may be considered for a model on a GPU.

`auto` takes the native format or a form of 8 bits or more; fewer bits only when native or named. An 8-bit form is a published checkpoint
where one with a known revision exists, else the engine's own quantisation while loading. Of embedding and reranking models `auto` takes
the native format alone: vectors of an index are compared with those made later, in whatever form (judgement). A GPU without units for a
format reads it from memory and computes in 16 bits (weight-only), which is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.model import Precision
from servewright.plan.weight_formats import FORMATS

if TYPE_CHECKING:
    from servewright.catalog.model import Checkpoint, Gpu, ModelMatch
    from servewright.catalog.query import Catalog
    from servewright.spec.request import ModelRequest

BITS: Final = {"bf16": 16, "fp16": 16, "fp8": 8, "int8": 8, "nvfp4": 4, "mxfp4": 4, "int4": 4, "int4-awq": 4, "int4-gptq": 4}
"""
The bits of a weight by format; the scales of the quantised forms come on top in `plan.weights`.
"""

ONLINE: Final = {"fp8": "fp8_per_tensor"}
"""
Formats that the pinned engine makes from 16-bit weights while loading, and what its `--quantization` calls them; in vLLM 0.31 plain
`fp8` means the same and is deprecated.
"""

_UNITS: Final = {
    "bf16": frozenset({"bf16"}),
    "fp16": frozenset({"fp16", "bf16"}),
    "fp8": frozenset({"fp8"}),
    "int8": frozenset({"int8"}),
    "nvfp4": frozenset({"fp4"}),
    "mxfp4": frozenset({"fp4"}),
}
"""
The arithmetic units that compute a format natively; formats that are absent are always weight-only.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoForm:
    """
    The named precision cannot be had for this model: *why*, and *hint* what can.
    """

    why: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightForm:
    """
    One form of the weights before a GPU is chosen.
    """

    weights: str
    origin: str
    source: str | None = None
    revision: str | None = None


def native_format(match: ModelMatch) -> str:
    """
    Return the format in which the requested weights are published; fp32 weights are served in bf16.
    """
    if match.alias is not None and match.alias.quantization is not None:
        return match.alias.quantization
    return "bf16" if match.card.native_format == "fp32" else match.card.native_format


def weight_forms(request: ModelRequest, match: ModelMatch, catalog: Catalog) -> tuple[WeightForm, ...] | NoForm:
    """
    Return the forms that *request* allows, the native one first.
    """
    native = WeightForm(weights=native_format(match), origin="native")
    if native.weights not in FORMATS:
        return NoForm(
            why=f"{request.source} is published as {native.weights}, which is not planned for",
            hint=f"take the model it was made from: {match.card.hf_id}",
        )
    if request.checkpoint is not None:
        return _pinned(request, match, catalog)
    if request.precision == "auto" and match.card.reads_only:
        return (native,)
    if request.precision == "auto":
        eight = _eight_bit(request.source, catalog) if BITS.get(native.weights, 16) > BITS["fp8"] else None
        return (native,) if eight is None else (native, eight)
    if request.precision == native.weights or (request.precision, native.weights) == ("fp16", "bf16"):
        return (WeightForm(weights=request.precision, origin="native"),)
    return _named(request, native.weights, catalog)


def on_gpu(form: WeightForm, gpu: Gpu) -> Precision | None:
    """
    Return *form* as *gpu* would run it; None when the GPU cannot compute it even in 16 bits.
    """
    sixteen_bit = form.weights in ("bf16", "fp16")
    units = bool(_UNITS.get(form.weights, frozenset()) & gpu.formats)
    if "bf16" not in gpu.formats or (sixteen_bit and not units):
        return None
    return Precision(
        weights=form.weights,
        origin=form.origin,  # type: ignore[arg-type]
        weight_only=not units,
        checkpoint_source=form.source,
        checkpoint_revision=form.revision,
    )


def _eight_bit(source: str, catalog: Catalog) -> WeightForm:
    found = _checkpoint(source, "fp8", catalog)
    if found is None:
        return WeightForm(weights="fp8", origin="online")
    return WeightForm(weights="fp8", origin="checkpoint", source=found.source, revision=found.revision)


def _named(request: ModelRequest, native: str, catalog: Catalog) -> tuple[WeightForm, ...] | NoForm:
    wanted = request.precision
    found = _checkpoint(request.source, wanted, catalog)
    if found is not None:
        return (WeightForm(weights=wanted, origin="checkpoint", source=found.source, revision=found.revision),)
    if wanted in ONLINE and BITS.get(native, 16) > BITS[wanted]:
        return (WeightForm(weights=wanted, origin="online"),)
    return NoForm(
        why=f"no published {wanted} checkpoint of {request.source} with a known revision, and the engine does not make one from {native}",
        hint=f"{_alternatives(request.source, native, catalog)}; or name one: checkpoint: {{source: ..., revision: ...}}",
    )


def _pinned(request: ModelRequest, match: ModelMatch, catalog: Catalog) -> tuple[WeightForm, ...] | NoForm:
    pinned = request.checkpoint
    assert pinned is not None  # noqa: S101 - the caller tested it
    alias = catalog.model(pinned.source)
    known = alias.alias.quantization if alias is not None and alias.alias is not None else None
    weights = request.precision if request.precision != "auto" else known
    if weights is None:
        return NoForm(
            why=f"the format of checkpoint {pinned.source} is not in our table",
            hint="say it: precision: fp8 (or nvfp4, int8, int4-awq, int4-gptq)",
        )
    if alias is not None and alias.card.hf_id != match.card.hf_id:
        return NoForm(
            why=f"checkpoint {pinned.source} has the architecture of {alias.card.hf_id}, the model that of {match.card.hf_id}",
            hint="name a checkpoint of the same model",
        )
    return (WeightForm(weights=weights, origin="checkpoint", source=pinned.source, revision=pinned.revision),)


def _checkpoint(source: str, weights: str, catalog: Catalog) -> Checkpoint | None:
    return next((c for c in catalog.checkpoints(source) if c.quantization == weights), None)


def _alternatives(source: str, native: str, catalog: Catalog) -> str:
    forms = [native, *sorted(ONLINE.keys() - {native}), *(c.quantization for c in catalog.checkpoints(source))]
    return "available: " + ", ".join(dict.fromkeys(forms))
