"""
What is promised is what a user gets who writes the patch into a file: the same engine, the same bill.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from advice_made import ROOT, STACKS, Found, every, found, found_in
from servewright.optimize.model import LEVELS
from servewright.optimize.patch import conflict
from servewright.optimize.together import fields_of
from servewright.pipeline import priced_file, priced_text
from servewright.plan.model import Plan

stacks = pytest.mark.parametrize("stack", STACKS)


def files_of(stack: Found, folder: Path) -> dict[str, Path]:
    """
    Return each proposal and all that go together as a file beside a copy of the spec, by id.
    """
    place = folder / "stacks"
    shutil.copytree(stack.spec.parent, place)
    changes = {each.candidate.id: each.candidate.fields for each in stack.advice.proposals}
    if stack.advice.together is not None:
        changes["together"] = stack.advice.together.fields
    made = {}
    for (name, text), change in zip(stack.engine.files(changes, place).items(), changes, strict=True):
        made[change] = place / name
        made[change].write_text(text, encoding="utf-8")
    return made


@stacks
def test_every_patch_in_a_file_gives_the_promised_bill(stack: str, tmp_path: Path) -> None:
    """
    Line by line and digit by digit, each alone and all that go together.
    """
    made = found(stack)
    files = files_of(made, tmp_path)
    promised = {each.candidate.id: each.after for each in made.advice.proposals}
    if made.advice.together is not None:
        promised["together"] = made.advice.together.bill

    assert promised
    for name, bill in promised.items():
        now = priced_file(files[name]).bill
        assert now.monthly == bill.monthly, name
        assert now.lines == bill.lines, name


@stacks
def test_a_patch_that_sets_nothing_changes_nothing(stack: str) -> None:
    """
    Planning the stack again through a text beside it gives its plan and its bill.
    """
    made = found(stack)

    again = priced_text(made.engine.text({}).encode(), made.spec)

    assert again.bill.lines == made.preview.bill.lines
    assert again.plan.pools == made.preview.plan.pools


@stacks
def test_every_proposal_saves_and_says_by_how_much(stack: str) -> None:
    """
    The difference is that of the two bills, and one of the expected month and the maximum falls.
    """
    for each in found(stack).advice.proposals:
        before, after = each.before.monthly, each.after.monthly
        assert (before.expected, after.expected) != (None, None)
        assert each.delta.expected == (after.expected or Decimal(0)) - (before.expected or Decimal(0))
        assert each.delta.expected <= 0
        assert each.delta.expected < 0 or (each.delta.max is not None and each.delta.max < 0)
        assert sum((change.delta.expected or Decimal(0) for change in each.diff.changes), Decimal(0)) == each.delta.expected


@stacks
def test_within_a_group_the_largest_saving_comes_first(stack: str) -> None:
    """
    Groups stand apart, what keeps every promise first.
    """
    proposals = found(stack).advice.proposals
    order = ["keeps", "changes", "depends"]

    assert [each.candidate.group for each in proposals] == sorted((each.candidate.group for each in proposals), key=order.index)
    for group in order:
        deltas = [each.delta.expected or Decimal(0) for each in proposals if each.candidate.group == group]
        assert deltas == sorted(deltas)


@stacks
def test_conflicts_are_named_on_both_sides_and_never_put_together(stack: str) -> None:
    """
    Two changes that set the same are never both in what goes together; nor is one that changes a promise.
    """
    advice = found(stack).advice
    for one, other in combinations(advice.proposals, 2):
        clash = conflict(one.candidate, other.candidate)
        assert (other.candidate.id in one.conflicts) == clash == (one.candidate.id in other.conflicts)
    if advice.together is not None:
        members = [each for each in advice.proposals if each.candidate.id in advice.together.members]
        assert len(members) > 1
        assert not any(conflict(one.candidate, other.candidate) for one, other in combinations(members, 2))
        assert {each.candidate.group for each in members} == {"keeps"}
        assert LEVELS.index(advice.together.level) <= LEVELS.index(advice.most_risk)


@stacks
def test_what_goes_together_is_a_bill_and_not_a_sum(stack: str) -> None:
    """
    The saving is the difference of two bills; the sum of separate savings stands beside it with what it counts twice.
    """
    advice = found(stack).advice
    together = advice.together
    if together is not None:
        before, after = advice.case.bill.monthly.expected, together.bill.monthly.expected
        assert before is not None
        assert after is not None
        assert together.saving == before - after
        assert together.separate == sum(
            -(each.delta.expected or Decimal(0)) for each in advice.proposals if each.candidate.id in together.members
        )
        assert all(
            after < (each.after.monthly.expected or Decimal(0)) for each in advice.proposals if each.candidate.id in together.members
        )


def test_some_stack_has_something_that_goes_together() -> None:
    """
    The rules above would hold of nothing too.
    """
    assert any(found(stack).advice.together is not None for stack in STACKS)
    assert any(each.conflicts for stack in STACKS for each in found(stack).advice.proposals)


@stacks
def test_what_has_no_price_is_never_a_saving(stack: str) -> None:
    """
    A change whose bill has something unknown that the stack does not have is listed with its name.
    """
    advice = found(stack).advice

    assert all(each.after.complete for each in advice.proposals)
    unpriced = [each for each in advice.tried if each.state == "unpriced"]
    assert all(each.unknown for each in unpriced)
    assert "purchase-fixed-reserved-3y" in {each.candidate.id for each in unpriced}


def test_the_same_unknown_on_both_sides_is_in_no_difference(tmp_path: Path) -> None:
    """
    In a region with gaps a change that leaves what has no price as it is has a known difference; another purchase has none.
    """
    spec = tmp_path / "dev.yaml"
    spec.write_text(STACKS["dev"].read_text(encoding="utf-8").replace("region: us-east-1", "region: eu-central-1"), encoding="utf-8")

    advice = found_in(spec, "cluster", "purchase").advice

    assert not advice.case.bill.complete
    assert {each.candidate.kind for each in advice.proposals} == {"cluster"}
    assert all(each.after.unknown and each.diff.unknown.same for each in advice.proposals)
    assert {each.state for each in advice.tried if each.candidate.id == "purchase-all-on-demand"} == {"unpriced"}


@stacks
def test_ids_are_unique_and_every_candidate_is_accounted_for(stack: str) -> None:
    """
    Whatever was tried is a proposal or stands under what was tried, once.
    """
    advice = found(stack).advice
    ids = [each.id for each in every(advice)]

    assert len(ids) == len(set(ids))


def test_a_stack_that_extends_a_blueprint_is_looked_at_too(tmp_path: Path) -> None:
    """
    A patch of it extends the spec, and through it the blueprint.
    """
    spec = tmp_path / "team.yaml"
    spec.write_text((ROOT / "blueprints" / "base-production" / "examples" / "minimal.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    made = found_in(spec, "replicas")

    best = made.advice.proposals[0]
    patched = tmp_path / "patched.yaml"
    patched.write_text(made.engine.text(best.candidate.fields), encoding="utf-8")
    assert priced_file(patched).bill.lines == best.after.lines


def test_what_is_reserved_now_is_paid_to_the_end_of_its_term(tmp_path: Path) -> None:
    """
    A change that needs less of it, or none, is a high risk, and goes together with others only where that is asked for.
    """
    spec = tmp_path / "dev.yaml"
    spec.write_text(f"{_TWO}{_RESERVED}", encoding="utf-8")
    advice = found_in(spec, "purchase").advice
    reserved = _reserved(advice.case.plan)

    assert reserved
    assert advice.proposals
    for each in advice.proposals:
        ended = _reserved(each.plan) < reserved
        assert any("is paid to the end of its term" in risk.why for risk in each.risks) is ended
        assert each.level == "high" or not ended
    assert any(_reserved(each.plan) < reserved for each in advice.proposals)


def test_changes_of_two_models_that_save_the_same_are_both_shown(tmp_path: Path) -> None:
    """
    On one pool each lowers the bill as much, and both more than one.
    """
    spec = tmp_path / "dev.yaml"
    spec.write_text(_TWO, encoding="utf-8")
    made = found_in(spec, "replicas")

    one, other = [each for each in made.advice.proposals if each.candidate.id.endswith("-max")]
    both = made.engine.price(made.engine.plan(fields_of([one, other])))
    assert one.after.lines == other.after.lines
    assert both.monthly.max is not None
    assert one.after.monthly.max is not None
    assert both.monthly.max < one.after.monthly.max


def _reserved(plan: Plan) -> Decimal:
    return sum((pool.nodes.expected or Decimal(0) for pool in plan.pools if pool.purchase == "reserved"), Decimal(0))


_TWO = """\
models:
  - name: small
    priority: cost
    source: Qwen/Qwen2.5-1.5B-Instruct
    traffic: &t {requests_per_second: 2, input_tokens: 800, output_tokens: 200, profile: business-hours}
    slo: &s {ttft_p95: 800ms, itl_p95: 50ms}
  - {name: large, source: Qwen/Qwen2.5-7B-Instruct, traffic: *t, slo: *s}
"""
_RESERVED = "capacity: {base: {purchase: reserved, term: 1y, payment: no-upfront, share: 100%}, burst: null}\n"
