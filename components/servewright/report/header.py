"""
The first lines: what is looked at, where, and how old the prices are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.price_sources import money_by_age
from servewright.report.screen import QUIET, STRONG, Screen

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
    if lock is not None and lock.state == "stale" and lock.held:
        held += f", holds {plural(len(lock.held), 'model')}"
    rest = f" · {stack.environment} · {stack.region} ({plural(len(stack.zones), 'zone')}) · {cluster}{held}"
    screen.side_by_side(((stack.name, STRONG), rest), note)


def price_weights(screen: Screen, preview: Preview) -> None:
    """
    Write which part of the money rests on prices of which date: the range alone does not say that.
    """
    words = money_by_age(preview.bill)
    if words:
        screen.paragraph((words, QUIET), indent=0)


def price_age(preview: Preview) -> str:
    """
    Return the age of the prices in words.
    """
    return f"prices {preview.prices_oldest} … {preview.prices_newest}, as of {preview.as_of}"
