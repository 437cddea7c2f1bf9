"""
A comment as GitHub and GitLab read it: the parts that a Markdown parser finds, and what both sites make of the finished text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ZERO_WIDTH: Final = "\u200b"

REFERENCES: Final = {
    "a person or group": re.compile(r"@\w"),
    "an issue": re.compile(r"#\w|\bGH-[0-9]", re.IGNORECASE),
    "a merge request, a label, a milestone or an epic": re.compile(r"[!~%&]\w"),
    "an address": re.compile(r"\w://|\bwww\.\w", re.IGNORECASE),
    "an emoji": re.compile(r":[\w+-]+:"),
    "an object of GitLab": re.compile(r"\[[A-Za-z\[]"),
}
"""
What is made of text outside of code after the Markdown is read; https://docs.gitlab.com/user/markdown, https://github.github.com/gfm.
"""


@lru_cache(maxsize=64)
def parsed(text: str) -> tuple[Token, ...]:
    """
    Return the tokens of *text*, those inside of paragraphs and cells in their place.
    """
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found: list[Token] = []
    for token in parser.parse(text):
        found += [token] if token.children is None else token.children
    return tuple(found)


def shape(text: str) -> list[tuple[str, str]]:
    """
    Return what *text* is made of, without its words: kinds of parts, HTML as it stands. The guard around a dollar is no part.
    """
    found = []
    for token in parsed(text):
        markup = token.content if token.type in ("html_block", "html_inline") else token.info if token.type == "fence" else ""
        if token.type != "text" and markup not in ("<span>", "</span>"):
            found.append((token.type, markup))
    return found


def words(text: str) -> str:
    """
    Return what a reader sees outside of code, without guards and spaces of no width.
    """
    return "".join(token.content for token in parsed(text) if token.type == "text").replace(ZERO_WIDTH, "")


def references(text: str) -> list[str]:
    """
    Return what a site would link, notify or draw in *text* outside of code.
    """
    runs, run = [], ""
    for token in parsed(text):
        if token.type == "text":
            run += token.content
        elif token.type != "html_inline":
            runs, run = [*runs, run], ""
    return [f"{name}: {match[0]!r}" for each in [*runs, run] for name, pattern in REFERENCES.items() for match in pattern.finditer(each)]


def formulas(text: str) -> list[str]:
    """
    Return the dollars that could begin or end a formula: GitHub looks at each text by itself, GitLab at the source.
    """
    return [
        token.content
        for token in parsed(text)
        if token.type == "text" and re.search(r"\$(?![0-9])", token.content) and token.content != "$"
    ]
