"""
A preview's JSON back to a side of a comparison.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from previews import bill, line, preview
from servewright.cost.diff import diff_bills
from servewright.cost.gates import Waiver
from servewright.cost.model import Unknown
from servewright.ranges import Range
from servewright.report.diff_preview import side_of_preview
from sides_made import document


def again(value: dict[str, Any]) -> dict[str, Any]:
    """
    Return *value* as a file has it.
    """
    return dict(json.loads(json.dumps(value)))


def test_the_bill_of_a_preview_comes_back_whole() -> None:
    """
    A bill that went through JSON does not differ from itself, unknown lines and bands of prices included.
    """
    bad = line(resource="urn:b", unit_price=Range.unknown())
    unknown = Unknown(id=bad.id, resource=bad.resource, what="hours", why="?")
    made = preview(bill=bill(lines=(*bill().lines, bad), unknown=(unknown,)))

    found = side_of_preview(again(document(made)), "a.json")

    assert diff_bills(made.bill, found.bill).empty
    assert found.bill.monthly == made.bill.monthly
    assert not found.bill.complete


def test_a_preview_without_bands_of_prices_is_read() -> None:
    """
    The first release had one price for each line; it is then that of all three members.
    """
    value = again(document())
    for each in value["bill"]["lines"]:
        del each["unit_price_range"]

    assert side_of_preview(value, None).bill.lines[0].unit_price == Range.exactly(line().unit_price.expected)


def test_the_gates_of_a_preview_are_its_own() -> None:
    """
    What its cost rules said is taken over, with the waiver; a preview of before there were any has none.
    """
    waiver = {"owner": "ml", "reason": "launch", "expires": "2026-12-31"}
    gate = {"rule": "daily", "action": "deny", "state": "waived", "limit": "$9", "value": "$10", "message": "above", "waiver": waiver}
    value = again(document()) | {"gates": [gate, gate | {"waiver": None}]}
    side, old = side_of_preview(value, None), side_of_preview({k: v for k, v in value.items() if k != "gates"}, None)
    assert side.judge is not None
    assert old.judge is not None

    first, second = side.judge(None)

    assert first.waiver is not None
    assert replace(first, waiver=None) == second
    assert isinstance(first.waiver, Waiver)
    assert (first.waiver.owner, first.waiver.expires.isoformat()) == ("ml", "2026-12-31")
    assert old.judge(None) == ()


def test_names_and_dates_are_those_of_the_preview() -> None:
    """
    Stack, owner, dates of prices and resources stand where the comparison looks for them.
    """
    found = side_of_preview(again(document()), "a.json")

    assert (found.name, found.file, found.environment, found.owner) == ("support-chat", "a.json", "dev", "team-support")
    assert (found.oldest, found.newest) == ("2024-07-01", "2026-07-20")
    assert len(found.resources) == 5
