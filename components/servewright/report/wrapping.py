"""
Text in lines of a width, without breaking a figure.

A number stays with its unit; a word that is longer than a line is broken behind its dots, slashes and the like before anywhere else.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

BULLET: Final = "· "
ASCII_BULLET: Final = "- "
GLUE: Final = "\N{NO-BREAK SPACE}"
_UNIT: Final = re.compile(
    r"""(?<=[0-9])\ (?=(?:ms|s|min|h|GiB|MiB|GB|TB|%|vCPU|req/s|tokens?|nodes?|replicas?|GPUs?|USD)(?![A-Za-z0-9]))
      | (?<=[0-9])\ (?=[×x]\ )  # 2 × H200
      | (?<=\ [×x])\ (?=[^ ])
      | (?<=[0-9])\ (?=to\ [0-9])  # 1 to 4
      | (?<=to)\ (?=[0-9])
      | (?<=[≥≤<>])\ (?=[0-9])
      | (?<=[0-9])\ (?=/\ [0-9])  # 730 / 547.5 / 0
      | (?<=/)\ (?=[0-9])""",
    re.VERBOSE,
)
"""
The spaces at which a figure would come apart.
"""

_WORD: Final = re.compile(r"[^ ]+")
_BREAK: Final = re.compile(rf"(?<=[./:=@,{GLUE}-])(?![./:=@,{GLUE}-])(?!(?<=[0-9][.,])[0-9])")
"""
Where a word that is too long may be broken: behind its dots and the like, and between a figure and what it counts, never within a number.
"""

_NUMBER: Final = re.compile(r"[0-9][0-9.,]*")


def wrapped(text: Text, width: int) -> list[Text]:
    """
    Return *text* in lines of at most *width*; its own line ends stay, styles too.
    """
    return [line for part in text.split("\n", allow_blank=True) for line in _part(part, width)]


def _part(part: Text, width: int) -> list[Text]:
    """
    Return one paragraph in lines; its leading spaces, two more or a bullet's width are the indent of the lines that follow.
    """
    words = _UNIT.sub(GLUE, part.plain)
    lead = len(words) - len(words.lstrip(" "))
    hang = lead + 2 if lead or words.startswith((BULLET, ASCII_BULLET)) else 0
    return [Text(" " * hang if number else "") + part[start:end] for number, (start, end) in enumerate(_line_spans(words, width, hang))]


def _line_spans(words: str, width: int, hang: int) -> list[tuple[int, int]]:
    """
    Return start and end of each line of *words*, filled greedily; lines after the first have *hang* columns less.
    """
    spans: list[tuple[int, int]] = []
    start = end = 0
    for chunk in _chunks(words, max(1, width - hang)):
        room = width if not spans else width - hang
        if end > start and chunk[1] - start > room:
            spans.append((start, end))
            start = chunk[0]
        end = chunk[1]
    return [*spans, (start, end)]


def _chunks(words: str, width: int) -> Iterator[tuple[int, int]]:
    """
    Return what is not broken: words; one that is too long is broken behind its dots, slashes and the like, else anywhere but in a number.
    """
    for word in _WORD.finditer(words):
        if len(word[0]) <= width:
            yield word.span()
            continue
        edges = [
            word.start(),
            *(b.start() for b in _BREAK.finditer(words, *word.span()) if word.start() < b.start() < word.end()),
            word.end(),
        ]
        for start, end in pairwise(edges):
            yield from _slices(words, start, end, width)


def _slices(words: str, start: int, end: int, width: int) -> Iterator[tuple[int, int]]:
    """
    Return the piece from *start* to *end* in parts of at most *width*, cut in front of a number rather than within; a longer number stays.
    """
    while end - start > width:
        cut = start + width
        number = next((n for n in _NUMBER.finditer(words, start, end) if n.start() < cut < n.end()), None)
        if number is not None:
            cut = number.start() if number.start() > start else number.end()
        yield start, cut
        start = cut
    if end > start:
        yield start, end
