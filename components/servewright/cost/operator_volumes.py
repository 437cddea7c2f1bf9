"""
Volumes that the pods of an installed operator claim: an EBS volume for each pod.

    GB-months = replicas x GiB, at the price of the class's type

A class that the program registers says its type. Others, the cluster's default among them, are taken for gp3, the default of the EBS CSI
driver (kubernetes-sigs/aws-ebs-csi-driver docs/parameters.md), and the bill says so among its assumptions. One of a shared
file system costs nothing by itself: the file system is billed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import Volume, volume_lines
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.storage_class import STORAGE_CLASS, class_named
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, joined
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.operator import ClaimedVolume, OperatorPods
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

COMPONENT: Final = "monitoring"
_ASSUMED: Final = "gp3"
_SENTENCE: Final = "volumes of installed operators are gp3 where the storage class is not of this program"


def operator_volumes(release: ResourceRecord, pods: OperatorPods, context: Context) -> Priced:
    """
    Return the lines of the volumes that *pods* of *release* claim.
    """
    count = Range.exactly(1 if pods.replicas is None else pods.replicas)
    return joined(_lines(release, each, count, context) for each in pods.volumes)


def _lines(release: ResourceRecord, claimed: ClaimedVolume, count: Range, context: Context) -> Priced:
    label = f"volume {claimed.name}"
    if not _registered(claimed.storage_class, context):
        volume = Volume(kind=_ASSUMED, size_gib=claimed.size_gib, iops=0, throughput=0)
        return Priced(assumptions=(_SENTENCE,)) + volume_lines(release, context, volume, label=label, count=count, belongs=COMPONENT)
    made = class_named(claimed.storage_class, context)
    if isinstance(made, str):
        return unknown_part(release, label, made)
    if made.kind is None:
        return Priced()
    iops = made.iops or int(made.iops_per_gib * claimed.size_gib)
    volume = Volume(kind=made.kind, size_gib=claimed.size_gib, iops=iops, throughput=made.throughput)
    return volume_lines(release, context, volume, label=label, count=count, belongs=COMPONENT)


def _registered(name: str | None, context: Context) -> bool:
    return name is not None and any(read_text(each, "metadata", "name") == name for each in context.of_type(STORAGE_CLASS))
