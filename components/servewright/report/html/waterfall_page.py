"""
The page of one waterfall, and its picture alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.diff_words import ARROW, share, signed
from servewright.report.figures import dollars
from servewright.report.html.bar_rows import UNKNOWN_WORDS
from servewright.report.html.page import page, svg
from servewright.report.html.parts import Page, Section, Text
from servewright.report.html.waterfall_chart import waterfall_chart, waterfall_table
from servewright.report.waterfall import expected

if TYPE_CHECKING:
    from servewright.report.waterfall import Waterfall


def page_of_waterfall(data: Waterfall) -> str:
    """
    Return *data* as an HTML file: a sentence, the drawing, the table.
    """
    blocks = (Text(text=_sentence(data)), waterfall_chart(data, "waterfall"), waterfall_table(data, "waterfall-table"))
    section = Section(id="waterfall-steps", title="From the start to the end", blocks=blocks)
    foot = "Expected dollars a month; the table has min and max. Made by servewright."
    return page(Page(title=data.title, about="A monthly bill, step by step", tiles=None, sections=(section,), foot=foot))


def svg_of_waterfall(data: Waterfall) -> str:
    """
    Return the drawing of *data* alone as SVG, with its own style for light and dark.
    """
    return svg(waterfall_chart(data, "waterfall"))


def _sentence(data: Waterfall) -> str:
    first, last = expected(data.start), expected(data.end)
    if first is None or last is None:
        return f"{data.start.label}{ARROW}{data.end.label}: {UNKNOWN_WORDS}."
    moved = signed(last - first)
    percent = share(last - first, first)
    return f"{data.start.label} {dollars(first)}{ARROW}{data.end.label} {dollars(last)}: {f'{moved}, {percent}' if percent else moved}."
