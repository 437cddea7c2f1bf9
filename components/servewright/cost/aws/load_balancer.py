"""
Load balancers: hours, capacity units, and the public addresses of those that face the internet.

An Application Load Balancer is not a Classic one: AWS sells both under the family "Load Balancer" at different prices, so each kind has
rows of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, all_month, by_use, entries, no_row
from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.aws.public_ipv4 import PUBLIC_IPV4
from servewright.cost.properties import read, read_count, read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

APPLICATION: Final = "application"
NETWORK: Final = "network"
CLASSIC: Final = "classic"

_HOUR: Final[dict[str, Key]] = {
    APPLICATION: ("ELB", "ALB hour", ""),
    NETWORK: ("ELB", "NLB hour", ""),
    CLASSIC: ("ELB", "Classic LB hour", ""),
}
_UNITS: Final[dict[str, tuple[Key, str]]] = {
    APPLICATION: (("ELB", "ALB LCU", ""), "LCU"),
    NETWORK: (("ELB", "NLB NLCU", ""), "NLCU"),
}
_CLASSIC_DATA: Final[Key] = ("ELB", "Classic LB data processed", "")


@prices("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
def price_load_balancer(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the lines of an application or network load balancer; of a gateway one no row is known.
    """
    kind = read_text(record, "loadBalancerType") or APPLICATION
    if kind not in _UNITS:
        why = f"our price table has no rows for a load balancer of type {kind}"
        return no_row(record, component="network", name=f"load balancer hours ({kind})", unit="hours", why=why)
    reserved = part(record, "reserved capacity", lambda: _reserved(record))
    return balancer_lines(record, context, kind) + reserved + _addresses(record, context)


@prices("aws:elb/loadBalancer:LoadBalancer")
def price_classic(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of a Classic Load Balancer, the GB that pass it, and its public addresses.
    """
    return balancer_lines(record, context, CLASSIC) + _addresses(record, context)


def balancer_lines(record: ResourceRecord, context: Context, kind: str, remark: str = "") -> Priced:
    """
    Return hours and use of a load balancer of *kind*; *remark* goes into the brackets.
    """
    hours = all_month(record, context, _HOUR[kind], component="network", name=f"load balancer hours ({kind}{remark})")
    if kind == CLASSIC:
        name, unit = "load balancer data processed", "GB"
        return hours + by_use(record, context, _CLASSIC_DATA, "data_processed_gb", component="network", name=name, unit=unit)
    key, unit = _UNITS[kind]
    return hours + by_use(
        record, context, key, "lcu_hours", component="network", name=f"load balancer capacity ({unit})", unit=f"{unit}-hours"
    )


def _reserved(record: ResourceRecord) -> Priced:
    """
    Return that capacity which is kept ready is paid whether used or not: AWS bills it as units of their own (ReservedLCUUsage; Elastic
    Load Balancing User Guide, "billing and usage reports", 2026), for which the price table has no row.
    """
    units = read_count(record, "minimumLoadBalancerCapacity", "capacityUnits")
    if not units:
        return Priced()
    why = f"minimumLoadBalancerCapacity reserves {units} capacity units, which are paid used or not: their price is not in our table"
    return unknown_part(record, "reserved capacity", why)


def _addresses(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the public addresses: one for each zone at least, less those that are Elastic IPs and so billed there.
    """
    if read(record, "internal") is True or read_text(record, "ipAddressType") == "dualstack-without-public-ipv4":
        return Priced()
    name = "public IPv4 address hours"
    subnets, mappings = entries(record, "subnets"), entries(record, "subnetMappings")
    if subnets is None or mappings is None or not subnets + mappings:
        why = "its subnets are not known before deployment, and each has a public address"
        return all_month(record, context, PUBLIC_IPV4, component="network", name=name, count=None, why=why)
    own = sum(1 for mapping in record.inputs.get("subnetMappings") or () if isinstance(mapping, dict) and mapping.get("allocationId"))
    count = subnets + mappings - own
    if not count:
        return Priced()
    where = "1 zone" if count == 1 else f"{count} zones"
    return all_month(record, context, PUBLIC_IPV4, component="network", name=f"{name} ({where})", count=count)
