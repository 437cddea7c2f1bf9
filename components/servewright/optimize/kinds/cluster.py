"""
What the cluster may have already: nodes for pods without a GPU, and operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.optimize.model import Candidate, Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case

_CPU_NODES = frozenset({"the stack's own nodes without a GPU"})
"""
Both leave these out: what one saves the other cannot save again.
"""


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield what the stack brings itself and could find in its cluster.
    """
    if case.request.stack.system_nodes == "pool":
        yield Candidate(
            id="cluster-system-nodes",
            kind="cluster",
            title="pods without a GPU on existing nodes",
            fields={"platform": {"system_nodes": "existing"}},
            group="depends",
            decides=_CPU_NODES,
            caveats=("only if nodes of the cluster have room: who pays for them pays for this too, so it moves cost where they have none",),
            risks=(Risk(level="medium", why="without room the pods wait, and what they do (scaling, metrics) stops"),),
        )
    if any(operator.mode == "install" for operator in case.request.operators):
        yield Candidate(
            id="cluster-operators",
            kind="cluster",
            title="operators that another stack of the cluster installs",
            fields={"platform": {"operators": "existing"}},
            group="depends",
            decides=_CPU_NODES,
            caveats=("only if another stack of this cluster installs them: one of them has to",),
            risks=(Risk(level="low", why="the preview lists the version and address that each must have"),),
        )
