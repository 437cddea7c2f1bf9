"""
Texts of the alerts of error budgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.promql import number

if TYPE_CHECKING:
    from servewright.plan.monitoring_plan import Indicator, Objective


@dataclass(frozen=True, slots=True)
class Words:
    """
    *what* an indicator is, the alert of its budget, what is the case *when* it burns, and where to look *first*.
    """

    what: str
    alert: str
    when: str
    first: str


_WORDS: Final[dict[Indicator, Words]] = {
    "first-token": Words(
        "first tokens",
        "FirstTokenBudgetBurn",
        "first tokens come too late",
        "Look at waiting requests and at how many replicas serve: a first token waits where more is asked than the replicas can take.",
    ),
    "token-time": Words(
        "times between tokens",
        "TokenTimeBudgetBurn",
        "tokens follow one another too slowly",
        "Look at running requests for each replica and at preemptions: large batches and long prompts make every token slower.",
    ),
    "availability": Words(
        "availability",
        "AvailabilityBudgetBurn",
        "requests fail",
        "Look at which reasons the engines give for the end of requests, and at their restarts.",
    ),
}
_OF_CLIENTS: Final = Words(
    "availability",
    "AvailabilityBudgetBurn",
    "requests fail",
    "Look at which status codes the gateway answers with, and to which team: 429 of one team alone is its own limit. Then at restarts of"
    " engines.",
)


def words(indicator: Indicator, *, gateway: bool) -> Words:
    """
    Return the texts of *indicator* in a stack with or without a *gateway*.
    """
    return _OF_CLIENTS if gateway and indicator == "availability" else _WORDS[indicator]


def bound(objective: Objective) -> str:
    """
    Return what is promised of a good latency and what it is judged at, nothing for availability.
    """
    promised, judged = objective.bound_ms, objective.judged_ms
    if promised is None or judged is None:
        return ""
    return f" (at most {number(promised)} ms{'' if promised == judged else f', judged at {number(judged)} ms'})"
