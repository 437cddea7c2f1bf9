"""
The bill in the units that people think in: an hour, a request, a million tokens, a model, a purchase option, and what stands idle.

Every dollar of the bill is some model's: a line that serves one model is that model's, and what several share (nodes, storage, budget) is
split by what their GPU nodes are expected to cost. The parts add up to the bill.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.ranges import ZERO, Range, total
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from servewright.cost.model import Bill, Line
    from servewright.plan.model import ModelPlan, TokenPrice
    from servewright.report.model import Preview

NOT_BOUGHT_BY_THE_HOUR: Final = "by use"
"""
The purchase option of what is no capacity: storage, traffic, requests.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCosts:
    """
    The part of one model: *monthly* in all and *by_component*, *requests* a month, and USD per request at the expected amount.

    *idle* is the expected price of the replicas' capacity that no request uses. Unknown amounts are None.
    """

    name: str
    owner: str
    monthly: Range
    by_component: Mapping[str, Range]
    requests: Decimal
    tokens: TokenPrice
    idle: Decimal | None

    @property
    def per_request(self) -> Decimal | None:
        """
        USD for a request, None where the amount is unknown or nothing arrives.
        """
        return self.share_per_request(self.monthly)

    def share_per_request(self, part: Range) -> Decimal | None:
        """
        Return what *part* of the month comes to for a request.
        """
        return None if part.expected is None or not self.requests else part.expected / self.requests


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """
    A bill by hour, by *models* and by purchase option. *at_least* tells that some of it is unknown.
    """

    hourly: Range
    models: tuple[ModelCosts, ...]
    by_purchase: Mapping[str, Range]
    at_least: bool

    @property
    def idle(self) -> Decimal | None:
        """
        What the replicas' capacity costs that no request uses; GPUs without a replica come on top.
        """
        parts = [model.idle for model in self.models]
        return None if None in parts else sum((part for part in parts if part is not None), Decimal(0))


def unit_costs(preview: Preview) -> UnitCosts:
    """
    Return the bill of *preview* by its units.
    """
    bill, models = preview.bill, preview.plan.models
    hour = Decimal(1) / HOURS_PER_MONTH
    return UnitCosts(
        hourly=bill.monthly.times(Range.exactly(hour)),
        models=tuple(_model(model, preview.plan.stack.owner, lines) for model, lines in zip(models, _split(bill, models), strict=True)),
        by_purchase=_summed((line.purchase or NOT_BOUGHT_BY_THE_HOUR, line.monthly) for line in bill.lines),
        at_least=not bill.complete,
    )


def _model(model: ModelPlan, owner: str, parts: Sequence[tuple[str, Range]]) -> ModelCosts:
    expected = model.monthly.expected
    used = Decimal(repr(model.token_price.utilisation))
    return ModelCosts(
        name=model.name,
        owner=owner,
        monthly=total(part for _, part in parts),
        by_component=_summed(parts),
        requests=Decimal(model.input_tokens_per_month) / model.traffic.input_tokens.mean,
        tokens=model.token_price,
        idle=None if expected is None else expected * (1 - used),
    )


def _split(bill: Bill, models: Sequence[ModelPlan]) -> list[list[tuple[str, Range]]]:
    """
    Return for each model the amounts that are its own, by component.
    """
    parts: list[list[tuple[str, Range]]] = [[] for _ in models]
    places = {model.name: index for index, model in enumerate(models)}
    weights = _weights(models)
    for line in bill.lines:
        if line.model in places:
            parts[places[line.model]].append((line.component, line.monthly))
        else:
            amounts = [Range.unknown() for _ in models] if weights is None else _shared(line, weights)
            for own, amount in zip(parts, amounts, strict=True):
                own.append((line.component, amount))
    return parts


def _weights(models: Sequence[ModelPlan]) -> list[Decimal] | None:
    """
    Return the models' parts of what they share; None where the price of one is unknown and there are several.
    """
    if len(models) == 1:
        return [Decimal(1)]
    prices = [model.monthly.expected for model in models]
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    whole = sum(known, Decimal(0))
    return [price / whole for price in known] if whole else [Decimal(1) / len(known)] * len(known)


def _shared(line: Line, weights: list[Decimal]) -> list[Range]:
    """
    Return the parts of *line*; the last one is what is left, so that they add up to it exactly.
    """
    parts = [line.monthly.times(Range.exactly(weight)) for weight in weights[:-1]]
    taken = total(parts).times(Range.exactly(-1))
    return [*parts, line.monthly + taken]


def _summed(parts: Iterable[tuple[str, Range]]) -> Mapping[str, Range]:
    found: dict[str, Range] = {}
    for name, amount in parts:
        found[name] = found.get(name, ZERO) + amount
    return found
