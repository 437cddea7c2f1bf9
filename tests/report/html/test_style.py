"""
The colours of both themes can be read: text at 4.5 to 1 against what it stands on, marks at 3 to 1.

The limits are those of WCAG 2.2, 1.4.3 and 1.4.11 (https://www.w3.org/TR/WCAG22/).
"""

from __future__ import annotations

import re
from typing import Final

import pytest

from servewright.report.html.page import page_style

TEXTS: Final = ("text", "quiet", "link", "good", "warn", "bad")
GROUNDS: Final = ("page", "card", "soft", "code")
MARKS: Final = ("whole", "part", "more", "less", "second", "mark", "bad", "warn", "focus")


def colours(theme: str) -> dict[str, tuple[int, int, int]]:
    """
    Return the variables of one theme as red, green and blue.
    """
    style = page_style()
    where = {"light": 0, "dark": style.index("prefers-color-scheme: dark"), "print": style.index("@media print")}[theme]
    block = style[style.index(":root", where) :].partition("}")[0]
    found = re.findall(r"--([a-z]+): (#[0-9a-f]+);", block)
    return {name: _rgb(value) for name, value in found}


def _rgb(value: str) -> tuple[int, int, int]:
    digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """
    Return the contrast of two colours as WCAG defines it, from 1 to 21.
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_black_on_white_is_the_most() -> None:
    """
    The measure itself: 21 to 1 for black on white, 1 for a colour on itself, 4.54 for the published pair of greys.
    """
    assert round(contrast((0, 0, 0), (255, 255, 255)), 1) == 21.0
    assert contrast((9, 9, 9), (9, 9, 9)) == 1.0
    assert round(contrast(_rgb("#767676"), (255, 255, 255)), 2) == 4.54


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_text_can_be_read(theme: str) -> None:
    """
    Every colour of text has 4.5 to 1 on every ground.
    """
    found = colours(theme)
    low = {(text, ground): contrast(found[text], found[ground]) for text in TEXTS for ground in GROUNDS}
    assert {pair: round(value, 2) for pair, value in low.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_marks_can_be_seen(theme: str) -> None:
    """
    Every colour of a mark has 3 to 1 on a card.
    """
    found = colours(theme)
    low = {mark: contrast(found.get(mark, found["link"]), found["card"]) for mark in MARKS}
    assert {mark: round(value, 2) for mark, value in low.items() if value < 3} == {}


def test_both_themes_define_the_same() -> None:
    """
    No colour is missing in a theme, and none is written out beside the variables.
    """
    assert set(colours("light")) == set(colours("dark"))
    rules = re.sub(r":root \{.*?\}", "", page_style(), flags=re.DOTALL)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)) <= {"#fff", "#summary"}


def test_every_look_has_a_rule() -> None:
    """
    Each class that a mark may have is in the style.
    """
    for look in (
        "whole",
        "part",
        "more",
        "less",
        "missing",
        "whisker",
        "limit",
        "join",
        "first",
        "second",
        "third",
        "fourth",
        "chosen",
        "other",
    ):
        assert re.search(rf"\.{look}\b", page_style()), look
