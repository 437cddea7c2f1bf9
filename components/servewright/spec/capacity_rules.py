"""
Rules of how replicas are bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import CONTRADICTION, INTERRUPTIBLE, NOT_BUILT, SPLIT_LATER
from servewright.spec.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope


def _one_share(scope: Scope) -> Iterator[Finding]:
    capacity = scope.spec.capacity
    if capacity is None:
        return
    if capacity.base is not None and capacity.burst is not None:
        yield Finding(code=NOT_BUILT, path="capacity.base", message="base beside burst is not built yet", hint="keep one of them")
    elif capacity.base is not None and capacity.base.share not in (None, 1):
        yield Finding(
            code=NOT_BUILT,
            path="capacity.base.share",
            message="a base of less than 100% is not built yet",
            hint="share: 100%, or leave it out",
        )


def _commitment(scope: Scope) -> Iterator[Finding]:
    base = None if scope.spec.capacity is None else scope.spec.capacity.base
    if base is None:
        return
    for name, value in (("term", base.term), ("payment", base.payment), ("rate", base.rate)):
        if value is not None:
            yield Finding(
                code=CONTRADICTION,
                path=f"capacity.base.{name}",
                message=f"{name} belongs to purchase reserved",
                hint="remove it",
                reads=("capacity.base.purchase",),
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
    Refuse spot alone under an availability SLO.
    """
    capacity = scope.spec.capacity
    if capacity is None or capacity.allow_interruption:
        return
    if capacity.burst is not None and capacity.burst.purchase == "spot" and capacity.burst.fallback is None:
        path = "capacity.burst.purchase"
    elif capacity.burst is None and capacity.base is not None and capacity.base.purchase == "spot":
        path = "capacity.base.purchase"
    else:
        return
    for index, model in enumerate(scope.spec.models):
        availability = model.slo.availability or scope.defaults.availability
        if availability is not None:
            origin = f"models[{index}].slo.availability" if model.slo.availability else f"the default of {scope.environment}"
            yield Finding(
                code=INTERRUPTIBLE,
                path=path,
                message=f"spot without fallback cannot keep an availability of {(availability * 100).normalize():f}% ({origin})",
                hint="burst: {purchase: spot, fallback: {purchase: on-demand}}, or capacity.allow_interruption: true",
                reads=(f"models[{index}].slo", "capacity.burst.fallback", "capacity.allow_interruption", "environment"),
            )
            return


def _prod_split(scope: Scope) -> Iterator[Finding]:
    """
    Say that prod's default of base and burst is one share for now.
    """
    capacity = scope.spec.capacity
    if scope.environment == "prod" and (capacity is None or (capacity.base is None and capacity.burst is None)):
        yield Finding(
            code=SPLIT_LATER,
            path="capacity",
            message="prod buys half as base and half as burst by default; the two are not built yet: all of it is one on-demand share",
            severity="warning",
        )


CAPACITY_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_one_share, _commitment, _fallback, _interruption, _prod_split)
