"""
Secrets that the monitoring of a stack reads, and who reads them: the operator for the receivers of alerts, Grafana and Prometheus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.operators import PROMETHEUS, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan

GRAFANA: Final = "Grafana"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReading:
    """
    The *key* of *secret* in *namespace* that *reader* reads.
    """

    namespace: str
    secret: str
    key: str
    reader: str


def read_by_receivers(plan: Plan) -> Iterator[SecretReading]:
    """
    Yield what the operator reads for the receivers of alerts. Amazon's Alertmanager tells a topic, without a secret.
    """
    if plan.monitoring is None or plan.monitoring.request.prometheus.provider != "cluster":
        return
    for receiver in plan.monitoring.request.receivers:
        if receiver.secret is not None:
            yield SecretReading(
                namespace=plan.stack.namespace,
                secret=receiver.secret.secret,
                key=receiver.secret.key,
                reader=f"receiver {receiver.name}",
            )


def read_by_prometheus(plan: Plan) -> Iterator[SecretReading]:
    """
    Yield what an installed Prometheus stack reads in its own namespace: Grafana's password, and the token of remote write.
    """
    if plan.monitoring is None or PROMETHEUS not in installed(plan.operators):
        return
    asked = plan.monitoring.request
    namespace = next(each.namespace for each in plan.operators if each.name == PROMETHEUS)
    admin = asked.grafana.admin if asked.grafana.provider == "cluster" else None
    token = None if asked.prometheus.remote_write is None else asked.prometheus.remote_write.token
    for reader, reference in ((GRAFANA, admin), ("Prometheus", token)):
        if reference is not None:
            yield SecretReading(namespace=namespace, secret=reference.secret, key=reference.key, reader=reader)
