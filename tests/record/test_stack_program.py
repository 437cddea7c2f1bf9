"""
The program behind the shipped stacks, run as the engine would run it.
"""

from __future__ import annotations

import json
import runpy
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from servewright.catalog.load import load_catalog
from servewright.pipeline import preview_file
from servewright.record.monitor import Recording
from servewright.record.offline import record
from servewright.report.model import Preview

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "stacks" / "__main__.py"
URNS = Path(__file__).parent / "dev_urns.txt"


@cache
def recorded(stack: str) -> Recording:
    """
    Return the recording of the program for *stack*.
    """
    return record(lambda: runpy.run_path(str(PROGRAM), run_name="__main__"), project="servewright", stack=stack)


@cache
def preview() -> Preview:
    """
    Return the offline preview of the dev stack.
    """
    return preview_file(ROOT / "stacks" / "dev.yaml")


def test_the_program_registers_what_the_offline_preview_shows() -> None:
    """
    The resources of `pulumi preview` are those of `servewright preview`, to the URN.
    """
    assert sorted(recorded("dev").resources) == [each.urn for each in preview().records]


def test_the_estimate_is_the_offline_bill() -> None:
    """
    Component input and stack output are the bill of the offline preview in whole dollars.
    """
    bill = preview().bill
    recording = recorded("dev")
    component = next(made for made in recording.resources.values() if made.type == "servewright:index:ServingStack")
    outputs = next(made for made in recording.resources.values() if made.type == "pulumi:pulumi:Stack").outputs or {}

    shown = outputs["estimatedMonthlyUsd"]
    assert shown == component.inputs["estimatedMonthlyUsd"]
    amounts = bill.monthly
    assert amounts.min is not None
    assert amounts.expected is not None
    assert amounts.max is not None
    assert (shown["min"], shown["expected"], shown["max"]) == (round(amounts.min), round(amounts.expected), round(amounts.max))
    assert shown["atLeast"] is not bill.complete
    assert outputs["endpoints"] == {"chat": "http://chat.demo-dev.svc.cluster.local:8000/v1"}
    assert outputs["namespace"] == "demo-dev"


def test_the_urns_of_the_dev_stack_stay() -> None:
    """
    A changed URN deletes and makes a resource anew: it needs an alias, a line in the changelog, and this list.
    """
    assert [urn.split("::", 2)[2] for urn in sorted(recorded("dev").resources)] == URNS.read_text(encoding="utf-8").splitlines()


def edited(folder: Path, **fields: Any) -> Path:
    """
    Return a copy of the dev spec with other *fields* at its top.
    """
    document = yaml.safe_load((ROOT / "stacks" / "dev.yaml").read_text(encoding="utf-8"))
    spec = folder / "edited.yaml"
    spec.write_text(yaml.safe_dump({**document, **fields}), encoding="utf-8")
    return spec


def test_without_budgets_the_bill_has_none(tmp_path: Path) -> None:
    """
    A section that is off costs nothing and registers nothing; the rest of the bill stays.
    """
    off = preview_file(edited(tmp_path, budgets="off"))

    assert [line.name for line in off.bill.lines if line.component == "budget"] == []
    assert [record.urn for record in off.records if record.urn.rsplit("::", 1)[1].startswith("demo-budget")] == []
    assert list(off.bill.lines) == [line for line in preview().bill.lines if line.component != "budget"]


@pytest.mark.parametrize("share", ["base", "burst"])
def test_a_pool_is_called_after_its_nodes_and_the_share_that_the_spec_gives(share: str, tmp_path: Path) -> None:
    """
    What the user calls base or burst is called so in the cluster, however it is bought. The model is not in the name: another one that
    comes to the same nodes replaces nothing.
    """
    pools = preview_file(edited(tmp_path, capacity={share: {"purchase": "on-demand"}})).plan.pools

    assert [(pool.name, pool.role) for pool in pools if pool.purpose == "gpu"] == [(f"g6-xlarge-x1-{share}", share)]


def test_a_stack_without_spec_says_so() -> None:
    """
    The message names the file and the command that explains more; there is no traceback in it.
    """
    with pytest.raises(pulumi.RunError, match=r"nosuch\.yaml") as raised:
        recorded("nosuch")
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(("days", "registered"), [(1, True), (-1, False)], ids=["in force", "ended"])
def test_a_waiver_ends_on_its_day_for_the_program(
    days: int,
    registered: bool,  # noqa: FBT001 - a row of the table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    The day after its end a waiver stops `pulumi up`, whatever day the catalogue was built; until then the plan is that of every day.
    """
    folder = tmp_path / "stacks"
    folder.mkdir()
    for file in (PROGRAM, ROOT / "stacks" / "dev.yaml"):
        shutil.copy(file, folder)
    # A day of room on either side: a test that runs over midnight says the same.
    ends = datetime.now(UTC).date() + timedelta(days=2 * days)
    waiver = {"image": "ghcr.io/acme/tool:v1", "reason": "no digest yet", "expires": ends.isoformat()}
    written = {"apiVersion": "servewright.dev/images/v1", "images": [], "waivers": [waiver]}
    (folder / "servewright.images.json").write_text(json.dumps(written), encoding="utf-8")

    # By the day of the catalogue it holds in either case.
    built = replace(load_catalog(), build_date=ends - timedelta(days=1))
    monkeypatch.setattr("servewright.pipeline.load_catalog", lambda: built)

    def run() -> Recording:
        return record(lambda: runpy.run_path(str(folder / PROGRAM.name), run_name="__main__"), project="servewright", stack="dev")

    if registered:
        assert sorted(run().resources) == sorted(recorded("dev").resources)
        return
    with pytest.raises(pulumi.RunError, match="SW254") as raised:
        run()
    assert "--as-of today" in str(raised.value)
