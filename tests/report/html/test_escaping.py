"""
A name is text wherever it comes from: no name makes an element, an attribute, a script, or turns the text around it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

import diffs_made
import hostile_texts
import previews
from page_read import read_page, rows_of
from servewright.cost.model import NotPriced, Unknown, Unsupported
from servewright.plan.model import Rejected
from servewright.ranges import Range
from servewright.report.html.diff_page import page_of_diff
from servewright.report.html.page import clean
from servewright.report.html.preview_page import page_of_preview
from servewright.report.html.waterfall_page import page_of_waterfall
from servewright.report.waterfall import Bar, Waterfall
from servewright.spec.request import AppliedDefault

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.report.model import Preview

MARKUP: Final = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "style": "</style><style>*{display:none}",
    "end-of-script": "</script><script>alert(1)</script>",
    "title": "</title><script>alert(1)</script>",
    "svg": "</text></svg><svg onload=alert(1)>",
    "attribute": "' onmouseover='alert(1)",
    "template": "{{ 7 * 7 }}{% raw %}{{ page }}",
    "entity": "&lt;b&gt;&#x3c;b&#x3e;",
    "comment": "<!-- -->--><![CDATA[",
    "right-to-left": "\u202eevil\u2066\u200f",
    "arabic": "نموذج اللغة",
    "chinese": "大模型服务",
    "long": "m" * 300,
    "long-words": "ab " * 100,
}
HOSTILE: Final = {**{name: text for name, text in hostile_texts.HOSTILE.items() if text and len(text) < 5000}, **MARKUP}
NAMES = st.one_of(
    st.sampled_from(sorted(HOSTILE.values())),
    st.text(alphabet="<>\"'&/=`{}%#-!;: \u202e\u0000aé模", min_size=1, max_size=40),
    st.text(min_size=1, max_size=60),
)


def preview_named(name: str) -> Preview:
    """
    Return a preview with *name* wherever a user's or a stranger's text stands.
    """
    lost = (
        Rejected(what=name, why=name, monthly=None, serves=True),
        Rejected(what=f"{name} 2", why=name, monthly=None),
    )
    model = previews.model(name=name, source=f"{name}/{name}", reasons=(name,), rejected=lost)
    plan = previews.plan(
        stack=previews.stack(name=name, owner=name),
        models=(model,),
        pools=(previews.pool(serves=(name,)),),
        defaults=(AppliedDefault(path=name, value=name, why=name),),
    )
    line = previews.line(resource=f"urn::{name}", component=name, model=name, name=name, unit=name, source=name, as_of=name)
    unpriced = previews.line(resource=f"urn::{name}", component=name, name=f"{name} 2", unit_price=Range.unknown())
    bill = previews.bill(
        lines=(line, unpriced),
        unknown=(Unknown(id=unpriced.id, resource=name, what=name, why=name),),
        unsupported=(Unsupported(resource=name, type=name),),
        not_priced=(NotPriced(what=name, requests=name),),
        assumptions=(name,),
    )
    return previews.preview(plan=plan, bill=bill)


def diff_named(name: str) -> str:
    """
    Return the page of a diff with *name* in the place of every text that a document may hold.
    """

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {"apiVersion", "state", "kind", "action", "rule", "currency", "as_of", "expires", "oldest", "newest", "code"}
            return {key: inner if key in kept else put(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [put(item) for item in value]
        return name if isinstance(value, str) and not value.replace(".", "").replace("-", "").isdigit() else value

    return page_of_diff(put(diffs_made.document()))


def waterfall_named(name: str) -> str:
    """
    Return the page of a waterfall of *name*.
    """
    bar = Bar(label=name, monthly=Range.exactly(5), note=name)
    return page_of_waterfall(Waterfall(title=name, start=bar, steps=(bar, replace(bar, monthly=None)), end=bar))


PAGES: Final[dict[str, Callable[[str], str]]] = {
    "preview": lambda name: page_of_preview(preview_named(name), name),
    "diff": diff_named,
    "waterfall": waterfall_named,
}


def structure(page: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """
    Return how often each element stands on the page with which attributes.

    Left out are remarks, which are only where there is a text, and classes, which long texts have.
    """
    elements = (each for each in read_page(page).walk() if each.name != "small")
    return Counter((each.name, tuple(sorted(set(each.attributes) - {"class"}))) for each in elements)


@cache
def plain(kind: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """
    Return the structure of the page with a plain name.
    """
    return structure(PAGES[kind]("plain"))


@pytest.mark.parametrize("kind", PAGES)
@given(name=NAMES)
def test_no_name_changes_the_page(kind: str, name: str) -> None:
    """
    With any name the page has the elements and attributes that it has with a plain one, and no other.
    """
    assert structure(PAGES[kind](name)) == plain(kind)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_name_is_read_as_it_is(name: str) -> None:
    """
    What is read of a hostile name is the name, with what cannot be shown written out; the page is text that a file can hold.
    """
    text = page_of_preview(preview_named(name), name)
    page = read_page(text)
    shown = " ".join(str(clean(name)).split())
    assert page.all("h1")[0].text == shown
    assert rows_of(page.one("bill-table"))[0][1].text == shown
    assert text.encode("utf-8").isascii() or not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f\x00")


def test_no_name_of_a_stack_is_an_id() -> None:
    """
    Ids are made from places, so that two models of one name, or a name with blanks, do not meet.
    """
    model = previews.model(name="bill")
    other = previews.model(name="bill")
    plan = previews.plan(models=(model, other))
    read_page(page_of_preview(previews.preview(plan=plan), "x.yaml"))
