"""
Auto Scaling groups: hours of min, expected and max instances, one line on demand and one as spot.

    on-demand(n) = base + ceil((n - base) x percentage above base)     of n instances, at most n; rounded up (judgement: the dearer way)
                                                                   a mean n between two whole numbers: in between
    spot(n)      = n - on-demand(n)
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.instance_extras import template_extras
from servewright.cost.aws.instance_hours import Fleet, instance_hours
from servewright.cost.aws.launch_template import (
    market,
    refuse_dedicated,
    template_of,
    template_type,
    template_volumes,
)
from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.aws.reserved import in_reservation
from servewright.cost.aws.sizes import SizeKeys, Sizes, read_sizes
from servewright.cost.properties import UnreadableProperty, dotted, read, read_count, read_list, read_number, read_text, required
from servewright.cost.registry import Context, Priced, free, joined, prices
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

GROUP: Final = "aws:autoscaling/group:Group"

_SIZES: Final = SizeKeys(minimum=("minSize",), desired=("desiredCapacity",), maximum=("maxSize",))
_POLICY: Final = ("mixedInstancesPolicy",)
_TEMPLATE: Final = (*_POLICY, "launchTemplate")
_OVERRIDES: Final = (*_TEMPLATE, "overrides")
_DISTRIBUTION: Final = (*_POLICY, "instancesDistribution")
_LABELS: Final = ("instance hours", "spot instance hours")
_ALL: Final = 100
"""
The percentage above the base where a policy does not say (EC2 Auto Scaling API reference, InstancesDistribution, botocore 1.44.5).
"""

FREE_TYPES: Final = {
    "aws:autoscaling/attachment:Attachment": "ties a group to a load balancer; both are billed by themselves",
    "aws:autoscaling/lifecycleHook:LifecycleHook": "a pause in an instance's life; AWS bills the instance",
    "aws:autoscaling/notification:Notification": "tells a topic about a group; AWS bills what the topic delivers",
    "aws:autoscaling/policy:Policy": "scales a group between its sizes, which the group is billed for",
    "aws:autoscaling/schedule:Schedule": "changes a group's sizes at set times; the group is billed for those it is registered with",
    "aws:autoscaling/tag:Tag": "a label on a group, which AWS does not bill",
    "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment": "ties a group to a load balancer; both are billed by themselves",
}

for _type, _reason in FREE_TYPES.items():
    free(_type, _reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    """
    What a group launches: its template, and the fleets with the number of instances of each.
    """

    template: ResourceRecord
    fleets: tuple[tuple[Fleet, Range], ...]


@prices(GROUP)
def price_group(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the instance hours of a group and the volumes of its instances.
    """
    if read_text(record, "desiredCapacityType") not in (None, "units"):
        raise UnreadableProperty(record, "desiredCapacityType", "counts no instances, so that their number is not known")
    sizes = read_sizes(record, context, _SIZES)
    mix = _mix(record, context, sizes)
    refuse_dedicated(mix.template, "placement", "tenancy")
    hours = _hours(record, context, mix, sizes)
    volumes = part(record, "volumes", lambda: template_volumes(record, mix.template, context, sizes.instances, sizes.why))
    extras = template_extras(record, mix.template, context, sizes.instances, sizes.why)
    return hours + volumes + extras + _warm(record) + Priced(assumptions=sizes.assumptions)


def _hours(record: ResourceRecord, context: Context, mix: _Mix, sizes: Sizes) -> Priced:
    """
    Return the hours of each fleet; on demand they are those of the capacity reservation that the template names.
    """

    def fleet_hours(fleet: Fleet, count: Range) -> Priced:
        kept = in_reservation(record, mix.template, context) if fleet.purchase == "on-demand" else None
        label = _LABELS[len(mix.fleets) > 1 and fleet.purchase == "spot"]
        return kept if kept is not None else instance_hours(record, context, fleet, count, why=sizes.why, label=label)

    return joined(fleet_hours(fleet, count) for fleet, count in mix.fleets)


