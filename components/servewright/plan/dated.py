"""
What a date does to a plan: support of the Kubernetes version that ends, prices that have aged, waivers of gates that are over.

The clock is an argument (`--as-of`, by default the day the catalogue was built); nothing reads the machine's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import OWN_RATE
from servewright.plan.pool_price import rate_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.plan.model import PoolPlan
    from servewright.spec.request import Request

NOTICE: Final = timedelta(days=90)
"""
How long before the end of standard support it is said: an upgrade of a shared cluster takes a quarter to plan; judgement.
"""

STALE: Final = timedelta(days=180)
"""
Age at which a price of a node is pointed out: capacity-block rates moved by up to 32 % in five months of 2026 (docs/billing.md names the
sources of prices); judgement.
"""


def dated_notices(request: Request, pools: tuple[PoolPlan, ...], catalog: Catalog, as_of: date) -> tuple[Diagnostic, ...]:
    """
    Return the warnings that hold on *as_of*.
    """
    found = (*_support(request, catalog, as_of), *_aged(request, pools, catalog, as_of), *_over(request, as_of))
    return tuple(request.source.diagnostic(code, path, message, severity="warning") for code, path, message in found)


def _support(request: Request, catalog: Catalog, as_of: date) -> Iterator[tuple[str, str, str]]:
    minor = request.stack.cluster.kubernetes_version
    ends = next((v.end_standard_support for v in catalog.versions.kubernetes if v.minor == minor), None)
    if ends is None or as_of + NOTICE < ends:
        return
    when = "left" if ends <= as_of else "leaves"
    now, then = (
        catalog.price("EKS", "control plane", variant, request.stack.region) for variant in ("standard support", "extended support")
    )
    dearer = "" if now is None or then is None else f": the control plane then costs {then.amount} USD an hour instead of {now.amount}"
    yield (
        "SW435",
        "platform.cluster.kubernetes_version",
        f"Kubernetes {minor} {when} EKS standard support on {ends.isoformat()}{dearer}",
    )


def _aged(request: Request, pools: tuple[PoolPlan, ...], catalog: Catalog, as_of: date) -> Iterator[tuple[str, str, str]]:
    told = set()
    for pool in pools:
        bought = pool.instance_types[0], pool.purchase
        price = rate_of(catalog, request.stack, *bought, pool.commitment).price
        # A rate that the spec gives is as old as the spec.
        if price is None or price.source == OWN_RATE or bought in told:
            continue
        since = price.as_of_from
        if since is not None and since + STALE >= as_of:
            continue
        told.add(bought)
        age = "has no date" if since is None else f"may be {(as_of - since).days} days old (date: {price.as_of})"
        yield "SW436", "platform.region", f"the {pool.purchase} price of {pool.instance_types[0]} {age}"


def _over(request: Request, as_of: date) -> Iterator[tuple[str, str, str]]:
    for index, waiver in enumerate(request.gates.waivers):
        if not waiver.holds(as_of):
            yield (
                "SW442",
                f"gates.waivers[{index}].expires",
                f"the waiver of {waiver.rule} by {waiver.owner} ended on {waiver.expires}: the rule holds again",
            )
