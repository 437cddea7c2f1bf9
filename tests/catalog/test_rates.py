"""
The one rate function: price, band and the reason of what is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.catalog.model import Commitment
from servewright.catalog.rates import OWN_RATE, hourly_rate

if TYPE_CHECKING:
    from servewright.catalog.model import Purchase

CATALOG = load_catalog()
PURCHASES: tuple[Purchase, ...] = ("on-demand", "spot", "reserved", "capacity-reservation", "capacity-block")


def test_on_demand_is_one_price() -> None:
    """
    An on-demand rate has no band and no interruptions.
    """
    rate = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "on-demand")
    assert rate.price is not None
    assert rate.price.amount == rate.low == rate.high == Decimal("0.8048")
    assert rate.price.unit == "instance-hour"
    assert (rate.reason, rate.interruption_band) == (None, None)


def test_spot_is_the_feed_with_the_band_seen_by_zone() -> None:
    """
    The feed's row is the price; the zone snapshot widens the band to both sides, as far as it was seen.
    """
    rate = hourly_rate(CATALOG, "g6.16xlarge", "us-west-2", "spot")
    assert rate.price is not None
    assert (rate.low, rate.price.amount, rate.high) == (Decimal("1.3009"), Decimal("1.4403"), Decimal("1.4403"))
    cheaper = hourly_rate(CATALOG, "g6.12xlarge", "us-west-2", "spot")
    assert cheaper.price is not None
    assert (cheaper.low, cheaper.price.amount, cheaper.high) == (Decimal("1.3584"), Decimal("1.3584"), Decimal("2.5757"))


def test_zone_ids_narrow_the_band_and_zone_names_do_not() -> None:
    """
    A zone id is the same zone for everyone; "us-east-1a" is another zone in each account.
    """
    whole = hourly_rate(CATALOG, "g6.12xlarge", "us-east-1", "spot")
    one = hourly_rate(CATALOG, "g6.12xlarge", "us-east-1", "spot", ("use1-az2",))
    named = hourly_rate(CATALOG, "g6.12xlarge", "us-east-1", "spot", ("us-east-1a", "us-east-1b"))
    assert (one.low, one.high) == (Decimal("1.9631"), Decimal("2.846"))
    assert (named.low, named.high) == (whole.low, whole.high) == (Decimal("1.7552"), Decimal("2.846"))


def test_spot_carries_the_interruption_band_where_one_is_published() -> None:
    """
    g6.xlarge is interrupted often; for g7e nothing is published, and None says so.
    """
    assert hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "spot").interruption_band == ">20%"
    assert hourly_rate(CATALOG, "g7e.2xlarge", "us-east-1", "spot").interruption_band is None


def test_a_cpu_type_is_priced_from_the_general_table() -> None:
    """
    CPU types have on-demand prices; their spot prices are not in our tables.
    """
    rate = hourly_rate(CATALOG, "m7i.xlarge", "us-east-1", "on-demand")
    assert rate.price is not None
    assert rate.price.amount == Decimal("0.2016")
    assert hourly_rate(CATALOG, "m7i.xlarge", "us-east-1", "spot").reason == (
        "the spot price of m7i.xlarge in us-east-1 is not covered by our price table"
    )


@pytest.mark.parametrize(
    ("instance_type", "region", "purchase", "words"),
    [
        (
            "p5.48xlarge",
            "eu-central-1",
            "on-demand",
            "p5.48xlarge is not sold on demand in eu-central-1 as far as our sources go: no row in",
        ),
        ("g6.xlarge", "eu-west-1", "spot", "g6.xlarge is not sold as spot in eu-west-1 as far as our sources go: no row in"),
        ("p5e.48xlarge", "us-east-1", "on-demand", "as far as our sources go: sold by capacity block only"),
        ("g7e.2xlarge", "us-west-2", "on-demand", "the on-demand price of g7e.2xlarge in us-west-2 is not covered by our price table"),
        ("g6.xlarge", "eu-central-1", "spot", "the spot price of g6.xlarge in eu-central-1 is not covered by our price table"),
        ("g6.12xlarge", "us-east-2", "spot", "(only an undated snapshot by zone: 1.5184 to 1.7572 USD an hour)"),
        ("g7e.12xlarge", "us-east-2", "spot", "(only an undated snapshot by zone: 3.4768 USD an hour)"),
        ("g6.xlarge", "moon-base-1", "on-demand", "the on-demand price of g6.xlarge in moon-base-1 is not covered by our price table"),
        ("g6.huge", "us-east-1", "on-demand", "g6.huge is no instance type of our catalogue"),
    ],
)
def test_an_unknown_rate_says_why(instance_type: str, region: str, purchase: Purchase, words: str) -> None:
    """
    "Not sold there" needs evidence, "not covered by our table" is what remains; a snapshot by zone is told and not used.
    """
    rate = hourly_rate(CATALOG, instance_type, region, purchase)
    assert (rate.price, rate.low, rate.high) == (None, None, None)
    assert rate.reason is not None
    assert words in rate.reason


ONE_YEAR = Commitment(term="1y", payment="no-upfront")
THREE_YEARS = Commitment(term="3y", payment="no-upfront")


def test_reserved_is_the_row_of_one_year_without_upfront_payment() -> None:
    """
    The one kind of commitment that the table holds; its price is below on-demand and has no band.
    """
    rate = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "reserved", commitment=ONE_YEAR)
    assert rate.price is not None
    assert rate.price.amount == rate.low == rate.high == Decimal("0.52392")
    assert (rate.reason, rate.interruption_band, rate.not_sold) == (None, None, False)
    plain = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "on-demand").price
    assert plain is not None
    assert rate.price.amount < plain.amount


@pytest.mark.parametrize(
    ("instance_type", "commitment", "words"),
    [
        ("g6.xlarge", THREE_YEARS, "the reserved (3y no-upfront) price of g6.xlarge in us-east-1 is not covered by our price table"),
        ("g6.xlarge", Commitment(term="1y", payment="all-upfront"), "the reserved (1y all-upfront) price of g6.xlarge"),
        ("g6.xlarge", None, "the reserved price of g6.xlarge"),
        ("p5.48xlarge", ONE_YEAR, "the reserved (1y no-upfront) price of p5.48xlarge"),
    ],
)
def test_other_commitments_are_unknown_and_say_what_helps(instance_type: str, commitment: Commitment | None, words: str) -> None:
    """
    No row, no price: neither another term's nor the on-demand price stands in; the reason names the field that would give one.
    """
    rate = hourly_rate(CATALOG, instance_type, "us-east-1", "reserved", commitment=commitment)
    assert (rate.price, rate.low, rate.high, rate.not_sold) == (None, None, None, False)
    assert rate.reason is not None
    assert rate.reason.startswith(words)
    assert rate.reason.endswith(f"pin hardware: {{instance_types: [{instance_type}]}} and give it as capacity.base.rate")


@pytest.mark.parametrize("purchase", ["reserved", "capacity-block"])
@pytest.mark.parametrize("commitment", [ONE_YEAR, THREE_YEARS, Commitment()])
def test_the_spec_s_own_rate_is_the_price(purchase: Purchase, commitment: Commitment) -> None:
    """
    What the buyer says they pay is taken before any row, and says whose figure it is.
    """
    given_rate = replace(commitment, rate=Decimal("0.4100"))
    rate = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", purchase, commitment=given_rate)
    assert rate.price is not None
    assert (rate.price.amount, rate.low, rate.high) == (Decimal("0.4100"),) * 3
    assert rate.price.source == OWN_RATE
    assert rate.price.as_of_from is None


def test_a_capacity_reservation_is_billed_on_demand() -> None:
    """
    It costs what its instances cost while it exists.
    """
    ahead = hourly_rate(CATALOG, "p5.48xlarge", "us-east-1", "capacity-reservation", commitment=Commitment(reservation="cr-1"))
    assert ahead.price is not None
    assert ahead.price == hourly_rate(CATALOG, "p5.48xlarge", "us-east-1", "on-demand").price


def test_a_capacity_block_has_a_price_of_its_own() -> None:
    """
    The block's row, not the on-demand one; without a row unknown.
    """
    block = hourly_rate(CATALOG, "p4d.24xlarge", "us-east-1", "capacity-block", commitment=Commitment(reservation="cr-1"))
    assert block.price is not None
    assert block.price.amount == Decimal("11.8")
    other = hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "capacity-block", commitment=Commitment(reservation="cr-1"))
    assert (other.price, other.not_sold) == (None, False)
    assert (
        other.reason
        == "the capacity-block price of g6.xlarge in us-east-1 is not covered by our price table: give it as capacity.base.rate"
    )


@pytest.mark.parametrize(("region", "amount"), [("us-east-2", Decimal("47.76")), ("us-east-1", None)])
def test_what_is_sold_by_block_alone_can_be_had_as_a_block(region: str, amount: Decimal | None) -> None:
    """
    "Not sold on demand" is not "not sold": for a block the type has its row's price, and without a row only the price is unknown. A
    commitment on on-demand capacity that nobody sells stays impossible.
    """
    block = hourly_rate(CATALOG, "p5e.48xlarge", region, "capacity-block", commitment=Commitment(reservation="cr-1"))
    assert (None if block.price is None else block.price.amount, block.not_sold) == (amount, False)
    assert hourly_rate(CATALOG, "p5e.48xlarge", region, "on-demand").not_sold
    assert hourly_rate(CATALOG, "p5e.48xlarge", region, "reserved", commitment=ONE_YEAR).not_sold


@given(
    name=st.sampled_from([item.name for item in CATALOG.instances]),
    region=st.sampled_from(CATALOG.regions()),
    purchase=st.sampled_from(PURCHASES),
    zones=st.sampled_from([(), ("use1-az1",), ("us-east-1a",)]),
    terms=st.sampled_from([None, Commitment(), Commitment(term="1y", payment="no-upfront"), Commitment(term="3y", payment="all-upfront")]),
)
def test_a_rate_is_a_price_within_its_band_or_a_reason(
    name: str, region: str, purchase: Purchase, zones: tuple[str, ...], terms: Commitment | None
) -> None:
    """
    For every type, region and option: 0 < low <= price <= high and no reason, or no figure at all and a reason.
    """
    rate = hourly_rate(CATALOG, name, region, purchase, zones, commitment=terms)
    if rate.price is None:
        assert (rate.low, rate.high) == (None, None)
        assert rate.reason
    else:
        assert rate.low is not None
        assert rate.high is not None
        assert 0 < rate.low <= rate.price.amount <= rate.high
        assert rate.reason is None


def test_a_removed_price_is_unknown() -> None:
    """
    The rate has no second source: without its row the price is gone.
    """
    rows = tuple(row for row in CATALOG.instance_prices.rows if row.instance_type != "g6.xlarge")
    without = replace(CATALOG, instance_prices=replace(CATALOG.instance_prices, rows=rows))
    assert hourly_rate(without, "g6.xlarge", "us-east-1", "on-demand").price is None
    assert hourly_rate(CATALOG, "g6.xlarge", "us-east-1", "on-demand").price is not None
