"""
ElastiCache Serverless: GB-hours of data with the engine's minimum, and ElastiCache processing units (ECPU).

    GB-hours = 730 x max(data stored, minimum of the engine, minimum of the cache's own limits)
    ECPU     = max(units used, ECPU per second of the cache's own limits x 3600 x 730)
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.aws.lines import Key, in_units_of, no_row, scaled
from servewright.cost.properties import read, read_number, read_text, required
from servewright.cost.registry import Context, Priced, catalog_line, prices
from servewright.cost.usage import Used, usage_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

_OTHERS: Final = "Redis OSS / Memcached"
_VARIANTS: Final = {"valkey": "Valkey", "redis": _OTHERS, "memcached": _OTHERS}
_LEAST_GB: Final = {"valkey": Decimal("0.1"), "redis": Decimal(1), "memcached": Decimal(1)}
"""
What is billed at least (the note on the rows of the price table: 100 MB for Valkey, 1 GB for the others).
"""

_SECONDS: Final = 3600 * HOURS_PER_MONTH
_MILLION: Final = 10**6


@prices("aws:elasticache/serverlessCache:ServerlessCache")
def price_serverless_cache(record: ResourceRecord, context: Context) -> Priced:
    """
    Return data and processing of a serverless cache, within the limits that it sets itself.
    """
    engine = required(record, read_text(record, "engine"), "engine")
    if engine not in _VARIANTS:
        why = f"our price table has no rows for a serverless cache with the engine {engine}"
        return no_row(record, component="caches", name=f"data stored ({engine})", unit="GB-hours", why=why)
    return _data(record, context, engine) + _processing(record, context, engine) + _backups(record)


def _data(record: ResourceRecord, context: Context, engine: str) -> Priced:
    used = usage_of(record, "data_stored_gb", context)
    limits = ("cacheUsageLimits", "dataStorage")
    low, high = (read_number(record, *limits, end) for end in ("minimum", "maximum"))
    stored = _within(used.quantity, max(_LEAST_GB[engine], low or Decimal(0)), high)
    hours = scaled(stored, Decimal(HOURS_PER_MONTH))
    return _line(used, context, "data stored", engine, quantity=hours, unit="GB-hours")


def _processing(record: ResourceRecord, context: Context, engine: str) -> Priced:
    used = usage_of(record, "ecpus", context)
    low, high = (_per_month(record, end) for end in ("minimum", "maximum"))
    units = in_units_of(_within(used.quantity, low or Decimal(0), high), _MILLION)
    return _line(used, context, "ECPU", engine, quantity=units, unit="million ECPU")


def _per_month(record: ResourceRecord, end: str) -> Decimal | None:
    """
    Return the units of a month at the limit *end*; the provider takes one block or a list of one.
    """
    blocks = read(record, "cacheUsageLimits", "ecpuPerSeconds")
    place = ("cacheUsageLimits", "ecpuPerSeconds", *((0,) if isinstance(blocks, list | tuple) else ()), end)
    rate = read_number(record, *place)
    return None if rate is None else rate * _SECONDS


def _within(used: Range, low: Decimal, high: Decimal | None) -> Range:
    def bounded(value: Decimal | None) -> Decimal | None:
        return None if value is None else max(low, value if high is None else min(value, high))

    return Range(bounded(used.min), bounded(used.expected), bounded(used.max))


def _backups(record: ResourceRecord) -> Priced:
    if not read_number(record, "snapshotRetentionLimit"):
        return Priced()
    why = "backups of a serverless cache have no row in our price table"
    return no_row(record, component="caches", name="backup storage", unit="GB-months", why=why)


def _line(used: Used, context: Context, component: str, engine: str, *, quantity: Range, unit: str) -> Priced:
    key: Key = ("ElastiCache Serverless", component, _VARIANTS[engine])
    name = f"{'data stored' if component == 'data stored' else 'processing units'} ({engine})"
    fields: dict[str, Any] = {"component": "caches", "model": None, "name": name, "unit": unit, "quantity": quantity}
    return catalog_line(used.record, context, key, why=used.why, **fields) + used.basis
