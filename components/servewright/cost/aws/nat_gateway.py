"""
NAT gateways: an hourly price and one for each GB that passes.

Their public address is billed at the `aws:ec2/eip:Eip` that they name, so it counts once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, all_month, by_use, no_row
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"

_HOUR: Final[Key] = ("VPC", "NAT gateway hour", "")
_DATA: Final[Key] = ("VPC", "NAT gateway data processed", "")


@prices(NAT_GATEWAY)
def price_nat_gateway(record: ResourceRecord, context: Context) -> Priced:
    """
    Return its hours and the data that it processes; private and public ones cost the same.
    """
    if read_text(record, "availabilityMode") == "regional":
        # Billed as RegionalNatGateway-Hours, for each zone that it reaches: another price than that of a zonal gateway.
        why = "a regional NAT gateway is billed for each zone that it reaches, by a price that our table does not have"
        return no_row(record, component="network", name="NAT gateway hours (regional)", unit="hours", why=why)
    hours = all_month(record, context, _HOUR, component="network", name="NAT gateway hours")
    return hours + by_use(record, context, _DATA, "data_processed_gb", component="network", name="NAT data processed", unit="GB")
