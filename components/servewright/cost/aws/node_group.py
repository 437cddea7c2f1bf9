"""
EKS managed node groups: hours of min, expected and max nodes of every type that may launch, and their root volumes.

    hours = nodes x 730              AWS adds nothing for managing them
    price = on demand: that of the first type of the list, which EKS launches first (strategy prioritized)
            spot:      that of the cheapest type (strategy price-capacity-optimized)
            min and max over all types of the list
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import COMPONENT as STORAGE
from servewright.cost.aws.instance_extras import template_extras
from servewright.cost.aws.instance_hours import Fleet, component_of, instance_hours
from servewright.cost.aws.launch_template import refuse_dedicated, template_of, template_type, template_volumes
from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.aws.reserved import in_reservation
from servewright.cost.aws.sizes import SizeKeys, Sizes, read_sizes
from servewright.cost.properties import UnreadableProperty, read, read_count, read_list, read_text
from servewright.cost.registry import Context, Priced, priced_line, prices
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.model import Purchase
    from servewright.cost.records import ResourceRecord

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"

_SIZES: Final = SizeKeys(
    minimum=("scalingConfig", "minSize"), desired=("scalingConfig", "desiredSize"), maximum=("scalingConfig", "maxSize")
)
_PURCHASES: Final[dict[str | None, Purchase]] = {
    None: "on-demand",
    "ON_DEMAND": "on-demand",
    "SPOT": "spot",
    "CAPACITY_BLOCK": "capacity-block",
}

_DEFAULT_TYPE: Final = "t3.medium"
_DEFAULT_DISK_GIB: Final = 20
"""
What EKS takes where a group says nothing, Linux and Bottlerocket (EKS API reference, CreateNodegroup, botocore 1.44.5).
"""

_WINDOWS: Final = "WINDOWS"


@prices(NODE_GROUP)
def price_node_group(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the node hours of a group and the root volumes of its nodes.
    """
    ami = read_text(record, "amiType") or ""
    if ami.startswith(_WINDOWS):
        raise UnreadableProperty(record, "amiType", f"is {ami}, whose prices are not in our table")
    capacity = read_text(record, "capacityType")
    if capacity not in _PURCHASES:
        raise UnreadableProperty(record, "capacityType", f"is no capacity type: {capacity}")
    sizes = read_sizes(record, context, _SIZES)
    purchase = _PURCHASES[capacity]
    hours = part(record, "instance hours", lambda: _hours(record, context, purchase, sizes))
    disks = part(record, "root volume", lambda: _disks(record, context, sizes))
    extras = part(record, "monitoring and public IPv4", lambda: _extras(record, context, sizes))
    return hours + disks + extras + _warm(record) + Priced(assumptions=sizes.assumptions)


def _hours(record: ResourceRecord, context: Context, purchase: Purchase, sizes: Sizes) -> Priced:
    types, words = _types(record, context)
    known = _known_template(record, context)
    if known is not None:
        refuse_dedicated(known, "placement", "tenancy")
        kept = in_reservation(record, known, context) if purchase == "on-demand" else None
        if kept is not None:
            return kept + Priced(assumptions=words)
    fleet = Fleet(types=types, purchase=purchase, first=purchase == "on-demand")
    line = instance_hours(record, context, fleet, sizes.instances, why=sizes.why, component=component_of(context, types))
    return line + Priced(assumptions=words)


def _extras(record: ResourceRecord, context: Context, sizes: Sizes) -> Priced:
    """
    Return the monitoring and the public addresses that the group's template asks for.
    """
    template = template_of(record, context, "launchTemplate")
    if template is None:
        return Priced()
    # What is left to the subnet is listed for no node group: one without a template leaves it there as well.
    return replace(template_extras(record, template, context, sizes.instances, sizes.why), not_priced=())


def _types(record: ResourceRecord, context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return the types that may launch, and the sentence about them where they are EKS' default.
    """
    own = tuple(str(name) for name in read_list(record, "instanceTypes"))
    if own:
        return own, ()
    template = template_of(record, context, "launchTemplate")
    said = None if template is None else template_type(template)
    if said is not None:
        return (said,), ()
    return (_DEFAULT_TYPE,), (f"{record.name}: names no instance type, for which EKS takes {_DEFAULT_TYPE}",)


def _known_template(record: ResourceRecord, context: Context) -> ResourceRecord | None:
    """
    Return the group's launch template where it can be found: the types that the group names itself do not wait for it.
    """
    try:
        return template_of(record, context, "launchTemplate")
    except UnreadableProperty:
        return None


def _disks(record: ResourceRecord, context: Context, sizes: Sizes) -> Priced:
    """
    Return the volumes of the nodes: those of the group's launch template where it has one, else one of *diskSize*.
    """
    template = template_of(record, context, "launchTemplate")
    if template is not None:
        return template_volumes(record, template, context, sizes.instances, sizes.why)
    said = read_count(record, "diskSize")
    size = _DEFAULT_DISK_GIB if said is None else said
    line = _plain_disk(record, context, size, sizes)
    return line + Priced(assumptions=_disk_words(record, said, size))


def _plain_disk(record: ResourceRecord, context: Context, size: int, sizes: Sizes) -> Priced:
    """
    Return the line of a disk whose type the group cannot choose: gp2 where EKS decides, gp3 where the image does.
    """
    found = [None if record.region is None else context.catalog.price("EBS", "storage", kind, record.region) for kind in ("gp2", "gp3")]
    known = [price for price in found if price is not None]
    amounts = [price.amount for price in known]
    whole = found[0] is not None and found[1] is not None
    place = record.region or "unknown"
    return priced_line(
        record,
        why=f"no price for EBS storage of gp2 and gp3: {context.catalog.price_gap('EBS', place)}" if not whole else sizes.why,
        component=STORAGE,
        model=None,
        purchase=None,
        name=f"root volume ({size} GiB, gp2 or gp3)",
        unit="GB-months",
        quantity=sizes.instances.times(Range.exactly(size)),
        unit_price=Range(min(amounts), amounts[0], max(amounts)) if whole else Range.unknown(),
        source=known[0].source if whole else None,
        as_of=known[0].as_of if whole else None,
        as_of_from=known[0].as_of_from if whole else None,
    )


def _disk_words(record: ResourceRecord, said: int | None, size: int) -> tuple[str, ...]:
    kind = "its type is not on the resource: gp2 is expected, gp3 where the image says so"
    given = (
        f"{record.name}: no diskSize and no launch template, for which EKS takes {size} GiB"
        if said is None
        else f"{record.name}: root volume"
    )
    return (f"{given}; {kind}",)


def _warm(record: ResourceRecord) -> Priced:
    if not read(record, "warmPoolConfig"):
        return Priced()
    return unknown_part(record, "warm pool", "nodes that wait in a warm pool are paid by their state, which is not priced")
