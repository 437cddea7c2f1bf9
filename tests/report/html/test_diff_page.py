"""
The page of a diff says what the document says, and each waterfall ends where the document says.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import diffs_made
from page_read import Element, headings_of, read_page, rows_of, values
from servewright.report.diff_document import DiffDocument
from servewright.report.html.diff_page import page_of_diff
from servewright.report.html.diff_waterfalls import by_cause, by_component, by_stack
from servewright.report.waterfall import expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.report.waterfall import Waterfall

MADE = diffs_made.document()
KINDS = {"by-cause": by_cause, "by-stack": by_stack, "by-component": by_component}


@pytest.fixture(scope="module")
def page() -> Element:
    """
    Return the page of one stack of each state.
    """
    return read_page(page_of_diff(MADE))


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "document",
    [MADE, diffs_made.document(diffs_made.staging()), diffs_made.document(diffs_made.broken()), diffs_made.document(diffs_made.trial())],
    ids=["all", "changed", "faulty", "removed"],
)
def test_a_waterfall_leads_from_before_to_after(make: Callable[[DiffDocument], Waterfall], document: dict[str, Any]) -> None:
    """
    It begins and ends at the document's totals, and its steps leave nothing: what is not comparable is a step.
    """
    made = make(DiffDocument.model_validate(document))
    assert expected(made.start) == Decimal(document["total"]["before"]["expected"])
    assert expected(made.end) == Decimal(document["total"]["after"]["expected"])
    assert made.unexplained == 0


def test_a_stack_that_cannot_be_planned_is_no_saving() -> None:
    """
    Its amount leaves the total in a step that says why.
    """
    made = by_stack(DiffDocument.model_validate(diffs_made.document(diffs_made.broken())))
    assert [(bar.label, expected(bar)) for bar in made.steps] == [("broken (dev): not planned", Decimal("-1850.5"))]
    assert "faults" in made.steps[0].note


def test_what_is_known_of_an_unknown_change_is_drawn() -> None:
    """
    A stack of which one line has no price adds what its other lines cost, and says that more comes on top; nothing else makes up for it.
    """
    made = by_stack(DiffDocument.model_validate(diffs_made.document(diffs_made.search())))
    lines = diffs_made.search()["changes"]
    known = sum(Decimal(each["monthly"]["delta"]["expected"]) for each in lines if each["monthly"]["delta"]["expected"] is not None)
    assert known
    assert [(bar.label, expected(bar)) for bar in made.steps] == [("search (dev), what is known", known)]
    assert "on top" in made.steps[0].note


def test_every_changed_line_is_on_the_page(page: Element) -> None:
    """
    Line, change and change at the maximum of each line are the document's.
    """
    shown = []
    for table in page.all("table"):
        if table.attributes["id"].endswith("-lines"):
            places = [headings_of(table).index(name) for name in ("change", "at the maximum")]
            shown += [(row[0].children[0], *(values(row)[place] for place in places)) for row in rows_of(table)]
    lines = [change for stack in MADE["stacks"] for change in stack["changes"]]
    found = [(each["line"], *(each["monthly"]["delta"][member] or "" for member in ("expected", "max"))) for each in lines]
    assert sorted(map(str, shown)) == sorted(map(str, found))
    assert len(shown) > 3


def test_stacks_have_the_amounts_of_the_document(page: Element) -> None:
    """
    Before, after and change of every stack; what is not there has a dash, what is a least says so.
    """
    table = page.one("stacks-table")
    for row, stack in zip(rows_of(table), MADE["stacks"], strict=True):
        sides = [stack["before"], stack["after"], stack["delta"]]
        assert values(row)[3:6] == ["" if side is None else side["expected"] or "" for side in sides]
        assert row[4].text.startswith("≥") == (stack["after"] is not None and stack["at_least"]["after"])
        assert stack["summary"] in row[6].text


def test_decisions_gates_unknowns_and_faults_are_there(page: Element) -> None:
    """
    Each decision with its reason, each broken rule with its state, each new unknown and each fault with its position.
    """
    text = page.text
    for stack in MADE["stacks"]:
        assert all(each["reason"] in text for each in stack["decisions"] if each["reason"])
        assert all(each["message"] in text for each in stack["gates"])
        assert all(each["why"] in text for each in stack["unknown"]["added"])
        assert all(f"{f['file']}:{f['line']}:{f['column']}" in text for f in stack["faults"])


def test_the_same_document_gives_the_same_bytes_as_value_or_model() -> None:
    """
    A value and the model read from it are one page.
    """
    assert page_of_diff(MADE) == page_of_diff(DiffDocument.model_validate(MADE))


def test_no_stack_at_all_is_a_page() -> None:
    """
    Nothing on either side says so.
    """
    total = {"before": diffs_made.ZERO, "after": diffs_made.ZERO, "delta": diffs_made.ZERO, "at_least": {"before": False, "after": False}}
    page = read_page(page_of_diff({**MADE, "stacks": [], "components": [], "total": total}))
    assert "There is no stack on either side." in page.text
