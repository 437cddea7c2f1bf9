"""
One zone in place of several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.optimize.model import Candidate, Risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield the first zone alone, where there are others.
    """
    zones = case.request.stack.zones
    if len(zones) > 1:
        yield Candidate(
            id="zones-one",
            kind="zones",
            title=f"{zones[0]} alone instead of {len(zones)} zones",
            fields={"platform": {"zones": [zones[0]]}},
            group="changes",
            caveats=("a zone that is lost takes everything with it",),
            risks=(Risk(level="high", why="nothing is left in another zone"),),
        )
