"""
The diff's screen: nothing that matters is left out, and nothing is wider than it.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from diffs_made import UNKNOWN, amounts, change, document, gate, stack
from previews import shown
from servewright.report.diff_document import DiffDocument
from servewright.report.diff_screen import show_diff


def screen(*stacks: dict[str, Any], width: int = 80, encoding: str = "utf-8", **changes: Any) -> str:
    """
    Return the screen of *stacks*, by default one of each state.
    """
    return shown(show_diff, DiffDocument.model_validate(document(*stacks, **changes)), width=width, encoding=encoding)


def words(text: str) -> str:
    """
    Return *text* without its line ends.
    """
    return " ".join(text.split())


def test_the_total_stands_first_with_what_it_lacks() -> None:
    """
    Before, after, the change; then that a stack is faulty, that something has no price, and what the rules say.
    """
    text = words(screen())

    assert "at least $63,554 → at least $70,195 a month (+$8,491 and what is not known)" in text
    assert "1 stack cannot be planned: not in the amounts after" in text
    assert "2 new without a price: not in the amounts, never $0" in text
    assert "cost rules: 1 denied, 1 warned, 1 waived" in text


def test_a_known_change_has_amount_and_percentage() -> None:
    """
    The headline of a change that is known.
    """
    text = screen(stack("a", "changed", amounts("61293"), amounts("69607")))

    assert "$61,293 → $69,607 a month (+$8,314, +13.6 %)" in text


@pytest.mark.parametrize(
    "part",
    [
        "chat 24 → 30 req/s: 8 → 10 replicas, burst 1 → 2 nodes",
        "chat-p5en-48xlarge-x2-burst-spot: instance hours (p5en.48xlarge,",
        "277.4 → 554.8 hours at $29.97",
        "at the maximum +$46,206",
        "chat replicas: 8 → 10",
        "warned monthly-maximum: maximum $139,357 is above the limit of $95,000",
        "waived by ml-platform until 2026-12-31: launch of the new assistant",
        "+ unknown: storage of weights: our table does not cover FSx in us-west-2",
        "+ unsupported: sessions: no pricer for aws:dynamodb/table:Table",
        "broken.yaml:12:22 SW204 models[0].slo.ttft_p95: needs a unit",
        "no change: dev (dev) at least $6,210",
        "GPU nodes $8,724 → $17,216",
        "- trial · dev · trial.yaml $410 (-$410, -100.0 %)",
    ],
)
@pytest.mark.parametrize("width", [80, 120])
def test_everything_that_changed_is_said(part: str, width: int) -> None:
    """
    Summary, lines, decisions, rules, what is unknown, faults, and what did not change.
    """
    text = words(screen(width=width))
    if part.startswith("GPU nodes"):
        assert "GPU nodes $8,724 $17,216" in text
    else:
        assert part in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    """
    Nothing runs over the right edge.
    """
    assert [line for line in screen(width=width).splitlines() if len(line) > width] == []


def test_a_terminal_without_block_characters_gets_ascii() -> None:
    """
    Arrows and dots have a form in ASCII.
    """
    assert screen(encoding="ascii").isascii()


def test_control_characters_do_not_reach_the_terminal() -> None:
    """
    A name from anywhere cannot move the cursor.
    """
    assert "\x1b" not in screen(stack("a\x1b[2J", "changed", amounts("1"), amounts("2"), summary="\x1b]0;x\x07"))


def test_lines_below_a_cent_are_counted() -> None:
    """
    A change of less than a cent is no row, and is not left out either; an unknown one always is a row.
    """
    lines = [
        change("~", "a", "requests", amounts("0.001"), amounts("0.002")),
        change("~", "b", "hours", amounts("0", "1", "2"), amounts("0", "1", "9")),
        change("~", "c", "bytes", UNKNOWN, UNKNOWN, causes={"count": None, "type": None, "price": None}),
    ]

    text = screen(stack("a", "changed", amounts("1"), amounts("1"), changes=lines))

    assert "1 line of less than $0.01" in text
    assert "a: requests" not in text
    assert "b: hours" in text
    assert "c: bytes" in text


def test_one_stack_has_no_table_of_components() -> None:
    """
    A table that repeats the stack says nothing.
    """
    (found,) = [each for each in copy.deepcopy(document()["stacks"]) if each["state"] == "removed"]

    assert "All stacks" not in screen(found)
    assert "All stacks" in screen()


def test_a_stack_without_a_change_shows_the_rules_that_it_breaks() -> None:
    """
    What is counted as denied is named, also where nothing changed; a rule that holds is not.
    """
    broken = stack("a", "unchanged", amounts("50"), amounts("50"), gates=[gate("monthly-expected", "denied"), gate("hourly", "passed")])
    text = words(screen(broken, stack("b", "unchanged", amounts("50"), amounts("50"), gates=[gate("hourly", "passed")])))

    assert text.count("monthly-expected is denied") == 1
    assert "denied" in text
    assert "hourly" not in text
