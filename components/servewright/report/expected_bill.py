"""
The bill that an example is expected to have: servewright.dev/expected-bill/v1, a file under version control beside the example.

It holds every line with quantity and price, but neither sources nor dates of prices: what differs is money, and why. Resources are named by
type and name, as in "aws:kms/key:Key::demo-budget"; a range whose three members are equal is one text.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.diff import BillDiff, diff_bills
from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range, total_of_known
from servewright.report.diff_stack import type_of
from servewright.report.export_numbers import exact, exact_range
from servewright.report.money_table import components

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.report.model import Preview

EXPECTED_VERSION: Final = "servewright.dev/expected-bill/v1"

_MEMBERS: Final = ("min", "expected", "max")


class ExpectedBillError(ValueError):
    """
    A document is no expected bill; the text says why.
    """


def expected_value(preview: Preview) -> dict[str, Any]:
    """
    Return what *preview* costs as the value of expected-bill-v1.json.
    """
    bill = _named(preview.bill)
    return {
        "apiVersion": EXPECTED_VERSION,
        "as_of": preview.as_of.isoformat(),
        "currency": bill.currency,
        "total": {**exact_range(bill.monthly), "at_least": not bill.complete},
        "components": {
            name: exact_range(total_of_known(line.monthly for line in bill.lines if line.component == name))
            for name in components(bill.lines)
        },
        "lines": [_line_value(line) for line in bill.lines],
        "unknown": sorted(each.id for each in bill.unknown),
        "unsupported": sorted(each.resource for each in bill.unsupported),
    }


def expected_text(value: Mapping[str, Any]) -> str:
    """
    Return *value* as JSON with one line for each part and each line of the bill: a change of one is a change of one line of the file.
    """
    rows = [f"  {_json(name)}: {_block(entry)}" for name, entry in value.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def compare(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> BillDiff:
    """
    Return what changed from the *expected* to the *actual* bill, both as documents; raises ExpectedBillError where one is none.
    """
    return diff_bills(bill_of(expected), bill_of(actual))


def bill_of(value: Mapping[str, Any]) -> Bill:
    """
    Return the bill in *value*; raises ExpectedBillError where it is none of this version.
    """
    version = value.get("apiVersion")
    if version != EXPECTED_VERSION:
        msg = f"is no document of {EXPECTED_VERSION}"
        raise ExpectedBillError(msg)
    try:
        return Bill(
            lines=tuple(map(_line, value["lines"])),
            unknown=tuple(Unknown(id=each, resource=each.partition("#")[0], what=each, why="no price") for each in value["unknown"]),
            unsupported=tuple(Unsupported(resource=each, type=each.rpartition("::")[0]) for each in value["unsupported"]),
            free=(),
            not_priced=(),
            assumptions=(),
            currency=value["currency"],
        )
    except (LookupError, TypeError, AttributeError, InvalidOperation):
        msg = "lacks a field of its version, or has one of another form"
        raise ExpectedBillError(msg) from None


def expected_month(value: Mapping[str, Any]) -> tuple[Decimal | None, bool]:
    """
    Return the expected month of the document *value*, and whether it is that of the known part alone.
    """
    bill = bill_of(value)
    return bill.monthly.expected, not bill.complete


def _named(bill: Bill) -> Bill:
    """
    Return *bill* with its resources named without stack and project, which are the example's and no matter here.
    """
    return replace(
        bill,
        lines=tuple(replace(line, resource=_name(line.resource)) for line in bill.lines),
        unknown=tuple(replace(each, id=_id(each), resource=_name(each.resource)) for each in bill.unknown),
        unsupported=tuple(replace(each, resource=_name(each.resource)) for each in bill.unsupported),
    )


def _name(urn: str) -> str:
    """
    Return the type and name of *urn*.

    >>> _name("urn:pulumi:dev::servewright::servewright:index:ServingStack$aws:kms/key:Key::demo-budget")
    'aws:kms/key:Key::demo-budget'
    """
    kind = type_of(urn)
    return f"{kind}::{urn.rpartition('::')[2]}" if kind else urn


def _id(each: Unknown) -> str:
    return each.id.replace(each.resource, _name(each.resource), 1)


def _line_value(line: Line) -> dict[str, Any]:
    return {
        "resource": line.resource,
        "component": line.component,
        "name": line.name,
        "region": line.region,
        "purchase": line.purchase,
        "unit": line.unit,
        "quantity": _short(line.quantity),
        "unit_price": _short(line.unit_price),
        "monthly": _short(line.monthly),
    }


def _line(value: Mapping[str, Any]) -> Line:
    return Line(
        resource=value["resource"],
        component=value["component"],
        model=None,
        region=value["region"],
        purchase=value["purchase"],
        name=value["name"],
        unit=value["unit"],
        quantity=_range(value["quantity"]),
        unit_price=_range(value["unit_price"]),
        source=None,
        as_of=None,
    )


def _short(amount: Range) -> str | dict[str, Any] | None:
    same = amount.min == amount.expected == amount.max
    return exact(amount.expected) if same else exact_range(amount)


def _range(value: str | Mapping[str, Any] | None) -> Range:
    if value is None:
        return Range.unknown()
    if isinstance(value, str):
        return Range.exactly(Decimal(value))
    return Range(*(None if value[member] is None else Decimal(value[member]) for member in _MEMBERS))


def _block(entry: object) -> str:
    """
    Return a list, or fields of fields, with one line for each entry; anything else on one line.
    """
    if isinstance(entry, list) and entry:
        return "[\n" + ",\n".join(f"    {_json(each)}" for each in entry) + "\n  ]"
    if isinstance(entry, dict) and any(isinstance(each, dict) for each in entry.values()):
        return "{\n" + ",\n".join(f"    {_json(name)}: {_json(each)}" for name, each in entry.items()) + "\n  }"
    return _json(entry)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
