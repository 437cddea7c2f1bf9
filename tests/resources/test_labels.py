"""
Labels and annotations: who selects whom, whatever the models are called.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

import plans
from servewright.resources import labels
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.plan.model import WorkloadPlan

NAMES = Names.of(plans.stack())

words = st.sampled_from(["a", "chat", "base", "burst", "x1", "dev"])
model_names = st.lists(words, min_size=1, max_size=4).map("-".join) | st.text(min_size=1, max_size=60)


def both_shares() -> tuple[WorkloadPlan, ...]:
    """
    Return a base and a burst.
    """
    return plans.large().models[0].workloads


@given(st.lists(model_names, min_size=1, max_size=5, unique=True))
def test_no_selector_of_a_deployment_fits_the_pods_of_another(called: list[str]) -> None:
    """
    Base and burst of all models select different pods: an autoscaler, a roll-out and a spread rule each count their own alone.
    """
    selectors = [labels.workload_labels(plans.model(name=name), share, NAMES) for name in called for share in both_shares()]

    for one, other in permutations(selectors, 2):
        assert not one.items() <= other.items()


@given(st.lists(model_names, min_size=1, max_size=5, unique=True))
def test_what_selects_a_model_selects_both_its_shares_and_no_other(called: list[str]) -> None:
    """
    The labels of Service and disruption budget are a part of those of the model's base and burst, and of no other model's.
    """
    models = [plans.model(name=name) for name in called]
    for model in models:
        wanted = labels.selector_labels(model, NAMES)
        for other in models:
            pods = [labels.workload_labels(other, share, NAMES) for share in both_shares()]
            assert [wanted.items() <= each.items() for each in pods] == [other is model] * 2


def test_nodes_are_told_apart_by_share_and_shape() -> None:
    """
    A base must not land on the nodes of a burst of the same shape, which go away when the traffic falls.
    """
    base, burst = (labels.node_labels(each, NAMES) for each in both_shares())

    assert base["servewright.dev/shape"] == burst["servewright.dev/shape"]
    assert base != burst


def test_tokens_stand_on_the_first_workload_alone() -> None:
    """
    The month's tokens are the model's; the second Deployment says 0, so that traffic is not billed twice.
    """
    model = plans.large().models[0]
    said = [labels.workload_annotations(model, each)["servewright.dev/output-tokens-per-month"] for each in model.workloads]

    assert said == ["300000000", "0"]
