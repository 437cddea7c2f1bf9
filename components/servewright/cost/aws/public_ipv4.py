"""
Public IPv4 addresses. AWS bills each one by the hour, attached or not, at one price
(https://aws.amazon.com/blogs/aws/new-aws-public-ipv4-address-charge-public-ip-insights, 2024-02-01); addresses that you bring are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, all_month, no_row, says
from servewright.cost.aws.nat_gateway import NAT_GATEWAY
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

PUBLIC_IPV4: Final[Key] = ("VPC", "public IPv4 address", "in use")

_OF_AMAZON: Final = "amazon"
_USERS: Final = (
    NAT_GATEWAY,
    "aws:ec2/eipAssociation:EipAssociation",
    "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/loadBalancer:LoadBalancer",
)


@prices("aws:ec2/eip:Eip")
def price_elastic_ip(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of the address. That it serves something is said in brackets and changes no price.
    """
    if (read_text(record, "publicIpv4Pool") or _OF_AMAZON) != _OF_AMAZON:
        return Priced(free="AWS does not bill a public IPv4 address that comes from a range that you brought")
    if says(record, "customerOwnedIpv4Pool") or says(record, "ipamPoolId"):
        why = "addresses of an Outpost or of an IPAM pool have prices of their own, which our table does not have"
        return no_row(record, component="network", name="public IPv4 address hours", unit="hours", why=why)
    state = "in use" if _in_use(record, context) else "idle as far as the stack shows"
    return all_month(record, context, PUBLIC_IPV4, component="network", name=f"public IPv4 address hours ({state})")


def _in_use(record: ResourceRecord, context: Context) -> bool:
    return any(says(record, key) for key in ("instance", "networkInterface")) or any(context.of_type(token) for token in _USERS)
