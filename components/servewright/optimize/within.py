"""
The most traffic that a monthly budget carries, every target kept: as the stack is, and with the changes that go together.

The traffic of all models grows or shrinks by one factor. The bill is no smooth curve of it (whole replicas, whole nodes, other hardware),
so the factor is looked for by trying, and both the largest that fits and the smallest above it that does not are said with their bills.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.errors import InvalidInputError
from servewright.optimize.patch import merged, of_models
from servewright.optimize.together import can_join
from servewright.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.optimize.model import Advice, Case, Engine, Fields

_DOUBLINGS: Final = 6
_HALVINGS: Final = 5
"""
The factor is looked for from a 64th to 64 times the traffic, and then to a thirty-second of where it lies (judgement: 12 bills at most).
"""

_DIGITS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """
    The traffic times *factor*: the *rates* of the models in requests a second, and the month, or *why* there is no known one.
    """

    factor: Decimal
    rates: Mapping[str, Decimal]
    fields: Fields
    monthly: Range | None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """
    What a budget carries with the changes *members* (none: as it is): the most that was tried and *fits*, None where nothing did, and the
    least above it that does *not*, None where all did.
    """

    members: tuple[str, ...]
    fits: Tried | None
    not_fits: Tried | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """
    What *budget* USD a month carries, each way that was *found*.
    """

    budget: Decimal
    found: tuple[Within, ...]


def carried_by(budget: Decimal, advice: Advice, engine: Engine) -> Carried:
    """
    Return what *budget* carries in the expected month, as the stack is and, where there is something, with what saves most.
    """
    found = tuple(_most(advice.case, engine, budget, members, fields) for members, fields in _variants(advice))
    return Carried(budget=budget, found=found)


def _variants(advice: Advice) -> list[tuple[tuple[str, ...], Fields]]:
    found: list[tuple[tuple[str, ...], Fields]] = [((), {})]
    best = next((each for each in advice.proposals if can_join(each, advice.most_risk)), None)
    if advice.together is not None:
        found.append((advice.together.members, advice.together.fields))
    elif best is not None:
        found.append(((best.candidate.id,), best.candidate.fields))
    return found


def _most(case: Case, engine: Engine, budget: Decimal, members: tuple[str, ...], fields: Fields) -> Within:
    """
    Return the most that fits, by doubling or halving until the budget lies between two factors, then by halving what is between.
    """
    tried = _try(case, engine, fields, Decimal(1))
    fits, beyond = (tried, None) if _fits(tried, budget) else (None, tried)
    for _ in range(_DOUBLINGS):
        if fits is not None and beyond is not None:
            break
        factor = fits.factor * 2 if fits is not None else _factor(beyond) / 2
        tried = _try(case, engine, fields, factor)
        fits, beyond = (tried, beyond) if _fits(tried, budget) else (fits, tried)
    for _ in range(_HALVINGS):
        if fits is None or beyond is None:
            break
        tried = _try(case, engine, fields, (fits.factor + beyond.factor) / 2)
        fits, beyond = (tried, beyond) if _fits(tried, budget) else (fits, tried)
    return Within(members=members, fits=fits, not_fits=beyond)


def _factor(tried: Tried | None) -> Decimal:
    return Decimal(1) if tried is None else tried.factor


def _fits(tried: Tried, budget: Decimal) -> bool:
    return tried.monthly is not None and tried.monthly.expected is not None and tried.monthly.expected <= budget


def _try(case: Case, engine: Engine, fields: Fields, factor: Decimal) -> Tried:
    """
    Return the month of the stack with *fields* and *factor* times its traffic; rates have three digits, rounded down.
    """
    rates = {model.name: _rounded(model.traffic.requests_per_second * factor) for model in case.request.models}
    whole = dict(fields) if factor == 1 else merged(fields, _asked(case, factor))
    try:
        bill = engine.price(engine.plan(whole))
    except InvalidInputError as fault:
        return Tried(factor=factor, rates=rates, fields=whole, monthly=None, why=fault.diagnostics[0].message)
    if not bill.complete:
        missing = ", ".join((*(each.what for each in bill.unknown), *(each.type for each in bill.unsupported)))
        return Tried(factor=factor, rates=rates, fields=whole, monthly=None, why=f"without a price: {missing}")
    return Tried(factor=factor, rates=rates, fields=whole, monthly=bill.monthly)


def _asked(case: Case, factor: Decimal) -> Fields:
    """
    Return *factor* times what clients send: under each model's own name, and under the routes', which is no traffic of a model's own.
    """
    direct = {model.name: _rounded((model.traffic.requests_per_second - model.routed) * factor) for model in case.request.models}
    models = of_models({name: {"traffic": {"requests_per_second": _number(rate)}} for name, rate in direct.items() if rate > 0})
    routes = () if case.request.gateway is None else case.request.gateway.routes
    if not routes:
        return models
    sent = [{"name": route.name, "requests_per_second": _number(_rounded(route.requests_per_second * factor))} for route in routes]
    return {**models, "gateway": {"routes": sent}}


def _rounded(rate: Decimal) -> Decimal:
    return rate.quantize(Decimal(1).scaleb(rate.adjusted() - _DIGITS + 1), ROUND_DOWN)


def _number(rate: Decimal) -> Any:  # noqa: ANN401 - a number of YAML
    return int(rate) if rate == rate.to_integral_value() else float(rate)
