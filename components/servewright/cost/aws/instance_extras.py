"""
What EC2 instances are billed for beside hours and volumes: detailed monitoring and public addresses, as they or their template ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.partial import part
from servewright.cost.elsewhere import PUBLIC_IPV4
from servewright.cost.model import NotPriced
from servewright.cost.properties import UnreadableProperty, dotted, read, read_list
from servewright.cost.registry import Context, Priced, catalog_line
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

_DETAILED_METRICS: Final = 7
"""
The metrics of one instance that detailed monitoring bills as custom ones (https://aws.amazon.com/cloudwatch/pricing, worked example 2).
"""
_FLAGS: Final = {True: True, False: False, "true": True, "false": False}
"""
Flags of a template are texts in some versions of the provider, and truth values in others.
"""


def flag(record: ResourceRecord, *at: str | int) -> bool | None:
    """
    Return whether the property at *at* is on, None where it is absent.
    """
    value = read(record, *at)
    if value is None:
        return None
    if not isinstance(value, bool | str) or value not in _FLAGS:
        raise UnreadableProperty(record, dotted(*at), f"is neither true nor false: {value!r}")
    return _FLAGS[value]


def template_addresses(template: ResourceRecord) -> int | None:
    """
    Return how many public addresses *template* asks for each instance, None where that is left to the subnet.
    """
    at = "networkInterfaces"
    asked = [flag(template, at, index, "associatePublicIpAddress") for index in range(len(read_list(template, at)))]
    return asked.count(True) or (0 if asked and None not in asked else None)


def template_extras(record: ResourceRecord, template: ResourceRecord, context: Context, count: Range, why: str | None) -> Priced:
    """
    Return monitoring and addresses of *count* instances that *record* launches from *template*; *why* is the reason of an unknown count.
    """

    def watched() -> Priced:
        return monitoring(record, context, flag(template, "monitoring", "enabled"), count, why)

    def addressed() -> Priced:
        return addresses(record, context, template_addresses(template), count, why)

    return part(record, "detailed monitoring", watched) + part(record, "public IPv4", addressed)


def monitoring(record: ResourceRecord, context: Context, asked: bool | None, count: Range, why: str | None = None) -> Priced:  # noqa: FBT001 - a property's value
    """
    Return the metrics of *count* instances where detailed monitoring is on.
    """
    if not asked:
        return Priced()
    return catalog_line(
        record,
        context,
        ("CloudWatch", "custom metric", ""),
        why=why,
        component="monitoring",
        model=None,
        name="detailed monitoring",
        unit="metric-months",
        quantity=count.times(Range.exactly(_DETAILED_METRICS)),
    )


def addresses(record: ResourceRecord, context: Context, each: int | None, count: Range, why: str | None = None) -> Priced:
    """
    Return the hours of *each* public address of *count* instances; where that is left to the subnet, they are only listed.
    """
    if each is None:
        hours = "730 hours a month" if count == Range.exactly(1) else "730 hours a month for each instance"
        return Priced(not_priced=(NotPriced(what=f"public IPv4 of {record.name}, if its subnet gives one", requests=hours),))
    if not each:
        return Priced()
    return catalog_line(
        record,
        context,
        PUBLIC_IPV4,
        why=why,
        component="network",
        model=None,
        name="public IPv4 address hours",
        unit="hours",
        quantity=count.times(Range.exactly(each * HOURS_PER_MONTH)),
    )
