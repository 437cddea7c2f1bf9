"""
The drawing of dashboards without Grafana, and the page that explains them: no panel is left out.
"""

from __future__ import annotations

import importlib.util
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

import monitoring_made
from dashboards_read import PLANS, emitted, panels
from servewright.resources.monitoring.dashboards import dashboard_objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.plan.model import Plan

ROOT: Final = Path(__file__).resolve().parents[2]
TOOL: Final = ROOT / ".ci" / "tools" / "dashboard_pictures.py"
PAGE: Final = ROOT / "docs" / "dashboards.md"


def tool() -> Any:
    """
    Return the program that draws, as a module.
    """
    spec = importlib.util.spec_from_file_location("dashboard_pictures", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("made", PLANS.values(), ids=PLANS)
def test_every_open_panel_is_drawn(made: Callable[[], Plan]) -> None:
    """
    The page has every title, mark and variable, the same each time, and each label of a legend has a value.
    """
    draw = tool()
    for dashboard in emitted(made()).values():
        html, height = draw.page(dashboard)
        assert (html, height) == draw.page(dashboard)
        assert height > draw.SCREEN / 2
        for panel in panels(dashboard):
            assert escape(panel["title"]) in html
        for each in (*dashboard["annotations"]["list"], *dashboard["templating"]["list"]):
            assert each.get("label", each["name"]) in html
        assert "{{" not in html


def test_the_tool_finds_what_render_writes(tmp_path: Path) -> None:
    """
    Of rendered objects it takes the ConfigMaps with dashboards.
    """
    made = dashboard_objects(monitoring_made.scope())
    for each in made:
        (tmp_path / f"{each.key}.yaml").write_text(yaml.safe_dump(dict(each.manifest)), encoding="utf-8")
    (tmp_path / "other.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {}\n", encoding="utf-8")

    assert dict(tool().dashboards(tmp_path)) == emitted(monitoring_made.plan())


@pytest.mark.parametrize("made", PLANS.values(), ids=PLANS)
def test_the_page_explains_every_panel(made: Callable[[], Plan]) -> None:
    """
    docs/dashboards.md names each panel in the section of its dashboard, and each question that a dashboard answers.
    """
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    for dashboard in emitted(made()).values():
        title = dashboard["title"].partition(": ")[2]
        (section,) = [each for each in sections if each.lower().startswith(f"{title.lower()}\n")]
        assert f"*{dashboard['description']}*" in section
        named = re.split(r"[|,;\n] *", section)
        assert {panel["title"] for panel in panels(dashboard) if not _named(panel["title"], named)} == set()


def _named(title: str, named: list[str]) -> bool:
    """
    Return True where *title*, with its own commas, is among what a section lists.
    """
    parts = title.split(", ")
    listed = [each.strip() for each in named]
    return any(listed[at : at + len(parts)] == parts for at in range(len(listed)))
