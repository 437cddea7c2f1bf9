"""
What is assumed of several resources in the same words is said once on a screen.
"""

from __future__ import annotations

import json
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from recorded import program
from servewright.programs import bill_of_program
from servewright.report.gathered import gathered
from servewright.report.program import program_document
from servewright.report.program_screen import show_program

OWNERS = st.sampled_from(["copy", "west", "nat", "a=b", "main"])
SENTENCES = ("requests = 10", "storage_gb = 5 GB: few", "its type is not known")
TEXTS = st.lists(st.tuples(OWNERS, st.sampled_from(SENTENCES)), max_size=20)


@given(TEXTS)
def test_every_resource_and_every_sentence_stay(pairs: list[tuple[str, str]]) -> None:
    """
    Nothing is lost and nothing said twice: each sentence once, with every resource that it is of, both in the order of the first.
    """
    owners: dict[str, list[str]] = {}
    for owner, words in pairs:
        known = owners.setdefault(words, [])
        known += [] if owner in known else [owner]

    shown = gathered([f"{owner}: {words}" for owner, words in pairs])

    assert shown == tuple(f"{', '.join(known)}: {words}" for words, known in owners.items())


def test_many_are_counted() -> None:
    """
    The first five are named, then how many more; one that is said twice is named once.
    """
    texts = [f"r{number}: requests = 10" for number in (0, 0, 1, 2, 3, 4, 5, 6)]

    assert gathered(texts) == ("r0, r1, r2, r3, r4 and 2 more: requests = 10",)
    assert gathered(texts[:6]) == ("r0, r1, r2, r3, r4: requests = 10",)


def test_constants_of_ours_are_not_resources() -> None:
    """
    Two constants with one remark stay two sentences, and a sentence without a colon stays as it is.
    """
    texts = ("logs = 1 GB/day, judgement: a guess", "spans = 2 GB/day, judgement: a guess", "a month has 730 hours")

    assert gathered(texts) == texts


def test_the_screen_gathers_and_the_data_does_not() -> None:
    """
    Two keys with the same default are one sentence on the screen; the JSON has one text for each.
    """
    made = bill_of_program(program("karpenter"))
    file = StringIO()
    show_program(Console(file=file, width=120), made)

    assert file.getvalue().count("envelope encryption asks once") == 1
    assert "copy, west: requests = 10000" in file.getvalue()
    assert json.dumps(program_document(made)["bill"]["assumptions"]).count("envelope encryption asks once") == 2
