"""
Shipped tables with new prices in place: what was not refreshed stays byte for byte, and nothing moves.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from importlib.resources import files

import pytest

from servewright.errors import InternalError
from servewright.offers.book import Origin
from servewright.offers.catalog_rows import HOURS, SOURCES, UNITS, with_bands, with_hours, with_source, with_units
from servewright.offers.query import Key
from servewright.offers.rules import Found, Tier

DATA = files("servewright.catalog") / "data"
ORIGIN = {"f": Origin(offer="AmazonEC2", region="us-east-1", version="20260305205955", rows=9)}
DAY = "2026-11-20"


def table(name: str) -> str:
    """
    Return a shipped table.
    """
    return (DATA / name).read_text(encoding="utf-8")


def found(key: Key, *amounts: str, size: int = 100) -> Found:
    """
    Return a price of *key* with a tier for each amount.
    """
    last = len(amounts) - 1
    tiers = tuple(
        Tier(start=Decimal(n * size), end=None if n == last else Decimal((n + 1) * size), amount=Decimal(amount))
        for n, amount in enumerate(amounts)
    )
    return Found(key=key, unit="", tiers=tiers, sku="SKU1", file="f", line=1)


def changed(old: str, new: str) -> list[str]:
    """
    Return the lines of *new* that are not in *old*.
    """
    known = set(old.splitlines())
    return [line for line in new.splitlines() if line not in known]


def test_nothing_found_changes_no_byte() -> None:
    """
    Tables without a refreshed price are what they were.
    """
    assert with_units(table(UNITS), [], ORIGIN, DAY) == table(UNITS)
    assert with_hours(table(HOURS), [], {}) == table(HOURS)


def test_a_unit_price_is_rewritten_in_its_place() -> None:
    """
    Amount, source with SKU and day are new; region and order stay, every other line too.
    """
    old = table(UNITS)
    new = with_units(old, [found(Key("VPC", "NAT gateway hour", "", "us-east-1"), "0.05")], ORIGIN, DAY)
    source = '"AWS offer file AmazonEC2 20260305205955 us-east-1, SKU SKU1"'

    assert changed(old, new) == [f"VPC,NAT gateway hour,,us-east-1,hour,0.05,,,{source},{DAY},{DAY},day,"]
    assert [line.split(",")[:4] for line in new.splitlines()] == [line.split(",")[:4] for line in old.splitlines()]


def test_tiers_take_the_place_of_tiers() -> None:
    """
    However many there were and are, they stand together where the first one stood.
    """
    old = table(UNITS)
    key = Key("S3", "storage standard", "", "us-east-1")
    new = with_units(old, [found(key, "0.023", "0.022", "0.021")], ORIGIN, DAY)
    rows = [row for row in csv.DictReader(new.splitlines()) if (row["service"], row["component"], row["region"]) == key_of(key)]

    assert [(row["usd"], row["tier_from"], row["tier_to"]) for row in rows] == [
        ("0.023", "0", "100"),
        ("0.022", "100", "200"),
        ("0.021", "200", ""),
    ]
    assert with_units(new, [found(key, "0.023", "0.022", "0.021")], ORIGIN, DAY) == new


def key_of(key: Key) -> tuple[str, str, str]:
    """
    Return the cells of *key* that tell its rows.
    """
    return key.service, key.component, key.region


def test_hours_are_rewritten_where_their_type_stands() -> None:
    """
    Types with an accelerator stand in one table, the others among the unit prices; rows of zones are left alone.
    """
    gpu, cpu = Key("EC2", "on-demand", "g6.xlarge", "us-east-1"), Key("EC2", "on-demand", "c7i.2xlarge", "us-east-1")
    prices = [found(gpu, "0.9"), found(cpu, "0.4")]
    hours = with_hours(table(HOURS), prices, {"us-east-1": "offer-file-us-east-1"})

    assert changed(table(HOURS), hours) == ["g6.xlarge,us-east-1,,on-demand,0.9,offer-file-us-east-1"]
    (row,) = changed(table(UNITS), with_units(table(UNITS), prices, ORIGIN, DAY))
    assert row.startswith("EC2,on-demand Linux shared,c7i.2xlarge,us-east-1,instance-hour,0.4,,,")


def test_a_source_is_added_once_and_then_kept_current() -> None:
    """
    A second refresh rewrites its row.
    """
    once = with_source(table(SOURCES), "offer-file-us-east-1", "AWS offer file", DAY)
    twice = with_source(once, "offer-file-us-east-1", "AWS offer file", "2026-12-01")

    assert changed(table(SOURCES), once) == [f"offer-file-us-east-1,AWS offer file,{DAY},{DAY},day"]
    assert twice.count("offer-file-us-east-1") == 1
    assert "2026-12-01" in twice


def test_spot_and_bands_touch_only_their_own_rows() -> None:
    """
    A spot price of the region changes no on-demand row and no zone; a band changes the band.
    """
    hours = with_bands(table(HOURS), HOURS, {("g4dn.xlarge", "eu-west-1"): "0.4"}, "usd_per_hour", "spot-prices-eu-west-1")
    bands = with_bands(table("interruption_bands.csv"), "interruption_bands.csv", {("g4dn.xlarge", "eu-west-1"): ">20%"}, "band", "s")

    assert changed(table(HOURS), hours) == ["g4dn.xlarge,eu-west-1,,spot,0.4,spot-prices-eu-west-1"]
    assert changed(table("interruption_bands.csv"), bands) == ["g4dn.xlarge,eu-west-1,>20%,s"]


def test_a_row_that_is_not_refreshed_keeps_its_quotes() -> None:
    """
    What stands between needless quotes stays so: a diff shows prices and nothing else.
    """
    head, _, rest = table(HOURS).partition("\n")
    odd = f'{head}\n"g6.xlarge","eu-north-1",,"on-demand","0.9","vantage"\n{rest}'
    key = Key("EC2", "on-demand", "g6.xlarge", "us-east-1")

    assert changed(odd, with_hours(odd, [found(key, "0.9")], {"us-east-1": "s"})) == ["g6.xlarge,us-east-1,,on-demand,0.9,s"]


def test_tables_of_another_shape_are_not_rewritten() -> None:
    """
    Other columns are another release's: nothing is guessed.
    """
    with pytest.raises(InternalError):
        with_units("a,b\n1,2\n", [], ORIGIN, DAY)
