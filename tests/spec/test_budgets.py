"""
The section of budgets: amounts that fit each other, and forms of AWS and Slack.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from budgets_made import MONITOR
from servewright.errors import InvalidInputError
from servewright.spec.budget_request import AnomalyRequest, ChatRequest
from servewright.spec.load import parse_request
from spec_texts import MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.spec.request import BudgetRequest

HEAD = "environment: dev\n" + MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"
CHAT = "chat: {workspace: T0123ABCD, channel: C0123ABCD}"


def budget_of(budgets: str, *, owner: str = "owner: team\n") -> BudgetRequest:
    """
    Return what a spec with this section asks for.
    """
    return parse_request("spec.yaml", f"{HEAD}{owner}budgets: {{{budgets}}}\n".encode(), zones_of).budget


def faults(budgets: str, *, owner: str = "owner: team\n", platform: str = "") -> list[Diagnostic]:
    """
    Return what stands against a spec with this section.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", f"{HEAD}{owner}{platform}budgets: {{{budgets}}}\n".encode(), zones_of)
    return list(caught.value.diagnostics)


def test_all_of_it_is_read() -> None:
    """
    A day, the owner's month, anomalies and the channel, as they are written.
    """
    found = budget_of(f"monthly: 3000 USD, daily: 100 USD, owner: {{monthly: 9000 USD}}, anomalies: {{above: 50 USD}}, {CHAT}")

    assert (found.daily, found.owner_monthly) == (Decimal(100), Decimal(9000))
    assert found.anomalies == AnomalyRequest(above=Decimal(50))
    assert found.chat == ChatRequest(workspace="T0123ABCD", channel="C0123ABCD")


@pytest.mark.parametrize("section", ["", "anomalies: off", "daily: null, owner: null, anomalies: null, chat: null"])
def test_none_of_it_is_the_default(section: str) -> None:
    """
    Absent, null and off are the same: nothing beside the month.
    """
    found = budget_of(section)

    assert (found.daily, found.owner_monthly, found.anomalies, found.chat) == (None, None, None, None)


@pytest.mark.parametrize(
    ("budgets", "said", "hint"),
    [
        (
            "monthly: 120000 USD, daily: 5000 USD",
            "5000 USD a day x 30 = 150000 USD is above the 120000 USD of budgets.monthly",
            "daily: 4000 USD, or monthly: 150000 USD",
        ),
        (
            "daily: 33.34 USD, owner: {monthly: 1000 USD}",
            "33.34 USD a day x 30 = 1000.20 USD is above the 1000 USD of budgets.owner.monthly",
            "daily: 33.33 USD, or monthly: 1000.20 USD",
        ),
    ],
)
def test_a_day_that_breaks_the_month_is_refused_with_the_arithmetic(budgets: str, said: str, hint: str) -> None:
    """
    5,000 USD a day is kept every day and 150,000 USD are spent where 120,000 are the limit.
    """
    (fault,) = faults(budgets)

    assert (fault.code, fault.path, fault.message, fault.hint) == ("SW290", "budgets.daily", said, hint)


@pytest.mark.parametrize("budgets", ["monthly: 120000 USD, daily: 4000 USD", "monthly: 120000 USD, daily: 100 USD", "daily: 5000 USD"])
def test_a_day_within_the_month_is_taken(budgets: str) -> None:
    """
    Up to a thirtieth of the month; without a limit of the month there is nothing to break.
    """
    assert budget_of(budgets).daily is not None


def test_one_contradiction_of_a_day_is_told_once() -> None:
    """
    Where it breaks the stack's month it breaks the owner's often too: the nearer one is named.
    """
    assert [each.path for each in faults("monthly: 900 USD, daily: 100 USD, owner: {monthly: 1000 USD}")] == ["budgets.daily"]


@pytest.mark.parametrize(
    ("budgets", "code", "path"),
    [
        ("monthly: 3000 USD, owner: {monthly: 2999.99 USD}", "SW291", "budgets.owner.monthly"),
        ("anomalies: {above: 0 USD}", "SW118", "budgets.anomalies.above"),
        ("anomalies: {above: -5 USD}", "SW118", "budgets.anomalies.above"),
        ("anomalies: {above: 100}", "SW117", "budgets.anomalies.above"),
        ("anomalies: {}", "SW119", "budgets.anomalies.above"),
        ("anomalies: on", "SW116", "budgets.anomalies"),
        ("anomalies: {above: 1 USD, monitor: mine}", "SW203", "budgets.anomalies.monitor"),
        ("chat: {workspace: acme, channel: C0123ABCD}", "SW203", "budgets.chat.workspace"),
        ("chat: {workspace: T0123ABCD, channel: '#alerts'}", "SW203", "budgets.chat.channel"),
        ("chat: {workspace: T0123ABCD}", "SW119", "budgets.chat.channel"),
        ("owner: {}", "SW119", "budgets.owner.monthly"),
        ("daily: 100 EUR", "SW117", "budgets.daily"),
        ("notify: [nobody]", "SW203", "budgets.notify[0]"),
    ],
)
def test_one_fault_is_one_diagnostic(budgets: str, code: str, path: str) -> None:
    """
    Each has its code and its place.
    """
    assert [(each.code, each.path) for each in faults(budgets)] == [(code, path)]


def test_an_owner_s_budget_needs_an_owner() -> None:
    """
    Without one the tag says unowned, and the budget would count every other stack that has none.
    """
    assert [(each.code, each.path) for each in faults("owner: {monthly: 5 USD}", owner="")] == [("SW292", "budgets.owner")]


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1"])
def test_a_channel_is_refused_where_aws_has_none(region: str) -> None:
    """
    GovCloud and China have no chat configurations.
    """
    found = faults(CHAT, platform=f"platform: {{region: {region}, zones: [{region}a]}}\n")

    assert ("SW293", "budgets.chat") in [(each.code, each.path) for each in found]


def test_a_monitor_of_another_account_is_refused() -> None:
    """
    AWS lets the account that made a monitor subscribe to it, nobody else; without an account in the spec nothing is known.
    """
    (fault,) = faults(f"anomalies: {{above: 1 USD, monitor: '{MONITOR}'}}", platform="platform: {account: '111122223333'}\n")

    assert (fault.code, fault.path) == ("SW294", "budgets.anomalies.monitor")
    assert "123456789012" in fault.message
    assert budget_of(f"anomalies: {{above: 1 USD, monitor: '{MONITOR}'}}").anomalies == AnomalyRequest(above=Decimal(1), monitor=MONITOR)
