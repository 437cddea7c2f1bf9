"""
Rules of the budgets: amounts that fit each other, and what AWS does not have everywhere.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CHAT_ELSEWHERE, DAILY_ABOVE_MONTHLY, FOREIGN_MONITOR, NO_BUDGET_OWNER, OWNER_BELOW_STACK
from servewright.spec.finding import Finding
from servewright.spec.purchase import BudgetsOff
from servewright.spec.stack_rules import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.purchase import BudgetsSpec

DAYS: Final = 30
"""
Days of the month that a daily budget is held against: a round month (judgement; seven months have one day more).
"""

_CENT: Final = Decimal("0.01")
_OTHER_PARTITIONS: Final = ("cn-", "us-gov-")
"""
The API of chat configurations takes roles of the partition `aws` alone (API reference CreateSlackChannelConfiguration, IamRoleArn).
"""


def _daily(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a daily budget that could be kept every day of a month that breaks the monthly one.
    """
    budgets = _given(scope)
    if budgets is None or budgets.daily is None:
        return
    months = (("budgets.monthly", budgets.monthly), ("budgets.owner.monthly", None if budgets.owner is None else budgets.owner.monthly))
    for path, monthly in months:
        month = budgets.daily * DAYS
        if monthly is None or month <= monthly:
            continue
        yield Finding(
            code=DAILY_ABOVE_MONTHLY,
            path="budgets.daily",
            message=f"{_usd(budgets.daily)} a day x {DAYS} = {_usd(month)} is above the {_usd(monthly)} of {path}",
            hint=f"daily: {_usd((monthly / DAYS).quantize(_CENT, ROUND_DOWN))}, or monthly: {_usd(month)}",
            reads=(path,),
        )
        return


def _owner(scope: Scope) -> Iterator[Finding]:
    budgets = _given(scope)
    if budgets is None or budgets.owner is None:
        return
    whole = budgets.owner.monthly
    if scope.spec.owner is None:
        yield Finding(
            code=NO_BUDGET_OWNER,
            path="budgets.owner",
            message="no owner is given: the budget would count every stack that has none",
            hint="owner: team-support",
            reads=("owner",),
        )
    if budgets.monthly is not None and whole < budgets.monthly:
        yield Finding(
            code=OWNER_BELOW_STACK,
            path="budgets.owner.monthly",
            message=f"{_usd(whole)} for everything of the owner is below the {_usd(budgets.monthly)} of this stack alone",
            hint=f"monthly: {_usd(budgets.monthly)} or more",
            reads=("budgets.monthly",),
        )


def _chat(scope: Scope) -> Iterator[Finding]:
    budgets, region = _given(scope), _region(scope)
    if budgets is not None and budgets.chat is not None and region.startswith(_OTHER_PARTITIONS):
        yield Finding(
            code=CHAT_ELSEWHERE,
            path="budgets.chat",
            message=f"AWS has no chat channels for accounts of {region}",
            hint="notify: [team@example.com] sends e-mail",
            reads=("platform.region",),
        )


def _monitor(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a monitor of another account: AWS lets nobody but its own account subscribe to it.
    """
    budgets = _given(scope)
    account = None if scope.spec.platform is None else scope.spec.platform.account
    if budgets is None or budgets.anomalies is None or budgets.anomalies.monitor is None or account is None:
        return
    owner = budgets.anomalies.monitor.split(":")[4]
    if owner != account:
        yield Finding(
            code=FOREIGN_MONITOR,
            path="budgets.anomalies.monitor",
            message=f"is a monitor of account {owner}, the stack goes to {account}",
            hint="aws ce get-anomaly-monitors lists those of the account",
            reads=("platform.account",),
        )


def _given(scope: Scope) -> BudgetsSpec | None:
    budgets = scope.spec.budgets
    return None if isinstance(budgets, BudgetsOff) else budgets


def _region(scope: Scope) -> str:
    platform = scope.spec.platform
    return (None if platform is None else platform.region) or DEFAULT_REGION


def _usd(amount: Decimal) -> str:
    """
    Return *amount* as a spec has it: plain digits, cents where there are any.
    """
    plain = amount.quantize(_CENT)
    return f"{plain.to_integral_value() if plain == plain.to_integral_value() else plain} USD"


BUDGET_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_daily, _owner, _chat, _monitor)
