"""
Helm releases: free by themselves, since the nodes of their pods are billed; what a release runs stands on the component above it, or is
known of its chart. Volumes that those pods claim are billed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.kubernetes.chart import price_chart
from servewright.cost.model import NotPriced, Unknown
from servewright.cost.operator import InstalledOperator, OperatorPods, operator_above
from servewright.cost.operator_volumes import operator_volumes
from servewright.cost.pool import NODE_POOL
from servewright.cost.registry import Priced, joined, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

RELEASE: Final = "kubernetes:helm.sh/v3:Release"


@prices(RELEASE)
def price_release(record: ResourceRecord, context: Context) -> Priced:
    """
    Return why the release is free and what of it runs on nodes that are not on this bill.
    """
    operator = operator_above(record, context)
    if operator is None:
        made = price_chart(record, context)
        if made is not None:
            return made
        why = "a release shows only values: nothing above it says what pods it makes"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"pods of the release {record.name}", why=why),))
    free = Priced(
        free="its pods run on nodes that are billed by their pool, or listed as not priced", not_priced=_elsewhere(operator, context)
    )
    return free + joined(operator_volumes(record, pods, context) for pods in operator.pods)


def _elsewhere(operator: InstalledOperator, context: Context) -> tuple[NotPriced, ...]:
    """
    Return the pods that select no registered pool, with what they request together.
    """
    pools = context.of_type(NODE_POOL)
    apart = [pods for pods in operator.pods if not any(pods.run_on(pool) for pool in pools)]
    if not apart:
        return ()
    cpu = sum(_count(pods) * pods.cpu_millicores for pods in apart)
    memory = sum(_count(pods) * pods.memory_mib for pods in apart)
    pods = ", ".join(f"{pods.name} x {'every node' if pods.replicas is None else pods.replicas}" for pods in apart)
    return (NotPriced(what=f"pods of {operator.operator} on existing nodes", requests=f"{cpu}m CPU and {memory} MiB ({pods})"),)


def _count(pods: OperatorPods) -> int:
    return 1 if pods.replicas is None else pods.replicas
