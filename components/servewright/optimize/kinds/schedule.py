"""
A week with quiet hours, for what the spec says is used around the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds.dearest import dearest
from servewright.optimize.model import Candidate, Risk
from servewright.optimize.patch import of_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case

_QUIET: Final = "business-hours"


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield office hours for every model whose traffic is said to be steady.
    """
    for _, model in dearest(case):
        if model.traffic.profile == "steady":
            yield Candidate(
                id=f"schedule-{model.name}",
                kind="schedule",
                title=f"{model.name}: traffic in business hours instead of around the clock",
                fields=of_models({model.name: {"traffic": {"profile": _QUIET}}}),
                group="depends",
                caveats=(f"only if its requests come as the profile {_QUIET} says, or callers are told to keep to it",),
                risks=(Risk(level="low", why="the replicas still follow the traffic, whatever the spec expects"),),
            )
