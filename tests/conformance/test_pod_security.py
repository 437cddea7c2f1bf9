"""
The Pod Security checker: every control of the standard has a sample that only it refuses.
"""

from __future__ import annotations

from typing import Any

import pytest

from one_fault import GONE, changed, good_object
from pod_security import CONTROLS, violations

CONTAINER = "spec containers 0"

SAMPLES: list[tuple[str, str, Any]] = [
    ("HostProcess", "spec securityContext windowsOptions", {"hostProcess": True}),
    ("HostProcess", f"{CONTAINER} securityContext windowsOptions", {"hostProcess": True}),
    ("Host Namespaces", "spec hostNetwork", True),
    ("Host Namespaces", "spec hostPID", True),
    ("Host Namespaces", "spec hostIPC", True),
    ("Privileged Containers", f"{CONTAINER} securityContext privileged", True),
    ("HostPath Volumes", "spec volumes 1", {"name": "cache", "hostPath": {"path": "/var"}}),
    ("Host Ports", f"{CONTAINER} ports 0 hostPort", 8000),
    ("Host Probes and Lifecycle Hooks", f"{CONTAINER} livenessProbe httpGet host", "10.0.0.1"),
    ("Host Probes and Lifecycle Hooks", f"{CONTAINER} lifecycle preStop", {"tcpSocket": {"host": "10.0.0.1", "port": 1}}),
    ("AppArmor", "spec securityContext appArmorProfile", {"type": "Unconfined"}),
    ("AppArmor", "metadata annotations", {"container.apparmor.security.beta.kubernetes.io/vllm": "unconfined"}),
    ("SELinux", "spec securityContext seLinuxOptions", {"type": "spc_t"}),
    ("SELinux", f"{CONTAINER} securityContext seLinuxOptions", {"user": "root"}),
    ("/proc Mount Type", f"{CONTAINER} securityContext procMount", "Unmasked"),
    ("Sysctls", "spec securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
    ("Volume Types", "spec volumes 1", {"name": "cache", "nfs": {"server": "a", "path": "/"}}),
    ("Privilege Escalation", f"{CONTAINER} securityContext allowPrivilegeEscalation", True),
    ("Privilege Escalation", f"{CONTAINER} securityContext allowPrivilegeEscalation", GONE),
    ("Running as Non-root", "spec securityContext runAsNonRoot", GONE),
    ("Running as Non-root", f"{CONTAINER} securityContext runAsNonRoot", False),
    ("Running as Non-root user", "spec securityContext runAsUser", 0),
    ("Running as Non-root user", f"{CONTAINER} securityContext runAsUser", 0),
    ("Seccomp", "spec securityContext seccompProfile", GONE),
    ("Seccomp", "spec securityContext seccompProfile type", "Unconfined"),
    ("Seccomp", f"{CONTAINER} securityContext seccompProfile", {"type": "Unconfined"}),
    ("Capabilities", f"{CONTAINER} securityContext capabilities", GONE),
    ("Capabilities", f"{CONTAINER} securityContext capabilities add", ["SYS_PTRACE"]),
    ("Capabilities", f"{CONTAINER} securityContext capabilities drop", ["NET_RAW"]),
]

ALLOWED: list[tuple[str, Any]] = [
    (f"{CONTAINER} securityContext capabilities add", ["NET_BIND_SERVICE"]),
    (f"{CONTAINER} securityContext seccompProfile", {"type": "Localhost", "localhostProfile": "a.json"}),
    ("spec securityContext sysctls", [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]),
    ("spec volumes 1", {"name": "cache", "ephemeral": {}}),
    ("spec securityContext seLinuxOptions", {"type": "container_t", "level": "s0"}),
]


def _template() -> dict[str, Any]:
    template: dict[str, Any] = good_object("Deployment")["spec"]["template"]
    return template


@pytest.mark.parametrize(("control", "path", "value"), SAMPLES)
def test_each_control_refuses_its_sample(control: str, path: str, value: Any) -> None:
    """
    The sample breaks its control and nothing else (a host path is also a forbidden type of volume).
    """
    found = {violation.split(": ")[0] for violation in violations(changed(_template(), path, value))}
    assert found - ({"Volume Types"} if control == "HostPath Volumes" else set()) == {control}


def test_every_control_has_a_sample() -> None:
    """
    A control without a failing sample could be one that never fails.
    """
    assert {control for control, _, _ in SAMPLES} == set(CONTROLS)


@pytest.mark.parametrize(("path", "value"), ALLOWED)
def test_what_the_standard_allows_passes(path: str, value: Any) -> None:
    """
    "restricted" still allows these settings.
    """
    assert violations(changed(_template(), path, value)) == ()


def test_init_containers_are_checked_too() -> None:
    """
    A bare init container breaks every control that wants a setting on each container.
    """
    found = violations(changed(_template(), "spec initContainers", [{"name": "fetch"}]))
    assert found == ("Privilege Escalation: initContainers[fetch]", "Capabilities: initContainers[fetch]")
