"""
Take pictures of HTML pages in a real browser, in light and in dark, wide and narrow.

    page_pictures.py PAGE.html FOLDER NAME [SECTION...]

writes FOLDER/NAME-light.png, NAME-dark.png, NAME-narrow-light.png and NAME-narrow-dark.png: the page's head and then the sections of these
ids one below the other (all of them where none is named). Needs chromium and chromedriver on PATH (.ci/tools/browser). The pictures in
docs/images are made with it; docs/html-report.md has the commands.
"""

import base64
import shutil
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

WIDTHS = {"": 1280, "narrow-": 390}
THEMES = ("light", "dark")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
HIGHEST = 6000
BOTTOM = "return Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + scrollY)"
KEPT = (
    "const kept = new Set(arguments[0]); if (!kept.size) return;"
    "for (const each of document.querySelectorAll('main > section')) if (!kept.has(each.id)) each.remove();"
    "document.querySelector('nav').remove(); document.querySelector('footer').remove();"
    "document.querySelector('.top').style.paddingBottom = '1rem'"
)


def main(page: Path, folder: Path, name: str, sections: list[str]) -> None:
    """
    Take the four pictures of *page*.
    """
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        for prefix, width in WIDTHS.items():
            for theme in THEMES:
                (folder / f"{name}-{prefix}{theme}.png").write_bytes(_picture(driver, page, sections, width, theme))
    finally:
        driver.quit()


def _picture(driver: webdriver.Chrome, page: Path, sections: list[str], width: int, theme: str) -> bytes:
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get(page.resolve().as_uri())
    driver.execute_script(KEPT, sections)
    height = min(
        HIGHEST, driver.execute_script("return Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + scrollY)")
    )
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})["data"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