def _mix(record: ResourceRecord, context: Context, sizes: Sizes) -> _Mix:
    if read(record, "launchConfiguration") is not None:
        raise UnreadableProperty(record, "launchConfiguration", "is not read: EC2 takes no new ones, use a launch template")
    template = template_of(record, context, "launchTemplate")
    if template is None:
        return _mixed(record, context, sizes)
    fleet = Fleet(types=(required(template, template_type(template), "instanceType"),), purchase=market(template))
    return _Mix(template=template, fleets=((fleet, sizes.instances),))


def _mixed(record: ResourceRecord, context: Context, sizes: Sizes) -> _Mix:
    """
    Return what a mixed instances policy launches, on demand and as spot.
    """
    at = (*_TEMPLATE, "launchTemplateSpecification")
    template = required(record, template_of(record, context, *at, name="launchTemplateName", number="launchTemplateId"), "launchTemplate")
    types = _types(record, template)
    shares = [
        (None if n is None else _on_demand(record, n), n) for n in (sizes.instances.min, sizes.instances.expected, sizes.instances.max)
    ]
    demand = Range(*(share for share, _ in shares))
    spot = Range(*(None if n is None or share is None else n - share for share, n in shares))
    lowest = read_text(record, *_DISTRIBUTION, "onDemandAllocationStrategy") == "lowest-price"
    both = (
        (Fleet(types=types, purchase="on-demand", first=not lowest), demand),
        (Fleet(types=types, purchase="spot"), spot),
    )
    return _Mix(template=template, fleets=tuple((fleet, count) for fleet, count in both if count.max != 0))


def _types(record: ResourceRecord, template: ResourceRecord) -> tuple[str, ...]:
    """
    Return the types of the policy's overrides, else that of its template.
    """
    types = []
    for index in range(len(read_list(record, *_OVERRIDES))):
        at = (*_OVERRIDES, index)
        for key, why in (
            ("weightedCapacity", "weighs types, so that the number of instances depends on which one launches"),
            ("instanceRequirements", "chooses types by attributes, which is not priced"),
            ("launchTemplateSpecification", "names another template for one type, which is not read"),
        ):
            if read(record, *at, key) is not None:
                raise UnreadableProperty(record, dotted(*at, key), why)
        types.append(required(record, read_text(record, *at, "instanceType"), *at, "instanceType"))
    return tuple(types) or (required(template, template_type(template), "instanceType"),)


def _on_demand(record: ResourceRecord, instances: Decimal) -> Decimal:
    """
    Return how many of *instances* the policy of *record* wants on demand; a mean that is not whole lies between its whole neighbours.
    """
    base = read_count(record, *_DISTRIBUTION, "onDemandBaseCapacity") or 0
    said = read_number(record, *_DISTRIBUTION, "onDemandPercentageAboveBaseCapacity")
    share = Decimal(_ALL if said is None else said) / 100
    if share > 1:
        path = dotted(*_DISTRIBUTION, "onDemandPercentageAboveBaseCapacity")
        raise UnreadableProperty(record, path, f"is a percentage of 0 to 100, not {said}")
    lower = instances.to_integral_value(rounding=ROUND_FLOOR)
    below, above = (_split(count, base, share) for count in (lower, lower + 1))
    return below + (instances - lower) * (above - below)


def _split(count: Decimal, base: int, share: Decimal) -> Decimal:
    above = max(Decimal(0), count - base)
    return min(count, base + (above * share).to_integral_value(rounding=ROUND_CEILING))


def _warm(record: ResourceRecord) -> Priced:
    if read(record, "warmPool") is None:
        return Priced()
    why = "instances that wait in a warm pool are paid by their state (running: in full, stopped: their volumes), which is not priced"
    return unknown_part(record, "warm pool", why)
