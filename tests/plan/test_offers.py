"""
The ways to buy the nodes of a share.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from requests_made import ON_DEMAND, SPOT, model_request
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Commitment
from servewright.errors import InternalError
from servewright.plan.offers import Market, allowed, commitment_of, equivalents, offers, share_rate
from servewright.plan.packing import assumed_daemonsets, replicas_per_node
from servewright.plan.pod import pod_resources
from servewright.spec.request import BaseCapacity, BurstCapacity, Capacity, Fallback
from stacks_made import dev_stack

if TYPE_CHECKING:
    from servewright.catalog.model import InstanceType

CATALOG = load_catalog()
LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
HALF = BaseCapacity(purchase="on-demand", share=Decimal("0.5"))


def instance(name: str) -> InstanceType:
    """
    Return the type *name* of the catalogue.
    """
    found = CATALOG.instance(name)
    assert found is not None
    return found


def market(capacity: Capacity, region: str = "us-east-1") -> Market:
    """
    Return where and how nodes are bought.
    """
    return Market(catalog=CATALOG, stack=dev_stack(region=region), capacity=capacity)


def base(purchase: Any, **terms: Any) -> Capacity:
    """
    Return a base of all replicas.
    """
    return Capacity(base=BaseCapacity(purchase=purchase, share=Decimal(1), **terms))


def admitted(capacity: Capacity, name: str, gpus: int = 1, region: str = "us-east-1", **changes: Any) -> tuple[str, ...]:
    """
    Return the types that a burst pool of *name* admits under *capacity*.
    """
    where = market(capacity, region)
    pod = pod_resources(CATALOG, instance(name), gpus, 15.0)
    per_node = replicas_per_node(instance(name), pod, assumed_daemonsets(CATALOG))
    assert per_node
    return tuple(each.name for each in equivalents(where, (model_request(LLAMA_8B, **changes),), instance(name), pod, per_node))


def test_a_base_is_one_pool_of_one_type() -> None:
    """
    What is bought ahead is bought for one type: all its replicas are there, nothing is interrupted.
    """
    (offer,) = offers(market(base("reserved", term="1y", payment="no-upfront")), "base", (instance("g6.xlarge"),))

    assert (offer.role, offer.purchase) == ("base", "reserved")
    assert offer.expected_share == offer.max_share == 1
    assert offer.effects.recovery_overlap == 0
    assert offer.commitment == Commitment(term="1y", payment="no-upfront")


def test_each_share_has_its_own_price() -> None:
    """
    The base of a type may be reserved while its burst is spot: three purchase options, three rates.
    """
    mix = Capacity(base=BaseCapacity(purchase="reserved", share=Decimal("0.5"), term="1y", payment="no-upfront"), burst=SPOT.burst)
    reserved = share_rate(market(mix), "base", instance("g6.xlarge")).price
    spot = share_rate(market(mix), "burst", instance("g6.xlarge")).price
    plain = share_rate(market(ON_DEMAND), "burst", instance("g6.xlarge")).price
    assert reserved is not None
    assert spot is not None
    assert plain is not None

    assert len({spot.amount, reserved.amount, plain.amount}) == 3
    assert reserved.amount < plain.amount


def test_a_share_that_is_not_bought_has_no_offer() -> None:
    """
    Asking for it is our fault and says so.
    """
    with pytest.raises(InternalError, match="the burst is not bought"):
        offers(market(base("on-demand")), "burst", (instance("g6.xlarge"),))
    with pytest.raises(InternalError, match="the base is not bought"):
        offers(market(SPOT), "base", (instance("g6.xlarge"),))
    with pytest.raises(InternalError, match="the share base is not bought"):
        share_rate(market(Capacity()), "base", instance("g6.xlarge"))


@pytest.mark.parametrize(
    ("bought", "terms"),
    [
        (None, None),
        (HALF, None),
        (
            BaseCapacity(purchase="reserved", share=Decimal(1), term="3y", payment="all-upfront", rate=Decimal("1.5")),
            Commitment(term="3y", payment="all-upfront", rate=Decimal("1.5")),
        ),
        (BaseCapacity(purchase="capacity-reservation", share=Decimal(1), reservation="cr-1"), Commitment(reservation="cr-1")),
        (
            BaseCapacity(purchase="capacity-block", share=Decimal(1), reservation="cr-1", rate=Decimal(9)),
            Commitment(reservation="cr-1", rate=Decimal(9)),
        ),
    ],
)
def test_only_what_is_bought_ahead_has_terms(bought: BaseCapacity | None, terms: Commitment | None) -> None:
    """
    Plain on-demand capacity commits to nothing.
    """
    assert commitment_of(bought) == terms


def test_a_fallback_takes_what_spot_lacks_and_no_more_than_it_may() -> None:
    """
    Its expected part follows the interruption band (25 % for the worst), bounded by max_share; both parts are the whole burst.
    """
    for most, part in (("1", "0.25"), ("0.5", "0.25"), ("0.1", "0.1")):
        burst = BurstCapacity(purchase="spot", fallback=Fallback(purchase="on-demand", max_share=Decimal(most)))
        spot, spare = offers(market(Capacity(burst=burst)), "burst", (instance("g6.xlarge"),))

        assert (spot.purchase, spot.role, spot.max_share) == ("spot", "burst", Decimal(1))
        assert (spare.purchase, spare.role, spare.max_share) == ("on-demand", "fallback", Decimal(most))
        assert spare.expected_share == Decimal(part)
        assert spot.expected_share + spare.expected_share == 1


def test_spot_beside_a_base_needs_no_fallback() -> None:
    """
    One pool, all of it spot: where spot has none the base serves on.
    """
    (offer,) = offers(market(Capacity(base=HALF, burst=BurstCapacity(purchase="spot"))), "burst", (instance("g6.xlarge"),))

    assert (offer.purchase, offer.expected_share) == ("spot", Decimal(1))


def test_the_fallback_is_the_cheapest_type_on_demand() -> None:
    """
    Spot prices do not order types as on-demand prices do.
    """
    types = tuple(instance(name) for name in ("g6.4xlarge", "g6.xlarge", "g6.2xlarge"))
    _, spare = offers(market(SPOT), "burst", types)

    assert [each.name for each in spare.types] == ["g6.xlarge"]


@pytest.mark.parametrize("capacity", [SPOT, Capacity(base=HALF, burst=SPOT.burst)], ids=["alone", "beside a base"])
def test_what_a_spot_pool_admits_is_equivalent(capacity: Capacity) -> None:
    """
    Every admitted type has as many of the same GPU, holds as many pods, and costs at most what the planned one does on demand.
    """
    names = admitted(capacity, "g6.xlarge")
    plain = share_rate(market(ON_DEMAND), "burst", instance("g6.xlarge")).price
    assert plain is not None

    assert "g6.xlarge" in names
    assert len(names) > 1
    for name in names:
        rate = share_rate(market(capacity), "burst", instance(name)).price
        assert (instance(name).gpu_id, instance(name).gpu_count) == ("l4", Decimal(1))
        assert rate is not None
        assert rate.amount <= plain.amount


def test_alone_the_planned_type_is_the_cheapest_and_beside_a_base_any_may_be() -> None:
    """
    Alone, a cheaper type is a placement of its own, where it comes first. Beside a base that fixes the type the burst takes the cheaper
    one too: the order is by price, and the first is billed.
    """
    alone, beside = admitted(SPOT, "g6.2xlarge"), admitted(Capacity(base=HALF, burst=SPOT.burst), "g6.2xlarge")
    spot = {name: share_rate(market(SPOT), "burst", instance(name)).price for name in beside}
    amounts = [price.amount for price in spot.values() if price is not None]

    assert alone[0] == "g6.2xlarge"
    assert set(alone) < set(beside)
    assert amounts == sorted(amounts)
    assert beside[0] != "g6.2xlarge"


def test_pins_and_exclusions_hold_for_every_admitted_type() -> None:
    """
    A type that the spec does not name is not admitted by the back door.
    """
    assert len(admitted(SPOT, "g6.xlarge")) > 1
    assert admitted(SPOT, "g6.xlarge", instance_types=("g6.xlarge",)) == ("g6.xlarge",)


def test_a_type_must_hold_a_whole_replica() -> None:
    """
    A replica does not span nodes: four GPUs need a node of at least four.
    """
    asked = model_request(LLAMA_8B)

    assert not allowed(market(SPOT), asked, instance("g6.xlarge"), 4)
    assert allowed(market(SPOT), asked, instance("g6.12xlarge"), 4)


def test_under_a_promise_spot_alone_needs_a_published_band() -> None:
    """
    A type of which nothing is known is not promised on; beside a base it may go away, and without a promise it may too.
    """
    asked = model_request(LLAMA_8B)
    promised = replace(asked, slo=replace(asked.slo, availability=Decimal("0.999")))
    unknown = instance("g7e.2xlarge")

    assert not allowed(market(SPOT), promised, unknown, 1)
    assert allowed(market(Capacity(base=HALF, burst=SPOT.burst)), promised, unknown, 1)
    assert allowed(market(SPOT), asked, unknown, 1)
