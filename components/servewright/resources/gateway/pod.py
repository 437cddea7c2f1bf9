"""
The pod that runs the gateway, written for Pod Security `restricted`: non-root, read-only root, the one path that it writes is a volume.

The image's entry point is a shell script that hands its arguments to `litellm` (BerriAI/litellm docker/prod_entrypoint.sh); here that
program, which is on the image's PATH, is the command itself. Started so, as uid 65534 with a read-only root, it was observed to serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.plan.engine_extras import DEFAULT_LOGS
from servewright.resources.amounts import cpu, memory
from servewright.resources.caches.address import host_env
from servewright.resources.caches.valkey import PASSWORD_KEY
from servewright.resources.connections import GATEWAY_METRICS_PORT, GATEWAY_PORT, HTTP_PORT_NAME, METRICS_PORT_NAME
from servewright.resources.gateway import environment
from servewright.resources.naming import GATEWAY, GATEWAY_CONFIG
from servewright.resources.operators.site import container_security, cpu_nodes, pod_security

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.gateway_plan import CacheTier, GatewayPlan
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names
    from servewright.spec.request import SecretRef

PRE_STOP_S: Final = 10
"""
Between the eviction and SIGTERM the endpoints and the callers' connection pools let go of the pod, as for the engines; judgement.
"""

PUBLIC_PRE_STOP_S: Final = 60
"""
The same behind a network load balancer, which sends new connections to a target for a while after it was taken off; judgement.
"""

CONFIG_FOLDER: Final = "/etc/litellm"
CONFIG_FILE: Final = "config.yaml"
POLICY_FILE: Final = "policy.json"
_KEYS_FOLDER: Final = "/etc/litellm-keys"
_KEYS_FILE: Final = "keys.json"
_TLS_FOLDER: Final = "/etc/cache-tls"
_TLS_FILE: Final = "ca.crt"
_TMP: Final = "/tmp"  # noqa: S108 - a path inside the container
_TMP_SIZE: Final = "512Mi"
"""
Samples of the metrics' two processes and what uploads are spooled to; judgement.
"""

_USER: Final = 65534
"""
The uid with which it was observed to run on a read-only root (nobody); no path of the image needs an owner.
"""

_START: Final = (5, 36)
_READINESS: Final = (5, 3)
_LIVENESS: Final = (10, 6)
_TIMEOUT_S: Final = 5
"""
Period in seconds and failures in a row, all judgement: three minutes to start (6 to 10 s were observed), out of the Service after 15 s,
restarted after a minute. /health itself calls the engines and is no probe.
"""

_PROCESS: Final = {
    # A uid without a home; the root is read-only.
    "HOME": _TMP,
    "TMPDIR": _TMP,
    "PYTHONDONTWRITEBYTECODE": "1",
    # Where the hooks lie, which the configuration names as modules.
    "PYTHONPATH": CONFIG_FOLDER,
}


def gateway_pod_spec(plan: Plan, gateway: GatewayPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    """
    Return the spec of the *gateway*'s pods; they run on nodes without a GPU.
    """
    nodes = cpu_nodes(plan, names)
    return {
        "serviceAccountName": GATEWAY,
        "automountServiceAccountToken": False,
        # A Service called "port" or "host" would set what LiteLLM reads as its own settings.
        "enableServiceLinks": False,
        **({"nodeSelector": nodes.selector} if nodes.selector else {}),
        **({"tolerations": nodes.tolerations} if nodes.tolerations else {}),
        "terminationGracePeriodSeconds": pre_stop_seconds(gateway) + gateway.grace_s,
        "securityContext": {**pod_security(_USER, _USER), "fsGroupChangePolicy": "OnRootMismatch"},
        "containers": [_litellm(plan, gateway, names, catalog)],
        "volumes": _volumes(plan, gateway),
    }


def pre_stop_seconds(gateway: GatewayPlan) -> int:
    """
    Return how long a pod that ends goes on serving, until nothing new comes.
    """
    return PRE_STOP_S if gateway.request.public is None else PUBLIC_PRE_STOP_S


def stores(plan: Plan) -> tuple[CacheTier, ...]:
    """
    Return the stores that the gateway calls; contexts are the engines' own.
    """
    return tuple(tier for tier in plan.tiers if tier.purpose != "contexts")


def _litellm(plan: Plan, gateway: GatewayPlan, names: Names, catalog: Catalog) -> dict[str, Any]:
    size = gateway.container
    return {
        "name": "litellm",
        "image": catalog.image("litellm").reference,
        "imagePullPolicy": "IfNotPresent",
        "command": ["litellm"],
        "args": [
            "--config",
            f"{CONFIG_FOLDER}/{CONFIG_FILE}",
            "--host",
            "0.0.0.0",  # noqa: S104 - the pod's own address; NetworkPolicies say who reaches it
            "--port",
            str(GATEWAY_PORT),
            "--prometheus_metrics_port",
            str(GATEWAY_METRICS_PORT),
        ],
        "env": _environment(plan, gateway, names),
        "ports": [
            {"name": HTTP_PORT_NAME, "containerPort": GATEWAY_PORT, "protocol": "TCP"},
            {"name": METRICS_PORT_NAME, "containerPort": GATEWAY_METRICS_PORT, "protocol": "TCP"},
        ],
        # CPU has no limit: throttling delays every caller and saves nothing.
        "resources": {
            "requests": {"cpu": cpu(size.cpu_millicores), "memory": memory(size.memory_mib)},
            "limits": {"memory": memory(size.memory_limit_mib)},
        },
        "securityContext": {**container_security(), "privileged": False},
        "startupProbe": _probe("/health/readiness", _START),
        "readinessProbe": _probe("/health/readiness", _READINESS),
        "livenessProbe": _probe("/health/liveliness", _LIVENESS),
        # SIGTERM then lets the requests in flight end; new connections are refused from there on.
        "lifecycle": {"preStop": {"sleep": {"seconds": pre_stop_seconds(gateway)}}},
        "volumeMounts": _mounts(plan, gateway),
    }


def _environment(plan: Plan, gateway: GatewayPlan, names: Names) -> list[dict[str, Any]]:
    asked = gateway.request
    settings = dict(environment.SETTINGS)
    if asked.database is not None:
        # The administrator's pages are what the database is for.
        settings.pop("DISABLE_ADMIN_UI", None)
    plain = {
        **_PROCESS,
        **settings,
        "GRACEFUL_SHUTDOWN_TIMEOUT": str(gateway.longest_s),
        environment.POLICY: f"{CONFIG_FOLDER}/{POLICY_FILE}",
    }
    if plan.monitoring is not None and plan.monitoring.request.logs != DEFAULT_LOGS:
        plain["LITELLM_LOG"] = plan.monitoring.request.logs.upper()
    if _key_file(gateway) is not None:
        plain[environment.KEYS] = f"{_KEYS_FOLDER}/{_KEYS_FILE}"
    if _certified(plan) is not None:
        plain[environment.CERTIFICATES] = f"{_TLS_FOLDER}/{_TLS_FILE}"
    variables: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in plain.items()]
    variables.append(_secret(environment.MASTER_KEY, asked.master_key.secret, asked.master_key.key))
    # Whoever may drain a pod from outside is the administrator; without a token everybody may who reaches it.
    variables.append(_secret(environment.DRAIN_TOKEN, asked.master_key.secret, asked.master_key.key))
    if asked.database is not None:
        variables.append(_secret(environment.DATABASE, asked.database.secret, asked.database.key))
    for tier in stores(plan):
        variables.append(host_env(tier, names, environment.host(tier.purpose)))
        if tier.provider == "cluster":
            variables.append(_secret(environment.password(tier.purpose), f"{tier.key}-auth", PASSWORD_KEY))
    return variables


def _secret(name: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _mounts(plan: Plan, gateway: GatewayPlan) -> list[dict[str, Any]]:
    keys = {} if _key_file(gateway) is None else {"keys": _KEYS_FOLDER}
    authority = {} if _certified(plan) is None else {"cache-tls": _TLS_FOLDER}
    read = {"config": CONFIG_FOLDER, **keys, **authority}
    return [
        {"name": "tmp", "mountPath": _TMP},
        *({"name": name, "mountPath": path, "readOnly": True} for name, path in read.items()),
    ]


def _volumes(plan: Plan, gateway: GatewayPlan) -> list[dict[str, Any]]:
    reference, certificate = _key_file(gateway), _certified(plan)
    keys = [] if reference is None else [_files("keys", reference.secret, reference.key, _KEYS_FILE)]
    authority = [] if certificate is None else [_files("cache-tls", certificate, _TLS_FILE, _TLS_FILE)]
    return [
        {"name": "tmp", "emptyDir": {"sizeLimit": _TMP_SIZE}},
        {"name": "config", "configMap": {"name": GATEWAY_CONFIG}},
        *keys,
        *authority,
    ]


def _key_file(gateway: GatewayPlan) -> SecretRef | None:
    """
    Return where the file of clients' keys is, None where a database holds them.
    """
    return gateway.request.keys if gateway.request.database is None else None


def _files(name: str, secret: str, key: str, path: str) -> dict[str, Any]:
    """
    Return a volume with one *key* of *secret*, and nothing else of it: a certificate's private key is not the gateway's to read.
    """
    return {"name": name, "secret": {"secretName": secret, "items": [{"key": key, "path": path}], "defaultMode": 0o440}}


def _certified(plan: Plan) -> str | None:
    """
    Return the Secret with the authority of the stores in the cluster, None where there is none to trust.
    """
    if plan.caches is None or all(tier.provider != "cluster" for tier in stores(plan)):
        return None
    return plan.caches.tls


def _probe(path: str, often: tuple[int, int]) -> dict[str, Any]:
    period, failures = often
    asked = {"httpGet": {"path": path, "port": HTTP_PORT_NAME}}
    return {**asked, "periodSeconds": period, "timeoutSeconds": _TIMEOUT_S, "failureThreshold": failures}
