"""
A real API server takes every object that we emit, without a word: decoding, defaults, admission, validation and CEL, nothing stored.
"""

from __future__ import annotations

from typing import Any

import pytest

from api_client import Answer, ApiClient, pod_of
from kubernetes_objects import identity
from openapi_minors import pinned_minors
from ten_specs import CASES, objects_of

pytestmark = pytest.mark.apiserver

STORED = ("Namespace", "ServiceAccount")
"""
What must really be there before what lies in it, or runs as it, can be tried.
"""

LEVEL = "pod-security.kubernetes.io/enforce"

every_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture(scope="session")
def prepared(dry_server: ApiClient) -> dict[str, dict[str, Answer]]:
    """
    Try the namespaces and service accounts of every case, then store them; provide the answers by case.
    """
    answers: dict[str, dict[str, Answer]] = {}
    for case in CASES:
        answers[case] = {}
        for manifest in _manifests(case, *STORED):
            answers[case]["/".join(identity(manifest))] = dry_server.dry_run(manifest)
            stored = dry_server.apply(manifest)
            assert stored.created, stored.faults
    return answers


def _manifests(case: str, *kinds: str) -> list[dict[str, Any]]:
    """
    Return the manifests of *kinds*, of all kinds where none is named.
    """
    return [dict(o.manifest) for o in objects_of(case) if not kinds or o.kind in kinds]


def test_the_server_is_the_pinned_release(dry_server: ApiClient) -> None:
    """
    What answers is what .ci/tools/kubernetes pins, and not another server that had the port.
    """
    assert dry_server.version() in pinned_minors().values()


@every_case
def test_every_object_is_accepted(case: str, dry_server: ApiClient, prepared: dict[str, dict[str, Answer]]) -> None:
    """
    A strict dry run has neither a refusal nor a warning for any object of the stack.
    """
    answers = dict(prepared[case])
    for manifest in _manifests(case):
        if manifest["kind"] not in STORED:
            answers["/".join(identity(manifest))] = dry_server.dry_run(manifest)
    assert len(answers) == len(objects_of(case))
    assert {name: answer.faults for name, answer in answers.items() if answer.faults} == {}


@every_case
def test_every_pod_is_accepted(case: str, dry_server: ApiClient, prepared: dict[str, dict[str, Answer]]) -> None:
    """
    Their namespaces enforce "restricted". On what makes pods a breach is only a warning; the pods are then
    forbidden one by one.
    """
    assert prepared[case]
    levels = {n["metadata"]["name"]: n["metadata"]["labels"].get(LEVEL) for n in _manifests(case, "Namespace")}
    deployments = _manifests(case, "Deployment", "StatefulSet")
    assert {levels[d["metadata"]["namespace"]] for d in deployments} == {"restricted"}
    answers = {d["metadata"]["name"]: dry_server.dry_run(pod_of(d)) for d in deployments}
    assert {name: answer.faults for name, answer in answers.items() if answer.faults} == {}
