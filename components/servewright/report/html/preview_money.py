"""
The money of a preview: by component, by model, by line, and where the prices are from.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.ranges import ZERO, Range, known_part
from servewright.report.figures import compact, per_million, percent, plural
from servewright.report.html.cells import exact_text, label, measure, money, number, price
from servewright.report.html.parts import Cell, Heading, Section, Table, Text
from servewright.report.html.range_chart import range_chart
from servewright.report.html.waterfall_chart import waterfall_chart, waterfall_table
from servewright.report.money_table import components
from servewright.report.price_sources import in_words, money_by_age
from servewright.report.unit_costs import NOT_BOUGHT_BY_THE_HOUR, unit_costs
from servewright.report.waterfall import Bar, Waterfall

if TYPE_CHECKING:
    from servewright.cost.model import Bill, Line
    from servewright.report.model import Preview
    from servewright.report.unit_costs import ModelCosts

_MONEY: Final = tuple(Heading(text=text, number=True) for text in ("min", "expected", "max"))


def cost_section(preview: Preview) -> Section:
    """
    Return what each component costs, and the whole.
    """
    data = by_component(preview)
    return Section(
        id="cost",
        title="What it costs, by component",
        short="Cost",
        lead="Minimum is what stays when nothing happens, expected follows the traffic, maximum is what the limits allow.",
        blocks=(waterfall_chart(data, "by-component"), waterfall_table(data, "components")),
    )


def by_component(preview: Preview) -> Waterfall:
    """
    Return the month of *preview* as the sum of its components.
    """
    bill = preview.bill
    steps: list[Bar] = []
    for name in components(bill.lines):
        lines = [line for line in bill.lines if line.component == name]
        if any(line.monthly != ZERO for line in lines):
            steps.append(_component(name, lines))
    limit = preview.plan.budget.limit if preview.plan.budget.enabled else None
    end = Bar(label="total" if bill.complete else "total, at least", monthly=bill.monthly, note=_missing(bill))
    return Waterfall(
        title="Cost by component", start=Bar(label="", monthly=ZERO), steps=tuple(steps), end=end, parts=True, limit=limit or None
    )


def _component(name: str, lines: list[Line]) -> Bar:
    unknown = sum(not line.monthly.known for line in lines)
    month = known_part(line.monthly for line in lines)
    note = ", ".join(dict.fromkeys(line.name.split(" (", 1)[0] for line in lines))
    if not unknown:
        return Bar(label=name, monthly=month, note=note)
    missing = f"{plural(unknown, 'line')} not wholly known"
    if month.expected is None:
        return Bar(label=name, monthly=month, note=f"{note}; {missing}")
    return Bar(label=f"{name}, what is known", monthly=month, note=f"{note}; at least: {missing}")


def _missing(bill: Bill) -> str:
    words = [f"{len(bill.unknown)} unknown"] if bill.unknown else []
    words += [f"{len(bill.unsupported)} unsupported"] if bill.unsupported else []
    return " and ".join(words)


def models_section(preview: Preview) -> Section:
    """
    Return what each model costs with its part of what is shared.
    """
    costs = unit_costs(preview)
    headings = (
        Heading(text="model"),
        *_MONEY,
        Heading(text="a request", number=True),
        Heading(text="1M tokens", number=True),
        Heading(text="requests a month", number=True),
        Heading(text="capacity used", number=True),
    )
    table = Table(
        id="models-table",
        caption="Dollars a month by model: with its part of nodes, storage and budget that several share",
        headings=headings,
        rows=tuple(_model(each) for each in costs.models),
        sortable=len(costs.models) > 1,
    )
    chart = range_chart([(each.name, each.monthly) for each in costs.models], "by-model", "Cost by model")
    return Section(id="models", title="What each model costs", short="Models", blocks=(chart, table))


def _model(each: ModelCosts) -> tuple[Cell, ...]:
    tokens = each.tokens
    return (
        label(each.name),
        money(each.monthly.min),
        money(each.monthly.expected),
        money(each.monthly.max),
        price(each.per_request),
        Cell(text=per_million(tokens.blended), value=exact_text(tokens.blended), number=True),
        Cell(text=compact(int(each.requests)), value=exact_text(each.requests), number=True),
        measure(tokens.utilisation, percent(tokens.utilisation)),
    )


def bill_section(preview: Preview) -> Section:
    """
    Return every line of the bill, the dearest first, what is unknown before all.
    """
    bill = preview.bill
    headings = (
        Heading(text="line"),
        Heading(text="component"),
        Heading(text="model"),
        Heading(text="bought"),
        Heading(text="quantity", number=True),
        Heading(text="unit price", number=True),
        Heading(text="min", number=True),
        Heading(text="expected", number=True, order="descending"),
        Heading(text="max", number=True),
        Heading(text="price of"),
    )
    lines = sorted(bill.lines, key=_dearest)
    least = not bill.complete
    foot = (label("total"), *(Cell(text=""),) * 5, *(money(m, at_least=least) for m in _members(bill.monthly)), Cell(text=""))
    table = Table(
        id="bill-table",
        caption=f"{plural(len(lines), 'line')}, dollars a month",
        headings=headings,
        rows=tuple(_line(line) for line in lines),
        foot=(foot,),
        sortable=True,
    )
    lead = "The dearest first; each heading sorts by its column."
    return Section(id="bill", title="The bill, line by line", short="Bill", lead=lead, blocks=(table,))


def _dearest(line: Line) -> tuple[bool, Decimal, str, str]:
    expected = line.monthly.expected
    return expected is not None, -(expected or Decimal(0)), line.resource, line.name


def _line(line: Line) -> tuple[Cell, ...]:
    return (
        label(line.name, note=line.resource.rsplit("::", 1)[-1]),
        label(line.component),
        label(line.model or "shared"),
        label(line.purchase or NOT_BOUGHT_BY_THE_HOUR),
        number(line.quantity.expected, line.unit),
        price(line.unit_price.expected),
        *(money(amount) for amount in _members(line.monthly)),
        label((line.as_of or "–").split(" (", 1)[0]),
    )


def _members(amount: Range) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return amount.min, amount.expected, amount.max


def _rests(amounts: list[Range]) -> Cell:
    return money(known_part(amounts).expected, at_least=any(each.expected is None for each in amounts))


def sources_section(preview: Preview) -> Section:
    """
    Return where the prices are from, how old they are and how much of the month rests on each.
    """
    found: dict[tuple[str, str], list[Range]] = {}
    for line in preview.bill.lines:
        found.setdefault((in_words(line.source or "no source"), line.as_of or "no date"), []).append(line.monthly)
    sums = {key: known_part(amounts).expected for key, amounts in found.items()}
    order = sorted(found, key=lambda key: (sums[key] is not None, -(sums[key] or Decimal(0)), key))
    rows = tuple((label(key[0]), label(key[1]), number(Decimal(len(found[key]))), _rests(found[key])) for key in order)
    table = Table(
        id="sources-table",
        caption="Sources of the prices, with their dates and what rests on them",
        headings=(
            Heading(text="source"),
            Heading(text="of"),
            Heading(text="lines", number=True),
            Heading(text="expected a month", number=True, order="descending"),
        ),
        rows=rows,
        sortable=True,
    )
    words = money_by_age(preview.bill)
    age = f"The oldest price is of {preview.prices_oldest}, the newest of {preview.prices_newest}."
    return Section(
        id="sources", title="Where the prices are from", short="Sources", blocks=(Text(text=f"{age} {f'{words}.' if words else ''}"), table)
    )
