"""
Why this hardware.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from previews import model, plan, shown
from servewright.plan.model import Plan, Rejected
from servewright.report.alternatives import alternatives
from servewright.report.screen import Screen


def many(*labels: str) -> Plan:
    """
    Return a plan that rejected these.
    """
    rejected = tuple(Rejected(what=what, why=f"reason {n}", monthly=Decimal(500 + n)) for n, what in enumerate(labels))
    return plan(models=(model(rejected=rejected),))


def table(made: Plan, shown_most: int | None) -> list[str]:
    """
    Return the lines of the table.
    """
    return shown(lambda console: alternatives(Screen(console), made, shown=shown_most), width=120).splitlines()


def test_the_choice_stands_first_with_its_reasons_and_price() -> None:
    """
    The choice has its price, how it is bought and every reason; what lost has price and reason.
    """
    lines = " ".join(" ".join(table(plan(), None)).split())

    assert "L4 × 1, bf16 419 chosen, on spot: lowest expected price of L4 × 1, bf16 on g6.xlarge" in lines
    assert "· one replica serves 2.21 req/s" in lines
    assert "A10G × 1, bf16 549 +31 %: 2.60 req/s per replica" in lines


def test_a_part_of_shared_nodes_is_said_to_be_one() -> None:
    """
    Beside a neighbour the choice's amount is a part: the whole of the nodes and who shares them stand with it.
    """
    shared = tuple(replace(pool, serves=("chat", "draft")) for pool in plan().pools)
    lines = " ".join(" ".join(table(replace(plan(), pools=shared), None)).split())

    assert "419 chosen, on spot, its part of $419 for the nodes it shares with draft: lowest expected price" in lines
    assert "its part of" not in " ".join(table(plan(), None))


def test_what_cannot_serve_has_no_price() -> None:
    """
    An alternative without a price says "none", not 0.
    """
    assert any(line.split() == ["T4", "×", "1,", "fp16", "none", "no", "units", "for", "bf16"] for line in table(plan(), None))


def test_a_short_list_shows_each_gpu_before_a_second_form_of_one() -> None:
    """
    The best of each GPU is shown first-come, in the planner's order, and the rest is counted.
    """
    lines = table(many("H100 x 4, fp8", "H100 x 2, fp8", "H200 x 2, fp8", "H200 x 1, fp8", "B200 x 1, fp8"), 3)

    assert [line.split()[0] for line in lines if "reason" in line] == ["H100", "H200", "B200"]
    assert lines[-1].strip() == "2 more: plan --explain"


def test_a_whole_list_shows_everything() -> None:
    """
    Without a bound nothing is left out.
    """
    assert sum("reason" in line for line in table(many(*(f"L4 x {n}, fp8" for n in range(1, 40))), None)) == 39
