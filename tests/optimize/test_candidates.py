"""
What is tried: derived from the plan, and no more than the spec can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from advice_made import STACKS, every, found, found_in
from servewright.optimize.effects import risks_of, spot_share
from servewright.optimize.generators import GENERATORS, NOT_TRIED
from servewright.optimize.kinds.dearest import MOST_MODELS, dearest
from servewright.optimize.model import Candidate, Proposal
from servewright.optimize.week import needed, use_of_base
from servewright.plan.precision import BITS

stacks = pytest.mark.parametrize("stack", STACKS)


def candidates(stack: str) -> tuple[Candidate, ...]:
    """
    Return all that is tried for one of the stacks.
    """
    case = found(stack).advice.case
    return tuple(each for generate in GENERATORS.values() for each in generate(case))


def proposal(stack: str, name: str) -> Proposal:
    """
    Return the proposal with this id.
    """
    return next(each for each in found(stack).advice.proposals if each.candidate.id == name)


@stacks
def test_whatever_changes_a_promise_or_depends_on_something_says_which(stack: str) -> None:
    """
    And what keeps every promise touches no target, format, region, zone or traffic.
    """
    for each in candidates(stack):
        assert bool(each.caveats) is (each.group != "keeps"), each.id
        if each.group == "keeps":
            assert not {"platform"} & set(each.fields)
            assert not any({"slo", "precision", "context_length", "traffic"} & set(model) for model in each.fields.get("models", ()))


@stacks
def test_every_candidate_has_a_kind_an_id_that_names_it_and_a_title(stack: str) -> None:
    """
    Ids are names of files too.
    """
    for kind, generate in GENERATORS.items():
        for each in generate(found(stack).advice.case):
            assert each.kind == kind
            assert each.id.startswith(kind)
            assert each.title
            assert all(letter.isalnum() or letter in "-." for letter in each.id)


@stacks
def test_precision_only_ever_falls(stack: str) -> None:
    """
    A format with as many bits as now, or more, saves nothing.
    """
    now = {model.name: BITS[model.precision.weights] for model in found(stack).advice.case.plan.models}
    for each in candidates(stack):
        for model in each.fields.get("models", ()):
            if each.kind == "precision":
                assert BITS[model["precision"]] < now[model["name"]]


def test_the_headroom_that_is_proposed_takes_one_replica_less() -> None:
    """
    It is worked out from what a replica serves: one percent more would need the replica again.
    """
    made = proposal("prod", "replicas-chat-headroom")
    case = found("prod").advice.case
    before, after = case.plan.models[0], made.plan.models[0]

    assert after.replicas.busiest == before.replicas.busiest - 1
    headroom = Decimal(made.candidate.fields["models"][0]["scaling"]["headroom"].rstrip("%")) / 100
    arrives, serves = before.traffic.requests_per_second, Decimal(repr(before.predicted.max_requests_per_s))
    assert arrives * (1 + headroom + before.extra_headroom) <= serves * after.replicas.busiest
    assert arrives * (1 + headroom + Decimal("0.01") + before.extra_headroom) > serves * after.replicas.busiest


def test_what_the_traffic_needs_of_a_base_is_a_share_of_its_hours() -> None:
    """
    A base of one is needed whenever anything is; a larger one less.
    """
    case = found("prod").advice.case
    model, request = case.plan.models[0], case.request.models[0]

    hours = needed(model, request, case.catalog)
    used = use_of_base(model, request, case.catalog)
    assert len(hours) == 168
    assert max(hours) == model.replicas.busiest
    assert used is not None
    assert used == Decimal(sum(min(4, each) for each in hours)) / (4 * 168)
    assert Decimal(0) < used < 1


def test_a_commitment_names_its_break_even_and_its_end() -> None:
    """
    And is no longer taken back by deploying the old spec.
    """
    made = proposal("dev", "purchase-fixed-reserved")

    assert made.candidate.undo is not None
    assert any("pays off above" in risk.why for risk in made.risks)
    assert any(effect.what == "nodes paid whether used or not" and effect.worse for effect in made.effects)


def test_less_left_after_a_lost_zone_is_a_high_risk() -> None:
    """
    Production's base of four over two zones leaves two; all on spot leaves none.
    """
    made = proposal("prod", "purchase-all-spot")

    assert made.level == "high"
    assert any("a lost zone leaves 0 of the 5 replicas" in risk.why for risk in made.risks)
    together = found("prod").advice.together
    assert together is None or made.candidate.id not in together.members


@stacks
def test_more_on_spot_is_a_risk(stack: str) -> None:
    """
    With the interruption band of each type.
    """
    case = found(stack).advice.case
    for each in found(stack).advice.proposals:
        more = spot_share(each.plan) > spot_share(case.plan)
        assert any("interrupted a month" in risk.why for risk in risks_of(case, each.plan)) is more


def test_the_models_looked_at_one_by_one_are_the_dearest() -> None:
    """
    At most four of them.
    """
    case = found("search").advice.case
    found_models = [model for _, model in dearest(case)]

    assert len(found_models) == min(MOST_MODELS, len(case.plan.models))
    assert found_models[0].monthly.expected == max(model.monthly.expected or Decimal(0) for model in case.plan.models)
    assert all(request.name == model.name for request, model in dearest(case))


def test_what_cannot_be_priced_has_no_number() -> None:
    """
    It is listed with what it waits for.
    """
    assert any("gateway" in why for _, why in NOT_TRIED)
    assert not any(letter.isdigit() for what, _ in NOT_TRIED for letter in what)


def test_only_what_is_asked_for_is_tried() -> None:
    """
    The rest is named.
    """
    advice = found("dev", "replicas").advice

    assert {each.kind for each in every(advice)} == {"replicas"}
    assert set(advice.not_asked) == set(GENERATORS) - {"replicas"}


def test_a_rate_of_the_users_own_stays_with_its_hardware(tmp_path: Path) -> None:
    """
    Other shares keep the rate; other hardware drops it.
    """
    spec = tmp_path / "own.yaml"
    spec.write_text(_OWN_RATE, encoding="utf-8")
    advice = found_in(spec, "purchase", "gpu").advice
    tried = {each.id: each.fields for each in every(advice)}

    base = tried["purchase-fixed-reserved"]["capacity"]["base"]
    assert isinstance(base, Mapping)
    assert "rate" not in base
    assert "term" not in base
    assert tried["gpu-h100"]["capacity"]["base"]["rate"] is None
    assert tried["purchase-fixed-on-demand"]["capacity"]["base"]["rate"] is None


_OWN_RATE = """\
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 5, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 500ms, itl_p95: 40ms}
    hardware: {instance_types: [g6.xlarge]}
capacity:
  base: {purchase: reserved, rate: 0.40 USD/h}
"""
