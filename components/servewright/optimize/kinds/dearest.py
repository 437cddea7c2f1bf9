"""
The models that changes of one model are tried for: those that cost the most.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.optimize.model import Case
    from servewright.plan.model import ModelPlan
    from servewright.spec.request import ModelRequest

MOST_MODELS: Final = 4
"""
How many models of a stack are looked at one by one (judgement: some 25 changes each, a quarter of a second for each).
"""


def dearest(case: Case) -> tuple[tuple[ModelRequest, ModelPlan], ...]:
    """
    Return the dearest models with what was asked for them, the dearest first; an unknown price counts as the highest.
    """
    requests = {model.name: model for model in case.request.models}
    found = sorted(
        case.plan.models, key=lambda model: (model.monthly.expected is not None, -(model.monthly.expected or Decimal(0)), model.name)
    )
    return tuple((requests[model.name], model) for model in found[:MOST_MODELS])
