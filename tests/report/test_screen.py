"""
Lines, paragraphs and tables of a fixed width.
"""

from __future__ import annotations

import re
import shlex
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from previews import EncodedFile
from servewright.report.screen import Column, Screen
from servewright.report.wrapping import wrapped

WORDS = st.text(alphabet=st.characters(blacklist_categories=("Cs",), max_codepoint=0x24F), max_size=400)


def made(width: int = 80, encoding: str = "utf-8") -> tuple[Screen, StringIO]:
    """
    Return a screen and the file behind it.
    """
    file = EncodedFile(encoding)
    return Screen(Console(file=file, width=width)), file


@given(WORDS, st.integers(60, 130), st.integers(0, 8), st.integers(0, 8))
def test_paragraphs_stay_within_the_width_and_lose_no_word(text: str, width: int, indent: int, hang: int) -> None:
    """
    Any text fits any width, and every character that is no space is still there in order.
    """
    screen, file = made(width)
    screen.paragraph(text, indent=indent, hang=hang)
    lines = file.getvalue().splitlines()

    assert all(len(line) <= min(width, 120) for line in lines)
    assert "".join("".join(lines).split()) == "".join(screen.say(text).split())


@given(st.lists(st.tuples(WORDS, st.text("0123456789,.", max_size=12), WORDS), min_size=1, max_size=5), st.integers(60, 130))
def test_tables_stay_within_the_width_and_never_break_figures(rows: list[tuple[str, str, str]], width: int) -> None:
    """
    Wrapping columns give way; a column of figures does not wrap.
    """
    screen, file = made(width)
    screen.table((Column(wrap=True, most=0.5), Column(side="right"), Column(wrap=True)), rows)
    lines = file.getvalue().splitlines()

    assert all(len(line) <= min(width, 120) for line in lines)
    assert all(any(figure in line for line in lines) for _, figure, _ in rows if figure)


@pytest.mark.parametrize("figure", ["24 req/s", "40 GiB", "2 × H200", "58 %", "800 ms", "1 to 4 nodes", "3 replicas"])
def test_a_number_stays_with_its_unit(figure: str) -> None:
    """
    Wherever a line ends, a figure is whole on one line.
    """
    for padding in range(40, 60):
        screen, file = made(60)
        screen.paragraph("x" * padding + " " + figure + " and more words behind it", indent=0)

        assert figure in file.getvalue()


@given(
    st.lists(st.sampled_from(["0.25 × g6.xlarge on spot,", "16,384 tokens", "≥ 40,179", "a-b/c.d=1.5", "g6e.12xlarge"]), min_size=1),
    st.integers(7, 40),
)
def test_no_number_is_broken_however_narrow_the_column(words: list[str], width: int) -> None:
    """
    Each number of the text is whole on one line, where the column is no narrower than it.
    """
    text = " ".join(words)
    lines = [line.plain for line in wrapped(Text(text), width)]

    assert all(len(line) <= width for line in lines)
    assert re.findall(r"[0-9][0-9.,]*[0-9]|[0-9]", " ".join(lines)) == re.findall(r"[0-9][0-9.,]*[0-9]|[0-9]", text)


def test_control_characters_do_not_reach_the_terminal() -> None:
    """
    Escape sequences, direction overrides and lone surrogates are shown, not sent.
    """
    screen, file = made()
    screen.paragraph("a\x1b[31mb\x07c\u202ed\udc80e", indent=0)

    assert file.getvalue() == "a\\x1b[31mb\\x07c\\u202ed\\udc80e\n"


def test_nothing_is_read_as_markup() -> None:
    """
    Square brackets and colons of a user's text are text.
    """
    screen, file = made()
    screen.paragraph("[bold]x[/bold] :smile: [link=http://a]", indent=0)

    assert file.getvalue() == "[bold]x[/bold] :smile: [link=http://a]\n"


def test_ascii_stands_in_where_the_encoding_has_no_block_characters() -> None:
    """
    A console that cannot say the block characters gets ASCII and nothing else.
    """
    screen, file = made(encoding="ascii")
    screen.paragraph("2 × H200 … █▒░ ≥ 3–4 é", indent=0)

    assert file.getvalue() == "2 x H200 ... #=. >= 3-4 \\xe9\n"


def test_commands_can_be_copied_as_they_stand() -> None:
    """
    A long command is broken with backslashes, and a shell reads the same words.
    """
    words = ["kubectl", "--namespace", "n" * 40, "create", "secret", "generic", "s" * 30, "--from-file=token=/dev/stdin"]
    screen, file = made(80)
    screen.command(words, indent=6)
    text = file.getvalue()

    assert all(len(line) <= 80 for line in text.splitlines())
    assert shlex.split(text.replace("\\\n", "")) == words


def test_styles_are_only_on_a_terminal_and_obey_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A pipe gets plain text, a terminal gets the same text with colour, and with NO_COLOR without it.
    """
    shown = {}
    for name, terminal in (("pipe", False), ("terminal", True), ("plain", True)):
        if name == "plain":
            monkeypatch.setenv("NO_COLOR", "1")
        file = EncodedFile("utf-8")
        Screen(Console(file=file, width=80, force_terminal=terminal, color_system="standard" if terminal else None)).paragraph(
            ("loud", "red")
        )
        shown[name] = file.getvalue()

    assert shown == {"pipe": "  loud\n", "terminal": "  \x1b[31mloud\x1b[0m\n", "plain": "  loud\n"}


def test_a_row_of_one_cell_runs_over_all_columns() -> None:
    """
    A note between rows is as wide as the table may be and does not widen a column.
    """
    screen, file = made(80)
    screen.table((Column(), Column(side="right")), [("a", "1"), ("  a note that is much longer than the columns",), ("b", "22")])

    assert file.getvalue() == "  a   1\n    a note that is much longer than the columns\n  b  22\n"
