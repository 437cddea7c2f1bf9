"""
The pods of the gateway and of its stores that run on the CPU pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.cpu_pods import CpuPod

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier, GatewayPlan

GATEWAY: Final = "gateway"
"""
The workload of the gateway in the cluster.
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


def tier_pods(tiers: tuple[CacheTier, ...]) -> tuple[CpuPod, ...]:
    """
    Return the pods of those *tiers* that run in the cluster.
    """
    return tuple(
        CpuPod(workload=tier.key, cpu_millicores=tier.cpu_millicores, memory_mib=tier.memory_mib, replicas=tier.nodes)
        for tier in tiers
        if tier.provider == "cluster"
    )
