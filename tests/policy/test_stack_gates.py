"""
What the policy pack says of a component, without an engine; tests/engine/test_policy.py has the rest.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from servewright.cost.records import UNKNOWN
from servewright.pipeline import preview_file
from servewright.policy.stack_gates import COMPONENT, verdict
from servewright.resources.assembly import TYPE

SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"
TODAY = date(2026, 11, 21)
BROKEN = {"rule": "monthly-expected", "limit": "1 USD", "action": "deny"}


@cache
def component() -> dict[str, Any]:
    """
    Return the inputs that the component of a small stack is registered with.
    """
    (found,) = (record for record in preview_file(SPEC).records if record.type == COMPONENT)
    return dict(found.inputs)


def under(*rules: dict[str, str], **figures: Any) -> dict[str, Any]:
    """
    Return these inputs with other *rules* and *figures*.
    """
    return {**component(), "gates": {**component()["gates"], "rules": list(rules), **figures}}


def test_the_component_is_the_one_that_is_registered() -> None:
    """
    The pack does not import what registers it, so a test holds the names equal.
    """
    assert COMPONENT == TYPE


def test_what_a_stack_carries_can_be_judged() -> None:
    """
    A stack that breaks nothing is let through without a word.
    """
    assert verdict(component(), TODAY).denials == ()
    assert verdict(under({"rule": "monthly-expected", "limit": "1000000 USD", "action": "deny"}), TODAY).notices == ()


def test_deny_denies_and_warn_warns() -> None:
    """
    The texts name the rule and the arithmetic.
    """
    broken = {"rule": "monthly-expected", "limit": "1 USD", "action": "deny"}
    (denial,) = verdict(under(broken), TODAY).denials
    assert denial.startswith("gate monthly-expected: $")
    assert denial.endswith(" a month is above the limit of $1.00")
    warned = verdict(under({**broken, "action": "warn"}), TODAY)
    assert (warned.denials, warned.notices) == ((), (denial,))


@pytest.mark.parametrize(
    "gates",
    [
        UNKNOWN,
        {},
        [],
        {"rules": UNKNOWN},
        {"monthlyUsd": UNKNOWN},
        {"monthlyUsd": {"min": "1", "expected": UNKNOWN, "max": "1"}},
        {"rules": [{"rule": "monthly-expected", "limit": UNKNOWN, "action": "deny"}]},
        {"rules": [{"rule": "monthly-expected", "action": "deny"}]},
        {"rules": [{"rule": "no-such-rule", "limit": "1 USD", "action": "deny"}]},
        {"waivers": [{"rule": "monthly-expected", "owner": "a", "reason": "b", "expires": "never"}]},
        {"waivers": [{"rule": "monthly-expected", "owner": UNKNOWN, "reason": "b", "expires": "2099-01-01"}]},
        {"rules": [{**BROKEN, "action": "Deny"}]},
        {"rules": [{**BROKEN, "action": UNKNOWN}]},
        {"rules": [{**BROKEN, "limit": "1 days"}]},
        {"rules": [{**BROKEN, "action": "warn"}, BROKEN]},
        {"rules": [{"rule": "unknown-price", "limit": "5 USD", "action": "deny"}]},
        {"complete": "true"},
        {"complete": "false"},
        {"complete": UNKNOWN},
        {"complete": 1},
        {"complete": False},
        {"unknown": ["instance hours"]},
        {"unknown": UNKNOWN, "complete": False},
        {"unknown": [UNKNOWN], "complete": False},
        {"monthlyUsd": {"min": "1", "expected": "-1", "max": "1"}},
        {"monthlyUsd": {"min": "1", "expected": "NaN", "max": "1"}},
        {"monthlyUsd": {"min": "1", "expected": "1", "max": "Infinity"}},
        {"monthlyUsd": {"min": "1", "expected": True, "max": "1"}},
        {"requestsPerMonth": "-5"},
        {"lock": "Locked"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(gates: Any) -> None:
    """
    A value that is not known yet, or no gates at all in their place: mandatory stays mandatory.
    """
    given = {**component()["gates"], **gates} if isinstance(gates, dict) and gates else gates
    assert verdict({**component(), "gates": given}, TODAY).denials == (
        "the figures that its gates judge are not known: nothing is deployed that cannot be judged",
    )


def test_a_stack_without_gates_is_refused_unless_it_may_pass() -> None:
    """
    Whoever leaves the estimate away gets past nothing; a config that allows it gets it said.
    """
    old = {name: value for name, value in component().items() if name != "gates"}
    made = verdict(old, TODAY)
    (denial,) = made.denials
    assert denial.startswith("carries no gates")
    assert '{"gates": {"allowWithoutGates": true}}' in denial
    allowed = verdict(old, TODAY, without=True)
    assert allowed.denials == ()
    assert allowed.notices[0].startswith("carries no gates")


def test_that_an_increase_is_not_judged_is_said() -> None:
    """
    `pulumi up` knows no bill of before: silence would look like a rule that is kept.
    """
    made = verdict(under({"rule": "increase", "limit": "1%", "action": "deny"}), TODAY)
    assert made.denials == ()
    assert made.notices == ("gate increase: not judged here, where no bill of before is known; servewright diff judges it",)
