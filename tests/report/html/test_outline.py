"""
What stands on the page of the dev stack and in which order: headings, tables with their columns, drawings, folded parts.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the file. Figures are not in it: they are held to the JSON.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from page_read import Element, headings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "pages" / "dev-outline.txt"
UPDATE = os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
DEPTH = {"h1": 0, "h2": 1, "h3": 2}


def outline(page: Element) -> Iterator[str]:
    """
    Yield one line for each part of *page*.
    """
    for each in page.walk():
        text = re.sub(r"\d+", "N", each.text)
        if each.name in DEPTH:
            yield f"{'  ' * DEPTH[each.name]}{text}"
        elif each.name == "table":
            caption = re.sub(r"\d+", "N", each.all("caption")[0].text)
            yield f"      table: {caption} | {', '.join(filter(None, headings_of(each)))[:160]}"
        elif each.name == "svg" and "chart" in each.classes:
            yield f"      drawing: {each.all('title')[0].text}"
        elif each.name == "summary":
            yield f"      folded: {text}"
        elif each.name == "dt":
            yield f"      fact: {text}"


def test_the_outline_is_the_golden(dev_read: Element) -> None:
    """
    A part that comes, goes or moves is a reviewed change.
    """
    made = "\n".join(outline(dev_read)) + "\n"
    if UPDATE:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")
