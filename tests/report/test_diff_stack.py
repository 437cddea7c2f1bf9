"""
One stack on both sides: its state, its summary, its resources.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from previews import bill, line, model, plan, preview, records, stack
from servewright.cost.gates import GateOutcome, GateRule, Gates, Limit
from servewright.cost.model import Unsupported
from servewright.cost.records import UNKNOWN
from servewright.diagnostics import of_file
from servewright.plan.model import Precision
from servewright.ranges import ZERO, Range
from servewright.report.diff_stack import FaultyStack, diff_stack, type_of
from servewright.report.diff_summary import NO_CHANGE
from servewright.report.gates import gates_of, judged_by
from sides_made import busier, busier_model, side

if TYPE_CHECKING:
    from servewright.cost.model import Bill
    from servewright.report.diff_stack import StackSide
    from servewright.report.model import Preview


def test_the_same_stack_is_unchanged() -> None:
    """
    Nothing differs: no line, no decision, no resource.
    """
    found = diff_stack(side(), side())

    assert (found.state, found.summary) == ("unchanged", NO_CHANGE)
    assert found.bill.empty
    assert found.resources.unchanged == 3


def test_a_stack_of_one_side_is_added_or_removed() -> None:
    """
    What is on one side alone is named with what it runs, and no decision of it has changed.
    """
    added, removed = diff_stack(None, side()), diff_stack(side(), None)

    assert (added.state, added.summary, added.resources.added) == ("added", "new stack: chat on 1 × L4", 3)
    assert (removed.state, removed.summary, removed.resources.removed) == ("removed", "removed: chat on 1 × L4", 3)
    assert added.decisions == removed.decisions == ()


def test_a_faulty_head_loses_nothing_of_the_base() -> None:
    """
    A head that cannot be planned is faulty: its faults stand there, and no line of the base counts as gone.
    """
    broken = FaultyStack(name="dev", file="dev.yaml", faults=(of_file("dev.yaml", "SW107", "is empty"),))

    found = diff_stack(side(), broken)

    assert (found.state, found.summary, found.head) == ("faulty", "cannot be planned: 1 fault", None)
    assert found.bill.changes == ()
    assert found.faulty == broken


def with_model(**changes: Any) -> Preview:
    """
    Return the preview with its model changed and everything else as it was.
    """
    return preview(plan=plan(models=(model(**changes),)))


FASTER = replace(model().slo, ttft_p95_ms=Decimal(400))
SUMMARIES: dict[str, tuple[Preview, str]] = {
    "more traffic": (busier(), "chat 5 → 10 req/s: 3 → 6 replicas"),
    "another target": (with_model(slo=FASTER), "chat 500 ms → 400 ms to the first token, no cost change"),
    "no target": (with_model(slo=replace(model().slo, ttft_p95_ms=None)), "chat 500 ms → no limit to the first token, no cost change"),
    "hardware": (with_model(gpu_name="L40S"), "chat: 1 × L4 → 1 × L40S, no cost change"),
    "precision": (
        with_model(precision=Precision(weights="fp8", origin="online", weight_only=False)),
        "chat: bf16 → fp8, no cost change",
    ),
    "two models": (preview(plan=plan(models=(model(), model(name="rag")))), "new model rag on 1 × L4, no cost change"),
    "another model": (
        preview(plan=plan(models=(model(name="rag"),))),
        "new model rag on 1 × L4; without model chat, no cost change",
    ),
    "arguments": (
        with_model(engine=replace(model().engine, arguments=(*model().engine.arguments, "--max-num-seqs=64"))),
        "1 engine argument of chat, no cost change",
    ),
    "operators": (
        preview(plan=plan(operators=(replace(plan().operators[0], mode="install"), plan().operators[1]))),
        "operators: karpenter, no cost change",
    ),
    "budget": (preview(plan=plan(budget=replace(plan().budget, limit=Decimal(2000)))), "budget $1,500 → $2,000, no cost change"),
    "region": (preview(plan=plan(stack=stack(region="eu-west-1"))), "region us-east-1 → eu-west-1, no cost change"),
    "price": (preview(bill=bill(lines=(line(unit_price=Range.exactly(1)), *bill().lines[1:]))), "other prices"),
    "resource": (preview(records=records()[:4]), "resources: 1 removed, no cost change"),
    "unsupported": (preview(bill=bill(unsupported=(Unsupported(resource="urn:x", type="aws:x:X"),))), "1 new without a price"),
}


@pytest.mark.parametrize("case", SUMMARIES)
def test_the_summary_says_what_changed(case: str) -> None:
    """
    One line: what is asked for, what the plan made of it, then the rest; and that it costs nothing where it does not.
    """
    head, words = SUMMARIES[case]

    found = diff_stack(side(), side(head))

    assert (found.state, found.summary) == ("changed", words)


def test_a_summary_begins_with_what_judges_the_bill() -> None:
    """
    A loosened gate and an environment that only warns are told before any traffic, and alone they make a stack one that changed.
    """
    strict = Gates(rules=(GateRule(name="increase", limit=Limit.parse("20%"), action="deny"),))
    loose = Gates(rules=(GateRule(name="increase", limit=Limit.parse("900%"), action="warn"),))
    base = side(preview(plan=plan(gates=strict)))
    loosened = diff_stack(base, side(preview(plan=plan(gates=loose))))
    moved = preview(plan=plan(gates=loose, stack=stack(environment="dev"), models=(busier_model(),)))
    both = diff_stack(side(preview(plan=plan(gates=strict, stack=stack(environment="staging")))), side(moved))

    assert (loosened.state, loosened.summary) == ("changed", "gate increase 20% deny → 900% warn, no cost change")
    assert both.summary.startswith("environment staging → dev; gate increase 20% deny → 900% warn; chat 5 → 10 req/s")
    assert both.summary.count("gate") == both.summary.count("environment") == 1


def test_what_the_gates_of_the_base_would_deny_is_a_warning() -> None:
    """
    A head that loosens its own rules is judged by those of the base too; a rule that denies on both sides is told once.
    """
    strict, loose = (
        preview(plan=plan(gates=Gates(rules=(GateRule(name="monthly-expected", limit=Limit.parse("1 USD"), action=action),))))
        for action in ("deny", "warn")
    )

    def judged(made: Preview) -> StackSide:
        return side(made, judge=partial(gates_of, made), judge_by=partial(judged_by, made))

    own, base = diff_stack(judged(strict), judged(loose)).gates
    assert (own.state, base.rule, base.action, base.state) == ("warned", "monthly-expected", "warn", "warned")
    assert base.message.startswith("the gates of the base would deny this, those of the head do not: $")
    assert [gate.state for gate in diff_stack(judged(strict), judged(strict)).gates] == ["denied"]
    assert [gate.state for gate in diff_stack(judged(loose), judged(strict)).gates] == ["denied"]
    assert [gate.state for gate in diff_stack(judged(loose), judged(loose)).gates] == ["warned"]


def test_a_long_summary_is_counted() -> None:
    """
    Four phrases stand there; the rest is a number.
    """
    names = [f"m{i}" for i in range(9)]

    found = diff_stack(side(), side(preview(plan=plan(models=tuple(model(name=name) for name in names)))))

    assert found.summary.endswith("; new model m3 on 1 × L4; and 6 more, no cost change")


def test_inputs_that_are_not_known_yet_are_no_change() -> None:
    """
    A value that one side does not know yet does not make a resource change; another value does.
    """
    known = records()[4]
    open_end, other = (replace(known, inputs={"limitAmount": value}) for value in (UNKNOWN, "1600"))
    heads = [side(preview(records=(*records()[:4], record))) for record in (open_end, other)]

    assert [diff_stack(side(), head).resources.changed for head in heads] == [0, 1]


def test_structure_is_not_counted() -> None:
    """
    The stack, its providers and our components are no resources.
    """
    assert diff_stack(None, side()).resources.added == len([r for r in records() if not r.structural])


def test_the_gates_are_asked_with_the_bill_of_the_base() -> None:
    """
    Rules judge the head compared with the base; of a stack that is removed nothing is asked.
    """
    asked: list[Bill | None] = []

    def judge(before: Bill | None) -> tuple[GateOutcome, ...]:
        asked.append(before)
        return (GateOutcome(rule="daily", action="warn", state="passed", limit="$9", value="$1", message="fine"),)

    head, base = side(judge=judge), side()

    assert [gate.rule for gate in diff_stack(base, head).gates] == ["daily"]
    diff_stack(None, head)
    assert diff_stack(head, None).gates == ()
    assert asked == [base.bill, None]


def test_a_delta_of_nothing_is_told_as_such() -> None:
    """
    Exactly no change in all three members is "no cost change"; a change of the maximum alone is one.
    """
    lines = (line(quantity=Range.of(730, Decimal("1036.6"), 5000)), *bill().lines[1:])
    head = preview(plan=plan(models=(busier_model(),)), bill=bill(lines=lines))

    found = diff_stack(side(), side(head))

    assert found.bill.delta.expected == 0
    assert found.bill.delta != ZERO
    assert "no cost change" not in found.summary


@pytest.mark.parametrize(
    ("urn", "token"),
    [
        ("urn:pulumi:dev::p::servewright:index:ServingStack$aws:kms/key:Key::a::b", "aws:kms/key:Key"),
        ("urn:pulumi:dev::p::aws:kms/key:Key::a", "aws:kms/key:Key"),
        ("urn:x", ""),
    ],
)
def test_a_urn_names_its_type(urn: str, token: str) -> None:
    """
    The type token is the last one in the third part of a URN; what is no URN names none.
    """
    assert type_of(urn) == token
