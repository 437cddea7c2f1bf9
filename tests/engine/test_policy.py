"""
The policy pack under the real CLI: what a gate denies is not deployed, also where the cluster does not exist yet.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_lab import REPOSITORY, Finished, Lab
from servewright.cost.gate_words import shown
from servewright.programs import bill_of_program, read_program

pytest.importorskip("pulumi_policy")

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

PACK = REPOSITORY / "components" / "servewright" / "policy" / "pack"
PROGRAM = REPOSITORY / "tests" / "engine" / "new_cluster"
TIGHT = {"rule": "monthly-maximum", "limit": "1 USD", "action": "deny"}
WIDE = {**TIGHT, "limit": "1000000 USD"}
WAIVER = {"rule": "monthly-maximum", "owner": "ml-platform", "reason": "the fair in Hanover", "expires": "2999-12-31"}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """
    Provide the program that makes its own cluster, never deployed.
    """
    with Lab(tmp_path / "lab", program=PROGRAM) as made:
        made.run("stack", "init", "dev")
        yield made


def _up(lab: Lab, *arguments: str, **gates: Any) -> Finished:
    lab.edit_spec(gates=gates)
    return lab.attempt("up", "--yes", "--policy-pack", str(PACK), *arguments)


def _said(done: Finished) -> str:
    return " ".join((done.output + done.errors).split())


def test_an_over_budget_up_is_blocked_before_the_cluster_exists(lab: Lab) -> None:
    """
    The provider of the cluster cannot be configured, so no policy sees the objects in it; the gate denies all the same, with its
    arithmetic, and nothing is made.
    """
    done = _up(lab, rules=[TIGHT])
    assert done.status != 0
    assert "mandatory" in _said(done)
    assert "gate monthly-maximum: " in _said(done)
    assert "is above the limit of $1" in _said(done)
    assert lab.made("Create") == []
    assert {call["package"] for call in lab.calls("Check")} == {"aws"}


def test_a_skipped_preview_does_not_skip_the_gate(lab: Lab) -> None:
    """
    The component comes first, so that what lies in it is never begun.
    """
    done = _up(lab, "--skip-preview", rules=[TIGHT])
    assert done.status != 0
    assert "is above the limit of $1" in _said(done)
    assert [urn for urn in lab.made("Create") if "ServingStack" in urn] == []


def test_within_the_limit_up_goes_through(lab: Lab) -> None:
    """
    A gate that is kept says nothing.
    """
    done = _up(lab, rules=[WIDE])
    assert done.status == 0, _said(done)
    assert "gate monthly-maximum" not in _said(done)
    assert lab.made("Create")


def test_a_waived_gate_is_advice(lab: Lab) -> None:
    """
    What somebody answers for goes through, and who does is said.
    """
    done = _up(lab, rules=[TIGHT], waivers=[WAIVER])
    assert done.status == 0, _said(done)
    assert "advisory" in _said(done)
    assert "waived by ml-platform until 2999-12-31: the fair in Hanover" in _said(done)


def test_an_expired_waiver_does_not_count(lab: Lab) -> None:
    """
    The day is today's, whatever the day of the prices.
    """
    done = _up(lab, rules=[TIGHT], waivers=[{**WAIVER, "expires": "2026-01-31"}])
    assert done.status != 0
    assert "the waiver of ml-platform ended on 2026-01-31" in _said(done)
    assert lab.made("Create") == []


FOREIGN = REPOSITORY / "tests" / "engine" / "programs" / "node_groups"


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Lab]:
    """
    Provide a program that is not ours, never deployed.
    """
    with Lab(tmp_path / "lab", program=FOREIGN) as made:
        made.run("stack", "init", "dev")
        yield made


def _preview(lab: Lab, *rules: dict[str, str]) -> Finished:
    gates, config = lab.root / "gates.yaml", lab.root / "policies.json"
    gates.write_text(json.dumps({"apiVersion": "servewright.dev/gates/v1", "gates": {"rules": list(rules)}}), encoding="utf-8")
    config.write_text(json.dumps({"program": {"gatesFile": str(gates)}}), encoding="utf-8")
    return lab.attempt("preview", "--policy-pack", str(PACK), "--policy-pack-config", str(config))


def test_a_program_that_is_not_ours_keeps_the_gates_of_a_file(foreign: Lab) -> None:
    """
    Its resources are priced together, to the bill that `cost --preview-json` gives; a limit that they exceed blocks, one that only warns
    is advice.
    """
    kept = foreign.root / "preview.json"
    kept.write_text(json.dumps(foreign.preview()), encoding="utf-8")
    month = bill_of_program(read_program(kept, "preview")).bill.monthly.expected
    assert month
    unknown = {"rule": "unknown-price", "action": "warn"}
    denied = _preview(foreign, {"rule": "monthly-expected", "limit": "1 USD"}, unknown)
    assert denied.status != 0
    assert "gate monthly-expected: " in _said(denied)
    assert f"at least {shown(month, 'USD')} a month is above the limit of $1.00" in _said(denied)
    warned = _preview(foreign, {"rule": "monthly-expected", "limit": "1 USD", "action": "warn"}, unknown)
    assert warned.status == 0, _said(warned)
    assert "gate monthly-expected: " in _said(warned)


def test_a_faulty_gates_file_is_no_leave(foreign: Lab) -> None:
    """
    Its fault is told with its place, and nothing passes.
    """
    done = _preview(foreign, {"rule": "monthly-expected", "limit": "1 EUR"})
    assert done.status != 0
    assert "SW117 gates.rules[0].limit" in _said(done)
