"""
The money: what each part costs in a month as min, expected and max, the budget, and what a token costs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.ranges import ZERO, Range, total_of_known
from servewright.report.decision import purchase
from servewright.report.figures import aligned, compact, count, dollars, per_million, percent, plural, times, usd
from servewright.report.further_budgets import write_further_budgets
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span
from servewright.report.upper_bound import bounded_total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Bill, Line
    from servewright.plan.model import ModelPlan, Plan
    from servewright.report.model import Preview

COMPONENT_ORDER: Final = ("GPU nodes", "CPU nodes", "storage", "network")
"""
The order of the parts; others follow as the bill has them.
"""

_BAR_CELLS: Final = 24
_COLUMNS: Final = (Column(), *(Column(side="right", least=9),) * 3, Column(wrap=True, style=QUIET))


def money_table(screen: Screen, preview: Preview) -> None:
    """
    Write the table by component, its total, the budget and the price of tokens and of one replica more.
    """
    screen.blank()
    lines = preview.bill.lines
    parts = [part for part in components(lines) if not _nothing(lines, part)]
    money = [amounts_of([line.monthly for line in lines if line.component == part]) for part in parts]
    money.append(amounts_of([line.monthly for line in lines], at_least=not preview.bill.complete))
    columns = [aligned(m[i] for m in money) for i in range(3)]
    notes = [_note(preview.plan, part, lines) for part in parts] + [""]
    rows: list[list[Span]] = [[("$ a month", STRONG), *((h, QUIET) for h in ("min", "expected", "max")), ""]]
    rows += [[part, *(c[i] for c in columns), notes[i]] for i, part in enumerate(parts)]
    rows.append([("total", STRONG), *((c[-1], STRONG) for c in columns), ""])
    screen.table(_COLUMNS, rows)
    _beneath(screen, preview)


def components(lines: Iterable[Line]) -> list[str]:
    """
    Return the components of *lines* in the order of the screen.
    """
    found = list(dict.fromkeys(line.component for line in lines))
    return [c for c in COMPONENT_ORDER if c in found] + [c for c in found if c not in COMPONENT_ORDER]


def headline(bill: Bill) -> str:
    """
    Return the expected amount in one phrase: "$12,345", or "at least $12,345 + 2 unknown".
    """
    expected = dollars(bill.monthly.expected)
    if bill.complete:
        return expected
    missing = [plural(len(bill.unknown), "unknown").removesuffix("s")] if bill.unknown else []
    missing += [f"{len(bill.unsupported)} unsupported"] if bill.unsupported else []
    return f"at least {expected} + {' + '.join(missing)}"


def _nothing(lines: Iterable[Line], component: str) -> bool:
    """
    Tell whether *component* costs exactly nothing, at the maximum too; what is unknown is not nothing.
    """
    return all(line.monthly == ZERO for line in lines if line.component == component)


def amounts_of(amounts: list[Range], *, at_least: bool = False) -> tuple[str, str, str]:
    """
    Return the sum of *amounts* as min, expected and max for a table; unknown where nothing of it is known.
    """
    known = total_of_known(amounts)
    return (
        _member([a.min for a in amounts], known.min, at_least=at_least),
        _member([a.expected for a in amounts], known.expected, at_least=at_least),
        _member([a.max for a in amounts], known.max, at_least=at_least),
    )


def _member(values: list[Decimal | None], known: Decimal | None, *, at_least: bool) -> str:
    if None in values and not known:
        return usd(None)
    return f"≥ {usd(known)}" if at_least or None in values else usd(known)


def _note(plan: Plan, component: str, lines: Iterable[Line]) -> str:
    purpose = {"GPU nodes": "gpu", "CPU nodes": "cpu"}.get(component)
    pools = [p for p in plan.pools if p.purpose == purpose]
    if pools:
        expected = [p for p in pools if p.nodes.expected != 0]
        counted = [f"{count(p.nodes.expected)} × {p.instance_types[0]} {purchase(p.purchase)}" for p in expected]
        return ", ".join(counted or [f"{pools[0].instance_types[0]} {purchase(pools[0].purchase)}, none expected"])
    return ", ".join(dict.fromkeys(line.name.split(" (", 1)[0] for line in lines if line.component == component))


def _beneath(screen: Screen, preview: Preview) -> None:
    screen.blank()
    if not preview.bill.complete:
        screen.paragraph((f"{headline(preview.bill)} a month{_upper(preview)}; each is listed under Watch", WARN), hang=4)
    _budget(screen, preview)
    write_further_budgets(screen, preview)
    for model in preview.plan.models:
        name = f"{model.name}: " if len(preview.plan.models) > 1 else ""
        screen.paragraph(name, *_token_price(model), hang=4)
        screen.paragraph(name, _next_replica(model), hang=4)


def _budget(screen: Screen, preview: Preview) -> None:
    limit = preview.plan.budget.limit
    month = preview.bill.monthly
    if not preview.plan.budget.enabled:
        screen.paragraph("no budget: the section is off", hang=4)
        return
    if limit is None:
        amount = (
            "at the expected amount, rounded up" if preview.bill.complete else "at an amount that is not known: up needs budgets.monthly"
        )
        screen.paragraph(f"no limit given: the AWS Budget alarms {amount}", hang=4)
        return
    figures = month if preview.bill.complete else bounded_total(preview.bill, preview.bounds)
    if figures is None:
        screen.paragraph(f"limit {dollars(limit)} a month; how much of it is used is not known: the bill says at least", hang=4)
        return
    if figures.expected is None or limit == 0:
        screen.paragraph(f"limit {dollars(limit)} a month", hang=4)
        return
    open_end = figures.max is None or figures.max > limit or not preview.bill.complete
    style = BAD if figures.expected > limit else WARN if open_end else GOOD
    most = "no upper bound" if figures.max is None else f"{percent(figures.max / limit)} at the autoscaler's maximum"
    basis = "" if preview.bill.complete else f", both at the on-demand price of {_bounded_types(preview)}"
    share = f"  {percent(figures.expected / limit)} expected, {most}{basis}"
    screen.paragraph(f"limit {dollars(limit)} a month  ", (_bar(figures, limit), style), share, hang=4)


def _upper(preview: Preview) -> str:
    """
    Return what the month would be with a known price in the place of each unknown one, "" where there is none.
    """
    figures = bounded_total(preview.bill, preview.bounds)
    if figures is None or figures.expected is None:
        return ""
    return f"; at the on-demand price of {_bounded_types(preview)} it would be {dollars(figures.expected)}"


def _bounded_types(preview: Preview) -> str:
    return " and ".join(dict.fromkeys(each.instance_type for each in preview.bounds))


def _bar(month: Range, limit: Decimal) -> str:
    def cells(amount: Decimal | None) -> int:
        share = 1.0 if amount is None else float(amount / limit)
        return min(_BAR_CELLS, max(0, round(share * _BAR_CELLS)))

    expected = cells(month.expected)
    most = max(expected, cells(month.max))
    return "█" * expected + "▒" * (most - expected) + "░" * (_BAR_CELLS - most)


def _token_price(model: ModelPlan) -> tuple[Span, ...]:
    price = model.token_price
    tokens = model.input_tokens_per_month + model.output_tokens_per_month
    used = f"{compact(tokens)} a month, {percent(price.utilisation)} of the capacity used"
    saturated = "" if price.saturated is None else f"; {per_million(price.saturated)} at full use"
    split = "" if price.output is None else f" ({per_million(price.input)} in, {per_million(price.output)} out)"
    return f"{per_million(price.blended)} per 1M tokens{split}: {used}{saturated}", (f" ({price.basis})", QUIET)


def _next_replica(model: ModelPlan) -> str:
    step = model.next_replica
    if step.monthly is None:
        return f"one replica more {times(step.why)}: price unknown"
    cost = "no cost" if step.monthly == 0 else f"+{dollars(step.monthly)} a month if it stays"
    return f"one replica more {times(step.why)}: {cost}"
