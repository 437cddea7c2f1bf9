"""
The block of gates on a screen, and the same as data.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from previews import shown
from servewright.cost.gates import GateRule, Gates, Limit, Waiver
from servewright.pipeline import priced_file
from servewright.report.gates import facts_of, gates_block, gates_of, gates_value
from servewright.report.model import Preview
from servewright.report.screen import Screen

SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"


@cache
def priced() -> Preview:
    """
    Return a small stack with its bill.
    """
    return priced_file(SPEC)


def with_gates(*rules: GateRule, waivers: tuple[Waiver, ...] = ()) -> Preview:
    """
    Return that stack under other gates.
    """
    return replace(priced(), plan=replace(priced().plan, gates=Gates(rules=rules, waivers=waivers)))


def rule(name: str, limit: str, action: str = "deny") -> GateRule:
    """
    Return a rule as a spec has it.
    """
    return GateRule(name=name, limit=Limit.parse(limit), action=action)  # type: ignore[arg-type]


def test_requests_and_tokens_are_those_of_the_traffic() -> None:
    """
    Requests = input tokens of the month over the mean prompt; tokens = both kinds.
    """
    (model,) = priced().plan.models
    facts = facts_of(priced().plan, priced().bill)
    assert facts.queries == Decimal(model.input_tokens_per_month) / model.traffic.input_tokens.mean
    assert facts.tokens == model.input_tokens_per_month + model.output_tokens_per_month
    assert (facts.after, facts.before, facts.lock) == (priced().bill.monthly, None, priced().plan.lock.state)


def test_every_rule_is_on_the_screen_with_its_figure() -> None:
    """
    State, name and one sentence; which rules refuse stands beside the heading, and what an increase lacks below.
    """
    waiver = Waiver(rule="hourly", owner="ml-platform", reason="the fair", expires=date(2999, 1, 1))
    made = with_gates(
        rule("monthly-expected", "1000000 USD"),
        rule("daily", "0.01 USD"),
        rule("hourly", "0.01 USD"),
        rule("increase", "1%"),
        waivers=(waiver,),
    )
    lines = _screen(made)
    assert "Gates   when broken, monthly-expected, daily, hourly refuse" in lines
    assert [line.split()[:2] for line in lines.splitlines() if line.strip()[:6] in ("passed", "denied", "waived")] == [
        ["passed", "monthly-expected"],
        ["denied", "daily"],
        ["waived", "hourly"],
    ]
    assert "waived by ml-platform until 2999-01-01: the fair" in " ".join(lines.split())
    assert "increase is judged where there is something to compare with" in lines


def test_a_stack_without_gates_has_no_block() -> None:
    """
    Nothing to judge, nothing said.
    """
    assert _screen(with_gates()) == ""


def test_the_data_has_what_the_screen_says() -> None:
    """
    With the waiver as fields of its own; an increase is there as soon as there is a bill to compare with.
    """
    made = with_gates(rule("monthly-expected", "0.01 USD", "warn"), rule("increase", "1%"))
    (value,) = gates_value(gates_of(made))
    assert (value["rule"], value["action"], value["state"], value["limit"], value["waiver"]) == (
        "monthly-expected",
        "warn",
        "warned",
        "$0.01",
        None,
    )
    assert [each["state"] for each in gates_value(gates_of(made, made.bill))] == ["warned", "passed"]


def _screen(made: Preview) -> str:
    return shown(lambda console: gates_block(Screen(console), made), width=100)
