"""
How many replicas there are: the minimum, the head-room where one fewer comes out, the maximum that no hour needs.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds.dearest import dearest
from servewright.optimize.model import Candidate, Risk
from servewright.optimize.patch import of_models
from servewright.optimize.week import factors
from servewright.spec.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case
    from servewright.plan.model import ModelPlan
    from servewright.spec.request import ModelRequest

_LEAST: Final = ENVIRONMENTS["dev"].headroom
"""
The smallest head-room that any environment takes by itself; below it bursts and the prediction's error have no room.
"""


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield what can be changed of each model's replicas.
    """
    for request, model in dearest(case):
        yield from _minimum(request, model)
        yield from _headroom(case, request, model)
        yield from _maximum(model)


def _minimum(request: ModelRequest, model: ModelPlan) -> Iterator[Candidate]:
    if request.min_replicas > 1:
        target = model.slo.availability
        yield Candidate(
            id=f"replicas-{model.name}-min-1",
            kind="replicas",
            title=f"{model.name}: a minimum of 1 replica instead of {request.min_replicas}",
            fields=of_models({model.name: {"scaling": {"min": 1}}}),
            group="keeps" if target is None else "changes",
            caveats=() if target is None else (f"at night one node is all that stands for an availability of {target:.2%}",),
            risks=(Risk(level="medium", why="a lost node leaves nothing until its replacement serves"),),
        )


def _headroom(case: Case, request: ModelRequest, model: ModelPlan) -> Iterator[Candidate]:
    """
    Yield the largest head-room at which the busiest hour needs one replica less, where that is above nothing.
    """
    arrives = model.engine_rate * max(factors(model, case.catalog))
    serves = Decimal(repr(model.predicted.max_requests_per_s))
    fewer = model.replicas.busiest - 1
    left = math.floor((fewer * serves / arrives - 1 - model.extra_headroom) * 100) if arrives else 0
    if fewer >= max(1, request.min_replicas) and 0 <= left < request.headroom * 100:
        yield Candidate(
            id=f"replicas-{model.name}-headroom",
            kind="replicas",
            title=f"{model.name}: {left} % head-room instead of {request.headroom:.0%}, {fewer} replicas in the busiest hour",
            fields=of_models({model.name: {"scaling": {"headroom": f"{left}%"}}}),
            risks=(
                Risk(
                    level="medium" if left >= _LEAST * 100 else "high",
                    why=f"{left} % is kept free for bursts, and for a prediction that is off",
                ),
            ),
        )


def _maximum(model: ModelPlan) -> Iterator[Candidate]:
    spare = model.replicas.maximum - model.replicas.busiest
    if spare > 0 and any(workload.scaled for workload in model.workloads):
        yield Candidate(
            id=f"replicas-{model.name}-max",
            kind="replicas",
            title=f"{model.name}: a maximum of {model.replicas.busiest}, what the busiest hour needs, instead of {model.replicas.maximum}",
            fields=of_models({model.name: {"scaling": {"max": model.replicas.busiest}}}),
            risks=(Risk(level="medium", why="more traffic than the spec says waits instead of getting replicas"),),
        )
