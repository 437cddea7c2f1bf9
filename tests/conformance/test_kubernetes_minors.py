"""
Every built-in object is what Kubernetes 1.34, 1.35 and 1.36 publish: strict about fields, types, legal values, quantities and scopes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from crds import is_custom
from native_kinds import MINORS
from one_fault import GONE, changed, good_object, good_stack
from openapi_minors import REPOSITORY, VARIABLE, api_faults, known_formats, load_api, pinned_minors
from servewright.catalog.load import load_catalog
from ten_specs import CASES, objects_of

CONTAINER = "spec template spec containers 0"

downloaded = [
    pytest.mark.apiserver,
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"no OpenAPI: set {VARIABLE} to what .ci/tools/openapi_minors prints"),
]
every_minor = pytest.mark.parametrize("minor", [pytest.param(minor, marks=downloaded) for minor in MINORS])


def test_the_files_are_those_of_the_pinned_minors() -> None:
    """
    One release stands for each minor that a spec may name, and the API server of the dry runs is one of them: the newest.
    """
    assert sorted(pinned_minors()) == sorted(load_catalog().kubernetes_versions())
    assert all(version.startswith(f"v{minor}.") for minor, version in pinned_minors().items())
    wrapper = (REPOSITORY / ".ci" / "tools" / "kubernetes" / "apiserver" / "go.mod").read_text(encoding="utf-8")
    built = re.search(r"require k8s.io/kubernetes (\S+)", wrapper)
    assert built is not None
    assert built[1] == list(pinned_minors().values())[-1]


@every_minor
@pytest.mark.parametrize("case", CASES)
def test_every_built_in_object_is_valid(case: str, minor: str) -> None:
    """
    What is emitted for the shipped stacks and the ten specs, against each minor.
    """
    objects = [dict(o.manifest) for o in objects_of(case) if not is_custom(o.manifest["apiVersion"], o.kind)]
    assert {o["kind"] for o in objects} >= {"Namespace", "Deployment", "Service", "NetworkPolicy"}
    found = {f"{o['kind']} {o['metadata']['name']}": api_faults(o, minor) for o in objects}
    assert {name: faults for name, faults in found.items() if faults} == {}


@every_minor
def test_a_good_object_has_no_fault(minor: str) -> None:
    """
    The hand-written stack passes, so what fails below fails for its one fault.
    """
    native = [o for o in good_stack() if not is_custom(o["apiVersion"], o["kind"])]
    assert [api_faults(o, minor) for o in native] == [()] * len(native)


FAULTS: list[tuple[str, str, Any, str]] = [
    ("Deployment", "spec template spec tolerationz", [], "Additional properties are not allowed ('tolerationz' was unexpected)"),
    ("Deployment", f"{CONTAINER} args 1", 8192, "8192 is not of type 'string'"),
    ("Deployment", f"{CONTAINER} imagePullPolicy", "Allways", "'Allways' is not one of ['Always', 'IfNotPresent', 'Never']"),
    ("Deployment", f"{CONTAINER} resources requests memory", "12 GB", "'12 GB' is not a 'quantity'"),
    ("Deployment", f"{CONTAINER} startupProbe periodSeconds", "10", "'10' is not of type 'integer'"),
    ("Deployment", f"{CONTAINER} startupProbe failureThreshold", 2**31, "is not a 'int32'"),
    ("Deployment", f"{CONTAINER} ports 1", {"containerPort": 8000, "protocol": "TCP"}, "several entries with containerPort, protocol"),
    ("Deployment", "spec selector", GONE, "'selector' is a required property"),
    ("Deployment", "spec strategy rollingUpdate maxSurge", 1.5, "1.5 is not of type 'string', 'integer'"),
    ("Deployment", "apiVersion", "apps/v1beta2", "serves no apps/v1beta2 Deployment"),
    ("PodDisruptionBudget", "apiVersion", "policy/v1beta1", "serves no policy/v1beta1 PodDisruptionBudget"),
    ("Service", "spec type", "Private", "'Private' is not one of"),
    ("Service", "metadata namespace", GONE, "metadata.namespace: must be set for Service"),
    ("Namespace", "metadata namespace", "default", "metadata.namespace: must be absent for Namespace"),
    ("Namespace", "metadata creationTimestamp", "yesterday", "is not a 'date-time'"),
    ("NetworkPolicy", "spec policyTypes 0", "Inbound", "'Inbound' is not one of ['Egress', 'Ingress']"),
]


@every_minor
@pytest.mark.parametrize(("kind", "path", "value", "expected"), FAULTS, ids=[f"{kind}-{path}" for kind, path, _, _ in FAULTS])
def test_one_fault_is_found(kind: str, path: str, value: Any, expected: str, minor: str) -> None:
    """
    Each change alone makes the object invalid, for the reason that it was made for.
    """
    (fault,) = api_faults(changed(good_object(kind), path, value), minor)
    assert expected in fault


@every_minor
@pytest.mark.parametrize(
    ("api_version", "kind", "namespace"), [("v1", "Endpoints", {"namespace": "serving"}), ("networking.k8s.io/v1beta1", "IPAddress", {})]
)
def test_what_is_deprecated_or_not_stable_is_refused(api_version: str, kind: str, namespace: dict[str, str], minor: str) -> None:
    """
    The server still takes these; a later one, or one with its defaults, does not.
    """
    faults = api_faults({"apiVersion": api_version, "kind": kind, "metadata": {"name": "chat", **namespace}}, minor)
    assert f"(root): {api_version} {kind} is deprecated or not stable in Kubernetes {minor}" in faults


@every_minor
def test_every_format_is_checked(minor: str) -> None:
    """
    A format that nobody knows would pass for checked.
    """
    formats = set(_formats_in(load_api(minor).definitions))
    assert formats
    assert formats <= known_formats()


def _formats_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("format"), str):
            yield schema["format"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _formats_in(part)
