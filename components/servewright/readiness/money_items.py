"""
Readiness: the bill is known, fresh, within its limit, and somebody hears when it is not.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.catalog.coverage import REFERENCE_REGION
from servewright.cost.records import UNKNOWN
from servewright.plan.dated import STALE
from servewright.readiness.aws_rules import BUDGET, CHANNEL, STACK_TAG, SUBSCRIPTION
from servewright.readiness.case import Item, fails, holds, not_applicable, not_verifiable
from servewright.readiness.reading import maps, texts
from servewright.readiness.words import many, percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Line
    from servewright.readiness.case import Case
    from servewright.readiness.model import Verdict

_AGED: Final = Decimal("0.05")
"""
The part of a month's bill that may rest on older prices: unit prices of volumes and alarms change once in years; judgement.
"""

_OLD: Final = timedelta(days=365)
"""
Age from which a price is no basis any more; between STALE and this it is to be compared with what AWS asks today. Judgement.
"""

_NO_BUDGET: Final = "no AWS Budget is registered"


def _complete(case: Case) -> Verdict:
    bill = case.bill
    if bill.complete:
        return holds(f"{many(len(bill.lines), 'line')}, all of them priced")
    unknown = (f"unknown: {each.what}: {each.why}" for each in bill.unknown)
    return fails(*unknown, *(f"unsupported: {each.type}" for each in bill.unsupported), fix=_price_fix(case))


def _price_fix(case: Case) -> tuple[str, str] | None:
    """
    Return what makes the first unknown price known: the rate of what is bought ahead, else the region with the most prices.
    """
    unknown = {each.id for each in case.bill.unknown}
    ahead = next((line for line in case.bill.lines if line.id in unknown and line.purchase in ("reserved", "capacity-block")), None)
    if ahead is not None:
        kind = next((pool.instance_types[0] for pool in case.plan.pools if pool.instance_types[0] in ahead.name), "a node")
        return "capacity.base.rate", f"what {kind} costs an hour, beside hardware: {{instance_types: [{kind}]}} at each model"
    if case.plan.stack.region == REFERENCE_REGION:
        return None
    return "platform.region", f"{REFERENCE_REGION}, which has the most prices"


def _within(case: Case) -> Verdict:
    limit, month = case.plan.budget.limit, case.bill.monthly.expected
    if limit is None:
        return not_applicable("budgets.monthly gives no limit")
    if month is None:
        return fails("the expected month is not known")
    said = f"expected {'' if case.bill.complete else 'at least '}${month:,.0f} of ${limit:,.0f} a month"
    if month <= limit and not case.bill.complete:
        return not_verifiable(said, *(f"unknown: {each.what}" for each in case.bill.unknown), place="once every price is known")
    return holds(said) if month <= limit else fails(said)


def _alarm(case: Case) -> Verdict:
    alarms = [alarm for budget in case.inventory.of(BUDGET) for alarm in maps(budget.inputs, "notifications")]
    if not alarms:
        return fails(_NO_BUDGET)
    direct = {address for alarm in alarms for address in texts(alarm, "subscriberEmailAddresses")}
    listening = {str(each.inputs.get("endpoint")) for each in case.inventory.of(SUBSCRIPTION)}
    channels = {f"Slack channel {each.inputs.get('slackChannelId')}" for each in case.inventory.of(CHANNEL)}
    heard = sorted((direct | listening | channels) - {UNKNOWN})
    if not heard:
        return fails("the budget alarms a topic that nobody listens to")
    return holds(f"{', '.join(heard)} at {', '.join(dict.fromkeys(_threshold(alarm.get('threshold')) for alarm in alarms))}")


def _threshold(value: object) -> str:
    return f"{value:g} %" if isinstance(value, int | float) else f"{value} %"


def _fresh(case: Case) -> Verdict:
    priced = [line for line in case.bill.lines if line.monthly.expected]
    if not priced:
        return not_applicable("nothing is expected to cost anything")
    for age, verdict in ((_OLD, fails), (STALE, _to_be_compared)):
        aged = [line for line in priced if line.as_of_from is None or line.as_of_from + age < case.as_of]
        share = _sum(aged) / _sum(priced)
        if share > _AGED:
            dearest = max(aged, key=lambda line: line.monthly.expected or Decimal(0))
            of = "without a date" if dearest.as_of is None else f"of {dearest.as_of}"
            said = f"{percent(share)} of the month rests on prices more than {age.days} days older than {case.as_of.isoformat()}"
            return verdict(said, f"most of it: {dearest.name}, a price {of}")
    return holds(f"{percent(1 - share)} of the month is priced within {STALE.days} days of {case.as_of.isoformat()}")


def _to_be_compared(*evidence: str) -> Verdict:
    return not_verifiable(*evidence, place="on the price pages of AWS")


def _tag(case: Case) -> Verdict:
    if not case.inventory.of(BUDGET):
        return not_applicable(_NO_BUDGET)
    said = f"{STACK_TAG} is on everything that costs; until it is activated the AWS Budget counts nothing"
    return not_verifiable(said, place="in the payer's account", command="aws ce list-cost-allocation-tags --status Active")


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((line.monthly.expected or Decimal(0) for line in lines), Decimal(0))


ITEMS: Final = (
    Item(
        id="prices-known",
        group="money",
        what="every resource is priced, or free with a reason",
        why="a bill that says at least is no basis for a decision",
        judge=_complete,
        rules=("SR404",),
    ),
    Item(
        id="prices-fresh",
        group="money",
        what="at least 95 % of the month rests on fresh prices: of the last 180 days, up to a year once they are compared",
        why="prices of GPU nodes moved by a third within months of 2026",
        judge=_fresh,
    ),
    Item(
        id="within-limit",
        group="money",
        what="the expected month is within the limit",
        why="an alarm that is due from the first day is soon ignored",
        judge=_within,
        fix=("budgets.monthly", "what the stack may cost"),
    ),
    Item(
        id="budget-alarm",
        group="money",
        what="a budget alarms somebody by name",
        why="what a forgotten GPU node costs shows on the invoice, a month later",
        judge=_alarm,
        rules=("SR601",),
        fix=("budgets.notify", "[team@example.com]"),
    ),
    Item(
        id="cost-tag",
        group="money",
        what="the cost-allocation tag is on everything that costs, and active",
        why="AWS Budgets count a tag only from the day of its activation on",
        judge=_tag,
        rules=("SR606",),
    ),
)
