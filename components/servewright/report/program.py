"""
The bill of a program that is not ours: there is no plan behind it, only what it registers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servewright.cost.gate_facts import GateFacts
from servewright.cost.gates import NO_GATES, GateOutcome, Gates, judge
from servewright.report.export import BILL_VERSION
from servewright.report.export_bill import bill_value
from servewright.report.gates import gates_value

if TYPE_CHECKING:
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill
    from servewright.cost.records import ResourceRecord
    from servewright.sources.program import Note, Program, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramBill:
    """
    What one *side* of a change costs. *prices_oldest* and *prices_newest* bound the dates of this bill's prices.

    *gates* are those that the program is held to; *before* is the bill that they compare with, None where there is none.
    """

    program: Program
    side: Side
    bill: Bill
    as_of: date
    prices_oldest: date
    prices_newest: date
    gates: Gates = NO_GATES
    before: Bill | None = None

    @property
    def records(self) -> tuple[ResourceRecord, ...]:
        """
        The resources on the bill.
        """
        return self.program.records(self.side)

    @property
    def notes(self) -> tuple[Note, ...]:
        """
        What their records cannot say.
        """
        return self.program.notes_of(self.side)

    @property
    def outcomes(self) -> tuple[GateOutcome, ...]:
        """
        What the gates say of the bill.
        """
        return judge(self.gates, GateFacts.of(self.bill, before=self.before), self.as_of)


def program_bill(program: Program, side: Side, bill: Bill, catalog: Catalog, as_of: date | None = None) -> ProgramBill:
    """
    Return the *bill* of *program* with its dates; where no line has a dated price these are the catalogue's.
    """
    dates = [line.as_of_from for line in bill.lines if line.as_of_from is not None]
    oldest, newest = (min(dates), max(dates)) if dates else catalog.prices_between()
    return ProgramBill(program=program, side=side, bill=bill, as_of=as_of or catalog.build_date, prices_oldest=oldest, prices_newest=newest)


def program_document(made: ProgramBill) -> dict[str, Any]:
    """
    Return the bill as the value of bill-v1.json: `stack` and `budget` are null, `program` says what is known in their place.
    """
    return {
        "apiVersion": BILL_VERSION,
        "as_of": made.as_of.isoformat(),
        "prices": {"oldest": made.prices_oldest.isoformat(), "newest": made.prices_newest.isoformat()},
        "stack": None,
        "program": {
            "project": made.program.project,
            "stack": made.program.stack,
            "source": made.program.source,
            "side": made.side,
            "notes": [{"resource": note.resource, "text": note.text} for note in made.notes],
        },
        "budget": None,
        "not_priced": [{"what": item.what, "requests": item.requests} for item in made.bill.not_priced],
        "bill": bill_value(made.bill),
        "gates": gates_value(made.outcomes),
    }
