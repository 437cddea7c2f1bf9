"""
EC2: instances, spot requests and capacity reservations by the hour, with their volumes.

    hours = 730                      an instance that is registered runs all month
    hours = instances x 730          a capacity reservation, used or not
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import read_volume, volume_lines
from servewright.cost.aws.instance_extras import addresses, flag, monitoring, template_addresses
from servewright.cost.aws.instance_hours import Fleet, instance_hours
from servewright.cost.aws.launch_template import LAUNCH_TEMPLATE, market, refuse_dedicated, template_of, template_type, template_volumes
from servewright.cost.aws.meant import means, meant
from servewright.cost.aws.partial import not_priced_yet, part, unknown_part
from servewright.cost.aws.reserved import BLOCK, RESERVATION, in_reservation
from servewright.cost.properties import UnreadableProperty, read, read_count, read_list, read_text, required
from servewright.cost.registry import Context, Priced, free, joined, prices
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.catalog.model import Purchase
    from servewright.cost.records import ResourceRecord

INSTANCE: Final = "aws:ec2/instance:Instance"
SPOT_REQUEST: Final = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
_EIP: Final = "aws:ec2/eip:Eip"
_ASSOCIATION: Final = "aws:ec2/eipAssociation:EipAssociation"

_ONE: Final = Range.exactly(1)
_LINUX: Final = "Linux/UNIX"
FREE_TYPES: Final = {
    LAUNCH_TEMPLATE: "describes instances, which are billed by the group or instance that uses it",
    "aws:ec2/allowedImagesSettings:AllowedImagesSettings": "a setting of the account, which AWS does not bill",
    "aws:ec2/ami:Ami": "names snapshots, which are billed by themselves",
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": "a permission on an image; AWS bills the image's snapshots",
    "aws:ec2/availabilityZoneGroup:AvailabilityZoneGroup": "opts the account into zones, which AWS does not bill",
    "aws:ec2/defaultCreditSpecification:DefaultCreditSpecification": "a setting of the account; AWS bills the credits that instances use",
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": "a setting of the account, which AWS does not bill",
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": "a setting of the account, which AWS does not bill",
    "aws:ec2/keyPair:KeyPair": "a public key in EC2, which AWS does not bill",
    "aws:ec2/launchConfiguration:LaunchConfiguration": "describes instances, which are billed by the group that uses it",
    "aws:ec2/placementGroup:PlacementGroup": "says where instances stand to each other, which AWS does not bill",
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": "a setting of the account, which AWS does not bill",
    "aws:ec2/tag:Tag": "a label on a resource, which AWS does not bill",
}

for _type, _reason in FREE_TYPES.items():
    free(_type, _reason)

_OFFERED: Final = "its offering says type, number, window and price: the block is paid in advance, and none of that is on the resource"

NOT_PRICED: Final = {
    "aws:ec2/amiCopy:AmiCopy": ("snapshots", "their size is that of the copied image, which is not on the resource"),
    "aws:ec2/amiFromInstance:AmiFromInstance": ("snapshots", "their size is that of the instance's volumes at that time"),
    BLOCK: ("capacity block", _OFFERED),
    "aws:ec2/dedicatedHost:DedicatedHost": ("host hours", "prices of dedicated hosts are not in our table"),
    "aws:ec2/fleet:Fleet": ("instances", "a fleet has no pricer yet: which types it launches is up to its strategy"),
    "aws:ec2/spotFleetRequest:SpotFleetRequest": (
        "instances",
        "a spot fleet has no pricer yet: which types it launches is up to its strategy",
    ),
}

for _type, (_what, _why) in NOT_PRICED.items():
    not_priced_yet(_type, _what, _why)


@prices(INSTANCE)
def price_instance(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of an instance, its volumes, and what else its own inputs say is paid.
    """
    template = template_of(record, context, "launchTemplate")
    purchase = market(record)
    if purchase == "on-demand" and template is not None:
        purchase = market(template)
    return _hours(record, template, purchase, context) + _around(record, template, context)


