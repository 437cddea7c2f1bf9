"""
What a user sees of actual spend beside the estimate, as files: a month of the shipped prod stack.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import os
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from servewright.pipeline import priced_file
from servewright.report.screen import Screen
from servewright.report.spend import SpendReport, spend_report
from servewright.report.spend_screen import spend_screen
from servewright.spend.read import parse_spend
from spend_exports import cost_explorer, csv_of, days

HERE = Path(__file__).parent / "spend"
STACKS = Path(__file__).parents[2] / "stacks"
UPDATE = os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
EC2 = "Amazon Elastic Compute Cloud - Compute"


def month() -> bytes:
    """
    Return 26 days of hours that grow, of spot on weekdays, and of a NAT gateway that is on no bill.
    """
    rows = []
    for number, day in enumerate(days(26)):
        rows.append((day, EC2, "BoxUsage:p4d.24xlarge", 1400 + 4 * number, 98))
        rows.append((day, EC2, "USE1-SpotUsage:p4d.24xlarge", 55 if day.weekday() < 5 else 12, 3.5 if day.weekday() < 5 else 0.8))
        rows.append((day, "EC2 - Other", "EBS:VolumeUsage.gp3", "0.60", "7.5"))
        rows.append((day, "EC2 - Other", "NatGateway-Hours", "1.08", 24))
    return csv_of(rows, "date,service,usage_type,amount,quantity")


def short() -> bytes:
    """
    Return three days of services, the last provisional.
    """
    return cost_explorer({day: {(EC2,): 1500 + 10 * number, ("Amazon S3",): 2} for number, day in enumerate(days(3))}, by=("SERVICE",))


@cache
def report(kind: str) -> SpendReport:
    """
    Return the report of the export *kind* against prod.
    """
    raw = {"month": month, "services": short}[kind]()
    return spend_report(priced_file(STACKS / "prod.yaml"), parse_spend(f"{kind}.csv", raw))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("kind", ["month", "services"])
def test_the_screen_is_the_golden(kind: str, width: int) -> None:
    """Each screen is the file of its name, and no line of it is wider than the screen."""
    console = Console(file=StringIO(), width=width, force_terminal=False)
    spend_screen(Screen(console), report(kind))
    made = console.file.getvalue()  # type: ignore[attr-defined]
    path = HERE / f"{kind}-{width}.txt"
    if UPDATE:
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
    assert max(map(len, made.splitlines())) <= width


def test_the_page_shows_this_screen() -> None:
    """docs/actual-spend.md carries the month as the command prints it."""
    screen = (HERE / "month-80.txt").read_text(encoding="utf-8").strip("\n")
    page = (STACKS.parent / "docs" / "actual-spend.md").read_text(encoding="utf-8")
    assert "\n".join(f"    {line}".rstrip() for line in screen.splitlines()) in page
