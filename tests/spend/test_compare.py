"""
The bill of a stack against what was paid: nothing is lost, nothing counts twice, and what agrees is said to agree.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.pipeline import priced_file
from servewright.ranges import Range
from servewright.spend.compare import HOURS_PER_DAY, Comparison, Row, compare
from servewright.spend.match import RULES, key_of_line
from servewright.spend.read import parse_spend
from servewright.units import HOURS_PER_MONTH
from spend_exports import FIRST, cost_explorer, csv_of, days, open_cost

if TYPE_CHECKING:
    from servewright.cost.model import Bill

STACKS = Path(__file__).parents[2] / "stacks"
EC2 = "Amazon Elastic Compute Cloud - Compute"
DAY = Decimal(HOURS_PER_DAY) / HOURS_PER_MONTH
CENT = Decimal("0.01")


@cache
def bill(stack: str) -> Bill:
    """
    Return the bill of a shipped stack.
    """
    return priced_file(STACKS / f"{stack}.yaml").bill


def against(stack: str, raw: bytes) -> Comparison:
    """
    Return the bill of *stack* against the export in *raw*.
    """
    return compare(bill(stack), parse_spend("spend", raw))


def row(comparison: Comparison, key: str) -> Row:
    """
    Return the row *key*.
    """
    return next(each for each in comparison.rows if each.key == key)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_every_line_that_costs_something_has_a_usage_type(stack: str) -> None:
    """No dollar of a shipped stack is on a line that an export by usage type cannot be held against."""
    keys = {key_of_line(line, "usage type") for line in bill(stack).lines if line.monthly.max}
    named = {rule.key.split("{type}", 1)[-1] for rule in RULES}
    assert not {key for key in keys if not any(key.endswith(end) for end in named)}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_what_was_paid_as_estimated_is_within(stack: str) -> None:
    """An export that holds the expected amount of each component each day agrees with the bill on each row."""
    amounts: dict[str, Decimal] = {}
    for line in bill(stack).lines:
        amounts[line.component] = amounts.get(line.component, Decimal(0)) + (line.monthly.expected or Decimal(0)) * DAY
    rows = [(day, name, amount) for day in days(7) for name, amount in amounts.items()]
    found = against(stack, csv_of(rows, "date,component,amount"))
    assert all(each.verdict == "within" and abs(each.difference or 0) < CENT for each in found.rows if each.paid)
    assert abs(found.total.difference or 0) < CENT


@given(
    entries=st.lists(
        st.tuples(
            st.sampled_from([FIRST, *days(9)]),
            st.sampled_from([EC2, "EC2 - Other", "AWS Key Management Service", "Amazon Route 53"]),
            st.sampled_from(["BoxUsage:p4d.24xlarge", "USE1-SpotUsage:p4d.24xlarge", "EBS:VolumeUsage.gp3", "KMS-Keys", "strange"]),
            st.integers(-100, 10**6),
        ),
        min_size=1,
        max_size=30,
    ),
    keep=st.sampled_from([(0, 1, 2, 3), (0, 1, 3), (0, 3)]),
)
def test_nothing_is_lost_or_counted_twice(entries: list[tuple[object, ...]], keep: tuple[int, ...]) -> None:
    """At every level all that was paid is on a row, and all of the estimate too."""
    header = ("date", "service", "usage_type", "amount")
    rows = [tuple(entry[at] for at in keep) for entry in entries]
    found = against("prod", csv_of(rows, ",".join(header[at] for at in keep)))
    assert sum(each.paid for each in found.rows) == found.total.paid == sum(int(str(entry[3])) for entry in entries)
    estimated = sum((each.estimate.expected or Decimal(0) for each in found.rows), Decimal(0))
    assert abs(estimated - (found.total.estimate.expected or 0)) < Decimal("1e-15")


def test_spot_is_told_from_on_demand_and_reserved_is_not() -> None:
    """Usage types tell spot hours apart; what a reservation covers is booked as on-demand hours and has one row with them."""
    found = against(
        "prod",
        csv_of(
            [
                (FIRST, EC2, "BoxUsage:p4d.24xlarge", 1),
                (FIRST, EC2, "USE1-HeavyUsage:p4d.24xlarge", 2),
                (FIRST, EC2, "USE1-SpotUsage:p4d.24xlarge", 4),
            ]
        ),
    )
    assert row(found, "p4d.24xlarge, on demand and reserved").paid == 3
    assert row(found, "p4d.24xlarge, spot").paid == 4


def test_what_nobody_estimated_is_shown_by_its_own_name() -> None:
    """A usage type that no line fits is a row of its own, and so is a known one of a service that is another."""
    found = against(
        "dev", csv_of([(FIRST, "EC2 - Other", "USE1-NatGateway-Hours", 33), (FIRST, "Amazon SageMaker", "BoxUsage:p4d.24xlarge", 5)])
    )
    assert row(found, "NAT gateway hours").verdict == "not estimated"
    assert row(found, "Amazon SageMaker: BoxUsage:p4d.24xlarge").verdict == "not estimated"


@given(hours=st.integers(1, 500), price=st.integers(1, 60))
def test_price_and_quantity_make_the_difference(hours: int, price: int) -> None:
    """Where an export has hours, the two parts add up to the difference, and the price's is 0 at the expected price of an hour."""
    raw = csv_of([(FIRST, EC2, "SpotUsage:p4d.24xlarge", hours * price, hours)], "date,service,usage_type,amount,quantity")
    spot = row(against("prod", raw), "p4d.24xlarge, spot")
    assert spot.by_price is not None
    assert (spot.by_quantity or 0) + spot.by_price == pytest.approx(spot.difference)
    line = next(each for each in bill("prod").lines if each.name == "instance hours (p4d.24xlarge, spot)")
    assert spot.by_price == pytest.approx(hours * (price - (line.unit_price.expected or 0)))


