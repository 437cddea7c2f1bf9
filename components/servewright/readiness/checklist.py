"""
The whole list, judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.readiness import (
    availability_items,
    gateway_items,
    money_items,
    monitoring_items,
    operation_items,
    security_items,
    speed_items,
)
from servewright.readiness.case import fails
from servewright.readiness.model import Checked, Readiness

if TYPE_CHECKING:
    from servewright.readiness.case import Case, Item
    from servewright.readiness.model import Verdict

ITEMS: Final[tuple[Item, ...]] = (
    *availability_items.ITEMS,
    *gateway_items.AVAILABILITY,
    *speed_items.ITEMS,
    *security_items.ITEMS,
    *gateway_items.SECURITY,
    *money_items.ITEMS,
    *operation_items.ITEMS,
    *gateway_items.OPERATION,
    *monitoring_items.ITEMS,
)

_FORGIVING: Final = "dev"


def judge(case: Case) -> Readiness:
    """
    Return every item of the list with its verdict on *case*; dev is told, staging and prod are refused.
    """
    return Readiness(items=tuple(_checked(item, case) for item in ITEMS), gate=case.plan.stack.environment != _FORGIVING)


def _checked(item: Item, case: Case) -> Checked:
    found = case.against(*item.rules)
    verdict = fails(*(f"{each.object}: {each.evidence} ({each.rule})" for each in found)) if found else item.judge(case)
    return Checked(
        id=item.id,
        group=item.group,
        what=item.what,
        why=item.why,
        state=verdict.state,
        evidence=verdict.evidence,
        fix=None if found else _fix(item, verdict),
        where=verdict.where,
    )


def _fix(item: Item, verdict: Verdict) -> tuple[str, str] | None:
    """
    Return the fix of a failed item, for the first model that fails it.
    """
    fix = verdict.fix or item.fix
    if verdict.state != "fail" or fix is None:
        return None
    return fix[0].replace("models[]", verdict.at or "models[]"), fix[1]
