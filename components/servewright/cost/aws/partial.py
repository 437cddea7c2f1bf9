"""
A resource of which one part cannot be read: the other parts keep their lines, that part is an Unknown of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.model import Unknown
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


def part(record: ResourceRecord, what: str, price: Callable[[], Priced]) -> Priced:
    """
    Return what *price* says, or that *what* of *record* is unknown where it meets a property that it cannot read.
    """
    try:
        return price()
    except UnreadableProperty as fault:
        where = fault.path if fault.record is record else f"{fault.record.name}: {fault.path}"
        return unknown_part(record, what, f"{where} {fault.why}")


def unknown_part(record: ResourceRecord, what: str, why: str) -> Priced:
    """
    Return that *what* of *record* costs something that is not known, because of *why*.
    """
    return Priced(unknown=(Unknown(id=f"{record.urn}#{what}", resource=record.urn, what=f"{what} of {record.name}", why=why),))


def not_priced_yet(type_token: str, what: str, why: str) -> None:
    """
    Declare that resources of *type_token* cost money that nothing here can tell: *what* it is paid for, and *why*.
    """

    @prices(type_token)
    def is_unknown(record: ResourceRecord, _context: Context) -> Priced:
        return unknown_part(record, what, why)
