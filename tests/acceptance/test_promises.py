"""
What is tested of a blueprint beside its bills, where the blueprint does not keep it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from blueprint_package import SHELF
from servewright.acceptance.promises import check_locks
from servewright.blueprints.newest import look_up
from servewright.blueprints.offer import Offer


@pytest.fixture(scope="module")
def rules() -> Offer:
    """
    Return a blueprint that locks the region and the alarms.
    """
    return look_up("blueprint:./rules@1", SHELF)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("platform.region", "another value is refused"),
        ("models[chat].priority", "another value is refused for other reasons alone"),
        ("labels.team", "another value is taken"),
    ],
)
def test_a_lock_that_nothing_holds_is_told(rules: Offer, path: str, said: str) -> None:
    """
    Only the refusal of the lock itself counts: a value that is refused as no priority says nothing about the lock.
    """
    example = SHELF / "rules" / "examples" / "minimal.yaml"
    (check,) = check_locks(replace(rules, locked=(path,)), example, None)

    assert (check.lines[0], check.holds) == (said, path == "platform.region")
