"""
The container beside a store that reads the server's own figures for Prometheus.

Its probes ask for the exporter alone, never for the server: a store that is slow to answer INFO still serves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.gateway_pods import EXPORTER
from servewright.resources.caches import valkey
from servewright.resources.connections import EXPORTER_PORT, EXPORTER_PORT_NAME
from servewright.resources.operators.site import container_security, requests

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog

_READY_PERIOD_S: Final = 10
_PERIOD_S: Final = 30
_TIMEOUT_S: Final = 5
_FAILURES: Final = 4
"""
Restarted after two minutes without an answer, and the pod taken out of its Service after 40 s; judgement.
"""


def exporter(catalog: Catalog, *, tls: bool, secret: str) -> dict[str, Any]:
    """
    Return the exporter of the server beside it, which it asks as a user of its own with the password in *secret*.
    """
    return {
        "name": EXPORTER.name,
        "image": catalog.image("redis-exporter").reference,
        "imagePullPolicy": "IfNotPresent",
        "env": [
            *({"name": name, "value": value} for name, value in settings(tls=tls).items()),
            {"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": {"name": secret, "key": valkey.PASSWORD_KEY}}},
        ],
        "ports": [{"name": EXPORTER_PORT_NAME, "containerPort": EXPORTER_PORT, "protocol": "TCP"}],
        "resources": requests(EXPORTER),
        "securityContext": {**container_security(), "privileged": False},
        "readinessProbe": _probe(_READY_PERIOD_S),
        "livenessProbe": _probe(_PERIOD_S),
    }


def _probe(period_s: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": "/health", "port": EXPORTER_PORT_NAME},
        "periodSeconds": period_s,
        "timeoutSeconds": _TIMEOUT_S,
        "failureThreshold": _FAILURES,
    }


def settings(*, tls: bool) -> dict[str, str]:
    """
    Return the exporter's settings as its variables (oliver006/redis_exporter v1.92.1, README): it has no right to read settings or
    histograms of latencies, and does not ask for them.
    """
    # The certificate is of the store's name, and this is the way within one pod: there is nobody in between.
    unchecked = {"REDIS_EXPORTER_SKIP_TLS_VERIFICATION": "true"} if tls else {}
    return {
        "REDIS_ADDR": f"{'rediss' if tls else 'redis'}://localhost:{valkey.PORT}",
        "REDIS_USER": valkey.EXPORTER,
        "REDIS_EXPORTER_CONFIG_COMMAND": "-",
        "REDIS_EXPORTER_EXCLUDE_LATENCY_HISTOGRAM_METRICS": "true",
        **unchecked,
    }
