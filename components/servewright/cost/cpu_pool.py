"""
The pool for pods without a GPU: its node-hours, from a joint packing of everything that selects it.

    nodes     = first fit, decreasing, of all pods, beside the DaemonSets (`plan.cpu_pods`, the law that the plan's limit comes from)
    min       = nodes of the minimum replicas x 730
    expected  = mean over the 168 hours of the week of the nodes of that hour's replicas, x 730
    max       = nodes of the maximum replicas x 730, at least those of any hour

Operators' replicas are fixed: for them all three are one. What the pool's own limit leaves out stays pending and costs nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.operator import OperatorPods, installed_operators
from servewright.cost.placement import Placement, hosts
from servewright.cost.pool import node_limit, read_pool
from servewright.cost.pool_offer import offer_of
from servewright.cost.properties import UnreadableProperty, read_text
from servewright.cost.registry import Context, Priced
from servewright.cost.workload import DEPLOYMENT, STATEFUL_SET, Workload, read_workload
from servewright.plan import annotation_keys
from servewright.plan.cpu_pods import CpuPod, nodes_needed
from servewright.plan.node_hours import quantity
from servewright.plan.packing import DaemonSets, assumed_daemonsets
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH, HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.cost.pool_offer import PoolOffer
    from servewright.cost.records import ResourceRecord

CPU: Final = "cpu"

_ASSUMED: Final = frozenset({"daemonset_cpu_per_gpu_node", "daemonset_memory_per_gpu_node"})


def is_cpu_pool(record: ResourceRecord) -> bool:
    """
    Tell whether the NodePool *record* says that it is for pods without a GPU.
    """
    return read_text(record, "metadata", "annotations", annotation_keys.PURPOSE) == CPU


def place_cpu_pods(record: ResourceRecord, context: Context) -> Placement:
    """
    Return what the registered pods make of the CPU pool *record*.
    """
    pool = read_pool(record, context.catalog)
    offer = offer_of(pool, context)
    registered = (*context.of_type(DEPLOYMENT), *context.of_type(STATEFUL_SET))
    works = tuple(read_workload(made, context) for made in registered if record in hosts(made, context))
    hours = _hours(offer, works, _operators(record, context), context)
    hours = hours if pool.limits else Range(hours.min, hours.expected, None)
    return Placement(offer=offer, hosted=works, per_node=0, hours=hours, starts=Decimal(0), bounded=bool(pool.limits), standing=hours)


def cpu_basis(placement: Placement, context: Context) -> Priced:
    """
    Return what the figures of a CPU pool rest on.
    """
    name = placement.offer.pool.record.name
    pods = sum(each.replicas or 0 for each in _operators(placement.offer.pool.record, context))
    pods += sum(work.maximum for work in placement.hosted)
    if not pods:
        return Priced(assumptions=(f"{name}: 0 node-hours, because no registered pod selects its nodes",))
    words = f"{name}: {pods} {'pods' if pods > 1 else 'pod'} without a GPU, packed onto {placement.offer.instance.name}, largest first"
    return Priced(assumptions=(words,), assumed=_ASSUMED)


def _operators(record: ResourceRecord, context: Context) -> tuple[OperatorPods, ...]:
    return tuple(pods for each in installed_operators(context) for pods in each.pods if pods.run_on(record))


def _hours(offer: PoolOffer, works: tuple[Workload, ...], operators: tuple[OperatorPods, ...], context: Context) -> Range:
    fixed = [_cpu_pod(each) for each in operators if each.replicas is not None]
    daemonsets = _daemonsets(assumed_daemonsets(context.catalog), operators)
    limit = node_limit(offer.pool, offer.instance)

    def nodes(replicas: tuple[int, ...]) -> int:
        scaled = [_scaled(work, count) for work, count in zip(works, replicas, strict=True)]
        return _nodes(offer, [*fixed, *scaled], daemonsets, limit, context)

    hours = Counter(zip(*(work.by_hour for work in works), strict=True)) if works else Counter({(): HOURS_PER_WEEK})
    by_hour = {replicas: nodes(replicas) for replicas in hours}
    week = sum(count * by_hour[replicas] for replicas, count in hours.items())
    # First fit is no law of nature: fewer pods may need more nodes.
    least = min(nodes(tuple(work.minimum for work in works)), *by_hour.values())
    most = max(nodes(tuple(work.maximum for work in works)), *by_hour.values())
    return Range(least * HOURS_PER_MONTH, quantity(Fraction(week, HOURS_PER_WEEK) * Fraction(HOURS_PER_MONTH)), most * HOURS_PER_MONTH)


def _nodes(offer: PoolOffer, pods: list[CpuPod], daemonsets: DaemonSets, limit: int | None, context: Context) -> int:
    """
    Return the nodes that hold *pods*; every admitted type must need as many, else it cannot be said.
    """
    types = [context.catalog.instance(name) for name in offer.pool.instance_types]
    counts = {each.name: nodes_needed(pods, each, daemonsets) for each in types if each is not None}
    said = ", ".join(f"{name}: {'none' if count is None else count}" for name, count in sorted(counts.items()))
    if len(set(counts.values())) != 1 or None in counts.values():
        why = f"leaves open how many nodes hold its pods ({said})"
        raise UnreadableProperty(offer.pool.record, "node.kubernetes.io/instance-type", why)
    (count,) = set(counts.values())
    found = count or 0
    return found if limit is None else min(found, limit)


def _cpu_pod(pods: OperatorPods) -> CpuPod:
    return CpuPod(
        workload=pods.name, cpu_millicores=pods.cpu_millicores, memory_mib=pods.memory_mib, replicas=pods.replicas or 0, apart=pods.apart
    )


def _scaled(work: Workload, replicas: int) -> CpuPod:
    pod = work.pod
    return CpuPod(
        workload=work.record.urn, cpu_millicores=pod.cpu_millicores, memory_mib=pod.memory_mib, replicas=replicas, apart=work.apart
    )


def _daemonsets(assumed: DaemonSets, operators: tuple[OperatorPods, ...]) -> DaemonSets:
    """
    Return what every node of the pool holds: what is assumed, and the installed DaemonSets that select it.
    """
    own = [each for each in operators if each.replicas is None]
    return replace(
        assumed,
        cpu_millicores=assumed.cpu_millicores + sum(each.cpu_millicores for each in own),
        memory_mib=assumed.memory_mib + sum(each.memory_mib for each in own),
        pods=assumed.pods + len(own),
    )
