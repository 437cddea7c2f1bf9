"""
Rules over whole previews: of the dev stack and of the four models that every release is tried with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from previews import shown
from servewright.catalog.load import load_catalog
from servewright.cli.application import app
from servewright.cost.bill import price_records
from servewright.cost.records import UNKNOWN
from servewright.pipeline import plan_file, preview_file, priced_file
from servewright.ranges import Range, total
from servewright.record.offline import record_plan
from servewright.report.export import preview_value, to_json
from servewright.report.model import Preview
from servewright.report.text import show_preview
from servewright.resources.naming import Names

ROOT = Path(__file__).resolve().parents[1]
CATALOG = load_catalog()
SPECS = (ROOT / "stacks" / "dev.yaml", *sorted((ROOT / "tests" / "golden" / "specs").glob("*.yaml")))
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"

specs = pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)


@cache
def preview(spec: Path) -> Preview:
    """
    Return the preview of *spec*, made once.
    """
    return preview_file(spec)


@specs
def test_the_plans_price_is_the_bills(spec: Path) -> None:
    """
    What made the plan choose equals, to the last digit, the bill's lines of the pools it registers.
    """
    found = preview(spec)
    names = Names.of(found.plan.stack)
    registered = {r.inputs["metadata"]["name"]: r.urn for r in found.records if r.type == NODE_POOL}

    assert set(registered) == {names.pool(pool.name) for pool in found.plan.pools}
    for pool in found.plan.pools:
        urn = registered[names.pool(pool.name)]
        assert _members(total(line.monthly for line in found.bill.lines if line.resource == urn)) == _members(pool.monthly)
    for model in found.plan.models:
        pools = [pool for pool in found.plan.pools if model.name in pool.serves]
        if all(pool.serves == (model.name,) for pool in pools):
            assert _members(model.monthly) == _members(total(pool.monthly for pool in pools))
    of_models = _members(total(model.monthly for model in found.plan.models))
    of_pools = _members(total(pool.monthly for pool in found.plan.pools if pool.purpose == "gpu"))
    # The parts of shared nodes are rounded to a hundredth of a cent each.
    assert all(abs(mine - whole) <= Decimal("0.0001") * len(found.plan.pools) for mine, whole in zip(of_models, of_pools, strict=True))


@specs
def test_the_bill_is_the_sum_of_its_parts(spec: Path) -> None:
    """
    Lines add up to the total in min, expected and max; each names the source and the date of its price; nothing is unknown.
    """
    bill = preview(spec).bill

    assert bill.complete
    assert _members(total(line.monthly for line in bill.lines)) == _members(bill.monthly)
    assert [line.name for line in bill.lines if not line.source or not line.as_of] == []
    assert bill.monthly.min is not None
    assert bill.monthly.expected is not None
    assert bill.monthly.max is not None
    assert bill.monthly.min <= bill.monthly.expected <= bill.monthly.max


@specs
def test_every_resource_is_priced_or_free_with_a_reason(spec: Path) -> None:
    """
    The census leaves nothing out: each registered resource is priced or free with a reason, none is unsupported.
    """
    found = preview(spec)
    priced = {line.resource for line in found.bill.lines}
    free = {f.type for f in found.bill.free if f.reason}

    assert found.bill.unsupported == ()
    assert [r.urn for r in found.records if not r.structural and r.urn not in priced and r.type not in free] == []


@specs
def test_both_passes_register_the_same_resources(spec: Path) -> None:
    """
    Nothing depends on a value that is only known after a deployment: all unknown and all known give the same URNs.
    """
    plan = plan_file(spec)

    unknown = {r.urn for r in record_plan(plan, CATALOG)}
    known = {r.urn for r in record_plan(plan, CATALOG, known=True)}

    assert unknown == known


@specs
def test_the_estimate_changes_nothing_that_is_shown(spec: Path) -> None:
    """
    The screen is the same whether the estimate is among the inputs or still open; only inputs of component and budget differ.
    """
    once, twice = priced_file(spec), preview(spec)
    assert once.bill == twice.bill
    changed = [b for a, b in zip(once.records, twice.records, strict=True) if a != b]
    assert changed
    assert {record.type for record in changed} <= {"servewright:index:ServingStack", "aws:budgets/budget:Budget"}
    assert shown(show_preview, once, spec=spec.name) == shown(show_preview, twice, spec=spec.name)


@specs
def test_a_missing_price_makes_the_total_at_least(spec: Path) -> None:
    """
    Without the volume price the same resources cost "at least" the rest, and the missing amounts are listed, never 0.
    """
    found = preview(spec)
    rows = tuple(row for row in CATALOG.unit_prices.rows if (row.service, row.component) != ("EBS", "storage"))
    poorer = replace(CATALOG, unit_prices=replace(CATALOG.unit_prices, rows=rows))

    bill = price_records(found.records, poorer)

    assert not bill.complete
    assert {u.resource for u in bill.unknown} >= {r.urn for r in found.records if r.type == NODE_POOL}
    assert bill.monthly.expected is not None
    assert found.bill.monthly.expected is not None
    assert bill.monthly.expected < found.bill.monthly.expected


def test_a_spec_is_planned_and_shown_without_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A price that is gone from the tables stops neither plan nor preview: the bill says at least, and --require-prices exits 3.
    """
    rows = tuple(row for row in CATALOG.unit_prices.rows if (row.service, row.component) != ("EBS", "storage"))
    poorer = replace(CATALOG, unit_prices=replace(CATALOG.unit_prices, rows=rows))
    monkeypatch.setattr("servewright.pipeline.load_catalog", lambda: poorer)

    shown = CliRunner().invoke(app, ["preview", str(SPECS[0])])
    refused = CliRunner().invoke(app, ["preview", str(SPECS[0]), "--require-prices"])

    assert shown.exit_code == 0
    assert "at least $" in shown.stdout
    assert refused.exit_code == 3
    assert refused.stdout == shown.stdout


