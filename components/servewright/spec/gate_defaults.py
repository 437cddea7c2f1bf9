"""
Defaults of gates: the action by environment, and the rules that hold without being written.

Who writes a limit (`budgets.monthly`) has a gate. Without a section `gates` an unknown price only warns, so that a stack that was fine
stays fine; with one, even an empty one, it takes the environment's action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.environments import ENVIRONMENTS
from servewright.spec.gate_rules import GateRule, Gates, Limit, Waiver
from servewright.spec.gates import GatesSpec
from servewright.spec.purchase import BudgetsOff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.spec.applied import Applied
    from servewright.spec.gates import GateRuleSpec
    from servewright.spec.purchase import BudgetsSpec
    from servewright.spec.request import Environment


def gates_of(section: GatesSpec | None, budgets: BudgetsSpec | None, environment: Environment, applied: Applied) -> Gates:
    """
    Return the rules and waivers of a stack, the implied rules behind those that are written.
    """
    given = section or GatesSpec()
    rules = [gate_rule(rule, f"gates.rules[{index}]", environment, applied) for index, rule in enumerate(given.rules or ())]
    unwritten = [rule for rule in _implied(section, budgets, environment) if rule.name not in {written.name for written in rules}]
    whys = ["budgets.monthly is a limit"] if any(rule.name == "monthly-expected" for rule in unwritten) else []
    why = "; ".join([*whys, "unknown prices warn while nothing is said of gates" if section is None else f"the rule of {environment}"])
    shown = [_written(rule) for rule in unwritten]
    if given.rules is None:
        applied.note("gates.rules", f"[{', '.join(shown)}]", why)
    else:
        for index, text in enumerate(shown, len(rules)):
            applied.note(f"gates.rules[{index}]", text, why)
    return Gates(rules=(*rules, *unwritten), waivers=waivers_of(given))


def _written(rule: GateRule) -> str:
    limit = "" if rule.limit is None else f"limit: {rule.limit.text}, "
    return f"{{rule: {rule.name}, {limit}action: {rule.action}}}"


def gate_rule(rule: GateRuleSpec, path: str, environment: Environment, applied: Applied) -> GateRule:
    """
    Return the *rule* that stands at *path* as it holds in *environment*.
    """
    given = dict(rule.action or ()).get(environment)
    default = ENVIRONMENTS[environment].gate_action
    return GateRule(
        name=rule.rule,
        limit=rule.limit,
        action=applied.take(f"{path}.action", given, default, f"the rule of {environment}"),
    )


def waivers_of(section: GatesSpec) -> tuple[Waiver, ...]:
    """
    Return the waivers of *section*.
    """
    return tuple(Waiver(rule=w.rule, owner=w.owner, reason=w.reason, expires=w.expires) for w in section.waivers or ())


def implied_names(budgets: BudgetsSpec | None) -> tuple[str, ...]:
    """
    Return the names of the rules that hold without being written.
    """
    return tuple(rule.name for rule in _implied(None, budgets, "dev"))


def _implied(section: GatesSpec | None, budgets: BudgetsSpec | None, environment: Environment) -> Iterator[GateRule]:
    action = ENVIRONMENTS[environment].gate_action
    limit = None if budgets is None or isinstance(budgets, BudgetsOff) else budgets.monthly
    if limit is not None:
        yield GateRule(name="monthly-expected", limit=Limit(amount=limit, unit="USD"), action=action)
    yield GateRule(name="unknown-price", limit=None, action="warn" if section is None else action)
