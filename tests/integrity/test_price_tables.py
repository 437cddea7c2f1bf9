"""
Invariants of the shipped price tables; each failure prints the offending row.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase

from servewright.catalog.load import load_catalog, read_table
from servewright.catalog.prices import GLOBAL, UNSPECIFIED

CATALOG = load_catalog()


def test_hourly_prices_are_above_zero() -> None:
    """
    An instance hour is never free: every row is a finite amount above 0 with source and day.
    """
    for row in CATALOG.instance_prices.rows:
        assert row.price.amount.is_finite(), row
        assert row.price.amount > 0, row
        assert row.price.source, row
        assert row.price.as_of, row


def test_hourly_prices_have_one_row_per_key() -> None:
    """
    Type, region, zone and purchase option name one price.
    """
    keys = [(row.instance_type, row.region, row.zone_id, row.purchase) for row in CATALOG.instance_prices.rows]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_hourly_prices_are_of_known_types_and_regions() -> None:
    """
    Every priced type is in the catalogue, every region is one that a spec may name, only spot is priced by zone.
    """
    for row in CATALOG.instance_prices.rows:
        assert CATALOG.instance(row.instance_type) is not None, row
        assert row.region in CATALOG.regions(), row
        assert row.purchase in {"on-demand", "spot", "reserved-1yr", "capacity-block"}, row
        assert row.zone_id is None or row.purchase == "spot", row


def test_zone_ids_belong_to_their_region() -> None:
    """
    A row by zone names a zone id of the region it stands in.
    """
    ids = {region.id: region.zone_ids for region in CATALOG.places.rows}
    for row in CATALOG.instance_prices.rows:
        assert row.zone_id is None or row.zone_id in ids[row.region], row


def test_reserved_is_below_on_demand() -> None:
    """
    A year's commitment costs less per hour than none; a swapped column would show here.
    """
    prices = CATALOG.instance_prices
    for row in prices.rows:
        if row.purchase == "reserved-1yr":
            on_demand = prices.price(row.instance_type, row.region, "on-demand")
            assert on_demand is None or row.price.amount < on_demand.amount, row


def test_what_is_called_not_sold_has_no_price() -> None:
    """
    A statement that something is not sold contradicts no price row; each has evidence.
    """
    for gap in CATALOG.instance_prices.not_sold:
        assert gap.evidence, gap
        purchases = {"on-demand", "spot", "capacity-block"} if gap.purchase == "any" else {gap.purchase}
        contradiction = [
            row
            for row in CATALOG.instance_prices.rows
            if row.region == gap.region and row.purchase in purchases and fnmatchcase(row.instance_type, gap.pattern)
        ]
        assert contradiction == [], gap


def test_unit_prices_are_amounts_with_a_source() -> None:
    """
    A unit price is finite and not negative, and has unit, source and the words of its day; a blank never became a row.
    """
    for row in CATALOG.unit_prices.rows:
        assert row.price.amount.is_finite(), row
        assert row.price.amount >= 0, row
        assert row.price.unit, row
        assert row.price.source, row
        assert row.price.as_of, row


def test_the_zeros_are_the_known_ones() -> None:
    """
    A price of 0 is a statement: only these three were read as free.
    """
    zeros = {(row.service, row.component) for row in CATALOG.unit_prices.rows if row.price.amount == 0}
    assert zeros == {
        ("AWS Budgets", "action-enabled budget, first two"),
        ("AWS Budgets", "budget monitoring and notifications"),
        ("VPC", "gateway endpoint (S3/DynamoDB)"),
    }


def test_unit_prices_have_one_row_per_key_and_one_unit() -> None:
    """
    Service, component, variant, region and start of the tier name one price; a component has the same unit everywhere.
    """
    rows = CATALOG.unit_prices.rows
    keys = [(row.service, row.component, row.variant, row.region, row.start) for row in rows]
    assert [key for key in set(keys) if keys.count(key) > 1] == []
    units: dict[tuple[str, str], str] = {}
    for row in rows:
        assert units.setdefault((row.service, row.component), row.price.unit) == row.price.unit, row


def test_tiers_follow_each_other() -> None:
    """
    The tiers of a price start at 0 and each begins where the one before ends.
    """
    for key in {(row.service, row.component, row.variant, row.region) for row in CATALOG.unit_prices.rows}:
        end = None
        for position, tier in enumerate(CATALOG.price_tiers(*key)):
            assert tier.start == (0 if position == 0 else end) or tier.component.startswith("action-enabled budget"), tier
            assert tier.end is None or tier.end > tier.start, tier
            end = tier.end


def test_unit_prices_are_of_known_regions() -> None:
    """
    A region is one that a spec may name, or "global", or "unspecified" which answers no look-up.
    """
    for row in CATALOG.unit_prices.rows:
        assert row.region in (*CATALOG.regions(), GLOBAL, UNSPECIFIED), row


def test_the_synonyms_of_the_sources_are_gone() -> None:
    """
    The same thing has one name in all regions.
    """
    names = {(row.component, row.variant) for row in CATALOG.unit_prices.rows}
    components = {component for component, _ in names}
    assert not components & {"custom logs ingested", "storage standard (first 50 TB)"}
    assert {variant for component, variant in names if component == "public IPv4 address"} == {"in use", "idle"}
    assert {variant for component, variant in names if component == "control plane"} == {
        "standard support",
        "extended support",
        "extended support surcharge",
    }


def test_extended_support_is_the_total() -> None:
    """
    The price of extended support holds the standard price too: a surcharge row is the difference.
    """
    for region in CATALOG.regions():
        parts = [
            CATALOG.price("EKS", "control plane", variant, region)
            for variant in ("standard support", "extended support surcharge", "extended support")
        ]
        if all(parts):
            standard, surcharge, total = (part.amount for part in parts if part)
            assert standard + surcharge == total, region


def test_days_lie_before_the_build() -> None:
    """
    No price claims to be newer than the catalogue; dates are real days.
    """
    hourly = (row.price for row in CATALOG.instance_prices.rows)
    unit = (row.price for row in CATALOG.unit_prices.rows)
    for price in (*hourly, *unit):
        assert price.as_of_from is None or date(2018, 1, 1) <= price.as_of_from <= CATALOG.build_date, price


def test_no_table_has_a_number_that_is_none() -> None:
    """
    "NaN", "inf", "None" and "null" never stand in a cell.
    """
    for table in ("gpus.csv", "instances.csv", "instance_prices.csv", "prices.csv", "models.csv"):
        for row in read_table(table):
            assert not {cell.casefold() for cell in row.values()} & {"nan", "inf", "none", "null", "n/a"}, row
