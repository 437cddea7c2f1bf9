"""
docs/diff.md lists every field of the format, as the schema has it.
"""

from __future__ import annotations

from pathlib import Path

from schema_page import hold_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "diff.md"
MARK = "<!-- fields: made from report/schemas/diff-v1.json by tests/report/test_diff_page.py -->\n"


def test_the_page_lists_every_field() -> None:
    """
    The tables of the page are made from the schema; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites them.
    """
    hold_page(PAGE, "diff-v1.json", MARK)
