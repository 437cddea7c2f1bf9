"""
Instances that run in a capacity reservation which they or their template name: its hours are theirs, where it is on the bill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.cost.aws.meant import meant
from servewright.cost.aws.partial import unknown_part
from servewright.cost.properties import read
from servewright.cost.records import UNKNOWN
from servewright.cost.registry import Context, Priced

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

RESERVATION: Final = "aws:ec2/capacityReservation:CapacityReservation"
BLOCK: Final = "aws:ec2/capacityBlockReservation:CapacityBlockReservation"

_SPECIFICATION: Final = "capacityReservationSpecification"
_TARGET: Final = "capacityReservationTarget"


def in_reservation(record: ResourceRecord, holder: ResourceRecord, context: Context) -> Priced | None:
    """
    Return what stands for the hours of *record* where *holder*, itself or its template, names a reservation; None where it names none.

    The hours of a reservation that is not registered are on no other bill: they are unknown, not 0.
    """
    target = read(holder, _SPECIFICATION, _TARGET)
    if not target:
        return None
    if not _registered(holder, context, target):
        why = f"{_SPECIFICATION} of {holder.name} names a capacity reservation that is not registered: its hours are on no other bill"
        return unknown_part(record, "instance hours", why)
    words = f"{record.name}: its hours are those of the capacity reservation that it names, which is paid whether used or not"
    return Priced(assumptions=(words,), free="runs in a capacity reservation, which is billed by itself")


def _registered(holder: ResourceRecord, context: Context, target: Any) -> bool:  # noqa: ANN401 - an input
    """
    Tell whether the reservation is registered: by reference, or, in recordings without references, the only one while its id is unknown.
    """
    if meant(holder, context, _SPECIFICATION, RESERVATION, BLOCK):
        return True
    said = target.get("capacityReservationId") if isinstance(target, dict) else None
    registered = context.of_type(RESERVATION) + context.of_type(BLOCK)
    return said == UNKNOWN and _SPECIFICATION not in holder.references and len(registered) == 1
