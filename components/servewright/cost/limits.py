"""
What max is not: a cap on spending.

    at the limits = node limit x 730 x highest price + the volumes of those nodes, for every pool
                  + the max of all other lines

The pools' limits are larger than the autoscaler's maximum, since a node that drifts and a roll-out need room for a replacement.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.cost.node_pool import lines_at_limit
from servewright.cost.pool import NODE_POOL
from servewright.cost.properties import UnreadableProperty
from servewright.ranges import total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Line
    from servewright.cost.registry import Context


def words_on_max(lines: Iterable[Line], context: Context) -> tuple[str, ...]:
    """
    Return the sentence about the max of a bill with *lines*, none where no node pool is registered.
    """
    if not context.of_type(NODE_POOL):
        return ()
    amount = _at_the_limits(lines, context)
    if amount is None:
        most = "pools may launch more nodes than that, for replacements"
    else:
        most = f"up to ${amount:,.0f} a month if every pool stood at its node limit, which leaves room for replacements"
    return (f"max is the autoscaler's maximum, not a spending cap: {most}",)


def _at_the_limits(lines: Iterable[Line], context: Context) -> Decimal | None:
    """
    Return the bill with every pool at its limit, None where a pool has none or something else is not known.
    """
    pools = context.of_type(NODE_POOL)
    urns = {pool.urn for pool in pools}
    full = [line for line in lines if line.resource not in urns]
    for pool in pools:
        try:
            at_limit = lines_at_limit(pool, context)
        except UnreadableProperty:
            return None
        if at_limit is None:
            return None
        full += at_limit
    return total(line.monthly for line in full).max
