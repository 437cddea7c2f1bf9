"""
A stack with gateway and stores on the real Pulumi engine, in the cluster and at ElastiCache: made as recorded, changed in place, and what
holds state removed only where that is allowed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from pulumi_lab import Lab
from servewright.cost.records import UNKNOWN
from servewright.pipeline import preview_file

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

SPEC: Final = """\
name: front
environment: dev
owner: team-support
platform:
  account: "123456789012"
  region: us-east-1
  zones: [us-east-1a]
  cluster: {name: shared, kubernetes_version: "1.35"}
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    revision: 9213176726f574b556790deb65791e0c5aa438b6
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
budgets: {monthly: 5000 USD, notify: [ml-platform@example.com]}
gateway:
  teams: [{name: support, requests_per_minute: LIMIT}]
  replicas: {min: 2}
caches: {CACHES}
"""
CACHES: Final = {
    "cluster": "provider: cluster, tls: {secret: cache-tls}, responses: {}",
    "elasticache": "provider: elasticache, elasticache: {subnets: [subnet-0a1b2c3d], security_groups: [sg-0a1b2c3d]}, responses: {}",
}
STATE: Final = {"cluster": "StatefulSet", "elasticache": "ReplicationGroup"}
"""
What holds the counters, which must not be lost.
"""


def _written(lab: Lab, provider: str, limit: int) -> dict[str, dict[str, Any]]:
    """
    Write the spec with *limit* and return what the recorder says it registers: the inputs by URN, without structure.
    """
    lab.spec.write_text(SPEC.replace("CACHES", CACHES[provider]).replace("LIMIT", str(limit)), encoding="utf-8")
    return {record.urn: dict(record.inputs) for record in preview_file(lab.spec).records if not record.structural}


def _operations(digest: dict[str, Any]) -> dict[str, str]:
    """
    Return what a preview would do with each resource that it would not leave alone, by kind and name.
    """
    return {f"{step['urn'].split(':')[-3]} {step['urn'].split('::')[-1]}": step["op"] for step in digest["steps"] if step["op"] != "same"}


@pytest.mark.parametrize("provider", CACHES)
def test_a_whole_life(provider: str, tmp_path: Path) -> None:
    """
    The first preview has the recorder's inputs; `up` makes each once; a new limit changes the configuration and its pods and nothing else;
    `destroy` stops at what holds state until the stack's configuration lets it go, and then leaves nothing.
    """
    with Lab(tmp_path / "lab") as lab:
        lab.run("stack", "init", lab.stack)
        recorded = _written(lab, provider, 60)
        steps = {step["urn"]: step["newState"].get("inputs", {}) for step in lab.preview()["steps"]}
        assert {urn: {key: steps[urn].get(key) for key in inputs} for urn, inputs in recorded.items()} == recorded
        waiting = {urn for urn, inputs in recorded.items() if UNKNOWN in json.dumps(inputs.get("data", {}))}
        assert len(waiting) == (2 if provider == "elasticache" else 0)

        lab.run("up", "--yes")
        assert sorted(lab.made("Create")) == sorted(recorded)
        assert _operations(lab.preview("--expect-no-changes")) == {}

        _written(lab, provider, 120)
        changed = {name for name, operation in _operations(lab.preview()).items() if not name.startswith(("pulumi:", "servewright:"))}
        assert {name.split()[-1] for name in changed} == {"front-gateway-config", "front-gateway"}
        lab.run("up", "--yes")
        assert lab.made("Delete") == []

        refused = lab.attempt("destroy", "--yes")
        assert refused.status != 0
        assert "protect" in refused.output + refused.errors
        assert not [urn for urn in lab.made("Delete") if f":{STATE[provider]}::" in urn]
        lab.run("config", "set", "servewright:allow_teardown", "true")
        lab.run("up", "--yes")
        lab.run("destroy", "--yes")
        assert sorted(set(lab.made("Delete"))) == sorted(recorded)
