"""
Prices that another repository or page states as well as the one our row was taken from. Both repeat AWS in the end: what this finds is a
row that was copied wrongly, by us or by our source. The other readings stand in second_source_prices.csv; where one differs, it stands in
disagreeing_prices.csv with the reason to keep ours.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from servewright.catalog.load import load_catalog

if TYPE_CHECKING:
    from servewright.catalog.model import Price

CATALOG = load_catalog()
HERE = Path(__file__).parent

PLACE = re.compile(r"pf:\d+|https?://[^\s(]+|^[\w.-]+/[\w.-]+(?=[ @])")
"""
What names a repository file or a page: an index number, an address, or owner/repository at the beginning.
"""

Reading = dict[str, str]


def _table(name: str) -> list[Reading]:
    """
    Return the rows of a table beside this file.
    """
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SECOND = _table("second_source_prices.csv")
DISAGREEING = _table("disagreeing_prices.csv")


def _key(row: Reading) -> str:
    """
    Return what a row is about, for the name of its test.
    """
    return "/".join(row[column] for column in ("service_or_type", "component", "variant", "region", "purchase") if row[column])


def _shipped(row: Reading) -> tuple[Price, str]:
    """
    Return the price of the catalogue that *row* is about (of the first tier where there are several), and its unit.
    """
    if not row["purchase"]:
        price = CATALOG.price(row["service_or_type"], row["component"], row["variant"], row["region"])
        assert price is not None, CATALOG.price_gap(row["service_or_type"], row["region"])
        return price, price.unit
    key = (row["service_or_type"], row["region"], None, row["purchase"])
    found = [one.price for one in CATALOG.instance_prices.rows if (one.instance_type, one.region, one.zone_id, one.purchase) == key]
    assert len(found) == 1, key
    return found[0], "instance-hour"


def _places(source: str) -> set[str]:
    """
    Return the repositories, files and pages that a source text names.
    """
    return {place.rstrip("/") for place in PLACE.findall(source)}


@pytest.mark.parametrize("row", SECOND, ids=_key)
def test_second_source_states_the_same_price(row: Reading) -> None:
    """
    The catalogue says to the last digit, and per the same unit, what the other source says. Only reservations were found rounded: there
    ours is rounded to the digits of the reading.
    """
    price, unit = _shipped(row)
    read = Decimal(row["usd"])
    ours = price.amount.quantize(read) if row["purchase"] == "reserved-1yr" else price.amount
    assert (ours, unit) == (read, row["unit"])


@pytest.mark.parametrize("row", SECOND, ids=_key)
def test_second_source_is_another_one(row: Reading) -> None:
    """
    A reading names where it was read and when, and that is not where our row was read.
    """
    price, _ = _shipped(row)
    assert row["as_of"]
    assert len(_places(row["source"])) == 1, row["source"]
    assert not _places(row["source"]) & _places(price.source), price.source


@pytest.mark.parametrize("row", DISAGREEING, ids=_key)
def test_disagreement_is_settled_as_written(row: Reading) -> None:
    """
    Where another source differs, the catalogue still says what we decided to keep, and the table says against whom and why.
    """
    price, unit = _shipped(row)
    assert (price.amount, unit) == (Decimal(row["kept_usd"]), row["unit"])
    assert Decimal(row["other_usd"]) != price.amount
    assert row["other_as_of"]
    assert row["why"]
    assert len(_places(row["other_source"])) == 1, row["other_source"]
    assert not _places(row["other_source"]) & _places(price.source), price.source


def test_second_sources_cover_the_bill() -> None:
    """
    At least 30 prices: of twelve services, of nine accelerator families on demand in us-east-1 and of five in three other regions, of
    reservations and of capacity blocks.
    """
    assert len({_key(row) for row in SECOND}) == len(SECOND)
    assert len(SECOND) >= 30
    assert len({row["service_or_type"] for row in SECOND if not row["purchase"]}) >= 12
    home, elsewhere = _families("on-demand", home=True), _families("on-demand", home=False)
    assert {"g5", "g6", "g6e", "p4d", "p4de", "p5", "p5en", "inf2", "trn1"} <= home
    assert {"g5", "g6", "g6e", "p4d", "p5"} <= elsewhere
    assert len({row["region"] for row in SECOND if row["purchase"] == "on-demand"} - {"us-east-1"}) >= 3
    assert _families("reserved-1yr", home=True)
    assert _families("capacity-block", home=False)


def _families(purchase: str, *, home: bool) -> set[str]:
    """
    Return the families of the types read with *purchase*, in us-east-1 (*home*) or in the other regions.
    """
    rows = [row for row in SECOND if row["purchase"] == purchase and (row["region"] == "us-east-1") == home]
    return {row["service_or_type"].partition(".")[0] for row in rows}
