"""
All rules, and what they find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.readiness import (
    aws_rules,
    lifecycle_rules,
    network_rules,
    node_rules,
    pod_rules,
    pod_security,
    reference_rules,
    scaling_rules,
    store_rules,
)
from servewright.readiness.model import Finding

if TYPE_CHECKING:
    from servewright.readiness.inventory import Inventory
    from servewright.readiness.model import Rule

RULES: Final[tuple[Rule, ...]] = (
    *pod_rules.RULES,
    *pod_security.RULES,
    *lifecycle_rules.RULES,
    *network_rules.RULES,
    *node_rules.RULES,
    *scaling_rules.RULES,
    *reference_rules.RULES,
    *aws_rules.RULES,
    *store_rules.RULES,
)


def findings(inventory: Inventory, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    """
    Return what *rules* find in *inventory*, in their order; each fault of a resource once.
    """
    found = {
        (rule.id, resource.urn, evidence): Finding(rule=rule.id, what=rule.what, urn=resource.urn, object=resource.label, evidence=evidence)
        for rule in rules
        for resource, evidence in rule.check(inventory)
    }
    return tuple(found.values())
