"""
Readiness: account, cluster and owner are named, in support, and have what the stack needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.operators import INSTALL
from servewright.readiness.case import Item, fails, holds, not_applicable, not_verifiable
from servewright.readiness.charts import charts
from servewright.readiness.inventory import requirement
from servewright.readiness.node_rules import TYPE, ZONE, gpu_pool
from servewright.readiness.words import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.case import Case, QuotaLine
    from servewright.readiness.model import Verdict
    from servewright.spec.request import Operator

_DEV: Final = "dev"
_UNOWNED: Final = "unowned"
_BETWEEN_OBJECTS: Final = (
    *("SR104", "SR105", "SR107", "SR108", "SR109", "SR110", "SR111"),
    *("SR303", "SR304", "SR305", "SR310", "SR311", "SR313"),
    *("SR501", "SR502", "SR503", "SR504", "SR505", "SR506", "SR507", "SR508", "SR510", "SR605"),
)


def _named(case: Case) -> Verdict:
    stack = case.plan.stack
    open_fields = [path for path, given in _places(case) if not given]
    if not open_fields:
        return holds(f"account {stack.account}, cluster {stack.cluster.name}")
    return fails(f"{', '.join(open_fields)} left open: placeholders stand in the resources", fix=(open_fields[0], "yours"))


def _places(case: Case) -> Iterator[tuple[str, bool]]:
    """
    Yield each field that says where the stack goes, and whether the spec gives it.
    """
    stack, caches = case.plan.stack, case.plan.caches
    yield "platform.account", stack.account is not None
    yield "platform.cluster.name", not stack.cluster.placeholder
    if caches is not None and any(tier.provider == "elasticache" for tier in case.plan.tiers):
        yield "caches.elasticache.subnets", bool(caches.subnets)
        yield "caches.elasticache.security_groups", bool(caches.security_groups)


def _owner(case: Case) -> Verdict:
    owner = case.plan.stack.owner
    return fails(f"{owner}: nobody") if owner == _UNOWNED else holds(owner)


def _version(case: Case) -> Verdict:
    minor = case.plan.stack.cluster.kubernetes_version
    found = next((each for each in case.catalog.versions.kubernetes if each.minor == minor), None)
    ends = None if found is None else found.end_standard_support
    if found is None or ends is None:
        command = f"aws eks describe-cluster-versions --cluster-versions {minor}"
        return not_verifiable(f"when support of {minor} ends is not known", place="at AWS", command=command)
    if not found.supported or case.as_of >= ends:
        return fails(f"{minor}: standard support ended on {ends.isoformat()}" if case.as_of >= ends else f"{minor} is not supported here")
    return holds(f"{minor}, until {ends.isoformat()}")


def _lock(case: Case) -> Verdict:
    lock = case.plan.lock
    if lock.state == "locked":
        return holds(f"{lock.file} decides")
    if lock.state == "stale":
        how = "--write-lock" if lock.grows else "--replan --write-lock"
        return fails(f"{lock.file} does not hold what the spec asks for: servewright plan SPEC {how}")
    if case.plan.stack.environment == _DEV:
        return not_applicable("a dev stack without a lock is planned afresh")
    return fails("there is no lock: servewright plan SPEC --write-lock")


def _fit(case: Case) -> Verdict:
    return holds(f"{many(len(case.inventory.resources), 'resource')}, {many(len(_BETWEEN_OBJECTS), 'rule')}")


def _quotas(case: Case) -> Verdict:
    if not case.quotas:
        return holds("those of a new account are enough")
    region = case.plan.stack.region
    code = next((each.code for each in case.quotas if each.code is not None), None)
    command = f"aws service-quotas get-service-quota --region {region} --service-code ec2 --quota-code {code}"
    return not_verifiable(*map(_quota, case.quotas), place="in the account's Service Quotas", command=command if code else None)


def _quota(line: QuotaLine) -> str:
    has = "" if line.default is None else f"; a new account has {line.default}"
    return f"{line.code or 'without a code'} ({line.name}): {line.vcpu} vCPU{has}"


def _offerings(case: Case) -> Verdict:
    pools = [pool for pool in case.inventory.of("NodePool") if gpu_pool(pool)]
    types = sorted({value for pool in pools for value in requirement(pool, TYPE)})
    zones = sorted({value for pool in pools for value in requirement(pool, ZONE)})
    if not types:
        return not_applicable("no pool of GPU nodes")
    command = f"aws ec2 describe-instance-type-offerings --region {case.plan.stack.region} --location-type availability-zone"
    return not_verifiable(f"{', '.join(types)} in {' and '.join(zones)}", place="in the account", command=command)


def _operators(case: Case) -> Verdict:
    if not case.plan.operators:
        return not_applicable("the stack relies on no operator")
    released = {(chart.operator, chart.namespace) for chart in charts(case.inventory) if chart.has_pods}
    own = [each for each in case.plan.operators if each.mode == INSTALL]
    missing = [each for each in own if (each.name, each.namespace) not in released]
    if missing:
        return fails(f"the stack is to install {_placed(missing)}, and registers no release of it")
    there = [each for each in case.plan.operators if each not in own]
    lines = [f"must be there: {_placed(there)}"] if there else []
    lines += [f"come with this stack, so with no other: {_placed(own)}"] if own else []
    return not_verifiable(*lines, place="in the cluster", command="helm list --all-namespaces")


def _placed(operators: list[Operator]) -> str:
    return ", ".join(f"{each.name} ({each.namespace})" for each in operators)


ITEMS: Final = (
    Item(
        id="account-and-cluster",
        group="operation",
        what="account and cluster are named",
        why="placeholders can be previewed, never deployed",
        judge=_named,
        fix=("platform.account", "yours"),
    ),
    Item(
        id="owner",
        group="operation",
        what="the stack has an owner",
        why="somebody must answer when it alarms, costs or fails",
        judge=_owner,
        fix=("owner", "the team that answers for it"),
    ),
    Item(
        id="lock",
        group="operation",
        what="the plan is locked, and the lock fits the spec",
        why="a refresh of prices or constants could otherwise replace what serves; up refuses staging and prod without a lock",
        judge=_lock,
    ),
    Item(
        id="kubernetes-version",
        group="operation",
        what="the cluster's Kubernetes is in standard support",
        why="in extended support a control plane costs six times as much (0.60 USD an hour for 0.10)",
        judge=_version,
        fix=("platform.cluster.kubernetes_version", "a supported minor, after the cluster's upgrade"),
    ),
    Item(
        id="resources-fit",
        group="operation",
        what="the resources refer to each other without a gap, and each can run",
        why="each object can be valid and the whole still not work",
        judge=_fit,
        rules=_BETWEEN_OBJECTS,
    ),
    Item(
        id="quotas",
        group="operation",
        what="the account's quotas allow every node of the pools",
        why="a new account has none for GPUs: the first launch fails",
        judge=_quotas,
    ),
    Item(
        id="zone-offerings",
        group="operation",
        what="the zones of this account offer the planned instance types",
        why="zone letters differ by account, and GPU types stand in some zones only",
        judge=_offerings,
    ),
    Item(
        id="operators",
        group="operation",
        what="the operators that the stack relies on are in the cluster, or come with the stack and with nothing else",
        why="without Karpenter no node, without KEDA no scaling, without a device plugin no GPU; two of one kind fight each other",
        judge=_operators,
    ),
)
