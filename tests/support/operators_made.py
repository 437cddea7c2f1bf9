"""
Plans that install operators: the hand-made plan of `plans`, with the operators and the CPU pool that a spec would give it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import plans
from servewright.catalog.load import load_catalog
from servewright.plan.cpu_pool import cpu_pool
from servewright.plan.model import Plan
from servewright.spec.applied import Applied
from servewright.spec.infrastructure import PlatformSpec
from servewright.spec.operators import INSTALLABLE
from servewright.spec.platform_defaults import operators_of
from servewright.spec.request import Operator

ALL: Final = INSTALLABLE

SUBSETS: Final = tuple(names for count in range(len(ALL) + 1) for names in combinations(ALL, count))
"""
Every set of operators that a stack may install: 2^4.
"""


def operators(*install: str) -> tuple[Operator, ...]:
    """
    Return the operators of a spec that installs those named and takes all others as existing.
    """
    spec = PlatformSpec.model_validate({"operators": dict.fromkeys(install, "install")})
    return operators_of(spec, Applied())


def installing(*install: str, **stack: Any) -> Plan:
    """
    Return the dev plan that installs those named; *stack* changes its stack.
    """
    base = plans.plan()
    changed = replace(base.stack, **stack)
    mine = operators(*install)
    gpu = tuple(pool for pool in base.pools if pool.purpose == "gpu")
    cpu = (cpu_pool(changed, mine, load_catalog()),) if changed.system_nodes == "pool" else ()
    return replace(base, stack=changed, operators=mine, pools=(*gpu, *cpu))
