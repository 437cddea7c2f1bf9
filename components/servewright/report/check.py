"""
The answer of `servewright check`: what was checked, what is wrong with the resources, and what the plan warns of.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.cost.gates import denied
from servewright.report.figures import plural
from servewright.report.foot import next_command
from servewright.report.gates import show_outcomes
from servewright.report.header import header
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Screen

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.cost.gates import GateOutcome
    from servewright.diagnostics import Diagnostic
    from servewright.plan.model import Plan
    from servewright.readiness.model import Finding

WITHOUT_ENGINE: Final = "not checked with the engine's own parser: pip install 'servewright[vllm]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    What `check` found in *resources* resources by *rules* rules.

    *engine* is the version of the installed engine whose parser read the arguments of *engines* workloads, None where there is none.
    *gates* is what the cost rules say of the bill.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    resources: int
    rules: int
    engines: int
    engine: str | None
    gates: tuple[GateOutcome, ...] = ()


def show_check(console: Console, check: Check, *, spec: str) -> None:
    """
    Write the answer; *spec* is the file as the user named it.
    """
    screen = Screen(console)
    header(screen, check.plan.stack)
    counts = (plural(len(check.plan.models), "model"), plural(check.resources, "resource"), plural(check.rules, "rule"))
    found = plural(len(check.findings), "finding")
    refused = denied(check.gates)
    screen.paragraph(
        (found, BAD) if check.findings else (plural(len(refused), "gate") + " denied", BAD) if refused else ("ok", GOOD),
        f": {', '.join(counts)}",
        indent=0,
        hang=2,
    )
    arguments = f"arguments of {plural(check.engines, 'engine')}: "
    parsed = WITHOUT_ENGINE if check.engine is None else f"read by the parser of vLLM {check.engine}"
    screen.paragraph((arguments + parsed, QUIET), indent=0, hang=2)
    _findings(screen, check.findings)
    show_outcomes(screen, check.gates)
    _warnings(screen, check.plan.warnings)
    screen.blank()
    next_command(screen, f"servewright check {spec} --readiness")


def _findings(screen: Screen, findings: tuple[Finding, ...]) -> None:
    if findings:
        screen.heading("Findings", "each breaks a rule that every stack must hold")
    for (rule, what), members in groupby(findings, key=lambda f: (f.rule, f.what)):
        screen.paragraph((rule, BAD), f" {what}", indent=2, hang=8)
        for finding in members:
            screen.paragraph((f"{finding.object}: ", STRONG), finding.evidence, indent=8, hang=10)


def _warnings(screen: Screen, warnings: tuple[Diagnostic, ...]) -> None:
    if warnings:
        screen.heading("Warnings", "of the spec and its plan; none of them refuses it")
    for each in warnings:
        place = f"{each.file}:{each.line}:{each.column}" if each.line else each.file
        screen.verbatim((each.code, WARN), f"  {place}  {each.path}", indent=2)
        screen.paragraph(each.message, indent=8)
