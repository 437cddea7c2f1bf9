"""
A price book over the catalogue: what it sets holds, what it does not name stays.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

import tiny_catalog
from servewright.catalog.load import load_catalog
from servewright.catalog.price_book import Discount, InstanceHours, PriceBook, ServicePrice, with_price_book
from servewright.catalog.rates import hourly_rate

if TYPE_CHECKING:
    from servewright.catalog.model import Price, Purchase

TINY = tiny_catalog.tiny_catalog()
SHIPPED = load_catalog()
REGION = "us-east-1"
DAY = date(2026, 10, 1)

shares = st.integers(1, 100).map(lambda whole: Decimal(whole) / 100)


def book(
    *discounts: Discount, hours: tuple[InstanceHours, ...] = (), services: tuple[ServicePrice, ...] = (), name: str = "acme"
) -> PriceBook:
    """
    Return a book of DAY.
    """
    return PriceBook(name=name, as_of=DAY, source="agreement 4711", discounts=discounts, instances=hours, services=services)


def price(of: PriceBook, kind: str = "g6.xlarge", purchase: Purchase = "on-demand") -> Price:
    """
    Return the price of an hour of *kind* under the book *of*.
    """
    found = hourly_rate(with_price_book(TINY, of), kind, REGION, purchase).price
    assert found is not None
    return found


def hour(kind: str, usd: str, purchase: str = "on-demand") -> InstanceHours:
    """
    Return the price of an instance hour in us-east-1.
    """
    return InstanceHours(instance_type=kind, region=REGION, purchase=purchase, amount=Decimal(usd))  # type: ignore[arg-type] - test data


@given(st.lists(shares, min_size=1, max_size=4))
def test_the_last_discount_that_fits_wins(taken: list[Decimal]) -> None:
    """
    Discounts do not add up: the last one is taken off the price that ships, exactly.
    """
    rest = (Discount(share=Decimal("0.99"), service="EBS"), Discount(share=Decimal("0.98"), purchase="spot"))
    found = price(book(*(Discount(share=share) for share in taken), *rest))
    assert found.amount == 1 - taken[-1]


@given(shares)
def test_an_absolute_price_holds_whatever_the_discounts_say(share: Decimal) -> None:
    """
    What the book sets itself is what is paid.
    """
    found = price(book(Discount(share=share), hours=(hour("g6.xlarge", "0.61"),)))
    assert (found.amount, found.as_of_from) == (Decimal("0.61"), DAY)
    assert found.source == "price book acme of 2026-10-01 (agreement 4711)"


def test_a_discount_fits_by_type_region_purchase_and_service() -> None:
    """
    Each field narrows; instance types may be patterns, and a discount with types or a purchase is of instance hours alone.
    """
    half = Decimal("0.5")
    assert price(book(Discount(share=half, instance_types=("g6.*",)))).amount == half
    assert price(book(Discount(share=half, instance_types=("p5.48xlarge",)))).amount == 1
    assert price(book(Discount(share=half, regions=("eu-west-1",)))).amount == 1
    assert price(book(Discount(share=half, service="EBS"))).amount == 1
    assert price(book(Discount(share=half, purchase="spot")), purchase="spot").amount == Decimal("0.2")
    assert price(book(Discount(share=half, purchase="spot"))).amount == 1
    for discount in (Discount(share=half, purchase="on-demand"), Discount(share=half, instance_types=("*",))):
        disk = with_price_book(TINY, book(discount)).price("EBS", "storage", "gp3", REGION)
        assert disk is not None
        assert disk.amount == Decimal("0.08")


def test_types_without_a_gpu_are_instance_hours_too() -> None:
    """
    Their prices stand among the unit prices; a book names them like any other type.
    """
    assert price(book(Discount(share=Decimal("0.5"), service="EC2")), "m7i.large").amount == Decimal("0.05")
    under = with_price_book(SHIPPED, book(hours=(hour("m7i.large", "0.07"),)))
    both = hourly_rate(under, "m7i.large", REGION, "on-demand").price, under.price("EC2", "on-demand Linux shared", "m7i.large", REGION)
    assert [None if each is None else each.amount for each in both] == [Decimal("0.07")] * 2


def test_a_discounted_price_is_as_old_as_the_older_of_the_two() -> None:
    """
    A new agreement does not make the list price under it newer, and an old one is no newer than itself.
    """
    found = price(book(Discount(share=Decimal("0.5"))))
    assert found.as_of_from == tiny_catalog.DAY
    assert found.source.startswith("price book acme of 2026-10-01 (agreement 4711), 50% off: ")
    old = PriceBook(name="old", as_of=date(2025, 1, 1), source="x", discounts=(Discount(share=Decimal("0.5")),))
    assert price(old).as_of_from == date(2025, 1, 1)


def test_an_absolute_spot_price_has_no_band() -> None:
    """
    The zones' snapshot is of the market; who pays a price of their own pays that everywhere.
    """
    kind = next(row for row in SHIPPED.instance_prices.rows if row.zone_id is not None)
    under = with_price_book(
        SHIPPED, book(hours=(InstanceHours(instance_type=kind.instance_type, region=kind.region, purchase="spot", amount=Decimal(1)),))
    )
    rate = hourly_rate(under, kind.instance_type, kind.region, "spot")
    assert (rate.low, rate.high) == (1, 1)


def test_a_price_that_nobody_had_becomes_known() -> None:
    """
    A book can fill a gap of the tables.
    """
    assert hourly_rate(TINY, "p5.48xlarge", REGION, "on-demand").price is None
    assert price(book(hours=(hour("p5.48xlarge", "50"),)), "p5.48xlarge").amount == 50


def test_a_service_price_takes_the_place_of_all_tiers() -> None:
    """
    Tiers of the list are not those of an agreement.
    """
    flat = ServicePrice(service="DataTransfer", component="internet egress", variant="", region=REGION, unit="GB", amount=Decimal("0.02"))
    assert len(SHIPPED.price_tiers("DataTransfer", "internet egress", "", REGION)) > 1
    tiers = with_price_book(SHIPPED, book(services=(flat,))).price_tiers("DataTransfer", "internet egress", "", REGION)
    assert [(tier.start, tier.end, tier.price.amount) for tier in tiers] == [(0, None, Decimal("0.02"))]


@given(shares, shares)
def test_a_later_book_is_laid_over_the_earlier(first: Decimal, second: Decimal) -> None:
    """
    An agreement on top of refreshed list prices takes its percent off these.
    """
    refreshed = with_price_book(TINY, book(Discount(share=first)))
    both = with_price_book(refreshed, book(Discount(share=second), name="other"))
    found = hourly_rate(both, "g6.xlarge", REGION, "on-demand").price
    assert found is not None
    assert found.amount == (1 - first) * (1 - second)
    assert (book(name="other").sets(found), book().sets(found)) == (True, False)


def test_what_no_entry_names_stays_as_it_is() -> None:
    """
    A book is no new catalogue.
    """
    under = with_price_book(SHIPPED, book(hours=(hour("p4d.24xlarge", "32.77"),)))
    changed = set(under.instance_prices.rows) ^ set(SHIPPED.instance_prices.rows)
    assert {(row.instance_type, row.region, row.purchase) for row in changed} == {("p4d.24xlarge", REGION, "on-demand")}
    assert under.unit_prices.rows == SHIPPED.unit_prices.rows
