"""
What the chosen hardware would cost bought otherwise: the same replicas on the same nodes under each other mix of purchase options.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.offers import Market, share_rate, too_uncertain
from servewright.plan.pool_group import price_group
from servewright.plan.ranking import compared_price
from servewright.plan.shares import split_shares
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback

if TYPE_CHECKING:
    from servewright.plan.placements import Placement

_ALL: Final = Decimal(1)
_ON_DEMAND: Final = BurstCapacity(purchase="on-demand")
_SPOT: Final = BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=_ALL))
_HALF: Final = Decimal("0.5")

_OPTIONS: Final[tuple[tuple[str, Capacity], ...]] = (
    ("all on demand", Capacity(burst=_ON_DEMAND)),
    ("all spot with on-demand behind it", Capacity(burst=_SPOT)),
    ("half on demand, the rest spot", Capacity(base=BaseCapacity(purchase="on-demand", share=_HALF), burst=_SPOT)),
    (
        "half reserved for a year, the rest spot",
        Capacity(base=BaseCapacity(purchase="reserved", share=_HALF, term="1y", payment="no-upfront"), burst=_SPOT),
    ),
    ("all reserved for a year", Capacity(base=BaseCapacity(purchase="reserved", share=_ALL, term="1y", payment="no-upfront"))),
)
"""
The mixes that teams weigh against each other; a spec may write any other.
"""


def bought_otherwise(market: Market, placement: Placement) -> str | None:
    """
    Return in words what *placement* would cost under other mixes, cheapest first; None where no other price is known.
    """
    now = placement.monthly.expected
    if not now:
        return None
    priced = [(_price(market, placement, option), words) for words, option in _OPTIONS]
    found = sorted((price, words) for price, words in priced if price is not None and price != now)
    if not found:
        return None
    return "bought otherwise it costs: " + "; ".join(f"{words} ${price:,.0f} ({_change(price, now)})" for price, words in found)


def _price(market: Market, placement: Placement, option: Capacity) -> Decimal | None:
    """
    Return the expected price a month under *option*, None where it is not known, not sold so or not what the planner would take.
    """
    other = replace(market, capacity=option)
    if any(too_uncertain(other, tenant.request, placement.instance) for tenant in placement.tenants):
        return None
    shares = split_shares(option, placement.needed)
    if any(share_rate(other, each.share, placement.instance).price is None for each in shares):
        return None
    pattern = replace(placement.tenants[0], held=())
    groups = [price_group(other, (replace(pattern, share=each.share, replicas=each.replicas),)) for each in shares]
    total = sum((compared_price(market.catalog, market.stack, pool) for group in groups for pool in group.pools), Decimal(0))
    return total if total.is_finite() else None


def _change(price: Decimal, now: Decimal) -> str:
    return f"{(price - now) / now * 100:+,.0f} %"
