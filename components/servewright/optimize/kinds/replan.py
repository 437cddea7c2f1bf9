"""
A stack that a lock holds, planned afresh: what a newer catalogue would decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.optimize.model import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield the stack as it is without its lock, where it has one.
    """
    if case.locked:
        yield Candidate(id="replan", kind="replan", title="plan afresh, with nothing else changed", fields={})
