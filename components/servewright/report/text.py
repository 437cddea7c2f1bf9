"""
The preview's screen: the decision first, then the money, why, what was assumed, what to watch, and the next command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.alternatives import alternatives
from servewright.report.decision import decision
from servewright.report.defaults import defaults
from servewright.report.elsewhere import elsewhere
from servewright.report.foot import census_line, next_command
from servewright.report.front_door import front_door
from servewright.report.gates import gates_block
from servewright.report.header import header, price_age, price_weights
from servewright.report.hosted import compare_models
from servewright.report.ladder import ladder
from servewright.report.lines import bill_lines
from servewright.report.money_table import money_table
from servewright.report.monitoring import monitoring
from servewright.report.origins import origins
from servewright.report.requirements import requirements
from servewright.report.screen import Screen
from servewright.report.tree import resource_tree
from servewright.report.unit_costs import unit_costs
from servewright.report.unit_screen import hosted_screen, unit_screen
from servewright.report.watch import watch, watch_money, watch_plan
from servewright.report.what_if import what_if_table

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.plan.model import Plan
    from servewright.report.hosted import HostedPrice
    from servewright.report.model import Preview
    from servewright.report.what_if import WhatIf


def show_preview(console: Console, preview: Preview, *, spec: str, bill: bool = False, tree: bool = False) -> None:
    """
    Write the preview; *bill* adds every line with its source, *tree* every resource. *spec* is the file as the user named it.
    """
    screen = Screen(console)
    header(screen, preview.plan.stack, price_age(preview), lock=preview.plan.lock)
    price_weights(screen, preview)
    decision(screen, preview.plan)
    front_door(screen, preview.plan)
    money_table(screen, preview)
    gates_block(screen, preview)
    ladder(screen, preview.plan)
    monitoring(screen, preview.plan)
    alternatives(screen, preview.plan)
    if bill:
        bill_lines(screen, preview)
    if tree:
        resource_tree(screen, preview)
    elsewhere(screen, preview.bill)
    defaults(screen, preview.plan)
    origins(screen, preview.plan)
    requirements(screen, preview)
    watch(screen, preview)
    screen.blank()
    census_line(screen, preview, bill=bill, tree=tree)
    next_command(screen, f"servewright plan {spec} --explain")


def show_cost(console: Console, preview: Preview, *, spec: str, hosted: HostedPrice | None = None, other: WhatIf | None = None) -> None:
    """
    Write the bill alone, by its units and every line with its source; beside a *hosted* API and *other* choices where these are asked for.
    """
    screen = Screen(console)
    header(screen, preview.plan.stack, price_age(preview), lock=preview.plan.lock)
    price_weights(screen, preview)
    money_table(screen, preview)
    gates_block(screen, preview)
    costs = unit_costs(preview)
    unit_screen(screen, costs, preview.bill)
    if hosted is not None:
        hosted_screen(screen, compare_models(preview.plan.models, costs, hosted))
    if other is not None:
        what_if_table(screen, preview, other)
    bill_lines(screen, preview)
    elsewhere(screen, preview.bill)
    watch_money(screen, preview)
    screen.blank()
    census_line(screen, preview, bill=True, tree=True)
    next_command(screen, f"servewright preview {spec}")


def show_plan(console: Console, plan: Plan, *, spec: str) -> None:
    """
    Write the decision alone.
    """
    screen = Screen(console)
    header(screen, plan.stack, lock=plan.lock)
    decision(screen, plan)
    front_door(screen, plan)
    ladder(screen, plan)
    monitoring(screen, plan)
    alternatives(screen, plan)
    defaults(screen, plan)
    origins(screen, plan)
    watch_plan(screen, plan)
    screen.blank()
    next_command(screen, f"servewright plan {spec} --explain")
