"""
A lock of another release: what this one does not know is said, and nothing is computed with it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from requests_made import model_request, request
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.plan.lock import Lock, lock_of
from servewright.plan.planner import plan_stack

CATALOG = load_catalog()
ASKED = request(model_request("meta-llama/Llama-3.1-8B-Instruct", instance_types=("g6.xlarge", "g6.12xlarge", "g5g.xlarge")))


@cache
def held() -> Lock:
    """
    Return the lock of the request.
    """
    return lock_of(plan_stack(ASKED, CATALOG), CATALOG, "some constants")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gpu": "h999"}, "plans on no h999"),
        ({"gpu": "t4g", "instance_type": "g5g.xlarge"}, "plans on no t4g"),
        ({"instance_type": "g99.xlarge"}, "no g99.xlarge with l4"),
        ({"instance_type": "g5.xlarge"}, "no g5.xlarge with l4"),
        ({"tensor_parallel": 3}, "3 is not a tensor split"),
        ({"tensor_parallel": 8}, "a node has 1 GPUs"),
        ({"context_length": 1024}, "2900 tokens, its context length is 1,024"),
    ],
)
def test_what_stands_against_a_lock_is_said(changes: dict[str, Any], said: str) -> None:
    """
    One fault with the reason and the way out, no other exception.
    """
    changed = replace(held(), models=(replace(held().models[0], **changes),))
    with pytest.raises(InvalidInputError) as refused:
        plan_stack(ASKED, CATALOG, lock=changed, lock_file="spec.lock.json")
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path) == ("SW341", "models[0]")
    assert said in fault.message
    assert "--replan" in (fault.hint or "")


def test_nothing_stands_against_a_lock_of_today() -> None:
    """
    The lock as it was written is in force.
    """
    assert plan_stack(ASKED, CATALOG, lock=held(), lock_file="spec.lock.json").lock.state == "locked"
