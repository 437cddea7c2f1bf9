"""
What holds of every page: it loads nothing, it runs nothing but its own script, it is built for keyboard and screen reader.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest
from jinja2 import Environment, nodes

import diffs_made
import waterfalls_made
from page_read import Element, read_page
from servewright.report.html.diff_page import page_of_diff
from servewright.report.html.page import clean, template_sources
from servewright.report.html.waterfall_page import page_of_waterfall

LINKS = {"href", "src", "srcset", "action", "data", "poster", "background", "xlink:href", "formaction", "ping"}


@pytest.fixture(scope="session", params=["preview", "diff", "waterfall"])
def text(request: pytest.FixtureRequest, dev_page: str) -> str:
    """
    Return one page of each kind.
    """
    if request.param == "preview":
        return dev_page
    return page_of_diff(diffs_made.document()) if request.param == "diff" else page_of_waterfall(waterfalls_made.saving())


@pytest.fixture(scope="session")
def page(text: str) -> Element:
    """
    Return the page as it is read.
    """
    return read_page(text)


def test_it_loads_nothing(page: Element, text: str) -> None:
    """
    No attribute and no style names anything outside the page; the only elements that could load are absent.
    """
    found = [(each.name, name, value) for each in page.walk() for name, value in each.attributes.items() if name in LINKS]
    assert all(value.startswith("#") or value == "data:," for _, _, value in found), found
    assert {each.attributes.get("href") for each in page.all("link")} == {"data:,"}
    assert not page.all("img", "iframe", "object", "embed", "base", "form", "use", "foreignobject", "audio", "video")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert re.findall(r"""(?:fill|stroke|filter|mask|clip-path)="(url\([^#][^)]*\))""", text) == []


def test_its_links_lead_somewhere(page: Element) -> None:
    """
    Each link within the page and each label has its target.
    """
    ids = {each.attributes["id"] for each in page.walk() if "id" in each.attributes}
    links = [each.attributes["href"].removeprefix("#") for each in page.all("a")]
    labels = [name for each in page.walk() for name in each.attributes.get("aria-labelledby", "").split()]
    assert links
    assert set(links) | set(labels) <= ids


def test_the_policy_lets_its_own_style_and_script_through_and_nothing_else(page: Element, text: str) -> None:
    """
    The hashes of the policy are those of the one style and the one script of the page; no element has a handler or a style of its own.
    """
    policy = next(each.attributes["content"] for each in page.all("meta") if "http-equiv" in each.attributes)
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for name, rule in (("style", "style-src"), ("script", "script-src")):
        bodies = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert [f"'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'" for body in bodies] == [rules[rule]]
    assert not [name for each in page.walk() for name in each.attributes if name == "style" or name.startswith("on")]


def test_headings_are_in_order(page: Element) -> None:
    """
    One heading of the first level; none is skipped on the way down.
    """
    levels = [int(each.name[1]) for each in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.text for each in page.all("h1", "h2", "h3"))


def test_landmarks_and_the_way_past_them(page: Element) -> None:
    """
    The first link leads to the one main part; header, navigation and foot are there, the language and the title are said.
    """
    body = page.all("body")[0]
    assert page.all("a")[0].attributes["href"] == f"#{page.all('main')[0].attributes['id']}"
    assert isinstance(body.children[1], Element)
    assert body.children[1].name == "a"
    assert [len(page.all(name)) for name in ("main", "header", "footer")] == [1, 1, 1]
    assert all(each.attributes["aria-label"] for each in page.all("nav"))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("h1")[0].text in page.all("title")[0].text


def test_tables_are_told_to_who_does_not_see_them(page: Element) -> None:
    """
    Each table has a caption, heads with a scope, and lies in a box of its own that the keyboard reaches.
    """
    boxes = [each for each in page.walk() if "scroll" in each.classes]
    assert sum(len(each.all("table")) for each in boxes) == len(page.all("table")) == len(boxes)
    for box in boxes:
        assert (box.attributes["role"], box.attributes["tabindex"]) == ("region", "0")
        table = box.all("table")[0]
        assert table.all("caption")[0].text
        assert {each.attributes.get("scope") for each in table.all("th")} <= {"col", "row"}
        widths = {sum(int(cell.attributes.get("colspan", "1")) for cell in row.all("th", "td")) for row in table.all("tr")}
        assert len(widths) == 1


def test_drawings_have_a_name_a_description_and_a_table(page: Element) -> None:
    """
    Each drawing is an image with a title and a description, and the same section has a table.
    """
    drawings = [each for each in page.all("svg") if "chart" in each.classes]
    assert drawings
    for drawing in drawings:
        assert drawing.attributes["role"] == "img"
        names = drawing.attributes["aria-labelledby"].split()
        assert [drawing.one(name).name for name in names] == ["title", "desc"]
        assert all(drawing.one(name).text for name in names)
    for section in page.all("main")[0].children:
        if isinstance(section, Element) and section.all("figure"):
            assert section.all("table")


def test_marks_lie_within_their_drawing(page: Element) -> None:
    """
    No bar, point or line leaves the drawing to the side, none has a negative width.
    """
    for drawing in page.all("svg"):
        for mark in drawing.all("rect", "circle", "line"):
            across = [
                float(value.rstrip("%")) for name, value in mark.attributes.items() if name in ("x", "x1", "x2", "cx") and "%" in value
            ]
            wide = mark.attributes.get("width", "0%")
            width = float(wide.rstrip("%")) if wide.endswith("%") else 0.0
            assert width >= 0
            assert all(-0.01 <= place <= 100.01 for place in (*across, *(place + width for place in across)))


def test_templates_compute_nothing() -> None:
    """
    No arithmetic, no filter, no test and no call of anything but a macro: every figure of a page comes from Python.
    """
    sources = template_sources()
    assert len(sources) >= 4
    macros = {"blocks", "facts", "chart", "table", "row", "drawing", "hint"}
    for name, source in sources.items():
        tree = Environment(autoescape=True).parse(source, name)
        computed = [*tree.find_all((nodes.BinExpr, nodes.UnaryExpr, nodes.Filter, nodes.Test, nodes.Slice, nodes.Concat))]
        assert [each for each in computed if not isinstance(each, nodes.Or | nodes.And)] == [], name
        called = [getattr(call.node, "name", "?") for call in tree.find_all(nodes.Call)]
        assert set(called) <= macros, name


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\u202eb", "a\\u202eb"), ("a\nb\tc", "a b c"), ("a\x00b", "a\\u0000b"), ("\ud800", "\\ud800"), ("Größe 模型", "Größe 模型")],
)
def test_what_cannot_be_shown_is_escaped(text: str, shown: str) -> None:
    """
    Characters that turn the text around, that end a string or that no encoding has are written out; others stay.
    """
    assert clean(text) == shown
