"""
Rules across fields: what each field allows alone and the whole does not.

Each rule is a function that yields findings; all run on one spec, so that all faults of the phase are told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.budget_rules import BUDGET_RULES
from servewright.spec.cache_rules import CACHE_RULES
from servewright.spec.capacity_rules import CAPACITY_RULES
from servewright.spec.gateway_rules import GATEWAY_RULES
from servewright.spec.ladder_rules import LADDER_RULES
from servewright.spec.model_rules import MODEL_RULES
from servewright.spec.monitoring_receiver_rules import RECEIVER_RULES
from servewright.spec.monitoring_rules import MONITORING_RULES
from servewright.spec.monitoring_slo_rules import SLO_RULES
from servewright.spec.route_rules import ROUTE_RULES
from servewright.spec.stack_rules import STACK_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Finding, Scope

_STACK: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (
    *STACK_RULES,
    *BUDGET_RULES,
    *CAPACITY_RULES,
    *GATEWAY_RULES,
    *ROUTE_RULES,
    *LADDER_RULES,
    *CACHE_RULES,
    *MONITORING_RULES,
    *RECEIVER_RULES,
)


def findings(scope: Scope) -> Iterator[Finding]:
    """
    Yield what all rules say about the spec, warnings included.
    """
    for rule in _STACK:
        yield from rule(scope)
    for index, model in enumerate(scope.spec.models):
        for model_rule in (*MODEL_RULES, *SLO_RULES):
            yield from model_rule(scope, model, f"models[{index}]")
