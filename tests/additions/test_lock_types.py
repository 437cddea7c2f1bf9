"""
The pools of a lock are those that a plan makes, on types that carry a replica.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from locks_made import locked_model
from servewright.additions.lock_types import broken_types
from servewright.catalog.load import load_catalog

if TYPE_CHECKING:
    from servewright.plan.model import Role

    Types = tuple[tuple[Role, tuple[str, ...]], ...]

CATALOG = load_catalog()
MODEL = locked_model(gpu="l4", instance_type="g6.12xlarge", tensor_parallel=2, pipeline_parallel=2)
BASE: Types = (("base", ("g6.12xlarge",)),)
BURST: Types = (("burst", ("g6.48xlarge", "g6.12xlarge")),)
FALLBACK: Types = (("fallback", ("g6.48xlarge",)),)


def said_of(types: Types, gpu: str = "l4") -> list[tuple[str, str]]:
    """
    Return what is said of the lock's model with *types* on *gpu*.
    """
    return list(broken_types(replace(MODEL, types=types, gpu=gpu), CATALOG))


@pytest.mark.parametrize("types", [BASE, BURST, (*BURST, *FALLBACK), (*BASE, *BURST), (*BASE, *BURST, *FALLBACK)])
def test_the_pools_of_a_plan_are_right(types: Types) -> None:
    """
    A base, a burst, a fallback behind it, on types with the GPUs of a replica.
    """
    assert said_of(types) == []


@pytest.mark.parametrize("types", [(), FALLBACK, (*BASE, *FALLBACK), (*BURST, *BASE), (*BURST, *BURST), (*BASE, *BASE, *BURST)])
def test_other_pools_are_refused(types: Types) -> None:
    """
    None, one twice, a fallback alone, another order.
    """
    assert [path for path, _ in said_of(types)] == ["types"]


@pytest.mark.parametrize(
    ("types", "path", "words"),
    [
        ((("base", ("g6.48xlarge",)),), "types[0][1]", "must be g6.12xlarge alone"),
        ((("base", ()),), "types[0][1]", "must be g6.12xlarge alone"),
        ((*BASE, ("burst", ("g6.48xlarge",))), "types[1][1]", "must have g6.12xlarge"),
        ((("burst", ("g6.12xlarge", "g6.12xlarge")),), "types[0][1]", "each type once"),
        ((*BURST, ("fallback", ())), "types[1][1]", "must be one type"),
        ((*BURST, ("fallback", ("g6.12xlarge", "g6.48xlarge"))), "types[1][1]", "must be one type"),
        ((("burst", ("g6.12xlarge", "g6.xlarge")),), "types[0][1][1]", "g6.xlarge has 1 of the 4 GPUs"),
        ((*BURST, ("fallback", ("g5.12xlarge",))), "types[1][1][0]", "g5.12xlarge has no l4"),
    ],
)
def test_a_type_that_cannot_stand_there_is_told(types: Types, path: str, words: str) -> None:
    """
    The place and the reason, once.
    """
    ((where, why),) = said_of(types)
    assert where == path
    assert words in why


def test_what_this_catalogue_does_not_know_may_be_of_another_release() -> None:
    """
    An unknown GPU or type is the planner's matter (SW341), not a sign of an edit.
    """
    assert said_of((("burst", ("g6.12xlarge", "g99.12xlarge")),)) == []
    assert said_of(BURST, gpu="h999") == []
