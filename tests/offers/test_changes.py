"""
What is found against what stands: nothing vanishes and nothing jumps without being accepted by name.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.offers.changes import LARGEST_JUMP, Accepted, Outcome, outcome, standing, unasked
from servewright.offers.codes import JUMP, ODD_VALUE, VANISHED
from servewright.offers.faults import fault
from servewright.offers.query import Key
from servewright.offers.rules import Found, Judged, Tier

CATALOG = load_catalog()
KEY = Key("VPC", "NAT gateway hour", "", "us-east-1")
HOURS = Key("EC2", "on-demand", "g6.xlarge", "us-east-1")


def found(amount: Decimal | str, key: Key = KEY) -> Judged:
    """
    Return a file that says that *key* costs *amount*.
    """
    tier = Tier(start=Decimal(0), end=None, amount=Decimal(amount))
    return Judged(found=(Found(key=key, unit="hour", tiers=(tier,), sku="S", file="f", line=9),), absent=(), faults=())


def against(result: Judged, stands: Decimal | str | None, **accepted: object) -> Outcome:
    """
    Return the outcome of *result* where *stands* is what everything costs so far.
    """
    keys = accepted.get("keys", ())
    assert isinstance(keys, tuple)
    given_ = Accepted(keys=frozenset(keys), jumps=bool(accepted.get("jumps")))
    return outcome(result, lambda _: {} if stands is None else {Decimal(0): Decimal(stands)}, given_, "f")


@given(before=st.integers(1, 10**9), after=st.integers(1, 10**9))
def test_a_jump_is_more_than_thirty_percent_either_way(before: int, after: int) -> None:
    """
    Within 30 % a price is taken, beyond it refused with both prices and its line; accepted by name or altogether it is taken.
    """
    result = found(Decimal(after))
    far = abs(Decimal(after) - before) > LARGEST_JUMP * before

    assert [(each.code, each.line, each.path) for each in against(result, str(before)).faults] == ([(JUMP, 9, str(KEY))] if far else [])
    assert against(result, str(before), keys=(str(KEY),)).faults == ()
    assert against(result, str(before), jumps=True).faults == ()
    assert against(result, str(before)).changes[0].state == ("unchanged" if before == after else "changed")


def test_every_tier_is_compared_with_its_own() -> None:
    """
    A jump above the first tier is one too; a tier more is compared with what stands for its quantity.
    """
    tiers = tuple(Tier(start=Decimal(n), end=None if n == 2 else Decimal(n + 1), amount=Decimal(a)) for n, a in enumerate(("3", "2", "1")))
    result = Judged(found=(Found(key=KEY, unit="GB", tiers=tiers, sku="S", file="f", line=9),), absent=(), faults=())

    def codes(**before: str) -> list[tuple[str, str | None]]:
        stands = {Decimal(start[1:]): Decimal(amount) for start, amount in before.items()}
        return [(each.code, each.value) for each in outcome(result, lambda _: stands, Accepted(), "f").faults]

    assert codes(t0="3", t1="2", t2="1.1") == []
    assert codes(t0="3", t1="2") == [(JUMP, "1")]
    assert codes(t0="3", t1="4", t2="1") == [(JUMP, "2")]
    assert outcome(result, lambda _: {Decimal(0): Decimal(3), Decimal(1): Decimal("2.2")}, Accepted(), "f").changes[0].state == "changed"


@pytest.mark.parametrize(("start", "amount", "codes"), [(50000, "2.2", [JUMP, JUMP]), (50000, "0.022", []), (51200, "2.2", [JUMP])])
def test_a_tier_whose_boundary_moved_is_still_compared(start: int, amount: str, codes: list[str]) -> None:
    """
    S3's second tier at another quantity: a hundredfold price is a jump from there on and where the old tier began; it is never unchanged.
    """
    tiers = (
        Tier(start=Decimal(0), end=Decimal(start), amount=Decimal("0.023")),
        Tier(start=Decimal(start), end=None, amount=Decimal(amount)),
    )
    result = Judged(found=(Found(key=KEY, unit="GB", tiers=tiers, sku="S", file="f", line=9),), absent=(), faults=())
    made = outcome(result, lambda _: {Decimal(0): Decimal("0.023"), Decimal(51200): Decimal("0.022")}, Accepted(), "f")

    assert ([each.code for each in made.faults], made.changes[0].state) == (codes, "changed")


def test_a_tier_that_is_no_more_is_compared_with_what_holds_there_now() -> None:
    """
    One price for any quantity where there were two: the second may not jump unseen. What stands nowhere is not compared.
    """
    whole = found("3")

    def codes(stands: dict[Decimal, Decimal | None]) -> list[str]:
        return [each.code for each in outcome(whole, lambda _: stands, Accepted(), "f").faults]

    assert codes({Decimal(0): Decimal(3), Decimal(10): Decimal(1)}) == [JUMP]
    assert codes({Decimal(0): Decimal(3), Decimal(10): None}) == []


def test_a_price_that_vanished_is_a_fault_only_where_one_stands() -> None:
    """
    A type that is gone is refused; accepted by name it is left as it stands. One that was never sold there is none.
    """
    gone = Judged(found=(), absent=(KEY,), faults=())

    assert [each.code for each in against(gone, "0.045").faults] == [VANISHED]
    kept = against(gone, "0.045", keys=(str(KEY),))
    assert (kept.faults, kept.taken, [each.state for each in kept.changes]) == ((), (), ["kept"])
    assert against(gone, None) == Outcome(changes=(), taken=(), faults=())
    assert [each.code for each in against(gone, "0.045", jumps=True).faults] == [VANISHED]


def test_a_price_with_a_fault_is_left_as_it_stands_where_that_is_accepted() -> None:
    """
    --accept cannot choose between two SKUs: it leaves that price out, and the others are taken.
    """
    wrong = fault("f", ODD_VALUE, "odd", line=3, path=str(KEY))
    result = Judged(found=found("0.8", HOURS).found, absent=(), faults=((KEY, wrong),))

    assert against(result, "0.8").faults == (wrong,)
    kept = against(result, "0.8", keys=(str(KEY),))
    assert (kept.faults, [each.key for each in kept.taken]) == ((), [HOURS])


def test_a_price_where_there_was_none_is_new() -> None:
    """
    Nothing to compare with: taken, and said.
    """
    new = against(found("0.045"), None)

    assert (new.faults, new.changes[0].state, new.changes[0].share) == ((), "new", None)


@pytest.mark.parametrize(
    ("key", "price"),
    [
        (Key("VPC", "NAT gateway hour", "", "us-east-1"), "0.045"),
        (Key("EC2", "on-demand", "g6.xlarge", "us-east-1"), "0.8048"),
        (Key("EC2", "on-demand", "c7i.2xlarge", "us-east-1"), "0.357"),
        (Key("S3", "storage standard", "", "us-east-1"), "0.023"),
        (Key("EC2", "reserved-3yr", "g6.xlarge", "us-east-1"), None),
        (Key("Route53", "hosted zone", "", "us-east-1"), None),
    ],
)
def test_what_stands_is_the_price_of_the_region_itself(key: Key, price: str | None) -> None:
    """
    Hours of all types, unit prices by their first tier; a price that holds everywhere is none of a region.
    """
    stands = standing(CATALOG)(key)

    assert next(iter(stands.values()), None) == (None if price is None else Decimal(price))


def test_what_is_kept_by_hand_is_counted() -> None:
    """
    Prices of the region that nobody asked for are said, not forgotten.
    """
    changes = against(found("0.045"), "0.045").changes
    here = {(row.service, row.component, row.variant) for row in CATALOG.unit_prices.rows if row.region == "us-east-1"}

    assert unasked(CATALOG, changes) == len(here) - 1
