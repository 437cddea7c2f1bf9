"""
What optimising says of some stacks, made once in a run of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from servewright.optimize.model import Advice, Candidate, Kind
from servewright.optimize.search import advise
from servewright.patched import Patched, case_of
from servewright.report.model import Preview

ROOT: Final = Path(__file__).resolve().parents[2]

STACKS: Final = {
    "dev": ROOT / "stacks" / "dev.yaml",
    "prod": ROOT / "stacks" / "prod.yaml",
    "search": ROOT / "tests" / "optimize" / "specs" / "search.yaml",
    "unnamed": ROOT / "tests" / "optimize" / "specs" / "unnamed.yaml",
}
"""
A dev stack on spot, a locked one in production that extends another file, two models, and one that nothing can extend.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    The *advice* for the stack in *spec*, the *preview* it starts from and the *engine* that answered.
    """

    spec: Path
    preview: Preview
    engine: Patched
    advice: Advice


@cache
def found(stack: str, *kinds: Kind) -> Found:
    """
    Return what is found for one of `STACKS`.
    """
    return found_in(STACKS[stack], *kinds)


def every(advice: Advice) -> list[Candidate]:
    """
    Return all that was tried, with or without a saving.
    """
    return [*(each.candidate for each in advice.proposals), *(each.candidate for each in advice.tried)]


def found_in(spec: Path, *kinds: Kind) -> Found:
    """
    Return what is found for the stack in *spec*; without *kinds* everything is tried.
    """
    case, preview = case_of(spec)
    engine = Patched(spec, case)
    return Found(spec=spec, preview=preview, engine=engine, advice=advise(case, engine, kinds=kinds))
