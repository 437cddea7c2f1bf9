"""
Rules of how replicas are bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CONTRADICTION, INTERRUPTIBLE
from servewright.spec.finding import Finding
from servewright.spec.stack_rules import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope

_SEVERAL: Final = 2


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
        hint=_named_type(named),
        reads=("capacity.base.purchase", *(f"models[{index}].hardware" for index in range(len(pins)))),
    )


def _named_type(named: tuple[str, ...]) -> str:
    """
    Return how a model names its type; without one, where the type stands that the plan chooses.
    """
    if named:
        return f"hardware: {{instance_types: [{named[0]}]}} at each model"
    return "hardware: {instance_types: [TYPE]} at each model, TYPE as a preview without it names under nodes"


def _one_zone(scope: Scope) -> Iterator[Finding]:
    """
    Refuse a reservation or a block in more than one zone: AWS holds both in one, and what is spread to the others would wait for ever.
    """
    base = None if scope.spec.capacity is None else scope.spec.capacity.base
    if base is None or base.purchase.reservation is None:
        return
    platform, most = scope.spec.platform, scope.defaults.zones
    region = DEFAULT_REGION if platform is None or platform.region is None else platform.region
    given = () if platform is None else platform.zones or ()
    zones = given or scope.zones_of(region)[:most]
    if most == 1 or len(zones) < _SEVERAL:
        return
    what = "a capacity block" if base.purchase.purchase == "capacity-block" else "a capacity reservation"
    found = f"platform.zones names {len(zones)}" if given else f"{scope.environment} takes {len(zones)} where platform.zones names none"
    yield Finding(
        code=CONTRADICTION,
        path="capacity.base.purchase",
        message=f"{what} lies in one zone; {found}",
        hint=f"platform: {{zones: [{zones[0]}]}}, if that is where it was made",
        reads=("platform.zones", "platform.region", "environment"),
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


CAPACITY_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_commitment, _one_type, _one_zone, _fallback, _interruption)
