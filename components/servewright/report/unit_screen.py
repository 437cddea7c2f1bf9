"""
The bill by its units on the screen: by hour, by purchase option, by model and request, and beside a hosted API.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.report.figures import aligned, compact, dollars, hourly, percent, unit_price, usd
from servewright.report.money_table import components
from servewright.report.screen import GOOD, QUIET, STRONG, WARN, Column, Screen, Span
from servewright.report.unit_costs import NOT_BOUGHT_BY_THE_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.cost.model import Bill
    from servewright.report.hosted import HostedComparison
    from servewright.report.unit_costs import ModelCosts, UnitCosts

_COLUMNS = (Column(wrap=True), *(Column(side="right"),) * 3)
_LEAST_SHARE = Decimal("0.001")
_IDLE = "head-room and quiet hours; GPUs without a replica come on top, where there are any"


def unit_screen(screen: Screen, costs: UnitCosts, bill: Bill) -> None:
    """
    Write what *bill* comes to by its units.
    """
    screen.heading("By unit", "expected; what models share is split by what their GPU nodes cost")
    _hours(screen, costs)
    _bought(screen, costs)
    if costs.idle is not None:
        screen.paragraph(f"idle: at least {dollars(costs.idle)} a month is capacity of the replicas that no request uses: {_IDLE}", hang=4)
    _models(screen, costs)
    parts = components(bill.lines)
    for model in costs.models:
        _request(screen, model, parts)


def hosted_screen(screen: Screen, compared: Sequence[HostedComparison]) -> None:
    """
    Write each model beside the hosted API.
    """
    screen.heading("Against a hosted API", "the same tokens at the prices you gave")
    for each in compared:
        least = "at least " if each.at_least else ""
        price = f"${each.price.input} in, ${each.price.output} out per 1M tokens"
        screen.paragraph(f"{each.model}: {dollars(each.monthly)} a month there ({price}), {least}{dollars(each.own)} here", hang=4)
        screen.paragraph(_verdict(each), indent=4, hang=4)


def _hours(screen: Screen, costs: UnitCosts) -> None:
    hour = costs.hourly
    least = "at least " if costs.at_least else ""
    texts = (f"${hourly(hour.min)} at the minimum", f"${hourly(hour.expected)} expected", f"${hourly(hour.max)} at the maximum")
    screen.paragraph(f"an hour: {least}{', '.join(texts)}", hang=4)


def _bought(screen: Screen, costs: UnitCosts) -> None:
    known = {name: amount.expected for name, amount in costs.by_purchase.items() if amount.expected is not None}
    whole = sum(known.values(), Decimal(0))
    if not whole or len(known) < len(costs.by_purchase):
        return
    parts = sorted(known.items(), key=lambda item: (item[0] == NOT_BOUGHT_BY_THE_HOUR, -item[1]))
    said = [f"{name} {percent(amount / whole)}" for name, amount in parts if amount / whole >= _LEAST_SHARE]
    screen.paragraph(f"bought: {', '.join(said)}", hang=4)


def _models(screen: Screen, costs: UnitCosts) -> None:
    money, least = aligned(usd(model.monthly.expected) for model in costs.models), "≥ " if costs.at_least else ""
    rows: list[Sequence[Span]] = [[(text, QUIET) for text in ("model", "$ a month", "requests", "a request")]]
    for model, amount in zip(costs.models, money, strict=True):
        each = f"{least}{unit_price(model.per_request)}"
        rows.append(((model.name, STRONG), f"{least}{amount}", compact(int(model.requests)), each))
    screen.table(_COLUMNS, rows)


def _request(screen: Screen, model: ModelCosts, parts: Sequence[str]) -> None:
    """
    Write what a request is made of, where more than one part of it is worth a word.
    """
    whole = model.per_request
    said = {part: model.share_per_request(model.by_component[part]) for part in parts if part in model.by_component}
    if not whole or None in said.values():
        return
    large = {part: amount for part, amount in said.items() if amount is not None and amount / whole >= _LEAST_SHARE}
    rest = whole - sum(large.values(), Decimal(0))
    texts = [f"{part} {unit_price(amount)}" for part, amount in large.items()]
    texts += [f"the rest {unit_price(rest)}"] if rest else []
    if len(texts) > 1:
        screen.paragraph((f"a request of {model.name}: {', '.join(texts)}", QUIET), hang=4)


def _verdict(each: HostedComparison) -> Span:
    if each.break_even is None:
        return ("no break-even: not every price is known, or the one there is 0", WARN)
    if each.break_even > 1:
        return (f"dearer here at any use of these replicas: at full use they cost {dollars(each.break_even)} for each $1 there", WARN)
    now = f"{percent(each.used)} of the capacity is used now"
    text = f"cheaper here from {percent(each.break_even)} of the capacity on; {now}"
    return (text, GOOD) if each.used >= each.break_even else (text, WARN)
