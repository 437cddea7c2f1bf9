"""
What interruptions of spot nodes cost.

    f  = max(spot_fallback_share, b)             share of the hours on the fallback pool, never above its max share
    b  = upper edge of the interruption band     "<5%" 0.05, "5-10%" 0.10, "10-15%" 0.15, "15-20%" 0.20
    l  = -ln(1 - b) / 730                        interruptions per node-hour, b being the share interrupted in a month
    o  = l x spot_recovery / 3600                extra node-hours per spot node-hour until a replacement serves

The bands are those of the AWS spot advisor (30 days, per region and type). The last one, ">20%", has no upper edge: the high end
of the assumption spot_fallback_share (0.25) stands for it, as it does for a type without a published band (judgement).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError
from servewright.units import HOURS_PER_MONTH, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog

_CONTEXT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
_OVERLAP_STEP: Final = Decimal("1e-9")
_BOUNDED_BAND: Final = re.compile(r"(?:<|[0-9]+ ?[-\u2013] ?)([0-9]+) ?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotEffects:
    """
    The effects on one spot pool: *fallback_share* of its hours move to the fallback pool (as far as that one takes them),
    and *recovery_overlap* node-hours are paid on top of each node-hour. *interrupted_share* is the monthly share b behind both.
    """

    fallback_share: Decimal
    recovery_overlap: Decimal
    interrupted_share: Decimal


NO_INTERRUPTION: Final = SpotEffects(fallback_share=Decimal(0), recovery_overlap=Decimal(0), interrupted_share=Decimal(0))
"""
On-demand nodes are not interrupted.
"""


@lru_cache(maxsize=64)
def spot_effects(catalog: Catalog, interruption_band: str | None) -> SpotEffects:
    """
    Return what interruptions do to a spot pool whose type has *interruption_band* (None: none published, the worst is taken).
    """
    interrupted = _upper_edge(catalog, interruption_band)
    per_hour = _CONTEXT.divide(-_CONTEXT.ln(1 - interrupted), HOURS_PER_MONTH)
    overlap = _CONTEXT.divide(_CONTEXT.multiply(per_hour, catalog.assumed("spot_recovery")), Decimal(SECONDS_PER_HOUR))
    return SpotEffects(
        fallback_share=max(catalog.assumed("spot_fallback_share"), interrupted),
        recovery_overlap=overlap.quantize(_OVERLAP_STEP, context=_CONTEXT),
        interrupted_share=interrupted,
    )


def _upper_edge(catalog: Catalog, band: str | None) -> Decimal:
    match = None if band is None else _BOUNDED_BAND.fullmatch(band.strip())
    if match is not None:
        return Decimal(match[1]) / 100
    assumption = catalog.assumption("spot_fallback_share")
    if assumption.high is None:
        msg = "the assumption spot_fallback_share has no high end, which stands for the open interruption band"
        raise InternalError(msg)
    return Decimal(assumption.high)
