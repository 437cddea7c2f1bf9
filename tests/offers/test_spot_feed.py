"""
The public spot feeds: prices and bands of one region, or the fault that keeps the old ones in place.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.offers.codes import BROKEN_FILE, NOT_A_FEED, OTHER_CURRENCY
from servewright.offers.spot_feed import interruption_bands, spot_prices

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files"
FEED = (HAND / "spot.js").read_bytes()
ADVISOR = (HAND / "spot-advisor-data.json").read_bytes()


def feed(**prices: str) -> bytes:
    """
    Return a feed with *prices* of us-east-1 by size of a g6.
    """
    sizes = [{"size": f"g6.{size}", "valueColumns": [{"name": "linux", "prices": {"USD": usd}}]} for size, usd in prices.items()]
    regions = [{"region": "us-east", "instanceTypes": [{"type": "gpu", "sizes": sizes}]}]
    return f"callback({json.dumps({'config': {'currencies': ['USD'], 'regions': regions}})});".encode()


def code_of(raw: bytes, region: str = "us-east-1") -> str:
    """
    Return the code of the one fault of a feed.
    """
    with pytest.raises(InvalidInputError) as refused:
        spot_prices(raw, region)
    (only,) = refused.value.diagnostics
    return only.code


def test_the_feed_has_its_own_names_of_old_regions() -> None:
    """
    eu-ireland is eu-west-1, us-east is us-east-1; the Linux column counts, and "N/A*" is no price.
    """
    prices = spot_prices(FEED, "eu-west-1")

    assert prices["g4dn.xlarge"] == Decimal("0.3511")
    assert "g6.xlarge" not in prices
    assert spot_prices(FEED, "us-east-1") == {"g4dn.xlarge": Decimal("0.2271")}


def test_the_call_around_the_feed_may_be_missing() -> None:
    """
    The same feed as plain JSON gives the same prices.
    """
    text = FEED.decode().strip().removeprefix("callback(").removesuffix(");")

    assert spot_prices(text.encode(), "eu-west-1") == spot_prices(FEED, "eu-west-1")


@given(at=st.integers(0, len(FEED) - 6))
def test_a_cut_feed_is_refused(at: int) -> None:
    """
    Wherever the feed ends too early, it is no feed.
    """
    assert code_of(FEED[:at], "eu-west-1") == BROKEN_FILE


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{}", OTHER_CURRENCY),
        (feed().replace(b"USD", b"EUR"), OTHER_CURRENCY),
        (feed(), "SW509"),
        (feed(xlarge="N/A*"), NOT_A_FEED),
        (feed(xlarge="-1"), NOT_A_FEED),
        (feed(xlarge="0.31 USD"), NOT_A_FEED),
        (feed(xlarge="0.31", **{"2XLARGE": "0.4"}), NOT_A_FEED),
        (feed(xlarge="0.31").replace(b'"us-east"', b'"us-moon"'), NOT_A_FEED),
        (b"callback([]);", BROKEN_FILE),
        (b"<html></html>", BROKEN_FILE),
    ],
)
def test_a_surprising_feed_is_refused(raw: bytes, code: str) -> None:
    """
    Another currency, no region, no price at all, a price that is none: never an empty table.
    """
    assert code_of(raw) == code


def test_two_prices_of_one_type_are_refused() -> None:
    """
    A type that stands in the feed twice with different prices has none.
    """
    twice = feed(xlarge="0.31", large="0.2").replace(b"g6.large", b"g6.xlarge")

    assert code_of(twice) == NOT_A_FEED


def test_bands_are_worded_as_the_advisor_words_them() -> None:
    """
    Linux only, by the index of the label.
    """
    bands = interruption_bands(ADVISOR, "eu-west-1")

    assert (bands["g4dn.xlarge"], bands["g4dn.2xlarge"]) == (">20%", "10-15%")


def test_blanks_in_a_broken_feed_take_no_time() -> None:
    """
    A million blanks are read once: a pattern that tries each way to split them would not come to an end.
    """
    assert code_of(b'{"config": 1,' + b" " * 10**6 + b'"x":2}' + b" " * 10**6) == OTHER_CURRENCY
    assert code_of(b"callback (" + b" " * 10**6 + b"{") == BROKEN_FILE


@pytest.mark.parametrize("index", ["[]", '{"a": 1}', "null", "1e9", '"0"'])
def test_an_index_that_is_none_is_refused(index: str) -> None:
    """
    Whatever stands as the number of a band is answered with the code of a feed.
    """
    raw = ADVISOR.replace(b'"index": 0', b'"index": ' + index.encode())
    assert raw != ADVISOR
    with pytest.raises(InvalidInputError) as refused:
        interruption_bands(raw, "eu-west-1")
    assert [each.code for each in refused.value.diagnostics] == [NOT_A_FEED]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"<5%"', b'"<6%"'), (b'"Linux"', b'"Linus"'), (b'"r": 4', b'"r": 9'), (b'"r": 4', b'"r": "4"'), (b'"eu-west-1"', b'"eu-west-9"')],
)
def test_surprising_bands_are_refused(old: bytes, new: bytes) -> None:
    """
    Other labels, other operating systems, an index without label: the old bands stay.
    """
    assert old in ADVISOR
    with pytest.raises(InvalidInputError) as refused:
        interruption_bands(ADVISOR.replace(old, new), "eu-west-1")
    assert [each.code for each in refused.value.diagnostics] == [NOT_A_FEED]
