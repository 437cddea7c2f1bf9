"""
A page read as a browser reads it, strictly: every element closed, every id once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID: Final = frozenset({"meta", "link", "br", "img", "input", "hr"})
_CLOSED_AT_ONCE: Final = frozenset({"line", "circle", "rect", "path"})


@dataclass(slots=True)
class Element:
    """
    One element with its attributes and what stands in it, in order.
    """

    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """
        Yield this element and all below it in the order of the page.
        """
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *names: str) -> list[Element]:
        """
        Return the elements below of these names.
        """
        return [each for each in self.walk() if each.name in names]

    def one(self, identifier: str) -> Element:
        """
        Return the element with this id.
        """
        return next(each for each in self.walk() if each.attributes.get("id") == identifier)

    @property
    def classes(self) -> list[str]:
        """
        The names of its classes.
        """
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """
        What is read of it, white space as one blank.
        """
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.name not in ("style", "script"):
                yield " "
                yield from child._texts()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _CLOSED_AT_ONCE, f"only elements of SVG are closed at once: {tag}"
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> where <{self.open[-1].name}> is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        msg = f"no comment is on a page: {data}"
        raise AssertionError(msg)


def read_page(page: str) -> Element:
    """
    Return the root of *page*; an AssertionError where it is not well formed.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root], f"not closed: {[each.name for each in reader.open[1:]]}"
    ids = [each.attributes["id"] for each in reader.root.walk() if "id" in each.attributes]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({each for each in ids if ids.count(each) > 1})}"
    return reader.root


def rows_of(table: Element, part: str = "tbody") -> list[list[Element]]:
    """
    Return the cells of each row in *part* of *table*.
    """
    return [row.all("th", "td") for body in table.all(part) for row in body.all("tr")]


def headings_of(table: Element) -> list[str]:
    """
    Return the text of each column's head.
    """
    return [cell.text for cell in table.all("thead")[0].all("th", "td")]


def values(cells: list[Element]) -> list[str]:
    """
    Return the exact figures behind *cells*, "" where there is none.
    """
    return [cell.attributes.get("data-value", "") for cell in cells]
