"""
Smaller weights, model by model: what a published checkpoint or the engine's own quantisation allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds.dearest import dearest
from servewright.optimize.model import Candidate, Risk
from servewright.optimize.patch import of_models
from servewright.plan.precision import BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case
    from servewright.plan.model import ModelPlan

_FORMATS: Final = ("fp8", "int8", "int4-awq", "int4-gptq", "nvfp4", "mxfp4")
_EIGHT: Final = 8


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield each format with fewer bits than what is loaded now. The planner refuses what nobody has published and no engine makes.
    """
    for request, model in dearest(case):
        now = BITS.get(model.precision.weights, 16)
        for weights in _FORMATS:
            if BITS[weights] < now and not (request.precision == "auto" and weights == "fp8" and not model.reads_only):
                dropped = {} if request.checkpoint is None else {"checkpoint": None}
                yield Candidate(
                    id=f"precision-{model.name}-{weights}",
                    kind="precision",
                    title=f"{model.name} in {weights} instead of {model.precision.weights}",
                    fields=of_models({model.name: {"precision": weights, **dropped}}),
                    group="changes",
                    caveats=(_caveat(model, BITS[weights]),),
                    risks=(_risk(BITS[weights]),),
                )


def _caveat(model: ModelPlan, bits: int) -> str:
    what = "vectors of an index must be made again" if model.task == "embed" else "answers differ"
    return f"{bits} bits a weight: {what}; how much is not known here, so compare on your own tasks first"


def _risk(bits: int) -> Risk:
    if bits < _EIGHT:
        return Risk(level="high", why=f"{bits} bits a weight can cost quality that users notice")
    return Risk(level="medium", why=f"{bits} bits a weight change answers")
