"""
What a store runs on: an ElastiCache node type, or a pod on the CPU pool.

    node or pod = what the server may keep / 0.75

A quarter stays for fragmentation, buffers and the copy at a fail-over: ElastiCache reserves as much by itself. Of the node types that
hold it the cheapest is taken; where no price of one is known, the smallest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.plan.cpu_pool import largest_pod_mib
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.operator_pod import ContainerSize
    from servewright.spec.request import Stack

SERVICE: Final = "ElastiCache"
COMPONENT: Final = "node on-demand Valkey"
"""
How the price table calls an hour of a node.
"""

_STEP_MIB: Final = 64
"""
Pods request memory in steps of 64 MiB.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """
    What one server runs on: a *node_type* of ElastiCache (None: a pod) with *memory_mib*, of which the server keeps *maxmemory_mib*;
    *hourly* is its price (None: unknown, or paid with the CPU pool).
    """

    node_type: str | None
    memory_mib: int
    maxmemory_mib: int
    hourly: Decimal | None

    def monthly(self, nodes: int) -> Decimal | None:
        """
        Return what *nodes* of it cost a month.
        """
        return None if self.hourly is None else nodes * self.hourly * HOURS_PER_MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge:
    """
    What a server must have is more than the *largest* that there is: *needs_mib* against *most_mib*.
    """

    needs_mib: int
    most_mib: int
    largest: str


def cache_node(needed_mib: int, stack: Stack, catalog: Catalog) -> Host | TooLarge:
    """
    Return the ElastiCache node type that keeps *needed_mib*: the cheapest, of equals and of those without any price the smallest.
    """
    fill = catalog.assumed("cache_memory_fill")
    hosts = []
    for node in catalog.cache_nodes:
        price = catalog.price(SERVICE, COMPONENT, node.node_type, stack.region)
        hourly = None if price is None else price.amount
        hosts.append(Host(node_type=node.node_type, memory_mib=node.memory_mib, maxmemory_mib=int(node.memory_mib * fill), hourly=hourly))
    fitting = [host for host in hosts if host.maxmemory_mib >= needed_mib]
    if not fitting:
        largest = max(hosts, key=lambda host: host.memory_mib)
        return TooLarge(needs_mib=math.ceil(needed_mib / fill), most_mib=largest.memory_mib, largest=str(largest.node_type))
    priced = [host for host in fitting if host.hourly is not None]
    return min(priced or fitting, key=lambda host: (host.hourly or Decimal(0), host.memory_mib, str(host.node_type)))


def cache_pod(
    needed_mib: int, stack: Stack, cpu_millicores: int, catalog: Catalog, *, beside: ContainerSize | None = None
) -> Host | TooLarge:
    """
    Return the pod that keeps *needed_mib*; too large where no type of the stack's CPU pool holds it and the container *beside* it.
    """
    needs = math.ceil(needed_mib / catalog.assumed("cache_memory_fill") / _STEP_MIB) * _STEP_MIB
    beside_cpu, beside_mib = (0, 0) if beside is None else (beside.cpu_millicores, beside.memory_mib)
    largest, whole = largest_pod_mib(cpu_millicores + beside_cpu, catalog)
    most = whole - beside_mib
    if stack.system_nodes == "pool" and needs > most:
        return TooLarge(needs_mib=needs, most_mib=most, largest=largest)
    return Host(node_type=None, memory_mib=needs, maxmemory_mib=needed_mib, hourly=None)
