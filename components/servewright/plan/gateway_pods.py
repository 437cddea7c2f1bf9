"""
The pods of the gateway and of its stores that run on the CPU pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.cpu_pods import CpuPod
from servewright.plan.operator_pod import ContainerSize

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier, GatewayPlan

GATEWAY: Final = "gateway"
"""
The workload of the gateway in the cluster.
"""

EXPORTER: Final = ContainerSize(name="exporter", cpu_millicores=20, memory_mib=32, memory_limit_mib=64)
"""
What reads a store's own figures for Prometheus, beside the server of a stack with monitoring: a small program in Go; judgement.
"""


def gateway_pods(gateway: GatewayPlan, replicas: int) -> CpuPod:
    """
    Return *replicas* pods of *gateway*.
    """
    size = gateway.container
    return CpuPod(
        workload=GATEWAY,
        cpu_millicores=size.cpu_millicores,
        memory_mib=size.memory_mib,
        replicas=replicas,
        apart=gateway.apart,
    )


def tier_pods(tiers: tuple[CacheTier, ...], *, watched: bool = False) -> tuple[CpuPod, ...]:
    """
    Return the pods of those *tiers* that run in the cluster, each with an exporter where they are *watched*.
    """
    cpu, memory = (EXPORTER.cpu_millicores, EXPORTER.memory_mib) if watched else (0, 0)
    return tuple(
        CpuPod(workload=tier.key, cpu_millicores=tier.cpu_millicores + cpu, memory_mib=tier.memory_mib + memory, replicas=tier.nodes)
        for tier in tiers
        if tier.provider == "cluster"
    )
