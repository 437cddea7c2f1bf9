"""
Plans that install operators and watch the stack: those of `operators_made` with the monitoring of `monitoring_made`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import monitoring_made
import operators_made
from servewright.catalog.load import load_catalog
from servewright.plan.cpu_pool import cpu_pool

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.plan.monitoring_plan import MonitoringPlan


def watching(*install: str, monitoring: MonitoringPlan = monitoring_made.MONITORING, **stack: Any) -> Plan:
    """
    Return the stack "demo" with gateway, stores and *monitoring* that installs the operators named; *stack* changes its stack.
    """
    base = monitoring_made.plan()
    changed = replace(base.stack, **stack)
    mine = operators_made.operators(*(install or operators_made.ALL))
    gpu = tuple(pool for pool in base.pools if pool.purpose == "gpu")
    cpu = ()
    if changed.system_nodes == "pool":
        cpu = (cpu_pool(changed, mine, load_catalog(), base.gateway, base.tiers, monitoring=monitoring),)
    return replace(base, stack=changed, operators=mine, pools=(*gpu, *cpu), monitoring=monitoring)
