"""
The shipped tables with new prices in place: the same rows in the same order, and every other row as it was, byte for byte.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from servewright.catalog.columns import COLUMNS
from servewright.catalog.rates import CPU_COMPONENT, CPU_SERVICE
from servewright.errors import InternalError
from servewright.offers.query import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from servewright.offers.book import Origin
    from servewright.offers.rules import Found, Tier

UNITS: Final = "prices.csv"
HOURS: Final = "instance_prices.csv"
SOURCES: Final = "sources.csv"

Cells = dict[str, str]


def with_units(text: str, found: Iterable[Found], origins: Mapping[str, Origin], day: str) -> str:
    """
    Return prices.csv with the unit prices in *found*; *origins* has the offer file of each by its name, *day* is what they are as of.
    """
    prices = {_unit_key(each.key): each for each in found}
    done: set[Key] = set()

    def rewritten(row: Cells) -> list[Cells]:
        key = Key(row["service"], row["component"], row["variant"], row["region"])
        each = prices.get(key)
        if each is None:
            return [row]
        if key in done:  # its tiers stand where the first of them stood
            return []
        done.add(key)
        source = f"{origins[each.file].words}, SKU {each.sku}"
        dated = {"source": source, "as_of": day, "as_of_from": day, "as_of_kind": "day", "notes": ""}
        return [row | _bounds(tier, each) | {"usd": f"{tier.amount:f}"} | dated for tier in each.tiers]

    return _rewritten(UNITS, text, rewritten)


def with_hours(text: str, found: Iterable[Found], sources: Mapping[str, str]) -> str:
    """
    Return instance_prices.csv with the hours in *found*; *sources* has the key of the source of each region.
    """
    prices = {(each.key.variant, each.key.region, each.key.component): each for each in found if each.key.is_hours}

    def rewritten(row: Cells) -> list[Cells]:
        each = None if row["zone_id"] else prices.get((row["instance_type"], row["region"], row["purchase"]))
        return [row if each is None else row | {"usd_per_hour": f"{each.amount:f}", "source": sources[each.key.region]}]

    return _rewritten(HOURS, text, rewritten)


def with_bands(text: str, table: str, values: Mapping[tuple[str, str], str], column: str, source: str) -> str:
    """
    Return a table by type and region (bands, or the spot rows of the hours) with *values* in *column*.
    """

    def rewritten(row: Cells) -> list[Cells]:
        value = values.get((row["instance_type"], row["region"]))
        other = row.get("zone_id") or row.get("purchase", "spot") != "spot"
        return [row if value is None or other else row | {column: value, "source": source}]

    return _rewritten(table, text, rewritten)


def with_source(text: str, key: str, words: str, day: str) -> str:
    """
    Return sources.csv with the source *key*.
    """
    made = {"key": key, "text": words, "as_of": day, "as_of_from": day, "as_of_kind": "day"}
    done: list[str] = []

    def rewritten(row: Cells) -> list[Cells]:
        if row["key"] != key:
            return [row]
        done.append(key)
        return [made]

    result = _rewritten(SOURCES, text, rewritten)
    return result if done else result + _line(list(made.values()))


def _unit_key(key: Key) -> Key:
    """
    Return the key that the table of unit prices has: hours of types without accelerator stand there too.
    """
    return Key(CPU_SERVICE, CPU_COMPONENT, key.variant, key.region) if key.is_hours and key.component == "on-demand" else key


def _bounds(tier: Tier, each: Found) -> Cells:
    if len(each.tiers) == 1 and tier.end is None:
        return {"tier_from": "", "tier_to": ""}
    return {"tier_from": f"{tier.start:f}", "tier_to": "" if tier.end is None else f"{tier.end:f}"}


def _rewritten(table: str, text: str, change: Callable[[Cells], list[Cells]]) -> str:
    columns = COLUMNS[table]
    lines = text.splitlines(keepends=True)
    if not lines or tuple(next(csv.reader(lines[:1]))) != columns:
        msg = f"{table} has other columns than this release writes"
        raise InternalError(msg)
    made = [lines[0]]
    for line in lines[1:]:
        cells = next(csv.reader([line], strict=True))
        row = dict(zip(columns, cells, strict=True))
        result = change(row)
        made += [line] if result == [row] else [_line(list(each.values())) for each in result]
    return "".join(made)


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
