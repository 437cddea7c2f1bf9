"""
The comment as a whole: what it must always say, what it must never become, and how long it may be.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments_made import COMMENTS, many_stacks
from diffs_made import amounts, document, gate, less, stack, staging
from markdown_read import formulas, references, shape
from servewright.report.diff_document import DiffDocument
from servewright.report.markdown import LIMIT, comment, is_worth_posting, marker

FIXED = {"apiVersion", "as_of", "currency", "oldest", "newest", "state", "kind", "rule", "action", "code", "expires"}
NUMBERS = {"min", "expected", "max", "count", "price"}
HOSTILE = st.lists(
    st.sampled_from(
        [
            "@octocat", "#12", "GH-3", "!7", "~bug", "https://evil.example", "www.evil.example", "[x](https://e.x)", "![x](y)", "<details>",
            "</details>", "<img src=x>", "<!-- servewright-cost:default -->", "-->", "|", "`", "```", "\n```\n", "\n\n# x\n\n",
            "\n/close\n", "$x$", ":tada:", "\u202e", "\x1b[2J", "\\", "**", "1. ", "- ", "> ", "word",
        ]
    ),
    min_size=1,
    max_size=5,
).map(lambda parts: f"x{''.join(parts)}")  # fmt: skip


def made(value: Any) -> DiffDocument:
    """
    Return *value* as it is read.
    """
    return DiffDocument.model_validate(value)


def with_texts(value: Any, text: str, name: str = "") -> Any:
    """
    Return *value* with *text* in place of every free text.
    """
    if isinstance(value, dict):
        # in a change "type" is a text, in its causes an amount
        numbers = NUMBERS | ({"type"} if set(value) == {"count", "type", "price"} else set())
        figure = set(value) == {"before", "after"} and name == "usd_per_1m_tokens"
        return {
            each: inner if each in FIXED or each in numbers or figure else with_texts(inner, text, each) for each, inner in value.items()
        }
    if isinstance(value, list):
        return [with_texts(inner, text, name) for inner in value]
    return text if isinstance(value, str) else value


@given(text=HOSTILE)
def test_no_text_of_a_document_becomes_anything_else(text: str) -> None:
    """
    With any text in each of its places the comment has the parts that it has with a word: no new HTML, link, image, row or block; nobody
    is mentioned, nothing referred to; no line begins as a quick action; the mark stands once, at the top.
    """
    shown, plain = (comment(made(with_texts(document(), each))) for each in (text, "xword"))

    assert shape(shown) == shape(plain)
    assert references(shown) == references(plain) == []
    assert formulas(shown) == []
    assert [line for line in shown.splitlines() if line.lstrip().startswith("/")] == []
    assert [line for line in shown.splitlines() if line.startswith("<!--")] == [marker("default")]
    assert shown.removesuffix("\n").replace("\n", "").isprintable()


@pytest.mark.parametrize("limit", [LIMIT, 56_000])
def test_an_over_long_comment_keeps_what_counts(limit: int) -> None:
    """
    Headline, table, gates and foot survive; the details say how many lines are in the artefact.
    """
    whole, diff = comment(made(many_stacks(60, 2)), limit=10**9), made(many_stacks(400, 20))
    shown = comment(diff, limit=limit)

    assert len(shown.encode()) <= limit
    assert shown.splitlines()[1].startswith("### Servewright: $")
    assert "69 gates deny" in shown.splitlines()[1]
    assert shown.count("> ⛔ **deny**") == 69
    assert re.search(r"^\| … \d+ more in the artefact", shown, re.MULTILINE)
    assert re.search(r"^… [\d,]+ more lines in the artefact$", shown, re.MULTILINE)
    assert shown.endswith("updated in place</sub>\n")
    assert shape(shown)[-3:] == shape(whole)[-3:]


@pytest.mark.parametrize("text", ["x" * 10_000, "`" * 10_000, "|" * 10_000, "\u202e" * 10_000, "@a" * 5_000, "é" * 10_000])
def test_long_texts_cannot_push_the_rest_out(text: str) -> None:
    """
    Each text is cut: with the longest of each everywhere and hundreds of stacks the comment still ends with its foot, within the limit.
    """
    shown = comment(made(with_texts(many_stacks(120, 3), text)))

    assert len(shown.encode()) <= LIMIT
    assert shown.endswith("updated in place</sub>\n")
    assert "> ⛔ **deny**" in shown


def test_what_denies_stands_first() -> None:
    """
    Where there are more verdicts than fit, those that deny are kept.
    """
    rules = [gate("increase", "warned", message=f"warning {n} {'x' * 400}") for n in range(200)]
    diff = made(document({**staging(), "gates": [*rules, gate("monthly-maximum", "denied", message="too much")]}))
    quotes = [line for line in comment(diff).splitlines() if line.startswith("> ")]

    assert quotes[0].startswith("> ⛔ **deny** `staging`: too much")
    assert re.fullmatch(r"> … \d+ more verdicts in the artefact", quotes[-1])


def test_the_counts_of_gates_are_not_believed() -> None:
    """
    The headline counts the verdicts themselves, whatever the document says of them.
    """
    diff = made(document({**staging(), "gates": [gate("daily", "denied")]}, gates={"denied": 0, "warned": 0, "waived": 0}))

    assert "⛔ one gate denies" in comment(diff)


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("first-time", "**$6,210** a month, new"),
        ("nothing", "**$6,210** a month, unchanged"),
        ("no-cost-change", "**$6,210** a month, no change in cost"),
        ("increase", "$61,294 → **$69,608** a month (+$8,314, +13.6 %) ⚠ one gate warns"),
        ("decrease", "$2,200 → **$1,296** a month (−$904, −41.1 %)"),
        ("unknown-price", "at least $6,210 → **at least $6,798** a month (+$588 and what is not known) ⛔ one gate denies"),
        ("faulty", "$56,934 → **at least $63,397** a month (+$8,314 and what is not known) ⛔ one stack does not plan, ⚠ one gate warns"),
    ],
)
def test_the_headline_says_what_a_month_costs(name: str, headline: str) -> None:
    """
    Totals before and after, the difference and its share, and what objects.
    """
    assert comment(made(COMMENTS[name]())).splitlines()[1] == f"### Servewright: {headline}"


@given(before=st.decimals(0, 10**6, places=3), after=st.decimals(0, 10**6, places=3))
def test_the_difference_has_the_sign_of_the_change(before: Decimal, after: Decimal) -> None:
    """
    Dearer is +, cheaper is −, and the same names one amount.
    """
    old, new = amounts(str(before)), amounts(str(after))
    line = comment(made(document(stack("dev", "changed", old, new, delta=less(new, old))))).splitlines()[1]

    assert ("(+" in line) == (after > before)
    assert ("(−" in line) == (after < before)
    assert ("no change in cost" in line) == (after == before)


FIGURES = st.one_of(
    st.none(),
    st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{1,80})?", fullmatch=True),
    st.sampled_from(["0", "-0", "0.004", f"0.{'0' * 79}1", "9" * 15]),
)


def with_figures(value: Any, figures: list[str | None], name: str = "") -> Any:
    """
    Return *value* with the next of *figures* in place of every amount.
    """
    if isinstance(value, dict):
        causes = set(value) == {"count", "type", "price"}
        leaf = causes or name == "usd_per_1m_tokens" or set(value) == {"min", "expected", "max"}
        return {
            each: figures[len(f"{name}{each}{inner}") % len(figures)] if leaf else with_figures(inner, figures, each)
            for each, inner in value.items()
        }
    return [with_figures(inner, figures, name) for inner in value] if isinstance(value, list) else value


@given(figures=st.lists(FIGURES, min_size=1, max_size=6))
def test_any_figures_can_be_shown(figures: list[str | None]) -> None:
    """
    Whatever amounts a document has within its bounds, the comment shows them; what is unknown is never 0.
    """
    shown = comment(made(with_figures(document(), figures)))

    assert shown.splitlines()[1].startswith("### Servewright: ")
    if figures == [None]:
        assert "unknown" in shown
        assert "$" not in "".join(line for line in shown.splitlines() if line.startswith("~ "))


@pytest.mark.parametrize(("name", "worth"), [(name, name != "nothing") for name in COMMENTS])
def test_a_change_is_worth_a_comment(name: str, *, worth: bool) -> None:
    """
    A pull request that no stack sees gets none.
    """
    assert is_worth_posting(made(COMMENTS[name]())) is worth


def test_a_gate_that_denies_is_worth_a_comment() -> None:
    """
    Where the check fails although nothing changed, the comment says why.
    """
    same = amounts("5")

    assert is_worth_posting(made(document(stack("dev", "unchanged", same, same, gates=[gate("daily", "denied")]))))
    assert not is_worth_posting(made(document(stack("dev", "unchanged", same, same, gates=[gate("daily", "warned")]))))


def test_stacks_of_one_name_are_told_apart() -> None:
    """
    Two stacks that would be called the same carry their files.
    """
    pair = [stack("chat", "changed", amounts("1"), amounts(after), file=f"{name}/chat.yaml") for name, after in (("eu", "2"), ("us", "3"))]
    rows = [line for line in comment(made(document(*pair))).splitlines() if line.startswith("| chat")]

    assert [row.split(" | ")[0] for row in rows] == ["| chat (dev) us/chat.yaml", "| chat (dev) eu/chat.yaml"]


def test_a_change_of_the_maximum_alone_is_in_the_headline() -> None:
    """
    The same expected month with another maximum is no "no change": the worst case is what a reviewer must see.
    """
    before = {"min": "5", "expected": "447", "max": "1135"}
    moved = stack("a", "changed", before, {**before, "max": "22671"})

    assert comment(made(document(moved))).splitlines()[1] == (
        "### Servewright: **$447** a month expected, unchanged; at the maximum $1,135 → $22,671"
    )
