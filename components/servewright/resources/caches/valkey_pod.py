"""
The pod that runs Valkey, written for Pod Security `restricted`: non-root, read-only root, every path it writes is a volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.amounts import cpu, memory
from servewright.resources.caches import valkey
from servewright.resources.caches.exporter import exporter
from servewright.resources.operators.site import container_security, cpu_nodes

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names

_USER: Final = 999
_GROUP: Final = 1000
"""
The user `valkey` of the image on Alpine (valkey-io/valkey-container, Dockerfile: addgroup -g 1000, adduser -u 999).
"""

_GRACE_S: Final = 60
"""
What the server may take to end: it writes what is left of its appended file; judgement.
"""

_START: Final = (5, 120)
_READINESS: Final = (10, 3)
_LIVENESS: Final = (10, 6)
_TIMEOUT_S: Final = 5
"""
Period in seconds and failures in a row, all judgement: ten minutes to read an appended file again, out of the Service after 30 s, restarted
after a minute in which it took no connection at all.
"""

_SCRATCH: Final = "64Mi"
"""
Of a store that keeps nothing on disk; judgement.
"""


def valkey_pod_spec(plan: Plan, tier: CacheTier, names: Names, catalog: Catalog, *, secret: str) -> dict[str, Any]:
    """
    Return the spec of the pod of *tier*, whose user has the password in *secret*; it runs on nodes without a GPU.
    """
    tls = None if plan.caches is None else plan.caches.tls
    nodes = cpu_nodes(plan, names)
    watched = plan.monitoring is not None
    return {
        "serviceAccountName": tier.key,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        **({"nodeSelector": nodes.selector} if nodes.selector else {}),
        **({"tolerations": nodes.tolerations} if nodes.tolerations else {}),
        "terminationGracePeriodSeconds": _GRACE_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _GROUP,
            "fsGroup": _GROUP,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            _server(tier, catalog, tls=tls is not None, secret=secret, watched=watched),
            *([exporter(catalog, tls=tls is not None, secret=secret)] if watched else []),
        ],
        "volumes": _volumes(tier, tls),
    }


def _server(tier: CacheTier, catalog: Catalog, *, tls: bool, secret: str, watched: bool) -> dict[str, Any]:
    password = {"secretKeyRef": {"name": secret, "key": valkey.PASSWORD_KEY}}
    certificates = [{"name": "tls", "mountPath": valkey.TLS_FOLDER, "readOnly": True}] if tls else []
    return {
        "name": "valkey",
        "image": catalog.image("valkey").reference,
        "imagePullPolicy": "IfNotPresent",
        # The image's entry point is a shell script that would change owners as root: the server is called by name.
        "command": valkey.command(tier.purpose, watched=watched),
        "env": [
            {"name": valkey.PASSWORD_ENV, "valueFrom": password},
            # for the probes
            {"name": "REDISCLI_AUTH", "valueFrom": password},
        ],
        "ports": [{"name": valkey.PORT_NAME, "containerPort": valkey.PORT, "protocol": "TCP"}],
        "resources": {
            "requests": {"cpu": cpu(tier.cpu_millicores), "memory": memory(tier.memory_mib)},
            "limits": {"memory": memory(tier.memory_mib)},
        },
        "securityContext": {**container_security(), "privileged": False},
        "startupProbe": _probe(valkey.ping(tls=tls), _START),
        "readinessProbe": _probe(valkey.ping(tls=tls), _READINESS),
        # A certificate that has run out must not restart the server in a circle: the connection alone counts.
        "livenessProbe": _probe(None, _LIVENESS),
        "volumeMounts": [
            {"name": "data", "mountPath": valkey.DATA},
            {"name": "config", "mountPath": valkey.CONFIG_FOLDER, "readOnly": True},
            *certificates,
        ],
    }


def _probe(command: list[str] | None, often: tuple[int, int]) -> dict[str, Any]:
    period, failures = often
    asked = {"tcpSocket": {"port": valkey.PORT_NAME}} if command is None else {"exec": {"command": command}}
    return {**asked, "periodSeconds": period, "timeoutSeconds": _TIMEOUT_S, "failureThreshold": failures}


def _volumes(tier: CacheTier, tls: str | None) -> list[dict[str, Any]]:
    """
    Return the volumes of the pod; that of a persistent tier is its claim's.
    """
    config = {"name": "config", "configMap": {"name": tier.key}}
    certificates = [] if tls is None else [{"name": "tls", "secret": {"secretName": tls, "defaultMode": 0o440}}]
    scratch = [] if tier.persistent else [{"name": "data", "emptyDir": {"sizeLimit": _SCRATCH}}]
    return [config, *certificates, *scratch]
