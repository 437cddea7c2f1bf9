"""
The shelf: what is on it, and that each blueprint keeps what it promises.
"""

from __future__ import annotations

import re

import pytest

from servewright.acceptance.blueprint import outcomes
from servewright.cli.gates import refuse_denied
from servewright.pipeline import plan_file, planned_text
from shipped_figures import SHIPPED, Shipped, preview

EXPECTED = {
    "base-production",
    "chat-70b-ha",
    "chat-8b",
    "dev-single-gpu",
    "embeddings-and-reranker",
    "long-context",
    "moe-120b",
    "multi-model",
    "rag-with-cache",
    "spot-burst",
}
MOST_PARAMETERS = 8
LEAST_PARAMETERS = 3

each = pytest.mark.parametrize("blueprint", SHIPPED, ids=lambda blueprint: blueprint.name)
ours = pytest.mark.parametrize("blueprint", [one for one in SHIPPED if one.name in EXPECTED], ids=lambda blueprint: blueprint.name)


def test_the_shelf_has_what_its_page_promises() -> None:
    """
    Nothing is lost from the shelf by accident.
    """
    assert {blueprint.name for blueprint in SHIPPED} >= EXPECTED


@each
def test_it_holds(blueprint: Shipped) -> None:
    """
    The acceptance checks of `servewright blueprints test` hold: bills as expected, bounds that plan or are refused by planning, locks.
    """
    failures = [
        f"{check.name}: {line}"
        for outcome in outcomes(blueprint.folder)
        for check in outcome.checks
        if not check.holds
        for line in check.lines
    ]

    assert failures == []


@each
def test_it_asks_one_question(blueprint: Shipped) -> None:
    """
    The question is one sentence, and its folder has the name that it goes by.
    """
    heading = blueprint.tree["blueprint"]

    assert heading["name"] == blueprint.name
    assert heading["question"].endswith("?")
    assert len(re.findall(r"[.?!](?:\s|$)", heading["question"])) == 1


@ours
def test_its_parameters_are_few_and_say_what_they_decide(blueprint: Shipped) -> None:
    """
    Each parameter has a default and a description; each number has both bounds and the description says why they are there.
    """
    parameters = blueprint.tree["parameters"]

    assert LEAST_PARAMETERS <= len(parameters) <= MOST_PARAMETERS
    for name, declared in parameters.items():
        assert declared.get("default") is not None, name
        assert declared["description"].endswith("."), name
        if declared["type"] in ("integer", "number"):
            assert {"minimum", "maximum"} <= set(declared), name
            assert re.search(r"\b(?:above|below|at most|at least|\d+ is|so )", declared["description"].lower()), name


@each
def test_the_minimal_example_gives_nothing_but_who_it_is_for(blueprint: Shipped) -> None:
    """
    A team starts with a name, an owner and a line that extends.
    """
    assert blueprint.examples[0].stem == "minimal"


@ours
def test_its_weights_are_pinned_and_its_bill_is_whole(blueprint: Shipped) -> None:
    """
    No example has an unpinned revision, and none has a gap in its bill: the golden would say so.
    """
    for example in blueprint.examples:
        plan = plan_file(example)

        assert all(model.revision for model in plan.models), example.name
        assert not {warning.code for warning in plan.warnings} & {"SW400", "SW401", "SW432"}, example.name


@each
def test_no_gate_of_its_examples_refuses(blueprint: Shipped) -> None:
    """
    A team that copies an example gets a preview with status 0.
    """
    for example in blueprint.examples:
        refuse_denied(preview(example))


def test_the_mix_in_stands_beside_another_blueprint() -> None:
    """
    A file may extend base-production and a blueprint that extends it itself: where they meet they say the same.
    """
    (chat,) = (one for one in SHIPPED if one.name == "chat-8b")
    raw = b"{name: both, owner: tests, extends: ['blueprint:base-production@1', 'blueprint:chat-8b@1']}"

    assert planned_text(raw, chat.examples[0])[0].stack.environment == "prod"
