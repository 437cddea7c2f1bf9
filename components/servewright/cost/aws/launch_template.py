"""
What a registered launch template says about the instances that others launch from it: type, purchase and volumes.

A template is found by its name, or by the reference of its user: its id is given by AWS, and no registered input shows it. Which one is
meant is never guessed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import read_volume, volume_lines
from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.properties import UnreadableProperty, dotted, read, read_list, read_text
from servewright.cost.records import UNKNOWN
from servewright.cost.registry import Context, Priced, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.catalog.model import Purchase
    from servewright.cost.records import ResourceRecord
    from servewright.ranges import Range

LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"

ROOT_DEVICES: Final = frozenset({"/dev/xvda", "/dev/sda1"})
"""
The names of the root device of Linux images (Amazon Linux, Bottlerocket; Ubuntu): EC2 User Guide, "Device names on Linux instances".
"""

_ROOT: Final = "root volume"
IMAGE_S_OWN: Final = "the image's own volume size is not known"
_MARKETS: Final[dict[str | None, Purchase]] = {None: "on-demand", "spot": "spot", "capacity-block": "capacity-block"}


def template_of(record: ResourceRecord, context: Context, *at: str | int, name: str = "name", number: str = "id") -> ResourceRecord | None:
    """
    Return the template that *record* refers to at *at*, None where it refers to none; *name* and *number* are the keys of name and id.
    """
    reference = read(record, *at)
    if not reference:
        return None
    said = None if record_value(reference, name) == UNKNOWN else read_text(record, *at, name)
    if said is None:
        referred = [template for template in context.of_type(LAUNCH_TEMPLATE) if template.urn in record.references.get(str(at[0]), ())]
        if len(referred) == 1:
            return referred[0]
        key = number if record_value(reference, number) is not None else name
        why = "does not say before deployment which template it is: one with a name of its own, referred to by that name, can be read"
        raise UnreadableProperty(record, dotted(*at, key), why)
    for template in context.of_type(LAUNCH_TEMPLATE):
        if template.inputs.get("name") == said and template.region == record.region:
            return template
    raise UnreadableProperty(record, dotted(*at, name), f"names a launch template that is not registered: {said}")


def record_value(reference: object, key: str) -> object:
    """
    Return the raw value of *key*, UNKNOWN among them.
    """
    return reference.get(key) if isinstance(reference, dict) else None


def template_type(template: ResourceRecord) -> str | None:
    """
    Return the instance type of *template*, None where it leaves it to others; a choice by attributes cannot be read.
    """
    if read(template, "instanceRequirements"):
        raise UnreadableProperty(template, "instanceRequirements", "chooses types by attributes, which is not priced")
    return read_text(template, "instanceType")


def market(record: ResourceRecord) -> Purchase:
    """
    Return how the instances of *record*, a template or an instance, are bought.
    """
    kind = read_text(record, "instanceMarketOptions", "marketType")
    if kind not in _MARKETS:
        raise UnreadableProperty(record, dotted("instanceMarketOptions", "marketType"), f"is no market: {kind}")
    return _MARKETS[kind]


def refuse_dedicated(record: ResourceRecord, *at: str) -> None:
    """
    Raise UnreadableProperty where hardware of one's own is asked for: it has other prices.
    """
    tenancy = read_text(record, *at)
    if tenancy not in (None, "default"):
        raise UnreadableProperty(record, dotted(*at), f"is {tenancy}, whose prices are not in our table")


def template_volumes(record: ResourceRecord, template: ResourceRecord, context: Context, count: Range, why: str | None) -> Priced:
    """
    Return the lines of the volumes that *template* gives each of *count* instances of *record*.
    """
    mappings = read_list(template, "blockDeviceMappings")
    places = [index for index in range(len(mappings)) if read(template, "blockDeviceMappings", index, "ebs")]
    devices = {index: read_text(template, "blockDeviceMappings", index, "deviceName") or "" for index in places}

    labels = dict(zip(places, volume_labels(devices.values()), strict=True))

    def volume(index: int) -> Priced:
        at = ("blockDeviceMappings", index, "ebs")
        return volume_lines(record, context, read_volume(template, *at), label=labels[index], count=count, why=why)

    parts = [part(record, labels[index], partial(volume, index)) for index in places]
    if not ROOT_DEVICES & set(devices.values()):
        parts.append(unknown_part(record, "root volume", f"{template.name}: blockDeviceMappings name no root volume: {IMAGE_S_OWN}"))
    return joined(parts)


def volume_labels(devices: Iterable[str]) -> tuple[str, ...]:
    """
    Return what the volumes on *devices* are called: each differently, and the first on a name of the root device the root volume.
    """
    labels: list[str] = []
    for index, device in enumerate(devices):
        root = device in ROOT_DEVICES and _ROOT not in labels
        label = _ROOT if root else f"volume {device or index}"
        labels.append(f"{label} {index}" if label in labels else label)
    return tuple(labels)
