"""
The drawing of a waterfall: each bar begins where the one before it ends, and all of them have room.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import waterfalls_made
from page_read import read_page, rows_of, values
from servewright.ranges import Range
from servewright.report.html.parts import Chart, Shape
from servewright.report.html.waterfall_chart import waterfall_chart, waterfall_table
from servewright.report.html.waterfall_page import page_of_waterfall, svg_of_waterfall
from servewright.report.waterfall import Bar, Waterfall

AMOUNTS = st.decimals(min_value=-(10**7), max_value=10**7, places=2)
BARS = ("whole", "more", "less", "part", "missing")


def bars(chart: Chart) -> list[Shape]:
    """
    Return the bars of *chart* from the top.
    """
    return [shape for shape in chart.shapes if shape.mark == "rect" and shape.look in BARS]


def ends(shape: Shape) -> tuple[float, float]:
    """
    Return where a bar begins and ends, in percent.
    """
    left = float(shape.x.rstrip("%"))
    return left, left + float(shape.width.rstrip("%"))


def made(amounts: list[Decimal], *, parts: bool = False) -> Waterfall:
    """
    Return a waterfall of these steps that adds up.
    """
    steps = tuple(Bar(label=f"step {number}", monthly=Range.exactly(amount)) for number, amount in enumerate(amounts))
    start = Bar(label="" if parts else "start", monthly=Range.exactly(0 if parts else 1000))
    end = Bar(label="end", monthly=Range.exactly(sum(amounts, Decimal(0 if parts else 1000))))
    return Waterfall(title="x", start=start, steps=steps, end=end, parts=parts)


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_each_bar_begins_where_the_one_before_ends(amounts: list[Decimal]) -> None:
    """
    From bar to bar a line stands at the end of the one and at the begin of the next; all lie within the drawing.
    """
    chart = waterfall_chart(made(amounts), "x")
    drawn = bars(chart)
    joins = [float(shape.x.rstrip("%")) for shape in chart.shapes if shape.look == "join"]
    assert len(drawn) == len(amounts) + 2
    assert len(joins) == len(drawn) - 1
    # a bar is half a percent wide at least, so that it is seen
    for join, above, below in zip(joins, drawn, drawn[1:], strict=False):
        assert min(abs(join - end) for end in ends(above)) <= 0.45
        assert min(abs(join - end) for end in ends(below)) <= 0.45
    assert all(0 <= left <= right <= 100.01 for left, right in map(ends, drawn))


@given(st.lists(st.decimals(min_value=1, max_value=10**7, places=2), min_size=1, max_size=8))
def test_lengths_are_in_proportion(amounts: list[Decimal]) -> None:
    """
    Of two parts the larger one is not drawn shorter, and the end is as long as all parts together.
    """
    drawn = bars(waterfall_chart(made(amounts, parts=True), "x"))
    lengths = [float(bar.width.rstrip("%")) for bar in drawn]
    assert [length for _, length in sorted(zip(amounts, lengths, strict=False))] == sorted(lengths[:-1])
    assert abs(ends(drawn[-1])[1] - ends(drawn[-2])[1]) <= 0.45


def test_what_is_unknown_has_a_mark_of_its_own() -> None:
    """
    It is neither a saving nor a cost, reads "not known", and the legend says so.
    """
    chart = waterfall_chart(waterfalls_made.saving(), "x")
    assert [bar.look for bar in bars(chart)] == ["whole", "less", "less", "more", "missing", "whole"]
    assert [key.text for key in chart.legend if key.look == "missing"] == ["not known"]
    assert "private network not known" in chart.description


def test_the_table_has_every_figure() -> None:
    """
    Min, expected and max of each bar stand in the table, exact.
    """
    page = read_page(page_of_waterfall(waterfalls_made.saving()))
    table = page.one("waterfall-table")
    shown = [values(row)[1:4] for row in rows_of(table) + rows_of(table, "tfoot")]
    assert shown[0] == ["150000", "180000", "220000"]
    assert shown[3] == ["420.5"] * 3
    assert shown[4] == ["", "", ""]
    assert shown[-1] == ["45000", "65420.5", "95000"]
    assert "today $180,000 → after $65,420: -$114,580, -63.7 %." in page.text


def test_a_limit_is_drawn_and_named() -> None:
    """
    A limit beyond all bars still has room, and the legend has its amount.
    """
    chart = waterfall_chart(replace(waterfalls_made.saving(), limit=Decimal(500_000)), "x")
    line = next(shape for shape in chart.shapes if shape.look == "limit")
    assert 0 < float(line.x.rstrip("%")) <= 100
    assert chart.legend[-1].text == "limit $500,000"


def test_the_picture_alone_is_svg_with_its_style() -> None:
    """
    The drawing alone names its namespace, carries its style and nothing that could run.
    """
    picture = svg_of_waterfall(waterfalls_made.saving())
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    assert "prefers-color-scheme: dark" in picture
    assert "<script" not in picture


def test_a_waterfall_of_nothing_is_drawn() -> None:
    """
    Zero dollars on all sides divide by nothing.
    """
    zero = Bar(label="zero", monthly=Range.exactly(0))
    data = Waterfall(title="x", start=zero, steps=(), end=zero)
    assert len(bars(waterfall_chart(data, "x"))) == 2
    assert len(waterfall_table(data, "x").rows) == 1
