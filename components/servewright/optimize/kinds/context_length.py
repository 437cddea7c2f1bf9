"""
A shorter context: less memory that one long request may take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds.dearest import dearest
from servewright.optimize.model import Candidate, Risk
from servewright.optimize.patch import of_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case

_ROOM: Final = 2
"""
How many times a long request (95th percentile of both lengths) still fits; judgement: half of what the planner's default keeps.
"""


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield for each model the power of two that its long requests fit into, where that is shorter.
    """
    for _, model in dearest(case):
        long = int(model.traffic.long_request)
        shorter = 1 << (_ROOM * long - 1).bit_length()
        if shorter < model.engine.context_length:
            yield Candidate(
                id=f"context-{model.name}",
                kind="context",
                title=f"{model.name}: a context of {shorter:,} tokens instead of {model.engine.context_length:,}",
                fields=of_models({model.name: {"context_length": shorter}}),
                group="changes",
                caveats=(f"longer requests are refused; {long:,} tokens are the 95th percentile of the spec's",),
                risks=(Risk(level="medium", why="callers with long requests get an error"),),
            )
