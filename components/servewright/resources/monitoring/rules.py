"""
All rules of a stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring import (
    capacity_rules,
    gateway_rules,
    gpu_rules,
    ladder_rules,
    missing_rules,
    model_rules,
    saturation_rules,
    slo_rules,
    spend_rules,
    store_rules,
)

if TYPE_CHECKING:
    from servewright.resources.monitoring.rule import Group
    from servewright.resources.monitoring.scope import Scope

_PARTS: Final = (
    slo_rules,
    model_rules,
    saturation_rules,
    gateway_rules,
    store_rules,
    gpu_rules,
    capacity_rules,
    missing_rules,
    ladder_rules,
    spend_rules,
)


def rule_groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return all groups of rules; names are unique within a stack.
    """
    return tuple(group for part in _PARTS for group in part.groups(scope))
