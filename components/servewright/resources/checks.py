"""
What a plan must satisfy before its resources are registered, with the spec path of each fault.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from servewright.resources.budget import MOST_NOTIFICATIONS
from servewright.resources.caches.requirements import needed_by_caches
from servewright.resources.engine_pod import grace_seconds, served_name
from servewright.resources.serving import pools_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan

SPOT_NOTICE_S: Final = 120
"""
Seconds between the interruption notice and the end of a spot node (AWS EC2 guide, spot interruption notices, 2026-11).
"""


_TAKEN_AWAY: Final = ("spot",)
"""
Purchase options whose nodes go with that notice.
"""

_LOCKED: Final = ("staging", "prod")


def faults(plan: Plan) -> tuple[tuple[str, str], ...]:
    """
    Return (spec path, reason) of everything that stands against registering *plan*.
    """
    return (*_budget(plan), *_names(plan), *_drain(plan))


def not_built(plan: Plan) -> tuple[tuple[str, str], ...]:
    """
    Return (spec path, what to do by hand) of everything that *plan* needs and that is not built yet.
    """
    remedy = "needs an EKS Pod Identity association with s3:GetObject and s3:ListBucket, which is not built yet: make it by hand"
    in_s3 = (model for model in plan.models if model.weights_source.startswith("s3://"))
    return (*((model.path, f"{model.weights_source} {remedy}") for model in in_s3), *_public_address(plan), *needed_by_caches(plan))


def _public_address(plan: Plan) -> Iterator[tuple[str, str]]:
    public = None if plan.gateway is None else plan.gateway.request.public
    if public is not None:
        controller = "needs the AWS Load Balancer Controller in the cluster, which makes its load balancer,"
        yield "gateway.public", f"{public.hostname} {controller} and a DNS record that leads there: neither is built here"


def refusals(plan: Plan) -> tuple[str, ...]:
    """
    Return why `up` makes nothing of *plan*, each reason with the way out; a preview takes all of it.
    """
    return (*_open(plan), *_unlocked(plan))


def _open(plan: Plan) -> Iterator[str]:
    paths = placeholders(plan)
    if paths:
        yield (
            f"the spec leaves {listed(paths)} open. A preview takes placeholders there, "
            "up needs the account, the cluster and the network that the stack goes to."
        )


def listed(paths: tuple[str, ...]) -> str:
    """
    Return *paths*, at least one, as a sentence names them.

    >>> listed(("a", "b", "c"))
    'a, b and c'
    """
    *first, last = paths
    return f"{', '.join(first)} and {last}" if first else last


def _unlocked(plan: Plan) -> Iterator[str]:
    if plan.stack.environment not in _LOCKED or plan.lock.state == "locked":
        return
    why = "there is no lock" if plan.lock.state == "none" else f"{plan.lock.file} does not fit the spec"
    how = "--write-lock" if plan.lock.grows else "--replan --write-lock"
    yield (
        f"{plan.stack.environment} goes out from a locked plan only, so that a refresh of prices cannot replace its hardware, and {why}: "
        f"servewright plan SPEC {how} makes it, and it belongs into version control."
    )


def placeholders(plan: Plan) -> tuple[str, ...]:
    """
    Return the spec paths that a preview may leave open and `up` may not.
    """
    account = ("platform.account",) if plan.stack.account is None else ()
    cluster = ("platform.cluster.name",) if plan.stack.cluster.placeholder else ()
    return (*account, *cluster, *_cache_network(plan))


def _cache_network(plan: Plan) -> Iterator[str]:
    """
    Yield what ElastiCache is placed by and the spec leaves open.
    """
    if plan.caches is None or all(tier.provider != "elasticache" for tier in plan.tiers):
        return
    if not plan.caches.subnets:
        yield "caches.elasticache.subnets"
    if not plan.caches.security_groups:
        yield "caches.elasticache.security_groups"


def _budget(plan: Plan) -> Iterator[tuple[str, str]]:
    alerts = len(set(plan.budget.alerts))
    if alerts > MOST_NOTIFICATIONS:
        yield "budgets.alerts", f"{alerts} thresholds; an AWS Budget has at most {MOST_NOTIFICATIONS}"


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    served = Counter(served_name(model) for model in plan.models)
    for model in plan.models:
        if served[served_name(model)] > 1:
            yield model.path, f"served as {served_name(model)!r}, as another model is: their metrics could not be told apart"


def _drain(plan: Plan) -> Iterator[tuple[str, str]]:
    for model in plan.models:
        spot = any(pool.purchase in _TAKEN_AWAY for pool in pools_of(plan, model))
        if spot and grace_seconds(model) > SPOT_NOTICE_S:
            yield model.path, f"needs {grace_seconds(model)} s to drain; a spot node gives {SPOT_NOTICE_S} s of notice"
