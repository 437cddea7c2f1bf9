"""
Other regions, as information: where the same nodes have a lower price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.optimize.model import Candidate, Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case

_TRIED: Final = 4
"""
How many regions are planned: those where the nodes of this plan cost least (judgement).
"""


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield the regions where the nodes of the plan as it stands are cheaper, the cheapest first.
    """
    here = case.request.stack
    now = _nodes(case, here.region)
    found = []
    for region in case.catalog.regions():
        there = None if region == here.region else _nodes(case, region)
        zones = case.catalog.zones(region)[: len(here.zones)]
        if there is not None and (now is None or there < now) and len(zones) == len(here.zones):
            found.append((there, region, zones))
    for _, region, zones in sorted(found)[:_TRIED]:
        yield Candidate(
            id=f"region-{region}",
            kind="region",
            title=f"in {region} instead of {here.region}",
            fields={"platform": {"region": region, "zones": list(zones)}},
            group="depends",
            caveats=("only if the data may lie there and its users are near enough; it needs a cluster there",),
            risks=(Risk(level="high", why="a move: another cluster, another distance to users, another law"),),
        )


def _nodes(case: Case, region: str) -> Decimal | None:
    """
    Return what the nodes of the plan are expected to cost in *region*, None where a price is missing.
    """
    whole = Decimal(0)
    for pool in case.plan.pools:
        rate = hourly_rate(case.catalog, pool.instance_types[0], region, pool.purchase, commitment=pool.commitment)
        if rate.price is None or pool.nodes.expected is None:
            return None
        whole += rate.price.amount * pool.nodes.expected
    return whole
