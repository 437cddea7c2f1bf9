"""
What optimising knows of a stack, what it tries and what it finds, as frozen values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from servewright.cost.diff import BillDiff, less
from servewright.cost.model import Bill
from servewright.plan.model import Plan
from servewright.ranges import Range

if TYPE_CHECKING:
    from decimal import Decimal

    from servewright.catalog.query import Catalog
    from servewright.spec.request import Request

Kind = Literal["replan", "purchase", "gpu", "precision", "replicas", "zones", "schedule", "context", "slo", "region", "cluster"]
Group = Literal["keeps", "changes", "depends"]
Level = Literal["low", "medium", "high"]
State = Literal["impossible", "same", "dearer", "unpriced"]
Fields = Mapping[str, Any]

GROUPS: Final[tuple[Group, ...]] = ("keeps", "changes", "depends")
"""
What keeps every promise comes first.
"""

AS_IT_IS: Final = "the stack as it is"

LEVELS: Final[tuple[Level, ...]] = ("low", "medium", "high")
"""
Risks, the smallest first.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """
    What can go wrong with a change, and how much that matters.
    """

    level: Level
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    A change that is tried: *fields* are what a spec that extends the original sets.

    *group* says whether all promises are kept, one is changed, or it depends on something that no spec says; *caveats* say which.
    *risks* are those that the change has by itself; what its plan shows comes on top. *decides* names what it decides beyond its fields.
    *undo* is what taking it back needs, where that is more than deploying the spec as it was.
    """

    id: str
    kind: Kind
    title: str
    fields: Fields
    group: Group = "keeps"
    caveats: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    decides: frozenset[str] = frozenset()
    undo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    The stack that is looked at: what is asked for, what is planned and what that costs. *locked* tells that a lock decides.
    """

    request: Request
    plan: Plan
    bill: Bill
    catalog: Catalog

    @property
    def locked(self) -> bool:
        """
        Whether a lock beside the spec holds some of the plan.
        """
        return self.plan.lock.state != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """
    What else a change does: *what*, of which *model* (None: the stack), *before* and *after* in words. *worse* tells the direction.
    """

    what: str
    model: str | None
    before: str
    after: str
    worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    A change that lowers the bill: its *plan*, its bill (in *diff*), what else it does and its risks. *conflicts* are ids of others that
    set the same or decide the same.
    """

    candidate: Candidate
    plan: Plan
    diff: BillDiff
    effects: tuple[Effect, ...]
    risks: tuple[Risk, ...]
    calibrated: bool
    conflicts: tuple[str, ...] = ()

    @property
    def after(self) -> Bill:
        """
        The bill with the change.
        """
        return _there(self.diff.head)

    @property
    def before(self) -> Bill:
        """
        The bill of the stack as it is.
        """
        return _there(self.diff.base)

    @property
    def delta(self) -> Range:
        """
        After less before.
        """
        return less(self.after.monthly, self.before.monthly)

    @property
    def level(self) -> Level:
        """
        The highest of its risks.
        """
        return highest(self.risks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """
    A change that is no saving: it cannot be planned, changes nothing, costs more or has no price. *why* says it, *unknown* names what has
    no price, *more* is by how much it costs more a month: its nodes, where the bill was not made.
    """

    candidate: Candidate
    state: State
    why: str
    unknown: tuple[str, ...] = ()
    more: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """
    The best set of changes that go together, priced as a whole: *fields* set all of it. *before* is the expected month as it is, *saving*
    by how much it falls, *separate* what the savings of the *members* would add up to. *effects* and *risks* are those of the whole.
    """

    members: tuple[str, ...]
    fields: Fields
    plan: Plan
    bill: Bill
    before: Decimal
    saving: Decimal
    separate: Decimal
    effects: tuple[Effect, ...]
    risks: tuple[Risk, ...]

    @property
    def level(self) -> Level:
        """
        The highest of its risks.
        """
        return highest(self.risks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """
    What was found for *case*. *proposals* are ranked: by group, then the largest saving first. *afresh* is what the month falls by where
    the stack is planned afresh and nothing else is changed: 0 without a lock. *together* is None where nothing adds to the best change
    at *most_risk*.
    """

    case: Case
    proposals: tuple[Proposal, ...]
    tried: tuple[Tried, ...]
    together: Together | None
    afresh: Decimal
    most_risk: Level = "medium"
    not_asked: tuple[Kind, ...] = ()


class Engine(Protocol):
    """
    What answers for a change: the same planning and pricing as for any spec.
    """

    def plan(self, fields: Fields) -> Plan:
        """
        Return the plan of the stack with *fields*; raises InvalidInputError where it cannot be planned.
        """

    def price(self, plan: Plan) -> Bill:
        """
        Return the bill of *plan*, which this engine made.
        """


def highest(risks: Iterable[Risk]) -> Level:
    """
    Return the highest level of *risks*, low where there are none.
    """
    return max((risk.level for risk in risks), key=LEVELS.index, default="low")


def _there(bill: Bill | None) -> Bill:
    if bill is None:
        msg = "a proposal has a bill before and after"
        raise ValueError(msg)
    return bill
