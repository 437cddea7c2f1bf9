"""
Instances, groups and node groups that name a capacity reservation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cluster_records import record
from compute_records import bill_of, group, instance, launch_template, node_group, reasons
from servewright.cost.aws.reserved import RESERVATION
from servewright.cost.records import UNKNOWN

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord

KEPT = record(RESERVATION, "kept", {"instanceType": "m7i.large", "instancePlatform": "Linux/UNIX", "instanceCount": 3})
OTHER = replace(KEPT, urn=f"{KEPT.urn}-other", name="other")
NAMED = "capacityReservationSpecification"


def target(reservation_id: str = UNKNOWN) -> Any:
    """
    Return the inputs that name a reservation.
    """
    return {NAMED: {"capacityReservationTarget": {"capacityReservationId": reservation_id}}}


def referring(holder: ResourceRecord, reservation: ResourceRecord = KEPT) -> ResourceRecord:
    """
    Return *holder* with the reference to *reservation* that a recording has.
    """
    return replace(holder, references={NAMED: (reservation.urn,)})


def hours_of(bill: Bill) -> list[str]:
    """
    Return which resources have instance hours.
    """
    return [line.resource.rsplit("::", 1)[-1] for line in bill.lines if "instance hours" in line.name]


NODES = launch_template(instanceType="m7i.large", **target())
USERS = {
    "an instance": (referring(instance(**target())),),
    "one of a known id": (referring(instance(**target("cr-1"))),),
    "a recording without references": (instance(**target()),),
    "an instance of a template": (instance(launchTemplate={"name": "nodes"}), referring(NODES)),
    "a group": (group(), referring(NODES)),
    "a node group": (node_group(launchTemplate={"name": "nodes"}), referring(NODES)),
}


@pytest.mark.parametrize("who", USERS)
def test_what_runs_in_a_reservation_is_not_paid_twice(who: str) -> None:
    """
    The reservation is billed; the volumes of what runs in it are its user's own.
    """
    bill = bill_of(*USERS[who], KEPT)

    assert hours_of(bill) == ["kept"]
    assert any("root volume" in line.name for line in bill.lines)
    assert any("those of the capacity reservation that it names" in words for words in bill.assumptions)


@pytest.mark.parametrize("who", USERS)
def test_a_reservation_that_is_not_registered_is_on_no_other_bill(who: str) -> None:
    """
    Its hours are unknown, never 0.
    """
    bill = bill_of(*USERS[who])

    assert hours_of(bill) == []
    assert "names a capacity reservation that is not registered" in " ".join(reasons(bill))


def test_a_literal_id_is_not_taken_for_a_registered_reservation() -> None:
    """
    An id without a reference names something outside of the stack; which of two is meant is not guessed either.
    """
    literal, either = bill_of(instance(**target("cr-1")), KEPT), bill_of(instance(**target()), KEPT, OTHER)

    for bill in (literal, either):
        assert [each.what for each in bill.unknown] == ["instance hours of box"]


def test_spot_instances_never_run_in_a_reservation() -> None:
    """
    A template's spot market is paid as spot, whatever it names.
    """
    spot = launch_template(instanceType="g6.xlarge", instanceMarketOptions={"marketType": "spot"}, **target())

    assert hours_of(bill_of(group(), spot)) == ["group"]
