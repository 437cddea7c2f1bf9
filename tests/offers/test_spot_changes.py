"""
Spot prices against those that stand: doubled, halved and vanished ones are looked at first; the book that is written reads back.
"""

from __future__ import annotations

from decimal import Decimal

from servewright.additions.price_book_file import read_price_book
from servewright.catalog.load import load_catalog
from servewright.offers.changes import Accepted
from servewright.offers.codes import JUMP, VANISHED
from servewright.offers.spot_changes import spot_book, spot_changes, spot_faults
from servewright.offers.spot_feed import Spot

CATALOG = load_catalog()
STANDS = {
    row.instance_type: row.price.amount
    for row in CATALOG.instance_prices.rows
    if (row.region, row.purchase, row.zone_id) == ("eu-west-1", "spot", None)
}


def codes(prices: dict[str, Decimal], *keys: str, jumps: bool = False) -> list[str]:
    """
    Return the codes of the faults of *prices* in eu-west-1.
    """
    changes = spot_changes(Spot(region="eu-west-1", prices=prices, bands={}), CATALOG)
    return [each.code for each in spot_faults(changes, Accepted(keys=frozenset(keys), jumps=jumps), "spot.js")]


def test_spot_prices_may_move_but_not_by_a_factor_of_two() -> None:
    """
    Spot moves by more than 30 % in an ordinary month: the bound is the factor 2, either way, and inclusive.
    """

    def moved(factor: str) -> dict[str, Decimal]:
        return STANDS | {"g4dn.xlarge": STANDS["g4dn.xlarge"] * Decimal(factor)}

    assert [codes(moved(factor)) for factor in ("1", "1.99", "2", "0.5")] == [[], [], [], []]
    assert [codes(moved(factor)) for factor in ("2.01", "0.49")] == [[JUMP], [JUMP]]
    assert codes(moved("3"), jumps=True) == codes(moved("3"), "EC2/spot/g4dn.xlarge/eu-west-1") == []


def test_a_spot_price_that_vanished_is_refused() -> None:
    """
    Accepting jumps does not accept that a type is gone.
    """
    gone = {name: price for name, price in STANDS.items() if name != "g4dn.xlarge"}

    assert codes(gone, jumps=True) == [VANISHED]
    assert codes(gone, "EC2/spot/g4dn.xlarge/eu-west-1") == []


def test_the_book_reads_back() -> None:
    """
    Each type has its price and the day; bands stand beside it as comments.
    """
    spot = Spot(region="eu-west-1", prices=STANDS, bands={"g4dn.xlarge": ">20%"})
    text = spot_book(spot_changes(spot, CATALOG), "# made", "2026-11-20", "the feed")
    book = read_price_book("aws.spot.yaml", text.encode(), CATALOG).book

    assert {(each.instance_type, each.amount) for each in book.instances} == set(STANDS.items())
    assert {(each.region, each.purchase) for each in book.instances} == {("eu-west-1", "spot")}
    assert "taken back: >20%" in text
