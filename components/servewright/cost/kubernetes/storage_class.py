"""
Storage classes: what kind of volume a claim becomes. Only a class that is registered says it; the names of others promise nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.ebs import PROVISIONED
from servewright.cost.properties import UnreadableProperty, dotted, read, read_count, read_map, read_number, read_text, required

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

STORAGE_CLASS: Final = "kubernetes:storage.k8s.io/v1:StorageClass"

_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_EBS: Final = {
    # provisioner: the type of volume that it makes where the class names none
    "ebs.csi.aws.com": "gp3",
    "ebs.csi.eks.amazonaws.com": "gp3",
    "kubernetes.io/aws-ebs": "gp2",
}
"""
The EBS CSI driver's parameter `type` defaults to gp3 (kubernetes-sigs/aws-ebs-csi-driver docs/parameters.md), that of the in-tree plugin
to gp2 (Kubernetes: Storage Classes, AWS EBS).
"""

_SHARED: Final = ("efs.csi.aws.com", "s3.csi.aws.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClass:
    """
    What a class makes: *kind* is the EBS volume type, None where its volumes lie in something that is registered and billed itself.
    """

    name: str
    kind: str | None
    iops: int
    iops_per_gib: Decimal
    throughput: int


def class_named(name: str | None, context: Context) -> StorageClass | str:
    """
    Return the class *name*, or the default one where it is None; a text says why it is not known.
    """
    classes = context.of_type(STORAGE_CLASS)
    if name is None:
        found = [made for made in classes if read_map(made, "metadata", "annotations").get(_DEFAULT) == "true"]
        gap = "no storage class is named, and which one is the cluster's default stands nowhere"
    else:
        found = [made for made in classes if read_text(made, "metadata", "name") == name]
        gap = f"the storage class {name} is not registered, so what its volumes are is not known"
    return _read(found[0]) if len(found) == 1 else gap


def _read(record: ResourceRecord) -> StorageClass | str:
    name = required(record, read_text(record, "metadata", "name"), "metadata", "name")
    provisioner = required(record, read_text(record, "provisioner"), "provisioner")
    if provisioner in _SHARED:
        return StorageClass(name=name, kind=None, iops=0, iops_per_gib=Decimal(0), throughput=0)
    if provisioner not in _EBS:
        return f"volumes of the storage class {name}, made by {provisioner}, have no pricer yet"
    kind = read_text(record, *_parameter(record, "type")) or _EBS[provisioner]
    made = StorageClass(
        name=name,
        kind=kind,
        iops=read_count(record, *_parameter(record, "iops")) or 0,
        iops_per_gib=read_number(record, *_parameter(record, "iopspergb")) or Decimal(0),
        throughput=read_count(record, *_parameter(record, "throughput")) or 0,
    )
    if kind in PROVISIONED and not made.iops and not made.iops_per_gib:
        return f"volumes of the storage class {name} are {kind}, and its parameters name neither iops nor iopsPerGB"
    return made


def _parameter(record: ResourceRecord, name: str) -> tuple[str, str]:
    """
    Return where the parameter *name* stands: the driver reads the names of parameters in any letters (docs/parameters.md).
    """
    given = read(record, "parameters")
    found = [key for key in given if key.lower() == name] if isinstance(given, Mapping) else []
    if len(found) > 1:
        raise UnreadableProperty(record, dotted("parameters", found[1]), f"stands twice: {' and '.join(found)}")
    return "parameters", found[0] if found else name
