"""
Rules of how replicas are bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CONTRADICTION, INTERRUPTIBLE
from servewright.spec.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope


def _commitment(scope: Scope) -> Iterator[Finding]:
    base = None if scope.spec.capacity is None else scope.spec.capacity.base
    if base is None:
        return
    bought = base.purchase.purchase
    for name, value, belongs in (
        ("term", base.term, ("reserved",)),
        ("payment", base.payment, ("reserved",)),
        ("rate", base.rate, ("reserved", "capacity-block")),
    ):
        if value is not None and bought not in belongs:
            yield Finding(
                code=CONTRADICTION,
                path=f"capacity.base.{name}",
                message=f"{name} belongs to purchase {' or '.join(belongs)}, this is {bought}",
                hint="remove it",
                reads=("capacity.base.purchase",),
            )


def _one_type(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a rate or a reservation where the plan chooses the instance type: both are of one type, and any other would be planned at its
    price or never launch.
    """
    base = None if scope.spec.capacity is None else scope.spec.capacity.base
    if base is None or (base.purchase.reservation is None and (base.rate is None or base.purchase.purchase != "reserved")):
        return
    what, path = ("a rate", "capacity.base.rate") if base.purchase.reservation is None else ("a reservation", "capacity.base.purchase")
    pins = [() if model.hardware is None else model.hardware.instance_types or () for model in scope.spec.models]
    named = tuple(dict.fromkeys(name for types in pins for name in types))
    loose = next((index for index, types in enumerate(pins) if len(types) != 1), None)
    if loose is None and len(named) == 1:
        return
    found = f"the models name {' and '.join(named)}" if loose is None else f"models[{loose}].hardware leaves it open"
    yield Finding(
        code=CONTRADICTION,
        path=path,
        message=f"{what} is of one instance type; {found}",
        hint=f"hardware: {{instance_types: [{named[0] if named else 'p5.48xlarge'}]}} at each model",
        reads=("capacity.base.purchase", *(f"models[{index}].hardware" for index in range(len(pins)))),
    )


def _fallback(scope: Scope) -> Iterator[Finding]:
    burst = None if scope.spec.capacity is None else scope.spec.capacity.burst
    if burst is None or burst.fallback is None:
        return
    if burst.purchase != "spot":
        yield Finding(
            code=CONTRADICTION,
            path="capacity.burst.fallback",
            message=f"{burst.purchase} needs no fallback",
            hint="remove it",
            reads=("capacity.burst.purchase",),
        )
    elif burst.fallback.purchase == "spot":
        yield Finding(
            code=CONTRADICTION,
            path="capacity.burst.fallback.purchase",
            message="spot cannot replace spot: both run out together",
            hint="purchase: on-demand",
            reads=("capacity.burst.purchase",),
        )


def _interruption(scope: Scope) -> Iterator[Finding]:
    """
    Refuse spot alone under an availability SLO: beside a base it may go away.
    """
    capacity = scope.spec.capacity
    if capacity is None or capacity.allow_interruption or capacity.base is not None:
        return
    if capacity.burst is None or capacity.burst.purchase != "spot" or capacity.burst.fallback is not None:
        return
    for index, model in enumerate(scope.spec.models):
        availability = model.slo.availability or scope.defaults.availability
        if availability is not None:
            origin = f"models[{index}].slo.availability" if model.slo.availability else f"the default of {scope.environment}"
            yield Finding(
                code=INTERRUPTIBLE,
                path="capacity.burst.purchase",
                message=f"spot without fallback cannot keep an availability of {(availability * 100).normalize():f}% ({origin})",
                hint="burst: {purchase: spot, fallback: {purchase: on-demand}}, or capacity.allow_interruption: true",
                reads=(
                    f"models[{index}].slo",
                    "capacity.base",
                    "capacity.burst.fallback",
                    "capacity.allow_interruption",
                    "environment",
                ),
            )
            return


CAPACITY_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_commitment, _one_type, _fallback, _interruption)
