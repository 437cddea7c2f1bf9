"""
Pod Security "restricted" for every pod: on a workload the API server only warns, and forbids its pods one by one afterwards.

The controls are those of the standard's page (https://kubernetes.io/docs/concepts/security/pod-security-standards, Kubernetes 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.readiness.charts import charts
from servewright.readiness.model import Rule
from servewright.readiness.reading import dig, listed, mapped, maps, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.readiness.inventory import Inventory, Pod, Registered
    from servewright.readiness.model import Found

ENFORCE: Final = "pod-security.kubernetes.io/enforce"
RESTRICTED: Final = "restricted"

_VOLUMES: Final = frozenset({"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"})
_PROFILES: Final = ("RuntimeDefault", "Localhost")
_SELINUX: Final = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)


def violations(pod: Pod) -> Iterator[str]:
    """
    Yield what "restricted" forbids in *pod*.
    """
    spec, context = pod.spec, mapped(pod.spec, "securityContext")
    yield from (f"{field} is on" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field))
    for volume in maps(spec, "volumes"):
        for kind in sorted(set(volume) - {"name"} - _VOLUMES):
            yield f"volume {volume.get('name')} is a {kind}"
    for sysctl in maps(context, "sysctls"):
        if sysctl.get("name") not in _SYSCTLS:
            yield f"sets the sysctl {sysctl.get('name')}"
    yield from (f"pod: {each}" for each in _of_any(context))
    for where, container in pod.containers():
        own = mapped(container, "securityContext")
        yield from (f"{where}: {each}" for each in (*_of_any(own), *_of_container(container, own), *_inherited(context, own)))


def level_of(namespace: Registered) -> str | None:
    """
    Return the level that *namespace* enforces, None where it enforces none.
    """
    return text(namespace.inputs, "metadata", "labels", ENFORCE)


def _of_any(context: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield what neither a pod's nor a container's security context may say.
    """
    if context.get("runAsUser") == 0:
        yield "runs as root"
    if dig(context, "windowsOptions", "hostProcess"):
        yield "is a host process"
    if dig(context, "seccompProfile", "type") not in (None, *_PROFILES):
        yield f"seccomp is {dig(context, 'seccompProfile', 'type')}"
    if dig(context, "appArmorProfile", "type") not in (None, *_PROFILES):
        yield f"AppArmor is {dig(context, 'appArmorProfile', 'type')}"
    selinux = mapped(context, "seLinuxOptions")
    if selinux.get("type", "") not in _SELINUX or selinux.get("user") or selinux.get("role"):
        yield "sets SELinux options"


def _of_container(container: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    if own.get("privileged"):
        yield "is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "may escalate its privileges"
    if own.get("procMount", "Default") != "Default":
        yield f"mounts /proc {own['procMount']}"
    if "ALL" not in listed(own, "capabilities", "drop") or set(map(str, listed(own, "capabilities", "add"))) - {"NET_BIND_SERVICE"}:
        yield "keeps capabilities"
    if any(port.get("hostPort") for port in maps(container, "ports")):
        yield "takes a port of the node"
    handlers = [mapped(container, name) for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    handlers += [mapped(container, "lifecycle", name) for name in ("postStart", "preStop")]
    if any(dig(handler, kind, "host") for handler in handlers for kind in ("httpGet", "tcpSocket")):
        yield "a probe or hook names a host"


def _inherited(pod: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield what must be said and neither the container nor its pod says.
    """
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "may run as root"
    if dig(own, "seccompProfile", "type") is None and dig(pod, "seccompProfile", "type") is None:
        yield "has no seccomp profile"


def _namespaces(inventory: Inventory) -> Iterator[Found]:
    """
    Yield namespaces below "restricted", but for those of nothing but charts for nodes: device plugins and exporters reach into theirs.
    """
    for namespace in inventory.of("Namespace"):
        inside = [chart for chart in charts(inventory) if chart.namespace == namespace.name]
        for_nodes = namespace in inventory.namespaces_of_charts and all(chart.of_nodes for chart in inside)
        if level_of(namespace) != RESTRICTED and not for_nodes:
            yield namespace, f"{ENFORCE} is {level_of(namespace)!r}"


def _pods(inventory: Inventory) -> Iterator[Found]:
    for pod in inventory.pods:
        for violation in violations(pod):
            yield pod.owner, violation


RULES: Final = (
    Rule(
        id="SR121",
        what="every namespace enforces Pod Security restricted, but for those of charts whose pods each belong to a node",
        check=_namespaces,
    ),
    Rule(id="SR122", what="every pod that the stack describes fits Pod Security restricted", check=_pods),
)