def test_the_same_export_by_service_and_by_usage_type_has_the_same_total() -> None:
    """How an export is grouped changes its rows, not what they come to; names of services agree with the short ones."""
    by_both = cost_explorer({FIRST: {(EC2, "BoxUsage:g6.xlarge"): 20, ("EC2 - Other", "EBS:VolumeUsage.gp3"): 3}})
    by_service = cost_explorer({FIRST: {("EC2-Instances",): 20, ("EC2-Other",): 3}}, by=("SERVICE",))
    fine, coarse = against("dev", by_both), against("dev", by_service)
    assert (fine.level, coarse.level) == ("usage type", "service")
    assert fine.total == coarse.total
    assert row(coarse, "EC2").paid == 23
    assert row(coarse, "EC2").lines


def test_opencost_holds_nodes_against_nodes_of_both_kinds() -> None:
    """OpenCost knows nodes: GPU and CPU nodes of the bill are one row for it."""
    found = against("dev", open_cost({"serving": {"cpuCost": 1, "gpuCost": 5, "pvCost": 0.5}}))
    assert {each.key for each in found.rows if each.paid} == {"nodes", "storage"}
    assert row(found, "nodes").lines


def test_amounts_without_any_name_are_held_against_the_whole_bill() -> None:
    """A CSV of days and amounts compares the total."""
    found = against("dev", csv_of([(day, 10) for day in days(3)], "date,amount"))
    assert [each.key for each in found.rows] == ["everything"]
    assert found.rows[0].estimate.expected == pytest.approx(bill("dev").monthly.expected * 3 * DAY)  # type: ignore[operator]


def test_days_that_are_missing_are_not_estimated() -> None:
    """The estimate is that of the days in the file: a gap lowers it and is known."""
    found = against("dev", csv_of([(days(5)[at], 10) for at in (0, 1, 4)], "date,amount"))
    assert found.covered.days == 3
    assert found.covered.missing == tuple(days(5)[2:4])


@pytest.mark.parametrize(
    ("estimate", "paid", "verdict"),
    [
        (Range.of(1, 2, 3), 2, "within"),
        (Range.of(1, 2, 3), 4, "above"),
        (Range.of(1, 2, 3), Decimal("0.5"), "below"),
        (Range.of(0, 2, 3), 0, "not paid"),
        (Range.unknown(), 5, "unknown"),
        (Range(Decimal(1), Decimal(2), None), 500, "within"),
    ],
)
def test_the_verdict_is_where_the_amount_lies(estimate: Range, paid: Decimal, verdict: str) -> None:
    """Between min and max is within; an unknown bound is no bound, and an unknown estimate no verdict."""
    assert Row(key="x", lines=1, estimate=estimate, paid=Decimal(paid)).verdict == verdict


def test_a_spot_line_between_its_members_is_within() -> None:
    """A spot pool's maximum may be below its minimum, where all runs on the fallback: the smallest and the largest are the bounds."""
    spot = Row(key="x", lines=1, estimate=Range.of(392, 294, 0), paid=Decimal(126))
    assert spot.verdict == "within"
    assert Row(key="x", lines=1, estimate=Range.of(392, 294, 0), paid=Decimal(393)).verdict == "above"


def test_a_total_with_unknown_parts_is_not_judged() -> None:
    """What is known is only the least of the estimate: no difference and no verdict come from it."""
    whole = Row(key="total", lines=3, estimate=Range.of(1, 2, 3), paid=Decimal(500), at_least=True)
    assert (whole.difference, whole.verdict) == (None, "unknown")


@pytest.mark.parametrize("usage", ["us-east-1-KMS-Keys", "USE1-KMS-Keys", "KMS-Keys", "EU-KMS-Keys"])
def test_the_region_before_a_usage_type_is_taken_off(usage: str) -> None:
    """However a service writes the region, the key is the same."""
    found = against("prod", csv_of([(FIRST, "AWS Key Management Service", usage, 1)]))
    assert row(found, "keys").paid == 1


def test_hours_that_two_usage_types_count_are_not_split() -> None:
    """A reservation's own hours and those that it covers are the same: no part of the difference is called hours or price."""
    rows = [(FIRST, EC2, "BoxUsage:p4d.24xlarge", 0, 24), (FIRST, EC2, "HeavyUsage:p4d.24xlarge", 300, 744)]
    found = against("prod", csv_of(rows, "date,service,usage_type,amount,quantity"))
    assert row(found, "p4d.24xlarge, on demand and reserved").by_price is None


def test_kinds_of_nodes_fold_where_the_export_has_nodes() -> None:
    """One row holds all nodes, whatever else the file calls them, and in any case of letters."""
    found = against("dev", csv_of([(FIRST, "nodes", 5), (FIRST, "gpu nodes", 3), (FIRST, "Storage", 1)], "date,component,amount"))
    assert {each.key: each.paid for each in found.rows if each.paid} == {"nodes": 8, "storage": 1}
    assert row(found, "storage").lines