def test_a_region_with_gaps_prints_its_unknowns(tmp_path: Path) -> None:
    """
    Where no spot price is known, hardware is still planned and the bill says at least; nothing is priced as in another region.
    """
    spec = tmp_path / "spec.yaml"
    spec.write_text("platform: {region: us-east-2}\n" + SPECS[2].read_text(encoding="utf-8"), encoding="utf-8")

    found = preview_file(spec)

    low, expected, high = _members(found.bill.monthly)
    assert not found.bill.complete
    assert low <= expected <= high
    budget = next(r for r in found.records if r.type == "aws:budgets/budget:Budget")
    assert budget.inputs["limitAmount"] == UNKNOWN, "a lower bound is no budget"
    assert "SW432" in {warning.code for warning in found.plan.warnings}
    assert {line.region for line in found.bill.lines} <= {"us-east-2", "global"}


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """
    Another hash seed, locale and working directory give the same JSON, byte for byte.
    """
    spec = ROOT / "stacks" / "dev.yaml"
    command = [sys.executable, "-m", "servewright", "preview", str(spec), "--json"]
    environments = (
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        {"PYTHONHASHSEED": "4242", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    outputs = {
        subprocess.run(command, env=env, cwd=cwd, check=True, capture_output=True).stdout
        for env, cwd in zip(environments, (ROOT, tmp_path), strict=True)
    }

    assert len(outputs) == 1
    assert json.loads(outputs.pop())["apiVersion"] == "servewright.dev/preview/v1"


def test_lines_of_the_json_add_up() -> None:
    """
    A reader of the JSON can add its decimal strings and gets its total.
    """
    bill = json.loads(to_json(preview_value(preview(SPECS[0]))))["bill"]

    for member in ("min", "expected", "max"):
        amounts = [Decimal(line["monthly"][member]) for line in bill["lines"]]
        assert sum(amounts, Decimal(0)) == Decimal(bill["total"]["monthly"][member])


def _members(amount: Range) -> tuple[Decimal, ...]:
    assert amount.known
    return tuple(member for member in (amount.min, amount.expected, amount.max) if member is not None)
