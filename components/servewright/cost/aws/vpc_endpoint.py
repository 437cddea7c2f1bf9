"""
VPC endpoints. Gateway endpoints (S3, DynamoDB) are free; interface endpoints are billed for each zone and hour, and for each GB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, all_month, by_use, entries, no_row
from servewright.cost.aws.meant import means, meant
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_ASSOCIATION: Final = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"

_INTERFACE: Final[tuple[Key, Key]] = (("VPC", "interface endpoint hour", "per AZ/ENI"), ("VPC", "interface endpoint data", ""))
_GATEWAY_LB: Final[tuple[Key, Key]] = (
    ("VPC", "gateway load balancer endpoint hour", ""),
    ("VPC", "gateway LB endpoint data", ""),
)
_KINDS: Final = {"Interface": (_INTERFACE, "interface"), "GatewayLoadBalancer": (_GATEWAY_LB, "gateway load balancer")}


@prices(ENDPOINT)
def price_endpoint(record: ResourceRecord, context: Context) -> Priced:
    """
    Return zones x hours and the data of an endpoint; a zone is a subnet that it stands in.
    """
    kind = read_text(record, "vpcEndpointType") or "Gateway"
    if kind == "Gateway":
        return Priced(free="AWS does not bill gateway endpoints, neither by the hour nor by the GB")
    if kind not in _KINDS:
        why = f"our price table has no rows for an endpoint of type {kind}"
        return no_row(record, component="network", name=f"VPC endpoint hours ({kind})", unit="hours", why=why)
    (hour, data), words = _KINDS[kind]
    traffic = by_use(record, context, data, "data_processed_gb", component="network", name="VPC endpoint data", unit="GB")
    return _hours(record, context, hour, words) + traffic


@prices(_ASSOCIATION)
def price_association(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of the zone that the association adds to its endpoint, at the price of that endpoint's kind.
    """
    joined_to = meant(record, context, "vpcEndpointId", ENDPOINT)
    kind = read_text(joined_to[0], "vpcEndpointType") if len(joined_to) == 1 else None
    if kind not in _KINDS:
        why = "vpcEndpointId does not say which registered endpoint it is, and a zone is billed by the kind of its endpoint"
        return no_row(record, component="network", name="VPC endpoint hours (1 zone)", unit="hours", why=why)
    (hour, _), words = _KINDS[kind]
    return all_month(record, context, hour, component="network", name=f"VPC endpoint hours ({words}, 1 zone)")


def _hours(record: ResourceRecord, context: Context, hour: Key, words: str) -> Priced:
    said = [entries(record, key) for key in ("subnetIds", "subnetConfigurations")]
    zones = None if None in said else max(count or 0 for count in said)
    if zones == 0 and any(means(each, "vpcEndpointId", record) for each in context.of_type(_ASSOCIATION)):
        return Priced()
    if not zones:
        why = "its subnets are not said, and it is billed in each of their zones"
        return all_month(record, context, hour, component="network", name=f"VPC endpoint hours ({words})", count=None, why=why)
    where = "1 zone" if zones == 1 else f"{zones} zones"
    return all_month(record, context, hour, component="network", name=f"VPC endpoint hours ({words}, {where})", count=zones)
