"""
How replicas may be bought.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.request import Capacity, Fallback
from spec_texts import MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.spec.request import Request

PINNED = MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"
AVAILABLE = MINIMAL.replace("itl_p95: 60ms", "availability: 99.9%")


def request(text: str) -> Request:
    """
    Return the request of a good spec.
    """
    return parse_request("spec.yaml", text.encode(), zones_of)


def codes(text: str) -> list[tuple[str, str]]:
    """
    Return code and path of each fault.
    """
    with pytest.raises(InvalidInputError) as caught:
        request(text)
    return [(fault.code, fault.path) for fault in caught.value.diagnostics]


def test_dev_takes_spot_with_fallback() -> None:
    """
    Absent capacity in dev is spot, and on-demand while spot has none.
    """
    found = request(MINIMAL).capacity
    assert found == Capacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(1)), allow_interruption=False)
    assert request(MINIMAL + "capacity: {}\n").capacity == found


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_other_environments_take_on_demand(environment: str) -> None:
    """
    Absent capacity elsewhere is on-demand, without fallback; prod says that its split waits.
    """
    found = request(f"environment: {environment}\n{PINNED}")
    assert found.capacity == Capacity(purchase="on-demand", fallback=None, allow_interruption=False)
    assert [warning.code for warning in found.warnings if warning.path == "capacity"] == (["SW404"] if environment == "prod" else [])


@pytest.mark.parametrize(
    ("capacity", "purchase", "max_share"),
    [
        ("{burst: {purchase: on-demand}}", "on-demand", None),
        ("{burst: {purchase: spot}}", "spot", None),
        ("{burst: {purchase: spot, fallback: off}}", "spot", None),
        ("{burst: {purchase: spot, fallback: {purchase: on-demand}}}", "spot", Decimal(1)),
        ("{burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 50%}}}", "spot", Decimal("0.5")),
        ("{base: {purchase: on-demand}}", "on-demand", None),
        ("{base: {purchase: on-demand, share: 100%}}", "on-demand", None),
        ("{base: {purchase: spot}}", "spot", None),
    ],
)
def test_what_is_written_is_what_is_bought(capacity: str, purchase: str, max_share: Decimal | None) -> None:
    """
    A share that is given keeps its name, base or burst, and gets no fallback that was not asked for.
    """
    found = request(MINIMAL + f"capacity: {capacity}\n").capacity
    assert (found.purchase, found.share) == (purchase, "base" if "base" in capacity else "burst")
    assert (None if found.fallback is None else found.fallback.max_share) == max_share


@pytest.mark.parametrize("capacity", ["{burst: {purchase: spot}}", "{base: {purchase: spot}}", "{burst: {purchase: spot, fallback: off}}"])
def test_spot_alone_cannot_keep_an_availability(capacity: str) -> None:
    """
    Spot without fallback under an availability target is refused, unless interruption is allowed.
    """
    spot = f"capacity: {capacity}\n"
    path = "capacity.base.purchase" if "base" in capacity else "capacity.burst.purchase"
    assert codes(AVAILABLE + spot) == [("SW213", path)]
    assert codes(f"environment: staging\n{PINNED}{spot}") == [("SW213", path)]
    allowed = spot.replace("}\n", ", allow_interruption: true}\n")
    assert request(AVAILABLE + allowed).capacity.allow_interruption
    assert request(f"environment: prod\n{PINNED}{allowed}").capacity.purchase == "spot"


def test_spot_with_fallback_can_keep_one() -> None:
    """
    The fallback is what makes spot fit for a promise.
    """
    assert request(AVAILABLE + "capacity: {burst: {purchase: spot, fallback: {purchase: on-demand}}}\n").models[
        0
    ].slo.availability == Decimal("0.999")


@pytest.mark.parametrize(
    ("capacity", "faults"),
    [
        ("{base: {purchase: on-demand}, burst: {purchase: spot}}", [("SW220", "capacity.base")]),
        ("{base: {purchase: on-demand, share: 60%}}", [("SW220", "capacity.base.share")]),
        ("{base: {purchase: reserved, term: 1y}}", [("SW220", "capacity.base.purchase")]),
        ("{base: {purchase: {capacity-block: {id: cr-0123456789abcdef0}}}}", [("SW220", "capacity.base.purchase")]),
        ("{burst: {purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}}}", [("SW220", "capacity.burst.purchase")]),
        ("{base: {purchase: on-demand, term: 1y, rate: 35.10 USD/h}}", [("SW211", "capacity.base.term"), ("SW211", "capacity.base.rate")]),
        ("{burst: {purchase: on-demand, fallback: {purchase: on-demand}}}", [("SW211", "capacity.burst.fallback")]),
        ("{burst: {purchase: spot, fallback: {purchase: spot}}}", [("SW211", "capacity.burst.fallback.purchase")]),
        ("{burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 0%}}}", [("SW118", "capacity.burst.fallback.max_share")]),
        ("{burst: {purchase: on demand}}", [("SW202", "capacity.burst.purchase")]),
        ("{burst: {}}", [("SW119", "capacity.burst.purchase")]),
        ("{burst: {purchase: {id: x}}}", [("SW116", "capacity.burst.purchase")]),
    ],
)
def test_refused(capacity: str, faults: list[tuple[str, str]]) -> None:
    """
    What is not built, or contradicts itself, is refused at its field.
    """
    assert codes(MINIMAL + f"capacity: {capacity}\n") == faults
