"""
The page of a preview says what its JSON says, figure by figure, and what is unknown is never a zero.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import previews
from page_read import Element, headings_of, read_page, rows_of, values
from servewright.cost.model import Unknown
from servewright.plan.model import Rejected
from servewright.ranges import Range
from servewright.report.export import preview_value
from servewright.report.figures import dollars
from servewright.report.html.preview_page import page_of_preview
from servewright.report.unit_costs import unit_costs

if TYPE_CHECKING:
    from servewright.report.model import Preview

MEMBERS = ("min", "expected", "max")


@pytest.fixture(scope="module")
def value(dev: Preview) -> dict[str, Any]:
    """
    Return the JSON of the same preview.
    """
    return preview_value(dev)


def columns(table: Element, *names: str) -> list[list[str]]:
    """
    Return the exact figures of the named columns, row by row.
    """
    places = [headings_of(table).index(name) for name in names]
    return [[values(row)[place] for place in places] for row in rows_of(table)]


def test_every_line_of_the_bill_is_on_the_page_with_its_figures(dev_read: Element, value: dict[str, Any]) -> None:
    """
    Name, quantity, unit price and the three amounts of each line are those of the JSON's bill.
    """
    table = dev_read.one("bill-table")
    names = [row[0].children[0] for row in rows_of(table)]
    shown = columns(table, "quantity", "unit price", *MEMBERS)
    lines = value["bill"]["lines"]
    expected = [
        (line["name"], line["quantity"]["expected"], line["unit_price"], *(line["monthly"][member] for member in MEMBERS)) for line in lines
    ]
    assert Counter((name, *figures) for name, figures in zip(names, shown, strict=True)) == Counter(expected)
    assert values(rows_of(table, "tfoot")[0])[6:9] == [value["bill"]["total"]["monthly"][member] for member in MEMBERS]


def test_what_is_read_is_the_figure_behind_it(dev_read: Element) -> None:
    """
    Each amount in the columns min, expected and max is its exact figure rounded once, and numbers stand in number cells.
    """
    seen = 0
    for table in dev_read.all("table"):
        for row in rows_of(table) + rows_of(table, "tfoot"):
            for name, cell in zip(headings_of(table), row, strict=True):
                assert ("number" in cell.classes) == bool(cell.attributes.get("data-value")) or cell.text in ("–", "unknown", "not known")
                if name in MEMBERS:
                    assert cell.text == dollars(Decimal(cell.attributes["data-value"]))
                    seen += 1
    assert seen > 40


def test_components_add_up_to_the_total(dev_read: Element, value: dict[str, Any]) -> None:
    """
    Each component is the sum of the JSON's lines of it, and the foot the JSON's total.
    """
    table = dev_read.one("components")
    shown = {row[0].text: values(row)[1:4] for row in rows_of(table)}
    lines = value["bill"]["lines"]
    for name, figures in shown.items():
        for place, member in enumerate(MEMBERS):
            whole = sum(Decimal(line["monthly"][member]) for line in lines if line["component"] == name)
            assert Decimal(figures[place]) == whole
    assert set(shown) == {line["component"] for line in lines if line["monthly"]["max"] != "0"}
    assert values(rows_of(table, "tfoot")[0])[1:4] == [value["bill"]["total"]["monthly"][member] for member in MEMBERS]


def test_alternatives_have_the_figures_of_the_json(dev_read: Element, value: dict[str, Any]) -> None:
    """
    Each alternative that serves is in the table with price and prediction; the chosen one stands first.
    """
    model = value["plan"]["models"][0]
    serving = [r for r in model["rejected"] if r["predicted"] is not None]
    assert serving
    shown = columns(dev_read.one("model-1-all"), "expected a month", "first token, ms", "between tokens, ms", "req/s a replica")
    figures = [
        [monthly, *(str(f) for f in (p["ttft_p95_ms"]["value"], p["itl_p95_ms"]["value"], p["max_requests_per_s"]))]
        for monthly, p in [(model["monthly"]["expected"], model["predicted"]), *((r["monthly"], r["predicted"]) for r in serving)]
    ]
    assert shown == figures
    others = [row[0].text.replace("×", "x") for row in rows_of(dev_read.one("model-1-refused"))]
    assert others == [r["what"] for r in model["rejected"] if r["predicted"] is None]


def test_points_lie_in_the_order_of_their_figures(dev_read: Element) -> None:
    """
    In the drawing the dearer of two lies higher and the slower further right, and every priced alternative has one point.
    """
    chart = dev_read.one("model-1-alternatives")
    points = {}
    for circle in chart.all("circle"):
        words = circle.all("title")[0].text
        points[words.split(":")[0]] = (float(circle.attributes["cx"].rstrip("%")), float(circle.attributes["cy"]))
    table = rows_of(dev_read.one("model-1-all"))
    figures = {row[0].children[0]: tuple(map(Decimal, values(row)[1:3])) for row in table}
    assert set(points) == set(figures)
    for one, (price, speed) in figures.items():
        for other, (dearer, slower) in figures.items():
            # a tenth more is seen, equal is drawn equal
            assert (points[other][1] < points[one][1]) if dearer > price * Decimal("1.1") else True
            assert (points[other][0] > points[one][0]) if slower > speed * Decimal("1.1") else True
            assert (points[other][1] == points[one][1]) if dearer == price else True
    assert len({y for _, y in points.values()}) > 5


def test_hours_are_those_of_the_plan(dev_read: Element, dev: Preview) -> None:
    """
    The table of hours is the plan's week times the GPUs of a replica.
    """
    shown = [int(figure) for row in rows_of(dev_read.one("week-hours")) for figure in values(row)[1:]]
    model = dev.plan.models[0]
    assert set(shown) == {replicas * model.gpus_per_replica for replicas in model.replicas.by_hour}


def test_models_have_their_part_of_the_bill(dev_read: Element, dev: Preview) -> None:
    """
    Each model has its part as the unit costs compute it; the parts add up to the bill.
    """
    shown = columns(dev_read.one("models-table"), *MEMBERS)
    assert [Decimal(row[1]) for row in shown] == [each.monthly.expected for each in unit_costs(dev).models]
    assert sum(Decimal(row[1]) for row in shown) == dev.bill.monthly.expected


def test_gates_defaults_and_warnings_are_all_there(dev_read: Element, value: dict[str, Any]) -> None:
    """
    Every gate with its state in words, every default with its value, every warning and each thing that is paid elsewhere.
    """
    gates = [[cell.text for cell in row] for row in rows_of(dev_read.one("gates-table"))]
    assert [row[:2] for row in gates] == [[gate["rule"], gate["state"]] for gate in value["gates"]]
    defaults = [[cell.text for cell in row] for row in rows_of(dev_read.one("defaults"))]
    assert [row[0] for row in defaults] == [each["path"] for each in value["plan"]["defaults"]]
    watch = dev_read.one("watch").text
    assert all(" ".join(each["message"].split()) in watch for each in value["warnings"])
    elsewhere = dev_read.one("elsewhere").text
    assert all(each["what"] in elsewhere for each in value["not_priced"])
    assert all(each in dev_read.one("assumed").text for each in value["bill"]["assumptions"])


def test_the_same_preview_gives_the_same_bytes(dev: Preview, dev_page: str) -> None:
    """
    Nothing but the preview is in the page: no clock, no counter.
    """
    assert page_of_preview(dev, "stacks/dev.yaml") == dev_page


def incomplete() -> Preview:
    """
    Return a preview whose first line has no price, with alternatives without one.
    """
    made = previews.preview()
    lines = (replace(made.bill.lines[0], unit_price=Range.unknown()), *made.bill.lines[1:])
    missing = Unknown(id=lines[0].id, resource=lines[0].resource, what="instance hours", why="no spot price is published")
    bill = replace(made.bill, lines=lines, unknown=(missing,))
    model = previews.model(rejected=(Rejected(what="B200 x 8, fp8", why="no price known", monthly=None, serves=True),))
    return replace(made, bill=bill, plan=replace(made.plan, models=(model,)))


def test_what_is_unknown_is_said_and_not_drawn() -> None:
    """
    An unknown amount reads "unknown", stands first, is counted in the tile, and the total says "at least"; no mark stands for a zero.
    """
    page = read_page(page_of_preview(incomplete(), "x.yaml"))
    first = rows_of(page.one("bill-table"))[0]
    assert [cell.text for cell in first[6:9]] == ["unknown"] * 3
    assert values(first)[6:9] == ["", "", ""]
    assert all(cell.text.startswith("≥ ") for cell in rows_of(page.one("bill-table"), "tfoot")[0][6:9])
    assert "at least" in page.all("header")[0].text
    assert "1 unknown" in page.all("header")[0].text
    assert "1 alternative is not drawn, its price is not known: on B200." in page.one("choices").text
    assert not [circle for circle in page.one("choices").all("circle") if "B200" in circle.text]


def with_node_hours(*hours: str | None) -> Element:
    """
    Return the page of a preview whose GPU nodes are one line for each price of an hour, None being without one.
    """
    made = previews.preview()
    lines = tuple(
        previews.line(name=f"hours {number} (x)", unit_price=Range.unknown(), source=None, as_of=None)
        if price is None
        else previews.line(name=f"hours {number} (x)", quantity=Range.exactly(1), unit_price=Range.exactly(Decimal(price)))
        for number, price in enumerate(hours)
    )
    missing = tuple(
        Unknown(id=line.id, resource=line.resource, what=line.name, why="no price") for line in lines if not line.unit_price.known
    )
    bill = replace(made.bill, lines=(*lines, *made.bill.lines[1:]), unknown=missing)
    return read_page(page_of_preview(replace(made, bill=bill), "x.yaml"))


def test_a_component_of_which_a_part_is_known_says_so() -> None:
    """
    Its bar and its row carry the known amount under the name "…, what is known"; components known whole do not.
    """
    page = with_node_hours("257", None)
    assert [cell.text for cell in rows_of(page.one("components"))[0][:4]] == ["GPU nodes, what is known", *["$257"] * 3]
    assert "GPU nodes, what is known: $257" in page.one("by-component").text
    assert [row[0].text for row in rows_of(page.one("components"))[1:]] == ["storage"]


@pytest.mark.parametrize("hours", [(None,), ("0", None)])
def test_a_component_of_which_nothing_is_known_is_not_drawn_as_zero(hours: tuple[str | None, ...]) -> None:
    """
    No line with a price, or free ones alone beside one without: the mark of what is missing, and no amount.
    """
    page = with_node_hours(*hours)
    assert [cell.text for cell in rows_of(page.one("components"))[0][:4]] == ["GPU nodes", *["unknown"] * 3]
    assert "GPU nodes: not known" in page.one("by-component").text
    assert len([bar for bar in page.one("by-component").all("rect") if "missing" in bar.classes and bar.text]) == 1


def test_lines_without_a_price_rest_on_an_unknown_amount() -> None:
    """
    Among the sources they stand first and read "unknown"; a source of which a part is known reads at least.
    """
    first, *others = rows_of(with_node_hours("257", None, None).one("sources-table"))
    assert [cell.text for cell in first] == ["no source", "no date", "2", "unknown"]
    assert first[3].attributes.get("data-value", "") == ""
    assert [row[3].text for row in others] == ["$257", "$6.82", "$0"]


def test_a_plan_without_alternatives_and_lines_is_still_a_page() -> None:
    """
    Nothing on the bill, no alternatives, no gates, no defaults: the page is whole and claims nothing.
    """
    made = previews.preview()
    bill = replace(made.bill, lines=(), unknown=(), unsupported=(), free=(), not_priced=(), assumptions=())
    plan = previews.plan(models=(previews.model(rejected=(), reasons=()),), operators=(), defaults=(), warnings=())
    page = read_page(page_of_preview(replace(made, bill=bill, plan=plan, records=(), quotas=()), "x.yaml"))
    assert len(page.all("h1")) == 1
