"""
A real browser and the pages that it opens. Nothing is on the network: pages are files, and the browser has no proxy to reach any other.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import diffs_made
import waterfalls_made
from servewright.pipeline import priced_file
from servewright.report.html.diff_page import page_of_diff
from servewright.report.html.preview_page import page_of_preview
from servewright.report.html.waterfall_page import page_of_waterfall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking")
SPEC = Path(__file__).resolve().parents[2] / "docs" / "examples" / "html-report" / "stack.yaml"


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """
    Return the browser.
    """
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.binary_location = os.fspath(shutil.which("chromium") or "")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield made
    made.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """
    Return the file of one page of each kind.
    """
    folder = tmp_path_factory.mktemp("pages")
    texts = {
        "preview": page_of_preview(priced_file(SPEC), "stack.yaml"),
        "diff": page_of_diff(diffs_made.document()),
        "waterfall": page_of_waterfall(waterfalls_made.saving()),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def opened(driver: webdriver.Chrome, pages: dict[str, Path]) -> Callable[..., webdriver.Chrome]:
    """
    Return what opens a page in a theme, at a width, as a medium.
    """

    def open_page(name: str | Path, *, theme: str = "light", width: int = 1280, medium: str = "", motion: str = "") -> webdriver.Chrome:
        features: list[dict[str, Any]] = [{"name": "prefers-color-scheme", "value": theme}]
        features += [{"name": "prefers-reduced-motion", "value": motion}] if motion else []
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features, "media": medium})
        size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.get("about:blank")
        driver.get_log("browser")  # type: ignore[no-untyped-call]
        driver.get((pages[name] if isinstance(name, str) else name).as_uri())
        return driver

    return open_page
