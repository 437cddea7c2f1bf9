"""
The bill's part of the JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.report.export_numbers import exact, exact_range

if TYPE_CHECKING:
    from servewright.cost.model import Bill, Line


def bill_value(bill: Bill) -> dict[str, Any]:
    """
    Return *bill* as the schema's bill.
    """
    return {
        "currency": bill.currency,
        "lines": [_line(line) for line in bill.lines],
        "total": {"monthly": exact_range(bill.monthly), "at_least": not bill.complete},
        "unknown": [{"id": u.id, "resource": u.resource, "what": u.what, "why": u.why} for u in bill.unknown],
        "unsupported": [{"resource": u.resource, "type": u.type} for u in bill.unsupported],
        "free": [{"type": f.type, "reason": f.reason, "count": f.count} for f in bill.free],
        "assumptions": list(bill.assumptions),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "resource": line.resource,
        "component": line.component,
        "model": line.model,
        "region": line.region,
        "purchase": line.purchase,
        "name": line.name,
        "unit": line.unit,
        "quantity": exact_range(line.quantity),
        "unit_price": exact(line.unit_price.expected),
        "unit_price_range": exact_range(line.unit_price),
        "monthly": exact_range(line.monthly),
        "source": line.source,
        "as_of": line.as_of,
    }
