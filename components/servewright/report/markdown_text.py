"""
Text of others inside our Markdown: it stays text. No HTML, link, image, mention, reference, emoji, formula, table cell or quick action
arises from it, on GitHub and on GitLab alike.

What CommonMark reads is escaped; what both sites look for in the finished text (`@name`, `#12`, addresses) is parted by a character of
no width, as they search after the escapes are gone. Characters that cannot be seen, or that turn the direction of text, are shown as
their number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

PART: Final = "&#8203;"
"""
A space of no width.
"""

_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    **{character: f"\\{character}" for character in "\\`*_[]~"},
}

_REFERENCE: Final = re.compile(
    r"(?<=[@#!~%&])(?=\w)"  # a person, an issue, a merge request, a label, a milestone, an epic
    r"|(?<=:)(?=//)"  # an address of any scheme
    r"|(?<=\bwww)(?=\.)"
    r"|(?<=\bGH)(?=-[0-9])"
    r"|(?<=:)(?=[\w+-]+(?::|$))"  # an emoji; what follows the text may begin with a colon
    r"|(?<=\[)(?=[A-Za-z\[])",  # GitLab's [vulnerability:1] and [[page]]
    re.IGNORECASE,
)
_FORMULA: Final = re.compile(r"\$(?![0-9])")
_BLOCK: Final = re.compile(
    r"[-+](?=\s|$)|-(?=[\s-]*$)|[0-9]{1,9}(?=[.)](?:\s|$))"  # a list, a rule
    r"|#(?=#{0,5}(?:\s|$))|=(?=[\s=]*$)"  # a heading
    r"|:(?=-)"  # the second line of a table
    r"|/"  # a quick action of GitLab, which looks at the source
)
_BACKTICKS: Final = re.compile("`+")


def plain(text: str, longest: int) -> str:
    r"""
    Return *text* on one line of at most *longest* characters, all of which can be seen.

    >>> plain("a\n b\u202ec", 20)
    'a b\\u202ec'
    """
    # a text is cut before it is looked at closely: each character becomes one or more
    short = " ".join(text[: longest * 2 + 1].split())
    seen = "".join(character if character.isprintable() else _number(character) for character in short)
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"


def escaped(text: str, longest: int = 300) -> str:
    """
    Return *text* as Markdown that shows it as it is, anywhere in a paragraph, a list or a table.

    >>> escaped("<b>@team</b> | #12")
    '&lt;b&gt;@&#8203;team&lt;/b&gt; &#124; #&#8203;12'
    """
    shown = plain(text, longest)
    cuts = [0, *(match.start() for match in _REFERENCE.finditer(shown)), len(shown)]
    parts = [_block(_signs(shown[start:end]), first=not start) for start, end in pairwise(cuts)]
    return PART.join(parts) if len(parts) > 1 else parts[0]


def code(text: str, longest: int = 120) -> str:
    """
    Return *text* as a code span, outside of tables.

    >>> code("a`b")
    '`` a`b ``'
    """
    shown = plain(text, longest) or " "
    marks = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(shown)), default=0))
    edge = " " if "`" in (shown[0], shown[-1]) or len(marks) > 1 else ""
    return f"{marks}{edge}{shown}{edge}{marks}"


def fenced(lines: Sequence[str], language: str = "") -> list[str]:
    """
    Return *lines* as a block of code, between marks that none of them can close.
    """
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    marks = "`" * max(3, longest + 1)
    return [marks + language, *lines, marks]


def size(lines: Sequence[str]) -> int:
    """
    Return the bytes of *lines* with their line ends: the strictest reading of a limit on characters.
    """
    return sum(len(line.encode()) + 1 for line in lines)


def fitted(lines: Sequence[str], room: int, more: str) -> list[str]:
    """
    Return as many of *lines* as *room* bytes hold; the last one then says how many are left out, with *more* as "… {count} more".
    """
    if size(lines) <= room:
        return list(lines)
    left = room - size([more.format(count=f"{len(lines):,}")])
    kept: list[str] = []
    for line in lines:
        left -= size([line])
        if left < 0:
            break
        kept.append(line)
    return [*kept, more.format(count=f"{len(lines) - len(kept):,}")]


def _signs(text: str) -> str:
    # A dollar before a figure is money; any other could begin or end a formula.
    marked = "".join(_ESCAPES.get(character, character) for character in text)
    return _FORMULA.sub(r"<span>\\$</span>", marked)


def _block(text: str, *, first: bool) -> str:
    """
    Return *text* so that it begins no list, heading or rule where it stands *first* in its paragraph.
    """
    match = _BLOCK.match(text) if first else None
    if match is None:
        return text
    end = match.end()
    return f"{text[:end]}\\{text[end:]}" if text[0].isdigit() else f"\\{text}"


def _number(character: str) -> str:
    return " " if character.isspace() else f"\\u{ord(character):04x}"
