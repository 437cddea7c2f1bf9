"""
Which sections a stack has: those that are written, and those that its environment turns on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.caches import CachesOff
from servewright.spec.environments import is_on
from servewright.spec.gateway import GatewayOff
from servewright.spec.monitoring import MonitoringOff

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


def has_monitoring(spec: Spec, environment: Environment) -> bool:
    """
    Return True where something watches the stack.
    """
    return is_on("monitoring", environment) if spec.monitoring is None else not isinstance(spec.monitoring, MonitoringOff)


def installs_prometheus(spec: Spec) -> bool:
    """
    Return True where the stack installs the cluster's Prometheus.
    """
    operators = None if spec.platform is None else spec.platform.operators
    prometheus = None if operators is None else operators.prometheus
    return prometheus is not None and prometheus.install is not None


def note_sections(spec: Spec, environment: Environment, applied: Applied) -> None:
    """
    Write down the state of each section that *spec* does not give and that the stack does without.
    """
    rule = f"the rule of {environment}"
    if spec.gateway is None and not has_gateway(spec, environment):
        applied.note("gateway", "off", rule)
    if spec.caches is None and not has_caches(spec, environment):
        without = is_on("caches", environment)
        applied.note("caches", "off", f"{rule} is on where the gateway is, which is off" if without else rule)
    if spec.monitoring is None and not has_monitoring(spec, environment):
        applied.note("monitoring", "off", rule)
    if spec.network is None:
        applied.note("network.rdma", "auto", "RDMA where a replica spans nodes; none does yet")
    if spec.nodes is None:
        applied.note("nodes.tuning", "auto", "tuning is not built yet: nodes are as their image makes them")
