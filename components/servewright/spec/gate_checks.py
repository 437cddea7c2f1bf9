"""
Rules of the section `gates`: each rule once and with a limit of its own kind, each waiver for a rule that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.spec.codes import CONTRADICTION, DUPLICATE, MISSING, NEEDS_UNIT, OUT_OF_BOUNDS, UNKNOWN_NAME
from servewright.spec.faults import nearest_hint
from servewright.spec.finding import Finding
from servewright.spec.gate_defaults import implied_names
from servewright.spec.gate_rules import LIMIT_UNITS
from servewright.spec.paths import item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.gate_rules import LimitUnit, RuleName
    from servewright.spec.gates import GateRuleSpec, GatesSpec

_WRITTEN = {"USD": "95000 USD", "%": "10%", "days": "90 days"}


def gates(scope: Scope) -> Iterator[Finding]:
    """
    Yield what is wrong across the fields of `gates`.
    """
    section = scope.spec.gates
    if section is None:
        return
    yield from gate_findings(section, "gates", implied=implied_names(scope.spec.budgets))


def gate_findings(section: GatesSpec, path: str, *, implied: tuple[str, ...]) -> Iterator[Finding]:
    """
    Yield what is wrong across the fields of *section*, which stands at *path*; *implied* are rules that are there unwritten.
    """
    rules, waivers = section.rules or (), section.waivers or ()
    for index, rule in enumerate(rules):
        yield from _limit(rule, item(_below(path, "rules"), index))
    yield from _doubles([rule.rule for rule in rules], _below(path, "rules"))
    yield from _doubles([waiver.rule for waiver in waivers], _below(path, "waivers"))
    names = (*(rule.rule for rule in rules), *implied)
    for index, waiver in enumerate(waivers):
        if waiver.rule not in names:
            where = f"{item(_below(path, 'waivers'), index)}.rule"
            hint = nearest_hint(waiver.rule, dict.fromkeys(names)) if names else "there are no rules to waive"
            yield Finding(
                code=UNKNOWN_NAME,
                path=where,
                message="there is no such rule to waive",
                hint=hint,
                reads=(_below(path, "rules"),),
            )


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _limit(rule: GateRuleSpec, path: str) -> Iterator[Finding]:
    units: tuple[LimitUnit, ...] = LIMIT_UNITS[rule.rule]
    where, reads = f"{path}.limit", (f"{path}.rule",)
    wanted = " or ".join(_WRITTEN[unit] for unit in units)
    if rule.limit is None:
        if units:
            yield Finding(code=MISSING, path=where, message="limit is missing", hint=f"limit: {wanted}", reads=reads)
        return
    if not units:
        yield Finding(code=CONTRADICTION, path=where, message=f"{rule.rule} has no limit", hint="leave it out", reads=reads)
    elif rule.limit.unit not in units:
        yield Finding(code=NEEDS_UNIT, path=where, message=f"the limit of {rule.rule} must be given as {wanted}", reads=reads)
    elif not rule.limit.amount and rule.rule not in ("increase", "stale-prices"):
        yield Finding(code=OUT_OF_BOUNDS, path=where, message="must be above 0", hint="nothing costs nothing", reads=reads)


def _doubles(names: list[RuleName], path: str) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        known = first.setdefault(name, index)
        if known != index:
            yield Finding(
                code=DUPLICATE,
                path=f"{item(path, index)}.rule",
                message=f"{item(path, known)} has the same rule",
                hint="keep one",
                reads=(f"{item(path, known)}.rule",),
            )
