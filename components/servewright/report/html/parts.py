"""
What a page is made of: tables, lists, facts, charts and folded parts, with every figure already a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["", "good", "warn", "bad", "quiet"]
Sorted = Literal["", "ascending", "descending"]
PROSE: Final = 48
SHORT: Final = 12
"""
Characters from which on a text in a table is prose, which wants a broad column, and up to which it is not broken; judgement.
"""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One field of a table: *text* is what is read, *value* the exact figure behind it (text as JSON has it, "" where it is unknown or none).
    """

    text: str
    value: str = ""
    number: bool = False
    tone: Tone = ""
    note: str = ""

    @property
    def look(self) -> str:
        """
        The classes of the cell: numbers stand right, long texts get room, short ones (a date, "on-demand") stay on one line.
        """
        size = "prose" if len(self.text) > PROSE else "short" if len(self.text) <= SHORT else ""
        kind = "number" if self.number else size
        return " ".join(part for part in (kind, self.tone) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """
    The head of a column; *order* says how the rows stand by it already.
    """

    text: str
    number: bool = False
    order: Sorted = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    Rows under headings; the first cell of a row is its head. *foot* are totals, which sorting leaves where they are.
    """

    id: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[tuple[Cell, ...], ...] = ()
    sortable: bool = False
    look: str = ""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """
    One paragraph.
    """

    text: str
    tone: Tone = ""
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    A name and what holds of it; *note* is a remark below, *tone* how loud it is beside its words.
    """

    name: str
    text: str
    note: str = ""
    tone: Tone = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    Facts below each other, or as tiles beside each other.
    """

    facts: tuple[Fact, ...]
    tiles: bool = False
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One point of a list: *lead* stands before the text and says its kind in words, *command* is what to run.
    """

    text: str
    lead: str = ""
    command: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """
    Points below each other.
    """

    items: tuple[Item, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    One mark of a chart. Across, places are texts in percent of its width, so that letters keep their size on a narrow screen; down, pixels.

    *mark* is "rect", "line", "circle" or "text"; *look* its class in the style sheet; *hint* what is said of it on its own.
    """

    mark: Literal["rect", "line", "circle", "text"]
    look: str
    x: str
    y: str
    x2: str = ""
    y2: str = ""
    width: str = ""
    height: str = ""
    radius: str = ""
    anchor: Anchor = "start"
    text: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """
    One entry of a legend: the look of a mark and what it means.
    """

    look: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    A drawing with its name, what it shows in words, its height in pixels, its legend and its marks, the first at the back.
    """

    id: str
    title: str
    description: str
    height: int
    shapes: tuple[Shape, ...]
    legend: tuple[Key, ...] = ()
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    Blocks under a heading of the third level.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    kind: Literal["part"] = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """
    Blocks that are opened by who wants them.
    """

    title: str
    blocks: tuple[Block, ...]
    open: bool = False
    kind: Literal["fold"] = "fold"


Block = Table | Text | Facts | Items | Chart | Part | Fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    Blocks under a heading of the second level; *short* is its name in the list of contents.
    """

    id: str
    title: str
    blocks: tuple[Block, ...]
    short: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    A whole page: *title* is its one heading of the first level, *about* the line below, *tiles* the figures that everybody asks for.
    """

    title: str
    about: str
    tiles: Facts | None
    sections: tuple[Section, ...]
    foot: str
