"""
Generic ephemeral volumes: each pod claims one of its own, which lives and is paid as long as the pod (Kubernetes: Ephemeral Volumes).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.kubernetes.claims import claimed_volume
from servewright.cost.properties import read, read_list, read_text
from servewright.cost.registry import Priced, joined
from servewright.cost.workload import read_workload
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_SCALERS: Final = tuple(f"kubernetes:autoscaling/{version}:HorizontalPodAutoscaler" for version in ("v1", "v2"))


Count = Callable[[], Range | str]
"""
How many pods there are on average, or why nobody knows; asked only where there is such a volume.
"""


def pod_volumes(record: ResourceRecord, context: Context, pod: tuple[str | int, ...], count: Count) -> Priced:
    """
    Return the volumes that the pods of *record* claim for themselves; *pod* is where their specification stands.
    """

    def volumes() -> Priced:
        places = [(*pod, "volumes", index) for index in range(len(read_list(record, *pod, "volumes")))]
        claimed = [place for place in places if read(record, *place, "ephemeral") is not None]
        return joined(part(record, f"volume {place[-1]} of each pod", partial(_volume, record, context, place, count)) for place in claimed)

    return part(record, "volumes of each pod", volumes)


def _volume(record: ResourceRecord, context: Context, place: tuple[str | int, ...], count: Count) -> Priced:
    name = f"{read_text(record, *place, 'name') or place[-1]} of each pod"
    pods = count()
    if isinstance(pods, str):
        return unknown_part(record, f"volume {name}", pods)
    return claimed_volume(record, context, (*place, "ephemeral", "volumeClaimTemplate"), count=pods, label=name)


def replica_volumes(record: ResourceRecord, context: Context, pod: tuple[str | int, ...]) -> Priced:
    """
    Return those of a Deployment, for its mean replicas over the week and those within which its autoscaler moves them.
    """

    def replicas() -> Range | str:
        name = read(record, "metadata", "name")
        if any(read(scaler, "spec", "scaleTargetRef", "name") == name for token in _SCALERS for scaler in context.of_type(token)):
            return "a HorizontalPodAutoscaler moves the replicas, so that their mean number is not known"
        work = read_workload(record, context)
        return Range(Decimal(work.minimum), Decimal(sum(work.by_hour)) / len(work.by_hour), Decimal(work.maximum))

    return pod_volumes(record, context, pod, replicas)
