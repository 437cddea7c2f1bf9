"""
The same tokens bought from a hosted API, at prices that the user gives: what they cost there, and from which use on the own replicas are
the cheaper ones.

    hosted        = input tokens x input price + output tokens x output price
    break-even    = own price per token at full use / hosted price per token        of the same mix of tokens

The own price is that of the whole bill, not of the hours in use: nodes are paid whether tokens flow or not. The break-even holds for the
replicas that the plan runs; below it each hosted token is the cheaper one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.plan.model import ModelPlan
    from servewright.report.unit_costs import ModelCosts, UnitCosts

_MILLION: Final = Decimal(10**6)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPrice:
    """
    What a hosted API takes for a million tokens, USD.
    """

    input: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedComparison:
    """
    One model against *price*: *monthly* for its tokens there, *own* here (*at_least* where some of it is unknown), and the *break_even*
    share of the replicas' capacity (above 1: never; None: the own price is not wholly known, or the hosted one is 0). *used* is the share
    in use now.
    """

    model: str
    price: HostedPrice
    monthly: Decimal
    own: Decimal | None
    break_even: Decimal | None
    used: Decimal
    at_least: bool = False


def compare_models(models: Sequence[ModelPlan], costs: UnitCosts, price: HostedPrice) -> tuple[HostedComparison, ...]:
    """
    Return each of *models* beside a hosted API at *price*; *costs* are those of the same models.
    """
    each = zip(models, costs.models, strict=True)
    return tuple(compare_hosted(model, own, price, at_least=costs.at_least) for model, own in each)


def compare_hosted(model: ModelPlan, costs: ModelCosts, price: HostedPrice, *, at_least: bool = False) -> HostedComparison:
    """
    Return *model*, which costs *costs* (or more: *at_least*), beside a hosted API at *price*.
    """
    monthly = (model.input_tokens_per_month * price.input + model.output_tokens_per_month * price.output) / _MILLION
    own, used = costs.monthly.expected, Decimal(repr(model.token_price.utilisation))
    even = None if own is None or at_least or not monthly else own * used / monthly
    return HostedComparison(model=model.name, price=price, monthly=monthly, own=own, break_even=even, used=used, at_least=at_least)
