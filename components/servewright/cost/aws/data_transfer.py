"""
Traffic of a VPC by its path. No resource tells how much there is: without a usage file it is listed as not priced.

    GB of internet egress      what leaves for the internet, tier by tier
    GB between zones           x 2, since AWS bills the sending and the receiving side
    GB between regions         what leaves for another region
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, elsewhere, scaled
from servewright.cost.registry import Context, Priced, joined, prices
from servewright.cost.usage import tiered_lines, usage_of

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

_BOTH_DIRECTIONS: Final = 2
_PATHS: Final[dict[str, tuple[Key, str, int]]] = {
    # by usage key: row of the price table, line, how often a GB is billed
    "internet_egress_gb": (("DataTransfer", "internet egress", ""), "internet egress", 1),
    "cross_zone_gb": (("DataTransfer", "cross-AZ (each direction)", ""), "traffic between zones (both directions)", _BOTH_DIRECTIONS),
    "inter_region_gb": (("DataTransfer", "inter-region egress", "to most regions"), "traffic to other regions", 1),
}


@prices("aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc")
def price_vpc(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the traffic that a usage file gives; the network itself is free.
    """
    given = joined(_path(record, context, usage_key) for usage_key in _PATHS)
    silent = [key for key in _PATHS if not usage_of(record, key, context).given]
    listed = (
        elsewhere(f"data transfer of {record.name}", f"depends on use: give {', '.join(silent)} in a usage file") if silent else Priced()
    )
    return given + listed + Priced(free="AWS bills what runs in a VPC and the traffic that leaves a zone, not the VPC")


def _path(record: ResourceRecord, context: Context, usage_key: str) -> Priced:
    key, name, times = _PATHS[usage_key]
    used = usage_of(record, usage_key, context)
    if not used.given:
        return Priced()
    quantity = scaled(used.quantity, Decimal(times))
    return tiered_lines(record, context, key, quantity=quantity, name=name, component="network", model=None, unit="GB")
