"""
Which bills can be set against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.gate_facts import GateFacts

if TYPE_CHECKING:
    from servewright.cost.model import Bill


def comparable(before: Bill, after: Bill) -> bool:
    """
    Tell whether the difference of two bills is known: all prices are, or what has none is the same on both sides, hour by hour.
    """
    return (before.complete and after.complete) or GateFacts.of(after, before=before).same_unknown
