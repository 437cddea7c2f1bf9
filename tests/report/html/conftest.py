"""
One page of the dev stack, planned once for all tests of pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page_read import Element, read_page
from servewright.pipeline import priced_file
from servewright.report.html.preview_page import page_of_preview

if TYPE_CHECKING:
    from servewright.report.model import Preview

SPEC = Path(__file__).resolve().parents[3] / "stacks" / "dev.yaml"


@pytest.fixture(scope="session")
def dev() -> Preview:
    """
    Return the preview of the dev stack.
    """
    return priced_file(SPEC)


@pytest.fixture(scope="session")
def dev_page(dev: Preview) -> str:
    """
    Return its page.
    """
    return page_of_preview(dev, "stacks/dev.yaml")


@pytest.fixture(scope="session")
def dev_read(dev_page: str) -> Element:
    """
    Return its page as it is read.
    """
    return read_page(dev_page)
