"""
The budgets and alarms beside the month's: below the money, in the JSON, among the facts of a difference.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import budgets_made
from previews import bill, line, plan, preview, shown
from servewright.cost.model import Unsupported
from servewright.report.export import plan_document, preview_value
from servewright.report.plan_facts import stack_facts
from servewright.report.text import show_preview
from servewright.spec.budget_request import AnomalyRequest

if TYPE_CHECKING:
    from servewright.report.model import Preview

LINES = ("a day", "everything of", "an anomaly of", "Slack channel")


def guarded(**changes: Any) -> Preview:
    """
    Return a preview whose plan has every budget and alarm, with *changes*.
    """
    return replace(preview(), plan=plan(budget=budgets_made.budget(**changes)))


def words(made: Preview) -> str:
    """
    Return the screen in one line, so that wrapping does not matter.
    """
    return " ".join(shown(show_preview, made, width=120, spec="dev.yaml", bill=False, tree=False).split())


def test_each_has_its_line() -> None:
    """
    The day beside the average day that is expected, the owner's month, the anomaly's amount, the channel.
    """
    said = words(guarded())

    assert "limit $100 a day: an average day is expected at $11, 11 % of it" in said
    assert f"limit $9,000 a month for everything of {plan().stack.owner} in the account" in said
    assert "an anomaly of the stack alarms from $100 beyond what AWS expects" in said
    assert "all of these alarms go to the Slack channel C0123ABCD of T0123ABCD too" in said


def test_what_is_not_asked_for_has_no_line() -> None:
    """
    A preview without them reads as ever.
    """
    assert [each for each in LINES if each in words(preview())] == []


def test_a_day_that_is_not_known_has_its_limit_alone() -> None:
    """
    A bill that says at least gives no share of a limit.
    """
    odd = Unsupported(resource="urn:pulumi:dev::p::aws:x/y:Z::odd", type="aws:x/y:Z")
    said = words(replace(guarded(), bill=bill(lines=(line(),), unsupported=(odd,))))

    assert "limit $100 a day" in said
    assert "an average day" not in said


def test_a_monitor_of_the_account_is_said_to_watch_more() -> None:
    """
    Its alarms are not the stack's alone.
    """
    anomalies = AnomalyRequest(above=Decimal(50), monitor=budgets_made.MONITOR)

    assert "an anomaly of what the account's own monitor watches alarms from $50" in words(guarded(anomalies=anomalies))


def test_the_json_has_them_where_they_are() -> None:
    """
    Money as decimal text; without them the budget has the fields that it always had.
    """
    found = preview_value(guarded())["budget"]

    assert {key: found[key] for key in ("daily", "owner_monthly", "anomalies", "chat")} == {
        "daily": "100",
        "owner_monthly": "9000",
        "anomalies": {"above": "100", "monitor": None},
        "chat": {"workspace": "T0123ABCD", "channel": "C0123ABCD"},
    }
    assert set(preview_value(preview())["budget"]) == {"enabled", "limit", "alerts", "notify"}


def test_a_difference_names_them() -> None:
    """
    Each is a fact of the stack, so that a change of it is shown.
    """
    facts = stack_facts(plan_document(guarded().plan), lambda _: None)

    assert {name: facts[name].text for name in ("daily budget", "budget of the owner", "cost anomalies", "budget channel")} == {
        "daily budget": "$100",
        "budget of the owner": "$9,000",
        "cost anomalies": "from $100",
        "budget channel": "C0123ABCD of T0123ABCD",
    }
    assert not {"daily budget", "budget channel"} & set(stack_facts(plan_document(preview().plan), lambda _: None))
