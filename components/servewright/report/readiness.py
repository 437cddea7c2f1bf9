"""
The readiness list on the screen: what fails and how to mend it, what is to be verified elsewhere, what holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.foot import next_command
from servewright.report.header import header
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.plan.model import Plan
    from servewright.readiness.model import Checked, Readiness, State

_WORDS: Final[dict[State, tuple[str, str]]] = {
    "pass": ("holds", "hold"),
    "fail": ("fails", "fail"),
    "not-verifiable": ("is to be verified elsewhere", "are to be verified elsewhere"),
    "not-applicable": ("does not apply", "do not apply"),
}
_THREE_COLUMNS_FROM: Final = 110
"""
Columns from which an item and its evidence fit beside each other.
"""


def show_readiness(console: Console, plan: Plan, found: Readiness, *, spec: str) -> None:
    """
    Write the list; *spec* is the file as the user named it.
    """
    screen = Screen(console)
    header(screen, plan.stack)
    gate = "" if found.gate or not found.failed else f". In {plan.stack.environment} nothing is refused for it"
    screen.paragraph((f"Readiness, {plural(len(found.items), 'item')}", STRONG), f": {_counts(found)}{gate}", indent=0, hang=2)
    _failed(screen, found.failed)
    _elsewhere(screen, found.of("not-verifiable"))
    _held(screen, "Holds", found.of("pass"), GOOD)
    _held(screen, "Does not apply", found.of("not-applicable"), QUIET)
    screen.blank()
    next_command(screen, f"servewright preview {spec}")


def _counts(found: Readiness) -> str:
    counted = {state: len(found.of(state)) for state in _WORDS}
    return ", ".join(f"{number} {_WORDS[state][number != 1]}" for state, number in counted.items() if number)


def _failed(screen: Screen, items: tuple[Checked, ...]) -> None:
    if items:
        screen.heading("Fails")
    for item in items:
        margin = _title(screen, item, BAD)
        for line in item.evidence:
            screen.paragraph(line, indent=margin)
        screen.paragraph((f"why: {item.why}", QUIET), indent=margin, hang=margin + 5)
        if item.fix is not None:
            screen.paragraph(("fix: ", QUIET), (f"{item.fix[0]}: {item.fix[1]}", STRONG), indent=margin, hang=margin + 5)


def _elsewhere(screen: Screen, items: tuple[Checked, ...]) -> None:
    if items:
        screen.heading("To be verified elsewhere", "nothing here knows your account and your cluster")
    for item in items:
        margin = _title(screen, item, WARN)
        for line in item.evidence:
            screen.paragraph(line, indent=margin)
        place, command = item.where or ("", None)
        screen.paragraph((f"{place}{':' if command else ''}", QUIET), indent=margin)
        if command:
            screen.command(command.split(" "), indent=margin)


def _title(screen: Screen, item: Checked, style: str) -> int:
    """
    Write the name of *item* and what should hold, and return the indent of what follows.
    """
    screen.paragraph((item.id, style), f": {item.what}", indent=2, hang=6)
    return 6


def _held(screen: Screen, title: str, items: tuple[Checked, ...], style: str) -> None:
    if not items:
        return
    screen.heading(title)
    wide = screen.width >= _THREE_COLUMNS_FROM
    columns = (Column(style=style), Column(wrap=True, most=0.52), Column(wrap=True, style=QUIET))
    if wide:
        screen.table(columns, [(item.id, item.what, "\n".join(item.evidence)) for item in items])
        return
    rows: list[tuple[Span, Span]] = []
    for item in items:
        rows += [(item.id, item.what), *(("", (line, QUIET)) for line in item.evidence)]
    screen.table((Column(style=style), Column(wrap=True)), rows)
