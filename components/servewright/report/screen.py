"""
Lines, paragraphs and tables of a fixed width on a rich console.

Every text goes through `Screen.say`: control characters cannot reach the terminal, and where the encoding has no block characters
ASCII stands in their place. Nothing is read as markup. Figures are never broken: a number stays with its unit, table cells that hold
figures do not wrap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rich.text import Text

from servewright.report.wrapping import GLUE, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

WIDEST: Final = 120
NARROWEST: Final = 60

STRONG: Final = "bold"
GOOD: Final = "green"
WARN: Final = "yellow"
BAD: Final = "bold red"
QUIET: Final = "dim"

Span = str | tuple[str, str]
"""
A piece of text, or a piece of text with its style.
"""

_ASCII: Final = {
    "×": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "·": "-",
    "±": "+-",
    "→": "->",
    "≥": ">=",
    "≤": "<=",
    "÷": "/",
    "█": "#",
    "▒": "=",
    "░": ".",
    "├": "|",
    "└": "`",
    "│": "|",
    "─": "-",
    "▁": "1",
    "▂": "2",
    "▃": "3",
    "▄": "4",
    "▅": "5",
    "▆": "6",
    "▇": "7",
}
_TO_ASCII: Final = str.maketrans(_ASCII)
_CONTINUED: Final = " \\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column of a table: *side* the cells align to; a column that may *wrap* gives way when the table is wider than the screen.

    *most* bounds a wrapping column's share of the width, *least* is a width in characters.
    """

    side: Literal["left", "right"] = "left"
    wrap: bool = False
    style: str = ""
    most: float = 1.0
    least: int = 0


class Screen:
    """
    Writes to *console*, never wider than it and never wider than 120 columns.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ascii = not _can_say("".join(_ASCII), console.encoding)
        self.width = max(NARROWEST, min(console.width, WIDEST))

    def say(self, text: str) -> str:
        """
        Return *text* as it may be shown: no control characters, and only what the encoding has.
        """
        clean = "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text.replace(GLUE, " "))
        if not self._ascii:
            return clean
        return clean.translate(_TO_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def blank(self) -> None:
        """
        Write an empty line.
        """
        self._write(Text())

    def heading(self, text: str, note: str = "") -> None:
        """
        Write an empty line and a heading with a quiet *note* behind it.
        """
        self.blank()
        self.paragraph((text, STRONG), ("   " + note if note else "", QUIET), indent=0, hang=2)

    def paragraph(self, *spans: Span, indent: int = 2, hang: int | None = None) -> None:
        """
        Write *spans* as running text, wrapped; lines after the first are indented by *hang*.
        """
        text = self._text(spans)
        following = indent if hang is None else hang
        for number, line in enumerate(wrapped(text, self.width - max(indent, following))):
            self._write(Text(" " * (following if number else indent)) + line)

    def side_by_side(self, spans: Sequence[Span], note: str) -> None:
        """
        Write *spans* with a quiet *note* at the right end, or below where there is no room.
        """
        room = self.width - len(self._text(spans).plain) - 2
        if note and len(self.say(note)) <= room:
            self.verbatim(*spans, (self.say(note).rjust(room + 2), QUIET))
            return
        self.paragraph(*spans, indent=0, hang=2)
        if note:
            self.paragraph((note, QUIET), indent=0)

    def verbatim(self, *spans: Span, indent: int = 0) -> None:
        """
        Write *spans* as one line that is never wrapped: what a program or a shell reads.
        """
        self._write(Text(" " * indent) + self._text(spans))

    def command(self, words: Sequence[str], *, indent: int) -> None:
        """
        Write a shell command, broken with a backslash where it is too long: it can be copied as it stands.
        """
        line = ""
        for word in words:
            longer = f"{line} {word}" if line else word
            if line and indent + len(longer) + len(_CONTINUED) > self.width:
                self.verbatim((line + _CONTINUED, STRONG), indent=indent)
                longer = "    " + word
            line = longer
        self.verbatim((line, STRONG), indent=indent)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Span]], *, indent: int = 2, gap: int = 2) -> None:
        """
        Write *rows* under each other; wrapping columns share what the others leave. A row of one cell runs over all columns.
        """
        cells = [[self._text([cell]) for cell in row] for row in rows]
        whole = [row for row in cells if len(row) == len(columns)]
        widths = _widths(columns, whole, self.width - indent - gap * (len(columns) - 1)) if whole else []
        for row in cells:
            if len(row) == len(columns):
                self._row(columns, row, widths, indent, gap)
            else:
                for line in wrapped(row[0], self.width - indent):
                    self._write(Text(" " * indent) + line)

    def _row(self, columns: Sequence[Column], row: Sequence[Text], widths: Sequence[int], indent: int, gap: int) -> None:
        stacks = [wrapped(cell, width) if column.wrap else [cell] for column, cell, width in zip(columns, row, widths, strict=True)]
        for depth in range(max(len(s) for s in stacks)):
            line = Text(" " * indent)
            for number, (column, stack, width) in enumerate(zip(columns, stacks, widths, strict=True)):
                cell = stack[depth].copy() if depth < len(stack) else Text()
                cell.stylize_before(column.style)
                line += _padded(cell, width, column.side)
                line += " " * (gap if number < len(columns) - 1 else 0)
            self._write(line)

    def _text(self, spans: Iterable[Span]) -> Text:
        text = Text()
        for span in spans:
            words, style = (span, "") if isinstance(span, str) else span
            text.append(self.say(words), style)
        return text

    def _write(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, soft_wrap=True, highlight=False)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[Text]], room: int) -> list[int]:
    natural = [max(column.least, *(_longest(row[i]) for row in cells)) for i, column in enumerate(columns)]
    flexible = [i for i, c in enumerate(columns) if c.wrap]
    left = room - sum(natural[i] for i in range(len(columns)) if i not in flexible)
    widths = list(natural)
    for position, i in enumerate(flexible):
        last = position == len(flexible) - 1
        widths[i] = max(1, min(natural[i], left if last else int(left * columns[i].most)))
        left -= widths[i]
    return widths


def _longest(cell: Text) -> int:
    return max(len(line) for line in cell.plain.split("\n"))


def _padded(cell: Text, width: int, side: str) -> Text:
    room = " " * max(0, width - len(cell.plain))
    return Text(room) + cell if side == "right" else cell + Text(room)


def _can_say(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _escaped(character: str) -> str:
    return " " if character in "\t\r\v\f" else character.encode("unicode_escape").decode("ascii")
