"""
Services and traffic between zones.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import tiny_catalog
from cluster_records import deployment, node_class, node_pool, scaled_object, service
from servewright.cost.bill import price_records
from servewright.cost.model import Bill, NotPriced
from servewright.cost.records import UNKNOWN
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

CATALOG = tiny_catalog.tiny_catalog()
TOKENS = (1_500_000_000, 500_000_000)


def bill_in(zones: tuple[str, ...], tokens: tuple[int, int] = TOKENS, kind: str | None = "ClusterIP") -> Bill:
    """
    Return the bill of one model in *zones*: one replica on average of two at most.
    """
    records = [
        deployment(hours=(1,) * 168, tokens=tokens),
        scaled_object(minimum=1, maximum=2),
        node_pool("p", zones=zones),
        node_class("p"),
        service(kind=kind),
    ]
    return price_records(records, CATALOG)


def test_traffic_between_two_zones_by_hand() -> None:
    """
    2 x 10^9 tokens x 4.5 bytes = 9 GB, half of it to the other zone, each GB paid twice: 9 GB at 0.01 USD.
    """
    (line,) = (line for line in bill_in(("us-east-1a", "us-east-1b")).lines if line.component == "network")

    assert line.name == "traffic between zones (2 zones, both directions)"
    assert line.quantity == Range(Decimal(0), Decimal(9), Decimal(18))
    assert line.monthly.expected == Decimal("0.09")


def test_vectors_count_by_their_own_bytes() -> None:
    """
    1.5 x 10^9 tokens in are 6.75 GB, their vectors 20 GB, half of both to the other zone, each GB paid twice. All vectors may leave the
    region.
    """
    records = [
        _answering(deployment(hours=(1,) * 168, tokens=(TOKENS[0], 0)), 20_000_000_000),
        scaled_object(minimum=1, maximum=1),
        node_pool("p", zones=("us-east-1a", "us-east-1b")),
        node_class("p"),
        service(),
    ]
    bill = price_records(records, CATALOG)
    (line,) = (line for line in bill.lines if line.component == "network")
    (egress,) = (each.requests for each in bill.not_priced if each.what.startswith("internet egress of "))

    assert line.quantity.expected == Decimal("26.75")
    assert egress.startswith("20 GB")
    assert [text for text in bill.assumptions if text.startswith("vector_bytes_per_dimension")]


def _answering(made: ResourceRecord, size: int) -> ResourceRecord:
    metadata = made.inputs["metadata"]
    noted = {**metadata["annotations"], "servewright.dev/answer-bytes-per-month": str(size)}
    return replace(made, inputs={**made.inputs, "metadata": {**metadata, "annotations": noted}})


def test_the_shares_of_a_model_answer_together() -> None:
    """
    A base of one replica says the month's tokens, the burst beside it is up to three more: at the maximum four replicas carry what one
    and the burst's half carry on average.
    """
    base = deployment("base", hours=(1,) * 168, tokens=TOKENS, replicas=1, shape="steady")
    burst = deployment("burst", hours=(0,) * 84 + (1,) * 84)
    zones = ("us-east-1a", "us-east-1b")
    pools = [node_pool("steady", shape="steady", zones=zones), node_class("steady"), node_pool("p", zones=zones), node_class("p")]
    front = service()
    front = replace(front, inputs={**front.inputs, "spec": {"selector": {"tier": "engine"}}})
    both = [_labelled(each) for each in (base, burst)]
    bill = price_records([*both, scaled_object("burst", minimum=0, maximum=3), *pools, front], CATALOG)
    (line,) = (line for line in bill.lines if line.component == "network")

    assert line.quantity == Range(Decimal(0), Decimal(9), Decimal(24))  # 9 GB x 4 / 1.5


def test_two_services_before_the_same_pods_count_their_traffic_once() -> None:
    """
    The base of a model has an address of its own beside the model's: the month's answers are counted at the model's, which leads to both
    shares, whatever it is called. A Service whose pods nobody knows changes nothing.
    """
    zones = ("us-east-1a", "us-east-1b")
    made = _labelled(deployment(hours=(1,) * 168, tokens=TOKENS), share="base")
    wide, narrow, dark = service("z-whole"), service("a-share"), service("dark")
    wide = replace(wide, inputs={**wide.inputs, "spec": {"selector": {"tier": "engine"}}})
    narrow = replace(narrow, inputs={**narrow.inputs, "spec": {"selector": {"tier": "engine", "share": "base"}}})
    dark = replace(dark, inputs={**dark.inputs, "spec": {"selector": UNKNOWN}})
    rest = [scaled_object(minimum=1, maximum=2), node_pool("p", zones=zones), node_class("p")]
    bill = price_records([made, narrow, wide, dark, *rest], CATALOG)
    lines = [line for line in bill.lines if line.component == "network"]

    assert [(line.resource, line.quantity.expected) for line in lines] == [(wide.urn, Decimal(9))]


def _labelled(made: ResourceRecord, **labels: str) -> ResourceRecord:
    spec = made.inputs["spec"]
    template = {**spec["template"], "metadata": {"labels": {"tier": "engine", **labels}}}
    return replace(made, inputs={**made.inputs, "spec": {**spec, "template": template}})


def test_three_zones_send_two_thirds_elsewhere() -> None:
    """
    With three zones two answers in three cross.
    """
    (line,) = (line for line in bill_in(("a", "b", "c")).lines if line.component == "network")

    assert line.quantity.expected == 12


@pytest.mark.parametrize("kind", [None, "ClusterIP"])
@pytest.mark.parametrize(("zones", "tokens"), [(("us-east-1a",), TOKENS), (("us-east-1a", "us-east-1b"), (0, 0))])
def test_inside_one_zone_or_without_traffic_a_service_is_free(zones: tuple[str, ...], tokens: tuple[int, int], kind: str | None) -> None:
    """
    A Service by itself costs nothing, with a reason.
    """
    bill = bill_in(zones, tokens, kind)

    assert [line for line in bill.lines if line.component == "network"] == []
    assert [f.count for f in bill.free if f.type.endswith(":Service")] == [1]


def test_a_service_of_two_zones_is_priced_and_not_free() -> None:
    """
    A resource that has a line is not among the free ones.
    """
    assert [f for f in bill_in(("a", "b")).free if f.type.endswith(":Service")] == []


def test_answers_that_leave_the_region_are_listed() -> None:
    """
    Where callers are stands on no resource: the volume is listed as not priced.
    """
    (item,) = (n for n in bill_in(("a",)).not_priced if n.what.startswith("internet egress"))

    assert item == NotPriced(what="internet egress of chat", requests="2.2 GB a month: $0.20, if callers are outside the region")


@pytest.mark.parametrize(("zones", "requests"), [(("a",), "at most 18 GB a month: $0.18"), (("a", "b"), "at most 9.0 GB a month: $0.09")])
def test_callers_in_other_zones_are_listed(zones: tuple[str, ...], requests: str) -> None:
    """
    Where no caller shares a zone with a node, all 18 GB cross in both directions: what the bill's own line leaves is listed.
    """
    assert NotPriced(what="calls to chat from other zones", requests=requests) in bill_in(zones).not_priced


def test_a_load_balancer_of_no_named_kind_is_unknown() -> None:
    """
    What a controller creates for the Service is a network or a classic load balancer: which one is not guessed.
    """
    (unknown,) = bill_in(("a",), kind="LoadBalancer").unknown

    assert unknown.what == "load balancer of chat"
    assert "whether its controller makes a network or a classic one" in unknown.why


def test_a_pool_without_zones_leaves_the_traffic_unknown() -> None:
    """
    How much crosses depends on the number of zones.
    """
    assert "so traffic between zones cannot be counted" in bill_in(()).unknown[0].why


def test_another_service_of_the_namespace_changes_nothing() -> None:
    """
    Only the pods that a Service selects are behind it.
    """
    records = [deployment(tokens=TOKENS), scaled_object(), node_pool("p", zones=("a", "b")), node_class("p"), service("other")]

    assert [line for line in price_records(records, CATALOG).lines if line.component == "network"] == []
