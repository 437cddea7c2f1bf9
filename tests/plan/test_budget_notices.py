"""
What the budgets need of a person is listed before `up`, and only where it is needed.
"""

from __future__ import annotations

import budgets_made
from ten_specs import plan_text

NOTICES = ("SW433", "SW455", "SW456")


def said(text: str) -> dict[str, str]:
    """
    Return the notices about budgets of the plan of *text*.
    """
    return {each.code: each.message for each in plan_text("guarded", text).warnings if each.code in NOTICES}


def test_tags_workspace_and_monitor_are_named() -> None:
    """
    Both tags, the workspace by its id, and where a monitor over a tag can be made.
    """
    found = said(budgets_made.spec())

    assert set(found) == set(NOTICES)
    assert "servewright:stack and servewright:owner" in found["SW433"]
    assert "T0123ABCD" in found["SW455"]
    assert "give monitor" in found["SW456"]


def test_only_what_is_needed_is_named() -> None:
    """
    The owner's tag without an owner's budget, and a monitor that is there, need nobody.
    """
    anomalies = f"anomalies: {{above: 100 USD, monitor: '{budgets_made.MONITOR}'}}"
    text = budgets_made.spec().replace("anomalies: {above: 100 USD}", anomalies)
    kept = [line for line in text.splitlines() if not line.startswith(("  owner:", "  chat:"))]
    found = said("\n".join(kept))

    assert set(found) == {"SW433"}
    assert "servewright:owner" not in found["SW433"]
