"""
The Pod Security Standard "restricted" for a pod template, one function per control.

Source: the standard's page for Kubernetes 1.36 (kubernetes.io/docs/concepts/security/pod-security-standards) and the checks of the
admission plugin (k8s.io/pod-security-admission/policy). On a workload the plugin only warns; the pods are then forbidden one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pod_rules import PROBES

SAFE_SYSCTLS: Final = frozenset(
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
VOLUME_TYPES: Final = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
SELINUX_TYPES: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})
_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"

Pod = dict[str, Any]
Contexts = list[tuple[str, dict[str, Any]]]


def violations(template: Pod) -> tuple[str, ...]:
    """
    Return what "restricted" forbids in *template*, as "control: where".
    """
    return tuple(f"{name}: {where}" for name, control in CONTROLS.items() for where in control(template))


def _containers(template: Pod) -> list[tuple[str, dict[str, Any]]]:
    spec = template["spec"]
    fields = ("initContainers", "containers", "ephemeralContainers")
    return [(f"{field}[{c.get('name')}]", c) for field in fields for c in spec.get(field) or []]


def _container_contexts(template: Pod) -> Contexts:
    return [(where, c.get("securityContext") or {}) for where, c in _containers(template)]


def _contexts(template: Pod) -> Contexts:
    """
    Return the pod's security context and those of its containers.
    """
    return [("pod", template["spec"].get("securityContext") or {}), *_container_contexts(template)]


def _host_process(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _contexts(template) if (c.get("windowsOptions") or {}).get("hostProcess"))


def _host_namespaces(template: Pod) -> Iterator[str]:
    yield from (field for field in ("hostNetwork", "hostPID", "hostIPC") if template["spec"].get(field))


def _privileged(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _container_contexts(template) if c.get("privileged"))


def _host_path(template: Pod) -> Iterator[str]:
    yield from (f"volumes[{v['name']}]" for v in template["spec"].get("volumes") or [] if "hostPath" in v)


def _host_ports(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _containers(template) if any(p.get("hostPort") for p in c.get("ports") or []))


def _host_probes(template: Pod) -> Iterator[str]:
    for where, container in _containers(template):
        handlers = [container.get(name) or {} for name in PROBES] + list((container.get("lifecycle") or {}).values())
        actions = [h.get(kind) or {} for h in handlers if isinstance(h, dict) for kind in ("httpGet", "tcpSocket")]
        if any(action.get("host") for action in actions):
            yield where


def _apparmor(template: Pod) -> Iterator[str]:
    for where, context in _contexts(template):
        if (context.get("appArmorProfile") or {}).get("type", "RuntimeDefault") not in PROFILES:
            yield where
    for key, value in (template.get("metadata", {}).get("annotations") or {}).items():
        allowed = value in {"", "runtime/default"} or str(value).startswith("localhost/")
        if key.startswith(_APPARMOR_ANNOTATION) and not allowed:
            yield key


def _selinux(template: Pod) -> Iterator[str]:
    for where, context in _contexts(template):
        options = context.get("seLinuxOptions") or {}
        if options.get("type", "") not in SELINUX_TYPES or options.get("user") or options.get("role"):
            yield where


def _proc_mount(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _container_contexts(template) if c.get("procMount", "Default") != "Default")


def _sysctls(template: Pod) -> Iterator[str]:
    context = template["spec"].get("securityContext") or {}
    yield from (s["name"] for s in context.get("sysctls") or [] if s["name"] not in SAFE_SYSCTLS)


def _volume_types(template: Pod) -> Iterator[str]:
    for volume in template["spec"].get("volumes") or []:
        if not set(volume) - {"name"} <= VOLUME_TYPES:
            yield f"volumes[{volume['name']}]"


def _privilege_escalation(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _container_contexts(template) if c.get("allowPrivilegeEscalation") is not False)


def _run_as_non_root(template: Pod) -> Iterator[str]:
    pod = (template["spec"].get("securityContext") or {}).get("runAsNonRoot")
    yield from (where for where, c in _container_contexts(template) if c.get("runAsNonRoot", pod) is not True)


def _run_as_user(template: Pod) -> Iterator[str]:
    yield from (where for where, c in _contexts(template) if c.get("runAsUser") == 0)


def _seccomp(template: Pod) -> Iterator[str]:
    pod = (template["spec"].get("securityContext") or {}).get("seccompProfile") or {}
    if pod and pod.get("type") not in PROFILES:
        yield "pod"
    for where, context in _container_contexts(template):
        if (context.get("seccompProfile") or pod).get("type") not in PROFILES:
            yield where


def _capabilities(template: Pod) -> Iterator[str]:
    for where, context in _container_contexts(template):
        capabilities = context.get("capabilities") or {}
        if "ALL" not in (capabilities.get("drop") or []) or not set(capabilities.get("add") or []) <= {"NET_BIND_SERVICE"}:
            yield where


CONTROLS: Final[dict[str, Callable[[Pod], Iterator[str]]]] = {
    "HostProcess": _host_process,
    "Host Namespaces": _host_namespaces,
    "Privileged Containers": _privileged,
    "HostPath Volumes": _host_path,
    "Host Ports": _host_ports,
    "Host Probes and Lifecycle Hooks": _host_probes,
    "AppArmor": _apparmor,
    "SELinux": _selinux,
    "/proc Mount Type": _proc_mount,
    "Sysctls": _sysctls,
    "Volume Types": _volume_types,
    "Privilege Escalation": _privilege_escalation,
    "Running as Non-root": _run_as_non_root,
    "Running as Non-root user": _run_as_user,
    "Seccomp": _seccomp,
    "Capabilities": _capabilities,
}
"""
The controls of "baseline" and "restricted" under the names of the standard's page; where both have a rule the stricter one holds.
"""
