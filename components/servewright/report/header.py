"""
The first lines: what is looked at, where, and how old the prices are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.screen import STRONG, Screen

if TYPE_CHECKING:
    from servewright.plan.model import LockUse
    from servewright.report.model import Preview
    from servewright.spec.request import Stack


_LOCKS: Final = {"locked": " · locked", "stale": " · lock stale"}


def header(screen: Screen, stack: Stack, note: str = "", *, lock: LockUse | None = None) -> None:
    """
    Write name, environment, place and cluster of *stack* and whether a *lock* holds it, with *note* at the right end or below.
    """
    cluster = "no cluster named yet" if stack.cluster.placeholder else f"cluster {stack.cluster.name}"
    held = "" if lock is None else _LOCKS.get(lock.state, "")
    rest = f" · {stack.environment} · {stack.region} ({plural(len(stack.zones), 'zone')}) · {cluster}{held}"
    screen.side_by_side(((stack.name, STRONG), rest), note)


def price_age(preview: Preview) -> str:
    """
    Return the age of the prices in words.
    """
    return f"prices {preview.prices_oldest} … {preview.prices_newest}, as of {preview.as_of}"
