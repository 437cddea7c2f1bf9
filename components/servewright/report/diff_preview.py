"""
The value of preview-v1.json back to one side of a comparison: its plan as it stands, its bill as lines.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from servewright.cost.gates import GateOutcome, Waiver
from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range
from servewright.report.diff_stack import Judge, JudgeBy, StackSide

if TYPE_CHECKING:
    from collections.abc import Mapping


def side_of_preview(
    document: Mapping[str, Any], file: str | None, *, judge: Judge | None = None, judge_by: JudgeBy | None = None
) -> StackSide:
    """
    Return the stack of *document*, which holds preview-v1.json, as one side; *file* is where it comes from.

    *judge* asks its cost rules; without it they are as the document has them, and none on an increase is among them. *judge_by*
    asks others.
    """
    stack, prices = document["stack"], document["prices"]
    recorded = _gates(document)
    return StackSide(
        name=stack["name"],
        file=file,
        environment=stack["environment"],
        owner=stack["owner"],
        bill=_bill(document["bill"]),
        resources={resource["urn"]: resource["inputs"] for resource in document["resources"]},
        document=document,
        oldest=prices["oldest"],
        newest=prices["newest"],
        judge=judge or (lambda _before: recorded),
        judge_by=judge_by,
    )


def _bill(value: Mapping[str, Any]) -> Bill:
    return Bill(
        lines=tuple(_line(line) for line in value["lines"]),
        unknown=tuple(Unknown(id=u["id"], resource=u["resource"], what=u["what"], why=u["why"]) for u in value["unknown"]),
        unsupported=tuple(Unsupported(resource=u["resource"], type=u["type"]) for u in value["unsupported"]),
        free=(),
        not_priced=(),
        assumptions=(),
        currency=value["currency"],
    )


def _gates(document: Mapping[str, Any]) -> tuple[GateOutcome, ...]:
    return tuple(GateOutcome(**{**gate, "waiver": _waiver(gate)}) for gate in document.get("gates", ()))


def _waiver(gate: Mapping[str, Any]) -> Waiver | None:
    given = gate["waiver"]
    return None if given is None else Waiver(**{**given, "rule": gate["rule"], "expires": date.fromisoformat(given["expires"])})


def _line(value: Mapping[str, Any]) -> Line:
    # A preview of the first release has no range of prices.
    price = value.get("unit_price_range") or dict.fromkeys(("min", "expected", "max"), value["unit_price"])
    return Line(
        resource=value["resource"],
        component=value["component"],
        model=value["model"],
        region=value["region"],
        purchase=value["purchase"],
        name=value["name"],
        unit=value["unit"],
        quantity=_range(value["quantity"]),
        unit_price=_range(price),
        source=value["source"],
        as_of=value["as_of"],
    )


def _range(value: Mapping[str, Any]) -> Range:
    return Range(*(None if value[member] is None else Decimal(value[member]) for member in ("min", "expected", "max")))
