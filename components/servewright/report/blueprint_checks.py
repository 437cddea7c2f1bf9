"""
What came of testing blueprints: a line for each, and below it what does not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.report.figures import plural
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servewright.blueprints.outcome import Check, Tested

CHECKS_VERSION: Final = "servewright.dev/blueprint-checks/v1"


def show_checks(console: Console, found: Sequence[Tested], *, every: bool = False) -> None:
    """
    Write what came of *found*: what does not hold and what was written, with *every* check where asked for.
    """
    screen = Screen(console)
    for tested in found:
        faults = sum(not check.holds for check in tested.checks)
        state = ("holds", GOOD) if tested.holds else (plural(faults, "fault"), BAD)
        screen.paragraph((tested.label, STRONG), "   ", state, (f"   {plural(len(tested.checks), 'check')}", QUIET), indent=0)
        for check in tested.checks:
            if every or not check.holds or _wrote(check):
                _check(screen, check)
    bad = sum(not tested.holds for tested in found)
    screen.blank()
    said = f"{plural(len(found), 'blueprint')}, {bad} with faults" if bad else f"{plural(len(found), 'blueprint')}, all hold"
    screen.paragraph((said, BAD if bad else GOOD), indent=0)


def _wrote(check: Check) -> bool:
    return any(line.endswith(" written") for line in check.lines)


def _check(screen: Screen, check: Check) -> None:
    lead, *rest = check.lines or ("",)
    screen.paragraph(("ok  " if check.holds else "!   ", GOOD if check.holds else BAD), f"{check.name}: {lead}", hang=8)
    for line in rest:
        own = len(line) - len(line.lstrip())
        screen.paragraph(line.strip(), indent=8 + own, hang=10 + own)


def checks_value(found: Sequence[Tested]) -> dict[str, Any]:
    """
    Return *found* as the value of blueprint-checks-v1.json.
    """
    return {
        "apiVersion": CHECKS_VERSION,
        "holds": all(tested.holds for tested in found),
        "blueprints": [
            {
                "blueprint": tested.label,
                "holds": tested.holds,
                "checks": [{"name": check.name, "holds": check.holds, "lines": list(check.lines)} for check in tested.checks],
            }
            for tested in found
        ],
    }
