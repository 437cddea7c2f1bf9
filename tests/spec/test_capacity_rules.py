"""
How replicas may be bought.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback
from spec_texts import MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.spec.request import Request

PINNED = MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"
ON_ONE_TYPE = "    hardware: {instance_types: [p5.48xlarge]}\n"
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


def hint(text: str) -> str:
    """
    Return the hint of the one fault.
    """
    with pytest.raises(InvalidInputError) as caught:
        request(text)
    (fault,) = caught.value.diagnostics
    return fault.hint or ""


def bought(capacity: str, environment: str = "dev", platform: str = "") -> Capacity:
    """
    Return what *capacity* means in *environment* on *platform*.
    """
    return request(f"environment: {environment}\n{platform}{PINNED}{ON_ONE_TYPE}capacity: {capacity}\n").capacity


SPOT = BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(1)))
ON_DEMAND = BurstCapacity(purchase="on-demand")
HALF = BaseCapacity(purchase="on-demand", share=Decimal("0.5"))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("dev", Capacity(burst=SPOT)), ("staging", Capacity(burst=ON_DEMAND)), ("prod", Capacity(base=HALF, burst=ON_DEMAND))],
)
def test_absent_capacity_takes_the_environment_s_rule(environment: str, expected: Capacity) -> None:
    """
    In dev spot, and on-demand while spot has none; in staging on-demand; in prod half of the busiest hour as a base, the rest as a
    burst, both on-demand.
    """
    found = request(f"environment: {environment}\n{PINNED}")

    assert found.capacity == bought("{}", environment) == expected
    assert [warning.code for warning in found.warnings if warning.path.startswith("capacity")] == []


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize(
    ("capacity", "burst"),
    [
        ("{burst: {purchase: on-demand}}", ON_DEMAND),
        ("{burst: {purchase: spot, fallback: {purchase: on-demand}}}", SPOT),
        (
            "{burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 50%}}}",
            BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal("0.5"))),
        ),
    ],
)
def test_a_burst_alone_is_all_replicas(environment: str, capacity: str, burst: BurstCapacity) -> None:
    """
    What is written is what is bought: no base that was not asked for, in prod neither, and no fallback.
    """
    assert bought(capacity, environment) == Capacity(burst=burst)


@pytest.mark.parametrize("capacity", ["{burst: {purchase: spot}}", "{burst: {purchase: spot, fallback: off}}"])
def test_spot_gets_no_fallback_that_was_not_asked_for(capacity: str) -> None:
    """
    Written spot is spot without fallback, in dev too, where absent capacity would have one.
    """
    assert bought(capacity) == Capacity(burst=BurstCapacity(purchase="spot"))


@pytest.mark.parametrize(
    ("purchase", "expected"),
    [
        ("on-demand", BaseCapacity(purchase="on-demand", share=Decimal(1))),
        ("reserved", BaseCapacity(purchase="reserved", share=Decimal(1), term="1y", payment="no-upfront")),
        (
            "reserved, term: 3y, payment: all-upfront, rate: 21.50 USD/h",
            BaseCapacity(purchase="reserved", share=Decimal(1), term="3y", payment="all-upfront", rate=Decimal("21.50")),
        ),
        (
            "{capacity-reservation: {id: cr-0123456789abcdef0}}",
            BaseCapacity(purchase="capacity-reservation", share=Decimal(1), reservation="cr-0123456789abcdef0"),
        ),
        (
            "{capacity-block: {id: cr-0123456789abcdef0}}, rate: 31.10 USD/h",
            BaseCapacity(purchase="capacity-block", share=Decimal(1), reservation="cr-0123456789abcdef0", rate=Decimal("31.10")),
        ),
    ],
)
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_a_base_alone_is_all_replicas(environment: str, purchase: str, expected: BaseCapacity) -> None:
    """
    A base without a share and without a burst is 100 %: a fixed number of replicas, nothing scales; a commitment is one year without
    upfront payment where the spec does not say.
    """
    zone = "platform: {zones: [us-east-1a]}\n" if expected.reservation else ""
    assert bought(f"{{base: {{purchase: {purchase}}}}}", environment, zone) == Capacity(base=expected)


@pytest.mark.parametrize(("environment", "burst"), [("dev", SPOT), ("staging", ON_DEMAND), ("prod", ON_DEMAND)])
def test_a_part_as_base_takes_the_environment_s_burst(environment: str, burst: BurstCapacity) -> None:
    """
    Below 100 % the rest has to run somewhere: as absent capacity would buy it.
    """
    assert bought("{base: {purchase: on-demand, share: 60%}}", environment) == Capacity(
        base=replace(HALF, share=Decimal("0.6")), burst=burst
    )


def test_a_base_beside_a_burst_is_half_where_it_does_not_say() -> None:
    """
    The same half that prod takes by itself; a share that is given holds, 100 % too: then the burst is what the busiest hour does not need.
    """
    both = "{{base: {{purchase: on-demand{share}}}, burst: {{purchase: spot}}}}"
    spot = BurstCapacity(purchase="spot")

    assert bought(both.format(share="")) == Capacity(base=HALF, burst=spot)
    assert bought(both.format(share=", share: 100%")) == Capacity(base=replace(HALF, share=Decimal(1)), burst=spot)


@pytest.mark.parametrize("capacity", ["{burst: {purchase: spot}}", "{burst: {purchase: spot, fallback: off}}"])
def test_spot_alone_cannot_keep_an_availability(capacity: str) -> None:
    """
    Spot without fallback under an availability target is refused, unless interruption is allowed.
    """
    spot = f"capacity: {capacity}\n"
    assert codes(AVAILABLE + spot) == [("SW213", "capacity.burst.purchase")]
    assert codes(f"environment: staging\n{PINNED}{spot}") == [("SW213", "capacity.burst.purchase")]
    allowed = spot.replace("}\n", ", allow_interruption: true}\n")
    assert request(AVAILABLE + allowed).capacity.allow_interruption
    assert request(f"environment: prod\n{PINNED}{allowed}").capacity.burst == BurstCapacity(purchase="spot")


@pytest.mark.parametrize(
    "capacity",
    [
        "{burst: {purchase: spot, fallback: {purchase: on-demand}}}",
        "{base: {purchase: on-demand, share: 50%}, burst: {purchase: spot}}",
        "{base: {purchase: reserved}, burst: {purchase: spot}}",
    ],
)
def test_spot_with_a_fallback_or_beside_a_base_can_keep_one(capacity: str) -> None:
    """
    What stays when spot goes is what makes it fit for a promise.
    """
    assert request(AVAILABLE + f"capacity: {capacity}\n").models[0].slo.availability == Decimal("0.999")


@pytest.mark.parametrize(
    ("capacity", "faults"),
    [
        ("{base: {purchase: spot}}", [("SW202", "capacity.base.purchase")]),
        ("{base: {purchase: capacity-reservation}}", [("SW116", "capacity.base.purchase")]),
        ("{base: {purchase: {capacity-reservation: {}}}}", [("SW203", "capacity.base.purchase")]),
        ("{base: {purchase: {capacity-reservation: {id: my-reservation}}}}", [("SW203", "capacity.base.purchase")]),
        ("{base: {purchase: {capacity-block: {id: cr-0123456789abcdef0, zone: a}}}}", [("SW203", "capacity.base.purchase")]),
        ("{base: {purchase: {spot: {id: cr-0123456789abcdef0}}}}", [("SW202", "capacity.base.purchase")]),
        ("{base: {purchase: 1y}}", [("SW202", "capacity.base.purchase")]),
        ("{base: {purchase: on-demand, share: 0%}}", [("SW118", "capacity.base.share")]),
        ("{base: {purchase: on-demand, share: 101%}}", [("SW118", "capacity.base.share")]),
        ("{burst: {purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}}}", [("SW116", "capacity.burst.purchase")]),
        ("{burst: {purchase: reserved}}", [("SW202", "capacity.burst.purchase")]),
        ("{base: {purchase: on-demand, term: 1y, rate: 35.10 USD/h}}", [("SW211", "capacity.base.term"), ("SW211", "capacity.base.rate")]),
        (
            "{base: {purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}, payment: no-upfront, rate: 35.10 USD/h}}",
            [("SW211", "capacity.base.payment"), ("SW211", "capacity.base.rate")],
        ),
        ("{base: {purchase: {capacity-block: {id: cr-0123456789abcdef0}}, term: 1y}}", [("SW211", "capacity.base.term")]),
        ("{burst: {purchase: on-demand, fallback: {purchase: on-demand}}}", [("SW211", "capacity.burst.fallback")]),
        ("{burst: {purchase: spot, fallback: {purchase: spot}}}", [("SW211", "capacity.burst.fallback.purchase")]),
        ("{burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 0%}}}", [("SW118", "capacity.burst.fallback.max_share")]),
        ("{burst: {purchase: on demand}}", [("SW202", "capacity.burst.purchase")]),
        ("{burst: {}}", [("SW119", "capacity.burst.purchase")]),
        ("{base: {}}", [("SW119", "capacity.base.purchase")]),
        ("{burst: {purchase: {id: x}}}", [("SW116", "capacity.burst.purchase")]),
    ],
)
def test_refused(capacity: str, faults: list[tuple[str, str]]) -> None:
    """
    What does not exist, or contradicts itself, is refused at its field.
    """
    assert codes(MINIMAL + f"{ON_ONE_TYPE}capacity: {capacity}\n") == faults


BOUGHT_AHEAD = [
    ("{purchase: reserved, rate: 21.50 USD/h}", "capacity.base.rate"),
    ("{purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}}", "capacity.base.purchase"),
    ("{purchase: {capacity-block: {id: cr-0123456789abcdef0}}, rate: 31.10 USD/h}", "capacity.base.purchase"),
]


@pytest.mark.parametrize(("base", "path"), BOUGHT_AHEAD)
@pytest.mark.parametrize(
    "hardware", ["", "    hardware: {gpu: H100, count: 4}\n", "    hardware: {instance_types: [p5.48xlarge, p5en.48xlarge]}\n"]
)
def test_what_is_bought_ahead_is_of_one_instance_type(base: str, path: str, hardware: str) -> None:
    """
    A rate is the price of one type and a reservation holds one: where the plan may choose another, a 1B model would be planned on eight
    B200 at the rate of an L4.
    """
    assert codes(f"{MINIMAL}{hardware}capacity: {{base: {base}}}\n") == [("SW211", path)]


def test_the_hint_of_an_open_type_names_no_type_that_was_not_chosen() -> None:
    """
    Where the plan chooses, the hint says where the chosen type stands; one that is named is repeated.
    """
    capacity = "capacity: {base: {purchase: reserved, rate: 2.10 USD/h}}\n"

    assert "TYPE as a preview without it names" in hint(MINIMAL + capacity)
    assert "[p5.48xlarge]" in hint(f"{MINIMAL}    hardware: {{instance_types: [p5.48xlarge, p5en.48xlarge]}}\n{capacity}")


@pytest.mark.parametrize(("base", "path"), BOUGHT_AHEAD)
def test_all_models_are_on_the_type_that_is_bought_ahead(base: str, path: str) -> None:
    """
    Two models on two types cannot both be what the rate or the reservation is of.
    """
    first = MINIMAL + ON_ONE_TYPE + "    name: one\n"
    second = MINIMAL.replace("models:\n", "") + ON_ONE_TYPE + "    name: two\n"
    capacity = f"capacity: {{base: {base}}}\n"

    assert request(first + second + capacity).capacity.base is not None
    assert codes(first + second.replace("p5.48xlarge", "p5en.48xlarge") + capacity) == [("SW211", path)]


def test_a_row_s_rate_leaves_the_hardware_open() -> None:
    """
    Reserved at the table's rates is compared like any other price.
    """
    assert request(MINIMAL + "capacity: {base: {purchase: reserved}}\n").models[0].instance_types == ()


@pytest.mark.parametrize("ahead", ["capacity-reservation", "capacity-block"])
@pytest.mark.parametrize("environment", ["staging", "prod"])
@pytest.mark.parametrize(("zones", "one"), [("", "us-east-1a"), ("us-east-1b, us-east-1c", "us-east-1b")])
def test_a_reservation_lies_in_one_zone(ahead: str, environment: str, zones: str, one: str) -> None:
    """
    The part of a base that is spread to another zone would find nothing there and wait for ever: given zones or those of the environment.
    """
    rest = f"{PINNED}{ON_ONE_TYPE}capacity: {{base: {{purchase: {{{ahead}: {{id: cr-0123456789abcdef0}}}}}}}}\n"
    given = f"platform: {{zones: [{zones}]}}\n" if zones else ""
    with pytest.raises(InvalidInputError) as caught:
        request(f"environment: {environment}\n{given}{rest}")
    (fault,) = caught.value.diagnostics
    fix = f"platform: {{zones: [{one}]}}"
    assert (fault.code, fault.path) == ("SW211", "capacity.base.purchase")
    assert fault.hint == f"{fix}, if that is where it was made"
    assert request(f"environment: {environment}\n{fix}\n{rest}").stack.zones == (one,)


def test_dev_has_one_zone_anyway() -> None:
    """
    Of several zones dev takes the first, so a reservation there needs no other word.
    """
    capacity = "capacity: {base: {purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}}}\n"
    assert request(f"platform: {{zones: [us-east-1a, us-east-1b]}}\n{MINIMAL}{ON_ONE_TYPE}{capacity}").stack.zones == ("us-east-1a",)
    assert request(f"{MINIMAL}{ON_ONE_TYPE}{capacity}").capacity.base is not None
