"""
Our reading of Pod Security "restricted" against the independent checker of the tests, control by control.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from one_fault import changed, good_object
from pod_security import violations as independent
from servewright.readiness.inventory import Pod, Registered
from servewright.readiness.pod_security import violations

OWNER = Registered(urn="urn", type="kubernetes:apps/v1:Deployment", kind="Deployment", name="chat", namespace="serving", inputs={})
CONTAINER = "spec containers 0"
CONTEXTS = ("spec securityContext", f"{CONTAINER} securityContext")

CHANGES: list[tuple[str, Any]] = [
    ("spec hostNetwork", True),
    ("spec hostPID", True),
    ("spec hostIPC", True),
    ("spec volumes 0", {"name": "shm", "hostPath": {"path": "/dev/shm"}}),  # noqa: S108 - a path on a node
    ("spec volumes 0", {"name": "shm", "nfs": {"server": "a", "path": "/"}}),
    ("spec securityContext sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
    ("spec securityContext sysctls", [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]),
    ("spec securityContext runAsNonRoot", False),
    (f"{CONTAINER} securityContext runAsNonRoot", False),
    (f"{CONTAINER} securityContext runAsNonRoot", True),
    *((f"{context} runAsUser", user) for context in CONTEXTS for user in (0, 2000)),
    *((f"{context} seccompProfile", {"type": kind}) for context in CONTEXTS for kind in ("Unconfined", "Localhost")),
    *((f"{context} seLinuxOptions", {"type": kind}) for context in CONTEXTS for kind in ("spc_t", "container_t")),
    *((f"{context} seLinuxOptions", {"user": "root"}) for context in CONTEXTS),
    *((f"{context} appArmorProfile", {"type": kind}) for context in CONTEXTS for kind in ("Unconfined", "RuntimeDefault")),
    *((f"{context} windowsOptions", {"hostProcess": True}) for context in CONTEXTS),
    (f"{CONTAINER} securityContext privileged", True),
    (f"{CONTAINER} securityContext procMount", "Unmasked"),
    (f"{CONTAINER} securityContext allowPrivilegeEscalation", True),
    (f"{CONTAINER} securityContext allowPrivilegeEscalation", None),
    (f"{CONTAINER} securityContext capabilities", {}),
    (f"{CONTAINER} securityContext capabilities", {"drop": ["NET_RAW"]}),
    (f"{CONTAINER} securityContext capabilities add", ["NET_BIND_SERVICE"]),
    (f"{CONTAINER} securityContext capabilities add", ["SYS_ADMIN"]),
    (f"{CONTAINER} ports 0 hostPort", 8000),
    (f"{CONTAINER} livenessProbe httpGet host", "10.0.0.1"),
    (f"{CONTAINER} lifecycle preStop", {"httpGet": {"host": "10.0.0.1", "port": 80}}),
    ("spec initContainers", [{"name": "first", "image": "a"}]),
]


def template() -> dict[str, Any]:
    """
    Return the pod template of the hand-written good stack.
    """
    return copy.deepcopy(dict(good_object("Deployment")["spec"]["template"]))


def ours(pod: dict[str, Any]) -> list[str]:
    """
    Return what our reading forbids in *pod*.
    """
    return list(violations(Pod(owner=OWNER, path="spec.template", metadata=pod.get("metadata", {}), spec=pod["spec"])))


def test_the_good_pod_is_allowed_by_both() -> None:
    """
    The starting point of the comparisons breaks no control.
    """
    assert (ours(template()), independent(template())) == ([], ())


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=lambda v: str(v)[:60])
def test_one_change_is_judged_as_by_the_other_checker(path: str, value: Any) -> None:
    """
    What the one forbids the other forbids, and what it allows the other allows.
    """
    pod = changed(template(), path, value)

    assert bool(ours(pod)) == bool(independent(pod)), (ours(pod), independent(pod))


@given(st.lists(st.sampled_from(CHANGES), min_size=2, max_size=5, unique_by=lambda change: change[0]))
@settings(max_examples=60, deadline=None)
def test_several_changes_are_judged_as_by_the_other_checker(changes: list[tuple[str, Any]]) -> None:
    """
    No change hides another one.
    """
    pod = template()
    for path, value in sorted(changes, key=lambda change: len(change[0])):
        pod = changed(pod, path, value)

    assert bool(ours(pod)) == bool(independent(pod)), (ours(pod), independent(pod))
