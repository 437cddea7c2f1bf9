"""
What is really stored stays what was emitted: a second apply changes nothing, and defaults of the API overwrite nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from api_client import ApiClient
from object_names import parse_quantity
from ten_specs import CASES, objects_of

pytestmark = pytest.mark.apiserver

_QUANTITY_PATHS = re.compile(r"\.(requests|limits)\.|\.sizeLimit$")


def _differences(emitted: Any, stored: Any, path: str = "") -> Iterator[str]:
    """
    Yield where *stored* lacks or contradicts what was *emitted*; what it has besides are defaults.
    """
    if isinstance(emitted, dict) and isinstance(stored, dict):
        for key, value in emitted.items():
            yield from _differences(value, stored.get(key), f"{path}.{key}")
    elif isinstance(emitted, list) and isinstance(stored, list) and len(emitted) == len(stored):
        for index, (one, other) in enumerate(zip(emitted, stored, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]")
    elif _meant(emitted, path) != _meant(stored, path):
        yield f"{path}: {emitted!r} became {stored!r}"


def _meant(value: Any, path: str) -> Any | Decimal:
    """
    Return the number that a quantity means: the server writes 12288Mi as 12Gi.
    """
    return parse_quantity(value) if _QUANTITY_PATHS.search(path) else value


def _settled(stored: dict[str, Any]) -> dict[str, Any]:
    """
    Return *stored* without the list of who set which field when.
    """
    return {**stored, "metadata": {key: value for key, value in stored["metadata"].items() if key != "managedFields"}}


@pytest.mark.parametrize("case", CASES)
def test_a_stored_stack_is_what_was_emitted(case: str, fresh_server: ApiClient) -> None:
    """
    Every object is new to the cluster, with all other stacks on it; read back it holds each emitted value; applied again it keeps its
    version, so neither `up` nor a GitOps loop ever sees a change that nobody made.
    """
    manifests = [dict(o.manifest) for o in objects_of(case)]
    first = [fresh_server.apply(manifest) for manifest in manifests]
    assert [answer.faults for answer in first] == [()] * len(manifests)
    assert all(answer.created for answer in first)
    stored = [fresh_server.read(manifest) for manifest in manifests]
    assert [list(_differences(one, other)) for one, other in zip(manifests, stored, strict=True)] == [[]] * len(manifests)
    assert [fresh_server.apply(manifest).created for manifest in manifests] == [False] * len(manifests)
    again = [fresh_server.read(manifest) for manifest in manifests]
    assert list(map(_settled, again)) == list(map(_settled, stored))


def test_a_change_is_seen(fresh_server: ApiClient) -> None:
    """
    One argument more: the object has a new version and a new generation. Without this the test above could not fail.
    """
    manifest = next(dict(o.manifest) for o in objects_of("stack-dev") if o.kind == "Deployment")
    before = fresh_server.apply(manifest).body["metadata"]
    pod = manifest["spec"]["template"]["spec"]
    container = {**pod["containers"][0], "args": [*pod["containers"][0]["args"], "--enforce-eager"]}
    template = {**manifest["spec"]["template"], "spec": {**pod, "containers": [container]}}
    after = fresh_server.apply({**manifest, "spec": {**manifest["spec"], "template": template}}).body["metadata"]
    assert after["generation"] == before["generation"] + 1
    assert after["resourceVersion"] != before["resourceVersion"]


def test_an_altered_value_is_seen() -> None:
    """
    A value that the server changed, dropped or shortened is a difference; another writing of the same quantity is none.
    """
    emitted = {"spec": {"args": ["a", "b"], "limits": {"memory": "12288Mi"}, "replicas": 2}}
    assert list(_differences(emitted, {"spec": {"args": ["a", "b"], "limits": {"memory": "12Gi"}, "replicas": 2, "more": 1}})) == []
    for changed in ({"args": ["a"]}, {"args": ["a", "c"]}, {"limits": {"memory": "12G"}}, {"replicas": None}):
        assert len(list(_differences(emitted, {"spec": {**emitted["spec"], **changed}}))) == 1
