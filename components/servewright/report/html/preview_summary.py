"""
A preview in one paragraph of plain words: what is served, how fast, for how much, what could make it dearer, what is unknown.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.decision import replica, short_name
from servewright.report.figures import dollars, milliseconds, percent, plural, rate
from servewright.report.money_table import components, headline
from servewright.report.upper_bound import bounded_total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.report.html.parts import Tone
    from servewright.report.model import Preview

_NAMED: Final = 3


def sentences(preview: Preview) -> Iterator[str]:
    """
    Yield the paragraphs: what it is and costs, then what may change that.
    """
    yield " ".join((_serves(preview), _speed(preview.plan.models), _cost(preview)))
    yield " ".join(each for each in (_dearer(preview), *_unknown(preview)) if each)


def budget_words(preview: Preview) -> tuple[str, Tone]:
    """
    Return whether the budget holds in words, and how loud that is.
    """
    budget, bill = preview.plan.budget, preview.bill
    if not budget.enabled:
        return "no budget", ""
    if budget.limit is None:
        return "no limit set", ""
    month = bill.monthly
    if month.expected is not None and month.expected > budget.limit:
        return "over the limit", "bad"
    if not bill.complete:
        return "not known", "warn"
    if month.max is None or month.max > budget.limit:
        return "holds as expected, not at the maximum", "warn"
    return "holds, at the maximum too", "good"


def _serves(preview: Preview) -> str:
    models = preview.plan.models
    named = [f"{model.name} ({short_name(model.source)} on {replica(model)})" for model in models[:_NAMED]]
    more = len(models) - _NAMED
    named += [f"{more} more"] if more > 0 else []
    listed = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
    whole = sum((model.traffic.requests_per_second for model in models), Decimal(0))
    load = f"for up to {rate(whole)} requests a second{' together' if len(models) > 1 else ''}"
    return f"The stack {preview.plan.stack.name} serves {plural(len(models), 'model')}, {listed}, {load}."


def _speed(models: tuple[ModelPlan, ...]) -> str:
    """
    Return how fast the model that uses most of its target is.
    """
    timed = [(model.predicted.ttft_p95_ms.value / float(model.slo.ttft_p95_ms), model) for model in models if model.slo.ttft_p95_ms]
    if not timed:
        return "No limit is set for the time to the first word."
    _, model = max(timed, key=lambda pair: pair[0])
    value, target = milliseconds(model.predicted.ttft_p95_ms.value), milliseconds(model.slo.ttft_p95_ms or 0)
    what = "requests are answered" if model.reads_only else "answers begin"
    lead = "" if len(models) == 1 else f"Closest to its target is {model.name}: "
    sentence = f"95 of 100 {what} within {value} milliseconds, as predicted; the target is {target}."
    return lead + sentence


def _cost(preview: Preview) -> str:
    month = preview.bill.monthly
    said = f"It is expected to cost {headline(preview.bill)} a month"
    limit = preview.plan.budget.limit
    if limit is None or not preview.plan.budget.enabled:
        return f"{said}."
    if month.expected is None or not limit:
        return f"{said}; the limit is {dollars(limit)}."
    return f"{said}, {'' if preview.bill.complete else 'at least '}{percent(month.expected / limit)} of the limit of {dollars(limit)}."


def _dearer(preview: Preview) -> str:
    """
    Return how far the month may rise, and by what most.
    """
    bill, month = preview.bill, preview.bill.monthly
    if month.max is None:
        return "Nothing bounds the cost from above."
    if month.expected is None or month.max <= month.expected:
        return "Traffic does not change the cost: minimum, expected and maximum are the same."
    rises: list[tuple[Decimal, str]] = []
    for part in components(bill.lines):
        amounts = [line.monthly for line in bill.lines if line.component == part]
        rise = sum((a.max - a.expected for a in amounts if a.max is not None and a.expected is not None), Decimal(0))
        rises.append((rise, part))
    most, part = max(rises, key=lambda pair: pair[0])
    least = "" if bill.complete else "at least "
    return (
        f"With the autoscaler at its maximum all month it would be {least}{dollars(month.max)}; {dollars(most)} of the rise are {part}. "
        f"With hardly any traffic it would be {least}{dollars(month.min)}."
    )


def _unknown(preview: Preview) -> Iterator[str]:
    bill = preview.bill
    if bill.complete:
        yield "Every price is known."
    else:
        missing = [plural(len(bill.unknown), "amount")] if bill.unknown else []
        missing += [f"the price of {plural(len(bill.unsupported), 'resource')}"] if bill.unsupported else []
        verb = "is" if len(bill.unknown) + len(bill.unsupported) == 1 else "are"
        yield f"{' and '.join(missing)} {verb} not known, and not counted as nothing: what is said here is the least."
        upper = bounded_total(bill, preview.bounds)
        if upper is not None and upper.expected is not None:
            yield f"At on-demand prices for what is unknown it would be {dollars(upper.expected)}."
    if bill.not_priced:
        yield f"{plural(len(bill.not_priced), 'thing')} that this stack uses {'is' if len(bill.not_priced) == 1 else 'are'} paid elsewhere."
