"""
The price book that a refresh writes: read back it sets exactly what was found, and it knows the files that it was made from.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.additions.price_book_file import read_price_book
from servewright.catalog.load import load_catalog
from servewright.catalog.price_book import with_price_book
from servewright.offers.book import Origin, book_text, origin, origin_faults, origins_in
from servewright.offers.changes import Accepted
from servewright.offers.codes import NOT_AN_OFFER, OLDER, ROW_COUNT
from servewright.offers.query import asked
from servewright.offers.quotes import Gathered
from servewright.offers.rules import Found, Tier

CATALOG = load_catalog()
KEYS = sorted({(each.key, each.query.unit) for each in asked(CATALOG, "us-east-1") if each.key.component != "reserved"})
PUBLISHED = "2026-11-20T18:00:00Z"
FILE = Gathered(
    file="f", offer="AmazonEC2", region="us-east-1", version="20260305205955", published="2026-03-05T20:59:55Z", rows=1000, quotes=()
)


def made(number: int, cents: int) -> Found:
    """
    Return a price of the key *number*.
    """
    key, unit = KEYS[number]
    tiers = (Tier(start=Decimal(0), end=Decimal(100), amount=Decimal(cents) / 100), Tier(start=Decimal(100), end=None, amount=Decimal(1)))
    return Found(key=key, unit=unit, tiers=tiers[:1] if key.is_hours else tiers, sku="S", file="f", line=1)


@settings(max_examples=25)
@given(prices=st.dictionaries(st.integers(0, len(KEYS) - 1), st.integers(1, 10**7), min_size=1, max_size=30))
def test_a_book_read_back_sets_what_was_found(prices: dict[int, int]) -> None:
    """
    Whatever was found, plan and bill look up the same amounts, tiers and day; commitments that no book holds are left out.
    """
    found = [made(number, cents) for number, cents in prices.items()]
    held = [each for each in found if not each.key.is_hours or each.key.component in {"on-demand", "reserved-1yr"}]
    if not held:
        return
    text = book_text(PUBLISHED, [origin(FILE)], found)
    book = read_price_book("aws.prices.yaml", text.encode(), CATALOG).book
    under = with_price_book(CATALOG, book)

    assert book.as_of.isoformat() == "2026-11-20"
    for each in held:
        key = each.key
        if key.is_hours:
            price = under.instance_prices.price(key.variant, key.region, "on-demand" if key.component == "on-demand" else "reserved-1yr")
            assert price is not None
            assert price.amount == each.amount
        else:
            tiers = under.price_tiers(key.service, key.component, key.variant, key.region)
            assert [(tier.start, tier.end, tier.price.amount) for tier in tiers] == [(t.start, t.end, t.amount) for t in each.tiers]


def test_the_same_prices_are_the_same_bytes() -> None:
    """
    The order in which files were read does not show.
    """
    found = [made(number, 7) for number in range(0, len(KEYS), 50)]
    files = [origin(FILE), Origin(offer="AWSELB", region="us-east-1", version="20260101000000", rows=4)]

    assert book_text(PUBLISHED, files, found) == book_text(PUBLISHED, files[::-1], found[::-1])


def test_a_book_names_the_files_that_it_was_made_from() -> None:
    """
    Version and rows of each offer file are read back; of several the newest counts.
    """
    text = book_text(PUBLISHED, [origin(FILE)], [made(0, 1)])

    assert origins_in(text) == {("AmazonEC2", "us-east-1"): origin(FILE)}
    assert origins_in(text + "\nAWS offer file AmazonEC2 20250101000000 us-east-1, SKU X") == origins_in(text)


def test_an_older_a_changed_and_a_shrunk_file_are_refused() -> None:
    """
    A file is not older than what stands, is the version that its index names, and has not lost more than 30 % of its rows.
    """
    before, nothing = origin(FILE), Accepted()

    def codes(gathered: Gathered, declared: str = FILE.version, accepted: Accepted = nothing) -> list[str]:
        return [each.code for each in origin_faults(gathered, declared, before, accepted)]

    assert codes(FILE) == []
    assert codes(replace(FILE, version="20260305205954"), "20260305205954") == [OLDER]
    assert codes(FILE, "20260305205956") == [NOT_AN_OFFER]
    assert codes(replace(FILE, rows=700)) == []
    assert codes(replace(FILE, rows=699)) == [ROW_COUNT]
    assert codes(replace(FILE, rows=699), accepted=Accepted(keys=frozenset({"rows/AmazonEC2/us-east-1"}))) == []
    assert [each.code for each in origin_faults(replace(FILE, rows=1), FILE.version, None, nothing)] == []
