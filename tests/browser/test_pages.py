"""
The pages in a real browser: nothing is reported, everything works with the keyboard, both themes and narrow screens are right.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import waterfalls_made
from servewright.report.html.waterfall_page import page_of_waterfall
from servewright.report.waterfall import Waterfall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver import Chrome

    Opened = Callable[..., Chrome]

pytestmark = pytest.mark.browser
KINDS = ("preview", "diff", "waterfall")
ALERT = "</title></style></script><script>window.broken=1</script><img src=x onerror='window.broken=1'>\"onfocus='window.broken=1"


def column(driver: Chrome, table: str, place: int) -> list[str]:
    """
    Return the exact figures of one column, "" where it is unknown.
    """
    script = "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].map(r => r.cells[arguments[1]].dataset.value || '')"
    return list(driver.execute_script(script, table, place))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_browser_reports_nothing(opened: Opened, kind: str, theme: str) -> None:
    """
    No error, no warning, nothing that the policy refused, nothing loaded but the page.
    """
    driver = opened(kind, theme=theme)
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
    loaded = driver.execute_script("return performance.getEntriesByType('resource').map(each => each.name)")
    assert [each for each in loaded if not each.startswith("data:")] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_does_not_scroll_sideways(opened: Opened, kind: str, width: int) -> None:
    """
    Wide tables scroll in their own box, the page itself never; folded parts are opened for this.
    """
    driver = opened(kind, width=width)
    driver.execute_script("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    leaving = driver.execute_script(
        "return [...document.querySelectorAll('main *')].filter(each => !each.closest('.scroll, svg, pre')"
        " && each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML.slice(0, 80))"
    )
    assert leaving == []


def test_words_of_a_drawing_stay_in_it(opened: Opened) -> None:
    """
    At 390 pixels no label leaves its drawing and no label of a bar runs into its amount.
    """
    driver = opened("preview", width=390)
    driver.execute_script("document.querySelectorAll('details').forEach(each => { each.open = true })")
    outside = driver.execute_script(
        "return [...document.querySelectorAll('svg.chart text')].filter(each => { const a = each.getBoundingClientRect(),"
        " b = each.closest('svg').getBoundingClientRect(); return a.left < b.left - 2 || a.right > b.right + 2 })"
        ".map(each => each.textContent)"
    )
    assert outside == []
    overlapping = driver.execute_script(
        "return [...document.querySelectorAll('svg .label')].filter(each => { const next = each.nextElementSibling;"
        " return each.getBoundingClientRect().right > next.getBoundingClientRect().left }).map(each => each.textContent)"
    )
    assert overlapping == []


def test_the_keyboard_sorts_and_says_so(opened: Opened) -> None:
    """
    Enter on a heading sorts by exact figures, a second one the other way; aria-sort and the status say what was done. Totals stay.
    """
    driver = opened("preview")
    heads = driver.find_elements(By.CSS_SELECTOR, "#bill-table thead th")
    names = [head.text.split()[0] for head in heads]
    place = names.index("max")
    assert [head.get_attribute("aria-sort") for head in heads if head.get_attribute("aria-sort")] == ["descending"]
    total = driver.find_element(By.CSS_SELECTOR, "#bill-table tfoot").text
    button = heads[place].find_element(By.TAG_NAME, "button")
    button.send_keys(Keys.ENTER)
    figures = column(driver, "bill-table", place)
    assert figures == sorted(figures, key=float, reverse=True)
    assert heads[place].get_attribute("aria-sort") == "descending"
    assert driver.execute_script("return document.activeElement.textContent") == "max"
    button.send_keys(Keys.SPACE)
    assert column(driver, "bill-table", place) == sorted(figures, key=float)
    assert [head.get_attribute("aria-sort") for head in heads].count(None) == len(heads) - 1
    assert heads[place].get_attribute("aria-sort") == "ascending"
    assert driver.find_element(By.ID, "said").get_attribute("textContent") == "Sorted by max, ascending"
    assert driver.find_element(By.CSS_SELECTOR, "#bill-table tfoot").text == total


def test_what_is_unknown_stands_first_both_ways(opened: Opened) -> None:
    """
    An amount that is not known is no number: it stays at the top whichever way the column is sorted.
    """
    driver = opened("diff")
    place = 5
    head = driver.find_elements(By.CSS_SELECTOR, "#stacks-table thead th")[place]
    for _ in range(2):
        head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
        figures = column(driver, "stacks-table", place)
        known = [float(figure) for figure in figures if figure]
        assert len(known) < len(figures)
        assert all(figure == "" for figure in figures[: len(figures) - len(known)])
        assert known in (sorted(known), sorted(known, reverse=True))


def test_words_are_sorted_too(opened: Opened) -> None:
    """
    A column of words is sorted by them, from A on first.
    """
    driver = opened("preview")
    driver.find_element(By.CSS_SELECTOR, "#bill-table thead th button").send_keys(Keys.ENTER)
    words = driver.execute_script("return [...document.querySelectorAll('#bill-table tbody tr')].map(r => r.cells[0].textContent.trim())")
    again = driver.execute_script("return [...arguments[0]].sort((a, b) => a.localeCompare(b, 'en'))", words)
    assert words == again


def test_tab_reaches_the_skip_link_first(opened: Opened) -> None:
    """
    The first stop is the skip link, which is then seen; it leads to the main part. Every stop after it is visible and has an outline.
    """
    driver = opened("preview")
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    first = driver.switch_to.active_element
    assert first.get_attribute("class") == "skip"
    assert first.rect["y"] >= 0
    first.send_keys(Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "content"
    for _ in range(12):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        style: dict[str, Any] = driver.execute_script(
            "const s = getComputedStyle(document.activeElement); return {width: parseFloat(s.outlineWidth), look: s.outlineStyle,"
            " inside: document.querySelector('main').contains(document.activeElement)}"
        )
        assert style["inside"]
        assert style["width"] >= 2
        assert style["look"] != "none"


@pytest.mark.parametrize("kind", KINDS)
def test_the_themes_differ(opened: Opened, kind: str) -> None:
    """
    Ground and letters are other colours in the dark, on cards and in drawings too.
    """
    script = (
        "return ['body', 'main section', 'h2', 'svg .label'].map(each => { const s = getComputedStyle(document.querySelector(each));"
        " return [s.backgroundColor, s.color, s.fill].join() })"
    )
    light, dark = (opened(kind, theme=theme).execute_script(script) for theme in ("light", "dark"))
    assert all(one != other for one, other in zip(light, dark, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints(opened: Opened, kind: str) -> None:
    """
    On paper everything is dark on white in either theme, what only helps on a screen is left out, what is folded is there.
    """
    driver = opened(kind, theme="dark", medium="print")
    script = "return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('nav')).display]"
    assert driver.execute_script(script) == ["rgb(255, 255, 255)", "none"]
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert driver.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
    paper = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert paper.startswith(b"%PDF")
    assert b"/Count 0" not in paper


def test_who_wants_no_motion_gets_none(opened: Opened) -> None:
    """
    Links jump instead of gliding.
    """
    script = "return getComputedStyle(document.documentElement).scrollBehavior"
    assert opened("preview").execute_script(script) == "smooth"
    assert opened("preview", motion="reduce").execute_script(script) == "auto"


def test_without_script_the_page_is_whole(opened: Opened) -> None:
    """
    Headings are words without buttons and the rows stand sorted already.
    """
    driver = opened("waterfall")
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver = opened("preview")
        assert driver.find_elements(By.CSS_SELECTOR, "thead button") == []
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    heads = [head.text for head in driver.find_elements(By.CSS_SELECTOR, "#bill-table thead th")]
    figures = column(driver, "bill-table", heads.index("expected"))
    assert figures == sorted(figures, key=float, reverse=True)


def test_a_hostile_name_runs_nothing(opened: Opened, tmp_path: Path) -> None:
    """
    Names that would be a script on a careless page are read as they are.
    """
    made = waterfalls_made.saving()
    target = tmp_path / "hostile.html"
    target.write_text(page_of_waterfall(Waterfall(title=ALERT, start=made.start, steps=made.steps, end=made.end)), encoding="utf-8")
    driver = opened(target)
    assert driver.execute_script("return window.broken") is None
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert driver.find_element(By.TAG_NAME, "h1").text == ALERT


def test_a_script_that_is_not_ours_is_refused(opened: Opened, tmp_path: Path, pages: dict[str, Path]) -> None:
    """
    The policy works: were markup to slip through one day, it would still not run.
    """
    target = tmp_path / "slipped.html"
    slipped = "<script>window.broken=1</script><img src='data:,' onerror='window.broken=1'></main>"
    target.write_text(pages["waterfall"].read_text(encoding="utf-8").replace("</main>", slipped), encoding="utf-8")
    driver = opened(target)
    assert driver.execute_script("return window.broken") is None
    assert "Content Security Policy" in str(driver.get_log("browser"))  # type: ignore[no-untyped-call]
