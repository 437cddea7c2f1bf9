"""
Defaults of the sections that are not built yet: what a stack does without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment

_SWITCHED: Final = ("gateway", "caches", "monitoring")


def note_sections(spec: Spec, environment: Environment, applied: Applied) -> None:
    """
    Write down the state of each section that *spec* does not give.
    """
    on = ENVIRONMENTS[environment].sections_on
    for name in _SWITCHED:
        if getattr(spec, name) is None:
            rule = f"the rule of {environment}"
            applied.note(name, "off", f"{rule} is on, which is not built yet" if name in on else rule)
    if spec.network is None:
        applied.note("network.rdma", "auto", "RDMA where a replica spans nodes; none does yet")
    if spec.nodes is None:
        applied.note("nodes.tuning", "auto", "tuning is not built yet: nodes are as their image makes them")
