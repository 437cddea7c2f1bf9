"""
Amazon Managed Service for Prometheus: samples written, samples that queries read, and storage, all by use.

The sources of our prices name no region, so they answer for none: the lines are unknown until rows of a region are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use, no_row
from servewright.cost.registry import Priced, joined, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_LINES: Final[tuple[tuple[Key, str, str, str, int], ...]] = (
    # row of the price table, usage key, line, unit, how many make one unit of the price
    (("AMP", "samples ingested", ""), "samples_ingested", "samples written", "10 million samples", 10_000_000),
    (("AMP", "query samples processed", ""), "query_samples", "samples read by queries", "billion samples", 1_000_000_000),
    (("AMP", "metrics storage", ""), "storage_gb", "metrics storage", "GB-months", 1),
)


@prices("aws:amp/workspace:Workspace")
def price_workspace(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the three lines of a workspace.
    """
    return joined(
        by_use(record, context, key, usage_key, component="monitoring", name=name, unit=unit, per_unit=per_unit)
        for key, usage_key, name, unit, per_unit in _LINES
    )


@prices("aws:amp/scraper:Scraper")
def price_scraper(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return that a collector is billed by the hour and by its samples, at no price that names a region.
    """
    why = "collectors are billed by the hour and by their samples; the sources of our prices name no region"
    return no_row(record, component="monitoring", name="collector hours", unit="hours", why=why)
