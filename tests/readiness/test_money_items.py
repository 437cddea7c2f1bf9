"""
Readiness items of the money where not all prices are known.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from checked_stacks import case_of, ready
from servewright.cost.model import Bill, Unknown
from servewright.readiness.checklist import judge
from servewright.readiness.model import Checked
from servewright.report.model import Preview


def verdicts(preview: Preview) -> dict[str, Checked]:
    """
    Return the items by id.
    """
    return {item.id: item for item in judge(case_of(preview)).items}


def of_bill(**changes: Any) -> Bill:
    """
    Return the bill of the ready stack with *changes*.
    """
    return replace(ready().bill, **changes)


def test_a_limit_is_not_verified_by_a_bill_with_gaps() -> None:
    """
    At least 5 of 100,000 USD may be anything: to be verified; at least more than the limit fails all the same.
    """
    gap = of_bill(unknown=(Unknown(id="a", resource="urn", what="instance hours", why="not covered"),))
    small = replace(ready().plan, budget=replace(ready().plan.budget, limit=Decimal(10)))
    open_end = verdicts(replace(ready(), bill=gap))["within-limit"]

    assert (open_end.state, open_end.evidence[1:]) == ("not-verifiable", ("unknown: instance hours",))
    assert "at least $" in open_end.evidence[0]
    assert verdicts(replace(ready(), bill=gap, plan=small))["within-limit"].state == "fail"


@pytest.mark.parametrize(
    ("purchase", "region", "fix"),
    [
        ("reserved", "us-east-1", "capacity.base.rate"),
        ("spot", "us-east-1", None),
        ("spot", "eu-central-1", "platform.region"),
    ],
)
def test_the_fix_of_a_price_is_one_that_helps(purchase: str, region: str, fix: str | None) -> None:
    """
    A commitment's rate is given with its type; another region is no help to who is in the one with the most prices.
    """
    hours = next(line for line in ready().bill.lines if line.component == "GPU nodes")
    line = replace(hours, purchase=purchase)
    lines = tuple(line if each is hours else each for each in ready().bill.lines)
    bill = of_bill(lines=lines, unknown=(Unknown(id=line.id, resource="urn", what="hours", why="not covered"),))
    plan = replace(ready().plan, stack=replace(ready().plan.stack, region=region))
    found = verdicts(replace(ready(), plan=plan, bill=bill))["prices-known"].fix

    assert (None if found is None else found[0]) == fix
    if fix == "capacity.base.rate":
        assert found is not None
        assert found[1].startswith(f"what {ready().plan.models[0].instance_type} costs an hour")
