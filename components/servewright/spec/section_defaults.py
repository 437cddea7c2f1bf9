"""
Which sections a stack has: those that are written, and those that its environment turns on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.caches import CachesOff
from servewright.spec.environments import ENVIRONMENTS, is_on
from servewright.spec.gateway import GatewayOff

if TYPE_CHECKING:
    from servewright.spec.applied import Applied
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment


def has_gateway(spec: Spec, environment: Environment) -> bool:
    """
    Return True where the stack has a gateway.
    """
    return is_on("gateway", environment) if spec.gateway is None else not isinstance(spec.gateway, GatewayOff)


def has_caches(spec: Spec, environment: Environment) -> bool:
    """
    Return True where the stack has caches: those that only the environment asks for go with the gateway.
    """
    if spec.caches is None:
        return is_on("caches", environment) and has_gateway(spec, environment)
    return not isinstance(spec.caches, CachesOff)


def note_sections(spec: Spec, environment: Environment, applied: Applied) -> None:
    """
    Write down the state of each section that *spec* does not give and that the stack does without.
    """
    rule = f"the rule of {environment}"
    if spec.gateway is None and not has_gateway(spec, environment):
        applied.note("gateway", "off", _why("gateway", environment))
    if spec.caches is None and not has_caches(spec, environment):
        without = is_on("caches", environment)
        applied.note("caches", "off", f"{rule} is on where the gateway is, which is off" if without else _why("caches", environment))
    if spec.monitoring is None:
        applied.note("monitoring", "off", _why("monitoring", environment))
    if spec.network is None:
        applied.note("network.rdma", "auto", "RDMA where a replica spans nodes; none does yet")
    if spec.nodes is None:
        applied.note("nodes.tuning", "auto", "tuning is not built yet: nodes are as their image makes them")


def _why(section: str, environment: Environment) -> str:
    """
    Return why *section* is off, which is not on by the rule of *environment* or not built yet.
    """
    rule = f"the rule of {environment}"
    return f"{rule} is on, which is not built yet" if section in ENVIRONMENTS[environment].sections_on else rule
