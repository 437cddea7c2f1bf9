"""
axe-core finds nothing on any page: the rules of WCAG 2.2 A and AA and its own best practices, in both themes, wide and narrow.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.axe
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.mark.parametrize("kind", ["preview", "diff", "waterfall"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(opened: Callable[..., Chrome], kind: str, theme: str, width: int) -> None:
    """
    No rule is broken, with everything unfolded; some rules are checked at all.
    """
    driver = opened(kind, theme=theme, width=width)
    driver.execute_script("document.querySelectorAll('details').forEach(each => { each.open = true })")
    driver.execute_script(Path(os.environ["SERVEWRIGHT_AXE"]).read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(done, fault => done({fault: String(fault)}))",
        list(TAGS),
    )
    broken = [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found["violations"]]
    assert broken == []
    assert len(found["passes"]) > 20
