"""
The bill by its units as bill-v1.json has it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.report.export_numbers import exact, exact_range, per_million, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.ranges import Range
    from servewright.report.hosted import HostedComparison
    from servewright.report.unit_costs import ModelCosts, UnitCosts

_PLACES: Final = Decimal("1e-9")
"""
Quotients (an hour, a request, a part of what is shared) are rounded to a billionth of a dollar.
"""


def units_value(costs: UnitCosts) -> dict[str, Any]:
    """
    Return *costs* as the schema's units.
    """
    return {
        "hourly": _quotients(costs.hourly),
        "by_purchase": [{"purchase": name, "monthly": exact_range(amount)} for name, amount in sorted(costs.by_purchase.items())],
        "idle": _quotient(costs.idle),
        "models": [_model(model) for model in costs.models],
    }


def hosted_value(compared: Sequence[HostedComparison]) -> list[dict[str, Any]]:
    """
    Return *compared* as the schema's hosted.
    """
    return [
        {
            "model": each.model,
            "usd_per_1m_tokens": {"input": exact(each.price.input), "output": exact(each.price.output)},
            "monthly": exact(each.monthly),
            "own": _quotient(each.own),
            "at_least": each.at_least,
            "break_even": None if each.break_even is None else rounded(each.break_even),
            "used": rounded(each.used),
        }
        for each in compared
    ]


def _model(model: ModelCosts) -> dict[str, Any]:
    tokens = model.tokens
    prices = {"input": tokens.input, "output": tokens.output, "blended": tokens.blended, "saturated": tokens.saturated}
    return {
        "name": model.name,
        "owner": model.owner,
        "monthly": _quotients(model.monthly),
        "by_component": [{"component": name, "monthly": _quotients(amount)} for name, amount in model.by_component.items()],
        "requests": rounded(model.requests),
        "usd_per_request": _quotient(model.per_request),
        "usd_per_1m_tokens": {name: per_million(price) for name, price in prices.items()},
        "used": rounded(tokens.utilisation),
        "idle": _quotient(model.idle),
    }


def _quotients(amount: Range) -> dict[str, Any]:
    return {"min": _quotient(amount.min), "expected": _quotient(amount.expected), "max": _quotient(amount.max)}


def _quotient(amount: Decimal | None) -> str | None:
    return None if amount is None else exact(amount.quantize(_PLACES, ROUND_HALF_EVEN))
