"""
Text of others in our Markdown: it shows as it is, and nothing arises from it.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hostile_texts import HOSTILE as TEXTS
from markdown_read import formulas, parsed, references, shape, words
from servewright.report.markdown_text import code, escaped, fenced, fitted, plain, size

SNIPPETS = (
    "@octocat", "@org/team", "#12", "GH-12", "acme/stacks#12", "!7", "~bug", "~~x~~", "%v1", "&4", "$7", "$x$", "$$", "$`x`$", ":tada:",
    "https://evil.example/?q=1", "www.evil.example", "a@b.example", "mailto:a@b.example", "ftp://x", "//x", "<https://evil.example>",
    "[x](https://evil.example)", "![x](https://evil.example/p.png)", "[x]: https://evil.example", "[[page]]", "[vulnerability:1]",
    "<details>", "</details>", "<summary>", "<img src=x onerror=alert(1)>", "<!--", "-->", "<b>", "</sub>", "&lt;", "&#64;octocat", "\\",
    "|", "\\|", "`", "``", "```", "~~~", "---", "===", "# h", "- x", "+ x", "1. x", "12) x", "> x", "* x", "**b**", "_i_", "    x", "\t",
    "\n", "\r\n\r\n", "\x00", "\x1b[31m", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "/close",
    "\n/merge", "\nfoo: bar\n---", "é", "→", "👍",
)  # fmt: skip
ANY = st.lists(
    st.one_of(st.sampled_from(SNIPPETS), st.text(alphabet="@#!~%&$:/[]()<>|`*_\\- \n+.1ax=", max_size=6), st.text(max_size=4)),
    min_size=1,
    max_size=8,
).map("".join)

PLACES = {
    "a paragraph": "{}",
    "a paragraph, later": "x {} y",
    "a list": "- {}",
    "a list, later": "- `a`: {} (b)",
    "a quotation": "> **deny** `a`: {} (rule x)",
    "a cell": "| a | b |\n|---|---|\n| {} | c |",
    "a heading": "### {} x",
    "before a colon": "x, {}: y",
    "the foot": "<sub>{} · b</sub>",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@given(text=ANY)
def test_a_text_stays_text(place: str, text: str) -> None:
    """
    Wherever it stands, a text makes no other parts than the letter x does, no reference and no formula, and its words are all there.
    """
    stays_text(place, text)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_every_sign_of_markdown_stays_text(place: str) -> None:
    """
    The same for each thing that Markdown, GitHub or GitLab would read, alone, before and behind a word.
    """
    for snippet in SNIPPETS:
        for text in (snippet, f"{snippet} x", f"{snippet}x", f"x{snippet}", f"x {snippet}"):
            stays_text(place, text)


def stays_text(place: str, text: str) -> None:
    """
    Fail where *text* becomes anything else in *place*.
    """
    shown = place.format(escaped(text))

    if plain(text, 300):
        assert shape(shown) == shape(place.format("x"))
        assert plain(text, 300) in words(shown)
    assert references(shown) == []
    assert formulas(shown) == []


@given(text=ANY)
def test_a_code_span_holds_any_text(text: str) -> None:
    """
    A code span is one span with exactly the text in it.
    """
    tokens = parsed(f"- {code(text)}: x")
    spans = [token.content for token in tokens if token.type == "code_inline"]

    assert [span.strip() for span in spans] == [(plain(text, 120) or " ").strip()]
    assert shape(f"- {code(text)}: x") == shape("- `a`: x")


@given(lines=st.lists(ANY.map(lambda text: plain(text, 200)), max_size=6))
@example(lines=["```", "x", "`````", "~~~"])
def test_no_line_closes_its_block(lines: list[str]) -> None:
    """
    A block of code ends where we end it.
    """
    found = parsed("\n".join([*fenced(lines, "diff"), "", "after"]))

    assert [(t.type, t.content) for t in found if t.type in ("fence", "text")] == [
        ("fence", "".join(f"{line}\n" for line in lines)),
        ("text", "after"),
    ]


@given(text=st.text(), longest=st.integers(min_value=1, max_value=50))
def test_a_plain_text_is_one_short_line_that_can_be_seen(text: str, longest: int) -> None:
    """
    No control character, no change of direction, no half character, no line end is left.
    """
    shown = plain(text, longest)

    assert shown.isprintable()
    assert len(shown) <= longest
    shown.encode()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_hostile_texts_of_the_house_are_shown(text: str) -> None:
    """
    What specs are attacked with does no more here.
    """
    assert references(escaped(text)) == []
    assert re.findall(r"<(?!/?span>)", escaped(text)) == []


def test_money_is_left_alone() -> None:
    """
    A dollar before a figure is written as it is.
    """
    assert escaped("maximum $139,357 is above $95,000") == "maximum $139,357 is above $95,000"


@given(lines=st.lists(st.text(alphabet="aé→", max_size=30), max_size=40), room=st.integers(min_value=60, max_value=600))
def test_lines_that_do_not_fit_are_counted(lines: list[str], room: int) -> None:
    """
    What is kept is a beginning, within the room, and the last line says how many are missing.
    """
    kept = fitted(lines, room, "… {count} more lines")

    assert size(kept) <= room
    if kept != lines:
        assert kept[:-1] == lines[: len(kept) - 1]
        assert kept[-1] == f"… {len(lines) - len(kept) + 1:,} more lines"
