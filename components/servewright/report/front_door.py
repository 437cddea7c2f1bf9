"""
What stands before the models, in one order on every screen: gateway, routes and caches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.caches import caches
from servewright.report.gateway import gateway, hop_rows
from servewright.report.routes import routes
from servewright.report.screen import QUIET, Column, Screen, Span

if TYPE_CHECKING:
    from servewright.plan.model import Plan


_HOPS: Final = (Column(wrap=True, most=0.45), Column(), Column(wrap=True, style=QUIET))


def front_door(screen: Screen, plan: Plan, *, whole: bool = False) -> None:
    """
    Write each part that the stack has, but for the ladder; *whole* adds how the gateway behaves when something fails or ends.
    """
    gateway(screen, plan, whole=whole)
    routes(screen, plan)
    caches(screen, plan)


def front_door_reasons(screen: Screen, plan: Plan) -> None:
    """
    Write which connections are open, and why the gateway and each store have the size that they have.
    """
    found = front_door_reasons_of(plan)
    if plan.gateway is not None:
        screen.heading("Who talks to whom", "all else is closed")
        rows: list[tuple[Span, ...]] = [
            (where, (f"encrypted: {tls}" if tls == "no" else tls, QUIET), why) for where, tls, why in hop_rows(plan)
        ]
        screen.table(_HOPS, rows)
    if not found:
        return
    screen.heading("Why this gateway and these stores")
    for name, reason in found:
        screen.paragraph(f"{name}: {reason.replace(' x ', ' × ')}", hang=4)


def front_door_reasons_of(plan: Plan) -> list[tuple[str, str]]:
    """
    Return each reason with what it is about.
    """
    own = [("gateway", reason) for reason in plan.gateway.reasons] if plan.gateway is not None else []
    return own + [(tier.key, reason) for tier in plan.tiers for reason in tier.reasons]