@prices(SPOT_REQUEST)
def price_spot_request(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of the instance that the request is fulfilled with, as spot, and its volumes.
    """
    template = template_of(record, context, "launchTemplate")
    return _hours(record, template, "spot", context) + _around(record, template, context)


@prices(RESERVATION)
def price_reservation(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the hours of capacity that is kept free: paid at the on-demand price whether anything runs in it or not.
    """
    refuse_dedicated(record, "tenancy")
    platform = required(record, read_text(record, "instancePlatform"), "instancePlatform")
    if platform != _LINUX:
        raise UnreadableProperty(record, "instancePlatform", f"is {platform}, whose prices are not in our table")
    count = required(record, read_count(record, "instanceCount"), "instanceCount")
    fleet = Fleet(types=(required(record, read_text(record, "instanceType"), "instanceType"),), purchase="capacity-reservation")
    ends = read_text(record, "endDate")
    words = (
        f"{record.name}: paid whether used or not{f', until {ends}' if ends else ''}; instances that run in it are not paid twice by AWS"
    )
    open_to_all = read_text(record, "instanceMatchCriteria") != "targeted"
    twice = ", but those on this bill that match it without naming it are counted beside it" if open_to_all else ""
    return instance_hours(record, context, fleet, Range.exactly(count)) + Priced(assumptions=(words + twice,))


def _hours(record: ResourceRecord, template: ResourceRecord | None, purchase: Purchase, context: Context) -> Priced:
    refuse_dedicated(record, "tenancy")
    if template is not None:
        refuse_dedicated(template, "placement", "tenancy")
    kept = _reserved(record, template, context) if purchase != "spot" else None
    if kept is not None:
        return kept
    said = read_text(record, "instanceType") or (None if template is None else template_type(template))
    fleet = Fleet(types=(required(record, said, "instanceType"),), purchase=purchase)
    return instance_hours(record, context, fleet, _ONE)


def _reserved(record: ResourceRecord, template: ResourceRecord | None, context: Context) -> Priced | None:
    if template is None or read(record, "capacityReservationSpecification") is not None:
        return in_reservation(record, record, context)
    return in_reservation(record, template, context)


def _around(record: ResourceRecord, template: ResourceRecord | None, context: Context) -> Priced:
    """
    Return the volumes of *record*, its detailed monitoring and its public address.
    """
    return joined(
        (
            part(record, "volumes", lambda: _volumes(record, template, context)),
            part(record, "detailed monitoring", lambda: _monitoring(record, template, context)),
            part(record, "public IPv4", lambda: _address(record, template, context)),
        )
    )


def _volumes(record: ResourceRecord, template: ResourceRecord | None, context: Context) -> Priced:
    """
    Return the root volume and the further ones; what the instance does not say of its root is the template's, else the image's.
    """
    further = (_further(record, index, context) for index in range(len(read_list(record, "ebsBlockDevices"))))
    if read(record, "rootBlockDevice") is None and template is not None and read(template, "blockDeviceMappings"):
        return template_volumes(record, template, context, _ONE, None) + joined(further)
    return part(record, "root volume", lambda: _root(record, context)) + joined(further)


def _root(record: ResourceRecord, context: Context) -> Priced:
    at = ("rootBlockDevice",)
    if read(record, *at, "volumeSize") is None or read(record, *at, "volumeType") is None:
        why = "rootBlockDevice gives no volumeSize and volumeType: they are those of the image, which are not known"
        return unknown_part(record, "root volume", why)
    return volume_lines(record, context, read_volume(record, *at), label="root volume", count=_ONE)


def _further(record: ResourceRecord, index: int, context: Context) -> Priced:
    at = ("ebsBlockDevices", index)
    label = f"volume {read_text(record, *at, 'deviceName') or index}"
    # The provider says gp2 for further volumes (aws.ec2.Instance, ebsBlockDevices, pulumi-aws 7.51).
    return part(record, label, lambda: volume_lines(record, context, read_volume(record, *at, default="gp2"), label=label, count=_ONE))


def _monitoring(record: ResourceRecord, template: ResourceRecord | None, context: Context) -> Priced:
    own = flag(record, "monitoring")
    asked = flag(template, "monitoring", "enabled") if own is None and template is not None else own
    return monitoring(record, context, asked, _ONE)


def _address(record: ResourceRecord, template: ResourceRecord | None, context: Context) -> Priced:
    """
    Return the public address that the instance or its template asks for; an Elastic IP of the stack, billed itself, takes its place.
    """
    if _elastic(record, context):
        return Priced()
    own = flag(record, "associatePublicIpAddress")
    asked = template_addresses(template) if own is None and template is not None else own
    return addresses(record, context, None if asked is None else int(asked), _ONE)


def _elastic(record: ResourceRecord, context: Context) -> bool:
    if any(means(address, "instance", record) for address in context.of_type(_EIP)):
        return True
    associations = (each for each in context.of_type(_ASSOCIATION) if means(each, "instanceId", record))
    return any(meant(each, context, "allocationId", _EIP) for each in associations)
