"""
The first lines: what is looked at, where, and how old the prices are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.figures import plural
from servewright.report.screen import STRONG, Screen

if TYPE_CHECKING:
    from servewright.report.model import Preview
    from servewright.spec.request import Stack


def header(screen: Screen, stack: Stack, note: str = "") -> None:
    """
    Write name, environment, place and cluster of *stack*, with *note* at the right end or below.
    """
    cluster = "no cluster named yet" if stack.cluster.placeholder else f"cluster {stack.cluster.name}"
    rest = f" · {stack.environment} · {stack.region} ({plural(len(stack.zones), 'zone')}) · {cluster}"
    screen.side_by_side(((stack.name, STRONG), rest), note)


def price_age(preview: Preview) -> str:
    """
    Return the age of the prices in words.
    """
    return f"prices {preview.prices_oldest} … {preview.prices_newest}, as of {preview.as_of}"
